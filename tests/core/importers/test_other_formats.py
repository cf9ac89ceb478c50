"""What is no network of a kind that is read is told what it is."""

import numpy as np
import pytest
import safetensors.numpy

from core.importers.errors import ModelFileError
from core.importers.readers import read_network
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


@pytest.mark.parametrize("length", [640, 896, 1152, 1408])
def test_a_safetensors_whose_header_is_as_long_as_a_pickle_s_beginning_says_is_read(length):
    """The length comes first, as 80 02 or 80 05: so begins a pickle of protocol 2 or 5."""
    arrays = {"0.weight": np.ones((10, 784), np.float32), "0.bias": np.zeros(10, np.float32)}
    empty = safetensors.numpy.save(arrays, {"note": ""})
    content = safetensors.numpy.save(arrays, {"note": "x" * (length - int.from_bytes(empty[:8], "little"))})
    assert content[:2] == length.to_bytes(2, "little")
    assert read_network(content).network.layers[0].weights.shape == (784, 10)
