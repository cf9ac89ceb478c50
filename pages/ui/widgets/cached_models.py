"""The bundled files, read once a server and shared by all sessions; nobody may change what they give."""

import functools
import gc
from typing import Any

import streamlit as st

from core.bundled_files import BundledFileError
from core.data import centroids, digit_map, mnist
from core.nn.evaluation import Evaluation
from core.nn.prediction import predict
from core.pretrained import registry
from core.runs.run import PRETRAINED


@st.cache_resource(show_spinner=False)
def model(name: str) -> registry.Model:
    """A bundled model, by its name in core.runs.run.PRETRAINED.

    Raises:
        BundledFileError: its files are missing or damaged.
    """
    loaded = registry.load_model(name)
    _freeze_after(name)
    return loaded


@functools.cache  # not Streamlit's: when that one is cleared, what lies about then must not be frozen
def _freeze_after(name: str) -> None:
    """What was imported and loaded until now stays: the collector need not walk it again."""
    gc.freeze()


def models_or_problems() -> list[registry.Model]:
    """All bundled models that can be read; for the others, a sentence on the page."""
    readable = []
    for name in PRETRAINED:
        try:
            readable.append(model(name))
        except BundledFileError as error:
            st.error(str(error), icon=":material/broken_image:")
    return readable


@st.cache_resource(show_spinner=False)
def test_set() -> mnist.Digits:
    """The 10,000 test digits.

    Raises:
        BundledFileError: the file is missing or damaged.
    """
    return mnist.load_test_set()


@st.cache_resource(show_spinner=False)
def part_of_test_set(count: int) -> mnist.Digits:
    """About so many test digits that stand for all of them: see fair_part.

    Raises:
        BundledFileError: the file is missing or damaged.
    """
    test = test_set()
    return test.take(mnist.fair_part(test.labels, count))


@st.cache_resource(show_spinner=False)
def training_set() -> mnist.Digits:
    """The 60,000 training digits.

    Raises:
        BundledFileError: the file is missing or damaged.
    """
    return mnist.load_training_set()


@st.cache_resource(show_spinner=False)
def averages() -> Any:
    """The average of each training digit, (10, 28, 28).

    Raises:
        BundledFileError: the digits are missing or damaged.
    """
    return centroids.class_means(training_set())


@st.cache_resource(show_spinner=False)
def evaluation(name: str) -> Evaluation:
    """What a bundled model says of all test digits.

    Raises:
        BundledFileError: the model or the digits are missing or damaged.
    """
    test = test_set()
    return Evaluation(predict(model(name).network, test.images), test.labels)


@st.cache_resource(show_spinner=False)
def nearest_average_accuracy() -> float:
    """The share of test digits whose nearest average is their own.

    Raises:
        BundledFileError: the digits are missing or damaged.
    """
    test = test_set()
    return float((centroids.nearest_centroid(test.images, averages()) == test.labels).mean())


@st.cache_resource(show_spinner=False)
def map_of_digits() -> digit_map.DigitMap:
    """Where some of the test digits lie on their map.

    Raises:
        BundledFileError: its files are missing or damaged.
    """
    return digit_map.load_map()
