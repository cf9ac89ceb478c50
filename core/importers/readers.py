"""A dense network is read from a file of any of the three formats; what the file leaves open stays open here.

This is for a process that may die, though none of it is known to make it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.importers.errors import ModelFileError
from core.importers.file_type import H5, KERAS, PLAIN, detect_type
from core.importers.keras_archive import BESIDES, read_h5, read_keras
from core.importers.layer_order import NO_NETWORK, Group, grouped
from core.importers.layer_spec import ending_in_probabilities, network_of
from core.importers.model_parts import Part, layers_of
from core.importers.safetensors_format import arrays_of
from core.importers.safetensors_reader import is_our_own, network_of_arrays
from core.importers.strict_hdf5 import Hdf5, Path, Stored
from core.importers.weights_only import SAID, TRIED, Variant, variants_of
from core.nn.network import Network


@dataclass(frozen=True, eq=False)
class Read:
    """The networks that a file may hold: one, if the file says all of it."""

    variants: tuple[Variant, ...]  # the likeliest first
    activations: tuple[str, ...]  # that may be between its layers, or SAID
    softmax_added: bool  # since it ended in scores

    @property
    def network(self) -> Network:
        """The likeliest."""
        return self.variants[0].build(self.activations[0])


def read_network(content: bytes) -> Read:
    """The network in a .keras, .h5 or .safetensors file.

    Raises:
        ModelFileError: it is no such file, damaged, or holds anything but a dense network with finite weights.
    """
    return READERS[detect_type(content)](content)


def _described(parts: Sequence[Part]) -> Read:
    layers, is_added = ending_in_probabilities(layers_of(parts))
    return _only(network_of(layers), is_added)


def _only(network: Network, softmax_added: bool = False) -> Read:
    return Read((Variant(lambda _: network),), SAID, softmax_added)


def _in_keras(content: bytes) -> Read:
    return _described(read_keras(content))


def _in_h5(content: bytes) -> Read:
    file = Hdf5(content)
    description = file.text("model_config")
    if description is not None:
        return _described(read_h5(file, description))
    return Read(variants_of(_by_layer(file.arrays(BESIDES)), units_first=False), TRIED, softmax_added=False)


def _by_layer(stored: Mapping[Path, Stored]) -> list[Group]:
    """Arrays by the layers that hold them, in the order in which they were written; Keras 3 only numbers them."""
    places, layers = dict[Path, int](), dict[Path, dict[str, Stored]]()
    for path, array in stored.items():
        places[path[:-1]] = min(array.place, places.get(path[:-1], array.place))
        layers.setdefault(path[:-1], {})[path[-1].removesuffix(":0")] = array
    found = []
    for path in sorted(layers, key=places.__getitem__):
        arrays = layers[path]
        if set(arrays) <= {"0", "1", "2", "3"}:
            arrays = _named(arrays)
        found += grouped(arrays)
    return found


def _named(numbered: Mapping[str, Stored]) -> dict[str, Stored]:
    """The names of a layer's arrays, by how many there are."""
    arrays = [numbered[number] for number in sorted(numbered)]
    names: tuple[str, ...]
    if len(arrays[0].shape) > 1:
        names = ("kernel", "bias") if len(arrays) < 3 else ()
    else:
        names = {4: ("gamma", "beta", "moving_mean", "moving_variance"), 2: ("moving_mean", "moving_variance")}.get(
            len(arrays), ()
        )
    if len(names) < len(arrays):
        raise ModelFileError(NO_NETWORK)
    return dict(zip(names, arrays, strict=False))


def _in_safetensors(content: bytes) -> Read:
    metadata, arrays = arrays_of(content)
    if is_our_own(metadata):
        return _only(network_of_arrays(metadata, arrays))
    return Read(variants_of(grouped(arrays), units_first=True), TRIED, softmax_added=False)


READERS: dict[str, Callable[[bytes], Read]] = {KERAS: _in_keras, H5: _in_h5, PLAIN: _in_safetensors}
