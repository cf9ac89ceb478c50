"""What is no network of a kind that is read is told what it is."""

import numpy as np
import pytest
import safetensors.numpy

from core.model_files.reading import read_network
from core.model_files.refusal import ModelFileError
from tests.hostile.good_files import hdf5


@pytest.mark.parametrize("kind", ["u1", "i4"])
def test_digits_in_hdf5_and_safetensors_are_not_called_weights(kind):
    images, labels = np.zeros((20, 28, 28), kind), np.zeros(20, kind)
    for content in (
        hdf5(lambda file: file.update({"train_images": images, "train_labels": labels})),
        safetensors.numpy.save({"images": images, "labels": labels}),
    ):
        with pytest.raises(ModelFileError, match="not the layers of a dense network"):
            read_network(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x08\x07\x12\x07pytorch\x1a\x051.9.1" + bytes(100), r"another format \(ONNX\)"),
        (b"\x08\x01\x12\xa0\x05\n\x10" + bytes(100), r"another format \(SavedModel\)"),
        (b"\x1c\0\0\0TFL3" + bytes(100), r"another format \(TensorFlow Lite\)"),
        (b"GGUF" + bytes(100), r"another format \(GGUF\)"),
        (b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(600), r"another format \(MATLAB\)"),
        (
            b'{"format": "layers-model", "modelTopology": {"class_name": "Sequential"}}',
            r"another format \(TensorFlow.js\)",
        ),
        (bytes(1000), "of no form that is read here"),
    ],
)
def test_networks_in_other_formats_are_not_called_none(content, says):
    with pytest.raises(ModelFileError, match=says):
        read_network(content)
