"""The order of the layers in a file that does not describe them, by the names of its arrays and by their shapes.

Shapes fit together in one order only, from pixels to answers, unless two layers are alike.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, combinations_with_replacement, islice, product
from typing import Protocol

from core.data.mnist import CLASSES, PIXELS
from core.importers.errors import ModelFileError
from core.importers.layer_spec import MAX_LAYERS, check_chain
from core.nn.activations import Array

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
MAX_SEARCH_STEPS = 2000  # steps on the way to an order of the layers
MAX_PLACEMENTS = 3  # of batch normalizations, where several are as likely


class Numbers(Protocol):
    """An array in a file, of which the shape is known."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its lengths."""
        ...

    def numbers(self, turned: bool = False) -> Array:
        """Itself; or as it is if it was written as its memory lay, with the axes the other way round."""
        ...


@dataclass(eq=False)
class Group:
    """The arrays of one layer, by what they are: kernel, bias, gamma, mean, variance."""

    arrays: dict[str, Numbers] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Order:
    """Layers from pixels to answers."""

    rows: tuple[Group, ...]  # the dense ones
    after: Mapping[int, Sequence[Group]]  # the batch normalizations after each of them; -1: before the first
    flipped: bool  # whether weights are (units, inputs), as PyTorch has them


def orders_of(groups: Sequence[Group], units_first: bool) -> tuple[Order, ...]:
    """The orders in which groups of arrays may be layers, the likeliest first: their own if that fits.

    `units_first` says whether weights may be (units, inputs).

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
    check_chain([sizes[number] for number in order])
    rows = [dense[number] for number in order]
    widths = [PIXELS, *(sizes[number][1] for number in order)]
    return tuple(
        Order(tuple(groups[number] for number in rows), after, flipped)
        for after in _placements(groups, rows, [number for number in range(len(groups)) if number not in dense], widths)
    )


def _sizes(group: Group, flipped: bool) -> tuple[int, int]:
    """The inputs and units of a layer."""
    first, last = _kernel(group)
    return (last, first) if flipped else (first, last)


def _kernel(group: Group) -> tuple[int, ...]:
    kernel = group.arrays.get("kernel")
    return kernel.shape if kernel else ()


def _placements(
    groups: Sequence[Group], dense: Sequence[int], scales: Sequence[int], widths: Sequence[int]
) -> list[dict[int, list[Group]]]:
    """Where the batch normalizations may come, by the place of the dense layer before them; -1: before the first one.

    Where the order of the names does not fit, since bn1 comes before fc1, their widths say it: each comes after a layer
    as wide as itself, one after each if there are enough, else two after one. `widths` are the pixels and the layers'
    units.
    """
    named = {place: [n for n in scales if _comes_after(n, dense, place)] for place in range(-1, len(dense))}
    fits = sum(map(len, named.values())) == len(scales) and all(
        _width(groups[n]) == widths[place + 1] for place, those in named.items() for n in those
    )
    if fits:
        return [{place: [groups[n] for n in those] for place, those in named.items()}]
    by_width = dict[int, list[int]]()
    for n in scales:
        by_width.setdefault(_width(groups[n]), []).append(n)
    ways = [islice(_places(width, len(those), widths), MAX_PLACEMENTS) for width, those in by_width.items()]
    found = []
    for places in islice(product(*ways), MAX_PLACEMENTS):
        after = dict[int, list[Group]]({place: [] for place in named})
        for those, of_width in zip(by_width.values(), places, strict=True):
            for n, place in zip(those, of_width, strict=True):
                after[place].append(groups[n])
        found.append(after)
    if not found:
        raise ModelFileError(NO_NETWORK)
    return found


def _places(width: int, count: int, widths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Where so many batch normalizations may come that are so wide."""
    wide = [place - 1 for place, one in enumerate(widths) if one == width]
    return (combinations if count <= len(wide) else combinations_with_replacement)(wide, count)


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
    if not 0 < len(sizes) <= MAX_LAYERS + 1:
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
                and tried < MAX_SEARCH_STEPS
                and (found := go_on([*order, number], units))
            ):
                return found
        return []

    return go_on([], PIXELS)


def grouped(arrays: Mapping[str, Numbers]) -> list[Group]:
    """Arrays by the layers that their names begin with, in the order of the names, in which 10 comes after 9.

    Raises:
        ModelFileError: two arrays of a layer are of the same name, or a layer is recurrent.
    """
    groups = dict[str, Group]()
    for name in sorted(arrays, key=_natural):
        match = LEAF.match(name)
        if "recurrent" in name or "weight_hh" in name:
            raise ModelFileError(RECURRENT)
        what = WORDS.get(match[2].lower()) if match else None
        if match is None or what is None:
            return _by_shape([arrays[name] for name in sorted(arrays, key=_natural)])
        group = groups.setdefault(match[1] + match[3], Group())
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
