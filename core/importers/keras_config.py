"""A Keras model's description is a list of layers, or a graph of them; nothing that it names is ever run.

Models within models are laid open, and a graph is read if it is a chain. What a layer does is said in keras_layers.py.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.importers.errors import ModelFileError

MAX_LAYERS = 60  # layers of any kind
MAX_DEPTH = 4  # models within models
MAX_NAME_LENGTH = 100
CHAINS = ("Functional", "Model")  # Keras 2 and 3 say the first, the first ones of Keras 2 the second
OWN_MODULES = ("keras", "tf_keras")
DAMAGED = "The description of this model is damaged: save the model again."
MAX_SETTING = 1e6
BRANCHES = "This model is no chain of layers: one that branches or joins cannot be read here."
FOREIGN = "This model has a layer that is not Keras' own: such layers cannot be read here."


@dataclass(frozen=True)
class LayerConfig:
    """A layer as a description has it, and where its weights lie."""

    kind: str  # its class
    settings: Mapping[str, Any]
    place: tuple[str, ...]  # in a .keras file
    names: tuple[str, ...]  # its own, after those of the models that it is in


def layers_of_config(config: Mapping[str, Any]) -> list[LayerConfig]:
    """The layers of a model in the order in which they are passed.

    Raises:
        ModelFileError: it is not a chain of Keras' own layers, or there are too many.
    """
    if config.get("class_name") not in ("Sequential", *CHAINS) or not _is_kerass_own(config):
        raise ModelFileError(
            "This file does not describe a model of Keras' own kinds: Sequential, or a chain of layers."
        )
    layers = []
    for layer in _flattened(config, (), (), 0):
        layers.append(layer)
        if len(layers) > MAX_LAYERS:
            raise ModelFileError(f"This model has more than {MAX_LAYERS} layers, which is more than is read here.")
    return layers


def _flattened(
    model: Mapping[str, Any], place: tuple[str, ...], names: tuple[str, ...], depth: int
) -> Iterator[LayerConfig]:
    """The layers of a model, and of the models that it is made of."""
    if depth > MAX_DEPTH:
        raise ModelFileError(DAMAGED)
    config = model.get("config")
    parts = config if isinstance(config, list) else as_dict(config).get("layers")  # a list: until Keras 2.2
    if not isinstance(parts, list) or not 0 < len(parts) <= MAX_LAYERS:
        raise ModelFileError(f"This model has no layers, or more than {MAX_LAYERS}: it cannot be read here.")
    counts, found = Counter[str](), []
    for part in map(as_dict, parts):
        kind, settings = part.get("class_name"), part.get("config")
        if not isinstance(kind, str) or not _is_kerass_own(part):
            raise ModelFileError(FOREIGN)
        word = _snake_case(kind)
        number, counts[word] = counts[word], counts[word] + 1
        here = (*place, "layers", f"{word}_{number}" if number else word)
        name = settings.get("name", part.get("name")) if isinstance(settings, dict) else part.get("name", word)
        found.append((part, kind, here, (*names, _name(name))))
    if model["class_name"] in CHAINS:
        order = _chained([part for part, *_ in found], [names[-1] for *_, names in found])
        found = [found[number] for number in order]
    for part, kind, here, own in found:
        if kind in ("Sequential", *CHAINS):
            yield from _flattened(part, here, own, depth + 1)
        else:
            yield LayerConfig(kind, as_dict(part.get("config")), here, own)


def _chained(parts: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[int]:
    """The order of the layers of a graph in which each takes what one other gives."""
    if len(set(names)) < len(names):
        raise ModelFileError(DAMAGED)
    after = dict[str | None, int]()
    for number, part in enumerate(parts):
        sources = list(_sources(part.get("inbound_nodes"), 0))
        if len(sources) > 1 or (before := sources[0] if sources else None) in after:
            raise ModelFileError(BRANCHES)
        after[before] = number
    order, here = list[int](), after.get(None)
    while here is not None and len(order) < len(parts):
        order.append(here)
        here = after.get(names[here])
    if len(order) < len(parts):
        raise ModelFileError(BRANCHES)
    return order


def _sources(node: Any, depth: int) -> Iterator[str]:
    """The names of the layers whose outputs a layer takes: ["name", 0, 0, ...] in Keras 2, keras_history in Keras 3."""
    if depth > 2 * MAX_DEPTH:
        raise ModelFileError(DAMAGED)
    if isinstance(node, dict):
        for one in node.values():
            yield from _sources(one, depth + 1)
    elif isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str) and type(node[1]) is int and type(node[2]) is int:
            yield node[0]
        else:
            for one in node:
                yield from _sources(one, depth + 1)


def _snake_case(kind: str) -> str:
    """The word for a kind in the places of a .keras file, of those kinds that have weights or are models."""
    return {"BatchNormalization": "batch_normalization"}.get(kind, kind.lower())


def _is_kerass_own(layer: Mapping[str, Any]) -> bool:
    """Whether a class is said to be Keras' own; files in HDF5 do not say it."""
    module, registered = layer.get("module"), layer.get("registered_name")
    is_own = module is None or (isinstance(module, str) and module.split(".")[0] in OWN_MODULES)
    return is_own and registered in (None, layer.get("class_name"))


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_LENGTH or "\0" in name:
        raise ModelFileError("A layer of this model has a name that cannot be read here: it is too long, or empty.")
    return name


def as_dict(value: Any) -> dict[str, Any]:
    """A part of a description that has names.

    Raises:
        ModelFileError: it is anything else.
    """
    if not isinstance(value, dict):
        raise ModelFileError(DAMAGED)
    return value


def setting_of(setting: Any) -> Any:
    """A setting; Keras 2.2 has numbers of NumPy as {"type": "ndarray", "value": 0.1}."""
    return setting["value"] if isinstance(setting, dict) and "value" in setting else setting


def number_of(setting: Any) -> float:
    """A setting that is a number of a size that a setting has.

    Raises:
        ModelFileError: it is anything else.
    """
    setting = setting_of(setting)
    if isinstance(setting, bool) or not isinstance(setting, int | float) or not abs(setting) <= MAX_SETTING:
        raise ModelFileError(DAMAGED)
    return float(setting)
