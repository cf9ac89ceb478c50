"""Weights without a description still say much: their shapes fit together in one order only, from pixels to answers.

What they do not say is the activation between them, and whether a batch normalization comes before it or after. Each
possible network is a variant here; which one it was, the test digits tell (trial.py).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np

from core.activations import Array
from core.digits import CLASSES, PIXELS
from core.model_files.parts import Affine, Nonlinearity, Part, Scale, layers_of
from core.model_files.refusal import ModelFileError
from core.model_files.shapes import MOST_LAYERS, check_chain, ending_in_probabilities, network_of
from core.network import Network

TRIED = (
    "relu",
    "tanh",
    "sigmoid",
    "leaky_relu(0.01)",
    "leaky_relu(0.2)",
    "leaky_relu(0.3)",
    "elu(1)",
    "selu",
    "gelu",
    "silu",
)
SAID = ("",)  # the file says the activations
EPSILON_OF_KERAS, EPSILON_OF_PYTORCH = 1e-3, 1e-5  # in what batch normalization divides by
LEAF = re.compile(
    r"^(.*?)[./_]?(running_mean|running_var|moving_mean|moving_variance|gamma|beta|[a-z]*kernel|weights?|bias(?:es)?|w|b)(\d*)$",
    re.IGNORECASE,
)
WORDS = {
    **dict.fromkeys(("weight", "weights", "kernel", "w"), "kernel"),
    **dict.fromkeys(("bias", "biases", "b", "beta"), "bias"),
    **dict.fromkeys(("running_mean", "moving_mean"), "mean"),
    **dict.fromkeys(("running_var", "moving_variance"), "variance"),
    "gamma": "gamma",
}
NO_NETWORK = (
    "The arrays in this file are not the layers of a dense network that reads 28 by 28 pixels: choose another file."
)
CONVOLUTIONAL = (
    "This network is convolutional: it has weights of more than two axes, and only dense networks are read here."
)
RECURRENT = (
    "This network is recurrent: it has weights that it uses again at each step, and only dense networks are read here."
)
MOST_TRIED = 2000  # steps on the way to an order of the layers


class Numbers(Protocol):
    """An array in a file, of which the shape is known."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its lengths."""
        ...

    def numbers(self, turned: bool = False) -> Array:
        """Itself; or as it is if it was written as its memory lay, with the axes the other way round."""
        ...


Reader = Callable[[Numbers, bool], Array]


@dataclass(eq=False)
class Group:
    """The arrays of one layer, by what they are: kernel, bias, gamma, mean, variance."""

    arrays: dict[str, Numbers] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Variant:
    """A network that a file may hold."""

    build: Callable[[str], Network]  # given the activation between its layers
    turned: bool = False  # whether its weights were written as their memory lay


def variants_of(groups: Sequence[Group], units_first: bool) -> tuple[Variant, ...]:
    """The networks that groups of arrays may be, in their order if that fits; the likeliest first.

    `units_first` says whether weights may be (units, inputs), as PyTorch has them.

    Raises:
        ModelFileError: they are none.
    """
    shapes = [numbers.shape for group in groups for numbers in group.arrays.values()]
    if any(len(shape) > 2 for shape in shapes):
        raise ModelFileError(CONVOLUTIONAL)
    dense = [number for number, group in enumerate(groups) if len(_kernel(group)) == 2]
    for flipped in (False, True) if units_first else (False,):
        sizes = [_sizes(groups[number], flipped) for number in dense]
        if order := _order(sizes):
            break
    else:
        raise ModelFileError(NO_NETWORK)
    scales = [number for number in range(len(groups)) if number not in dense]
    check_chain([sizes[number] for number in order])
    rows = [groups[dense[number]] for number in order]
    widths = [PIXELS, *(sizes[number][1] for number in order)]
    after = _normalizations(groups, [dense[number] for number in order], scales, widths)
    build = partial(_built, rows, after, flipped, _reader())
    found = [Variant(partial(build, False, late)) for late in ((False, True) if scales else (False,))]
    if units_first:
        found += [Variant(partial(build, True, late), turned=True) for late in ((False, True) if scales else (False,))]
    return tuple(found)


def _sizes(group: Group, flipped: bool) -> tuple[int, int]:
    """The inputs and units of a layer."""
    first, last = _kernel(group)
    return (last, first) if flipped else (first, last)


def _reader() -> Reader:
    """Reads arrays, each of them once."""

    read = dict[tuple[Numbers, bool], Array]()

    def once(numbers: Numbers, turned: bool) -> Array:
        if (numbers, turned) not in read:
            read[numbers, turned] = numbers.numbers(turned)
        return read[numbers, turned]

    return once


def _kernel(group: Group) -> tuple[int, ...]:
    kernel = group.arrays.get("kernel")
    return kernel.shape if kernel else ()


def _normalizations(
    groups: Sequence[Group], dense: Sequence[int], scales: Sequence[int], widths: Sequence[int]
) -> dict[int, list[Group]]:
    """The batch normalizations after each dense layer, by its place; -1: before the first one.

    Where the order of the names does not fit, since bn1 comes before fc1, their widths say it: each comes after a layer
    as wide as itself, of several after the first that has none. `widths` are the pixels and the layers' units.
    """
    after = {place: [n for n in scales if _comes_after(n, dense, place)] for place in range(-1, len(dense))}
    fits = sum(map(len, after.values())) == len(scales) and all(
        _width(groups[n]) == widths[place + 1] for place, those in after.items() for n in those
    )
    if not fits:
        after = {place: [] for place in after}
        for n in scales:
            wide = [
                place for place in sorted(after, key=lambda place: place < 0) if widths[place + 1] == _width(groups[n])
            ]
            if not wide:
                raise ModelFileError(NO_NETWORK)
            after[min(wide, key=lambda place: len(after[place]))].append(n)
    return {place: [groups[n] for n in those] for place, those in after.items()}


def _width(group: Group) -> int:
    """How many numbers each array of a batch normalization has; 0 if they differ."""
    shapes = {numbers.shape for numbers in group.arrays.values()}
    return next(iter(shapes))[0] if len(shapes) == 1 and len(next(iter(shapes))) == 1 else 0


def _comes_after(number: int, dense: Sequence[int], place: int) -> bool:
    """Whether a group stands between the dense layer at this place and the next one."""
    first = dense[place] if place >= 0 else -1
    last = dense[place + 1] if place + 1 < len(dense) else float("inf")
    return first < number < last


def _order(sizes: Sequence[tuple[int, int]]) -> list[int]:
    """An order in which layers of such (inputs, units) fit together, their own if it does; empty if there is none."""
    if not 0 < len(sizes) <= MOST_LAYERS + 1:
        return []
    tried = 0

    def go_on(order: list[int], width: int) -> list[int]:
        nonlocal tried
        tried += 1
        if len(order) == len(sizes):
            return order if width == CLASSES else []
        for number, (inputs, units) in enumerate(sizes):
            if (
                number not in order
                and inputs == width
                and tried < MOST_TRIED
                and (found := go_on([*order, number], units))
            ):
                return found
        return []

    return go_on([], PIXELS)


def _built(
    rows: Sequence[Group],
    after: Mapping[int, Sequence[Group]],
    flipped: bool,
    read: Reader,
    turned: bool,
    late: bool,
    activation: str,
) -> Network:
    """The network; `late` has each batch normalization come after the activation."""
    parts: list[Part] = [_scale(group, flipped) for group in after[-1]]
    for place, row in enumerate(rows):
        weights = read(row.arrays["kernel"], turned)
        weights = weights.T if flipped else weights
        bias = row.arrays.get("bias")
        if bias and bias.shape != (weights.shape[1],):
            raise ModelFileError(NO_NETWORK)
        parts.append(Affine(weights, bias.numbers() if bias else np.zeros(weights.shape[1], np.float32)))
        scales = [_scale(group, flipped) for group in after[place]]
        nonlinearity = [Nonlinearity(activation)] if place < len(rows) - 1 else []
        parts += [*nonlinearity, *scales] if late else [*scales, *nonlinearity]
    return network_of(ending_in_probabilities(layers_of(parts))[0])


@np.errstate(over="ignore", invalid="ignore")
def _scale(group: Group, flipped: bool) -> Scale:
    mean, variance = group.arrays.get("mean"), group.arrays.get("variance")
    if mean is None or variance is None:
        raise ModelFileError(NO_NETWORK)
    gamma, beta = group.arrays.get("gamma") or group.arrays.get("kernel"), group.arrays.get("bias")
    scale = 1 / np.sqrt(np.maximum(variance.numbers(), 0) + (EPSILON_OF_PYTORCH if flipped else EPSILON_OF_KERAS))
    scale = scale * gamma.numbers() if gamma else scale
    return Scale(scale, (beta.numbers() if beta else 0) - mean.numbers() * scale)


def grouped(arrays: Mapping[str, Numbers]) -> list[Group]:
    """Arrays by the layers that their names begin with, in the order of the names, in which 10 comes after 9.

    Raises:
        ModelFileError: two arrays of a layer are of the same name, or a layer is recurrent.
    """
    groups = dict[str, Group]()
    for name in sorted(arrays, key=_natural):
        told = LEAF.match(name)
        if "recurrent" in name or "weight_hh" in name:
            raise ModelFileError(RECURRENT)
        what = WORDS.get(told[2].lower()) if told else None
        if told is None or what is None:
            return _by_shape([arrays[name] for name in sorted(arrays, key=_natural)])
        group = groups.setdefault(told[1] + told[3], Group())
        if what in group.arrays:
            raise ModelFileError(NO_NETWORK)
        group.arrays[what] = arrays[name]
    return list(groups.values())


def _by_shape(arrays: Sequence[Numbers]) -> list[Group]:
    """Arrays whose names say nothing: those of two axes are weights, the others biases of one of them."""
    groups = [Group({"kernel": one}) for one in arrays if len(one.shape) != 1]
    for bias in (one for one in arrays if len(one.shape) == 1):
        fitting = (one for one in groups if "bias" not in one.arrays and bias.shape[0] in one.arrays["kernel"].shape)
        group = next(fitting, None)
        if group is None:
            raise ModelFileError(NO_NETWORK)
        group.arrays["bias"] = bias
    return groups


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d{1,9})", name)]
