"""The loss is a landscape over all of a network's weights at once; two slices show what a training crossed of it.

One slice is the straight line from the first weights to the last, the other the plane in which most of the training's
path lies. A network here is a point: all of its weights and biases, one axis each.

Source: Li, Xu, Taylor, Studer and Goldstein, 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913,
section 7: the plane is spanned by the first two principal components of the differences between the networks on the
way and the last one. They are taken about the last network, not about the mean, so that it is the plane's origin.
"""

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.nn.activations import Array
from core.nn.losses import LOSSES
from core.nn.more_activations import activation_of
from core.nn.network import Network

ALPHAS = np.arange(-10, 31) / 20  # of the way from the first network to the last: -0.5 to 1.5
GRID = 33  # points along each side of the plane
MARGIN = 0.25  # of the path's width, shown beyond it on each side
RANK_TOLERANCE = (
    1e-6  # of the larger share: less is no direction, float16's rounding alone leaves 2e-7 in each (measured)
)
SEED = 0  # of the second direction, where the path has only one

Numbers = npt.NDArray[np.float64]
LinearPoint = tuple[
    Array, ...
]  # the first layer's sums over the digits, then weights and biases of the layers after it


@dataclass(frozen=True, eq=False)
class Interpolation:
    """The mean loss at start + share * (end - start); NaN where it is no finite number."""

    alphas: Numbers  # (points,): 0 is the first network, 1 the last
    losses: Numbers  # (points,)

    @property
    def start_loss(self) -> float:
        """The mean loss of the first network."""
        return float(self.losses[self.alphas == 0][0])

    @property
    def end_loss(self) -> float:
        """The mean loss of the last network."""
        return float(self.losses[self.alphas == 1][0])


@dataclass(frozen=True, eq=False)
class PlaneSlice:
    """The mean loss over a plane through the last network, its origin, and the path seen in it.

    Distances are Euclidean, in weights: the root of the summed squares of all changes. Losses are NaN where they are no
    finite number.
    """

    x: Numbers  # (columns,) distances along the first direction
    y: Numbers  # (rows,) distances along the second
    losses: Numbers  # (rows, columns)
    path: Numbers  # (moments, 2) the networks on the way, projected: across, up
    path_losses: Numbers  # (moments,) their own losses, wherever they are
    slice_losses: Numbers  # (moments,) the losses in the plane, where they are projected to
    explained: Numbers  # (2,) share of the path's squared distance from its end that each direction holds


@dataclass(frozen=True, eq=False)
class LossLandscape:
    """Both slices of one training."""

    steps: npt.NDArray[np.int64]  # (moments,) updates taken until each network on the way
    line: Interpolation
    plane: PlaneSlice
    loss: str  # a key of LOSSES
    digits: int  # over which the losses are the mean


@np.errstate(all="ignore")  # far out a loss may be too large for a float: it is left out, as NaN
def compute_landscape(
    networks: Sequence[Network], steps: Sequence[int], inputs: Array, targets: Array, loss: str
) -> LossLandscape:
    """Both slices through the networks of a training, in order, with the step of each.

    `inputs` are (count, pixels), `targets` (count, units of the last layer), `loss` is a key of LOSSES. Losses are
    computed in the precision of `inputs`, distances in float64.

    Raises:
        ValueError: there is no landscape to be seen, and the message says why in words for the learner.
    """
    if len(networks) < 2:
        raise ValueError("A hill needs the network at two moments of its training at least.")
    shapes = [[array.shape for array in _parameters(network)] for network in networks]
    if shapes.count(shapes[0]) != len(shapes) or len(steps) != len(networks):
        raise ValueError("These are not moments of one training: each needs its step and the same layers.")
    end = _point(networks[-1])
    away = np.stack([_point(network) - end for network in networks])
    if not np.isfinite(away).all():
        raise ValueError("Some of the weights on the way are no finite numbers.")
    digits = _LossEvaluator(inputs, targets, tuple(layer.activation for layer in networks[0].layers), loss)

    def seen(point: Numbers) -> LinearPoint:
        return digits.first_layer(_split(point.astype(inputs.dtype), shapes[0]))

    line = Interpolation(ALPHAS, digits.losses_along(seen(end + away[0]), seen(-away[0]), ALPHAS))
    directions = _directions(away)
    path = away @ directions.T
    across, up = _grid_axes(path)
    origin, to_the_right, upwards = (seen(point) for point in (end, *directions))

    def losses_at(y: float, distances: Numbers) -> Numbers:
        """Along a row of the plane that lies so far up."""
        return digits.losses_along(_step(origin, upwards, y), to_the_right, distances)

    plane = PlaneSlice(
        across,
        up,
        losses=np.stack([losses_at(y, across) for y in up.tolist()]),
        path=path,
        path_losses=np.array([digits.loss_of(digits.first_layer(_parameters(network))) for network in networks]),
        slice_losses=np.concatenate([losses_at(float(place[1]), place[:1]) for place in path]),
        explained=(path**2).sum(axis=0) / (away**2).sum(),
    )
    return LossLandscape(np.array(steps, np.int64), line, plane, loss, len(inputs))


# Points and directions: all weights and biases of a network in one row.


def _parameters(network: Network) -> list[Array]:
    return [array for layer in network.layers for array in (layer.weights, layer.biases)]


def _point(network: Network) -> Numbers:
    return np.concatenate([array.ravel() for array in _parameters(network)], dtype=np.float64)


def _split(point: Array, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """A point as weights and biases again; for a direction, how fast each of them changes."""
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(point, ends[:-1]), shapes, strict=True)]


def _directions(away: Numbers) -> Numbers:
    """Two directions of length 1 at right angles, (2, parameters), that hold most of a path.

    `away`, (moments, parameters), are the differences to its end. Principal directions are combinations of these, with
    the eigenvectors of their Gram matrix as factors: moments x moments, small however many weights there are.
    """
    values, vectors = np.linalg.eigh(away @ away.T)  # the largest last
    if values[-1] <= 0:
        raise ValueError("The weights did not move, so there is no path to be seen.")
    principal = vectors[:, [-1, -2]].T @ away
    principal[principal @ away[0] < 0] *= -1  # a sign is chance: let the start lie to the right, and above
    first, second = principal
    if values[-2] < RANK_TOLERANCE * values[-1]:
        second = np.random.default_rng(SEED).standard_normal(away.shape[1])
    first = first / np.linalg.norm(first)
    second = second - (second @ first) * first
    return np.stack([first, second / np.linalg.norm(second)])


def _grid_axes(path: Numbers) -> tuple[Numbers, Numbers]:
    """The grid's distances across and up: the path and some more; as much up as across where it is flat."""
    low, high = path.min(axis=0), path.max(axis=0)
    if high[1] - low[1] < RANK_TOLERANCE**0.5 * (high[0] - low[0]):
        half = (high[0] - low[0]) / 2
        low[1], high[1] = -half, half
    margin = MARGIN * (high - low)
    across, up = np.linspace(low - margin, high + margin, GRID).T
    return across, up


# Losses at points: quickly, because they are many.


def _step(parts: LinearPoint, way: LinearPoint, distance: float) -> LinearPoint:
    """A point that lies so far along a direction; everything in `Parts` is linear in the weights."""
    return tuple(part + distance * change for part, change in zip(parts, way, strict=True))


@dataclass(frozen=True, eq=False)
class _LossEvaluator:
    """The digits over which the loss is the mean, and how they are judged.

    The first layer's sums, inputs @ weights + biases, are linear in the weights. So they are computed once for a point
    and once for a direction, and along that direction they are only added: most of the work for each point is saved.
    """

    inputs: Array  # (count, pixels)
    targets: Array  # (count, units)
    activations: tuple[str, ...]
    loss: str

    def first_layer(self, parameters: Sequence[Array]) -> LinearPoint:
        weights, biases, *others = parameters
        return (self.inputs @ weights + biases, *others)

    def loss_of(self, parts: LinearPoint) -> float:
        """The mean loss, NaN if it is no finite number."""
        z, *others = parts
        for before, weights, biases in zip(self.activations, others[::2], others[1::2], strict=False):
            z = activation_of(before).forward(z) @ weights + biases
        value = float(LOSSES[self.loss].value(z, self.activations[-1], self.targets).mean())
        return value if np.isfinite(value) else np.nan

    def losses_along(self, start: LinearPoint, way: LinearPoint, distances: Numbers) -> Numbers:
        """The mean losses at these distances from a point along a direction."""
        return np.array([self.loss_of(_step(start, way, distance)) for distance in distances.tolist()])


# Kept as a file.


def landscape_to_npz(landscape: LossLandscape) -> bytes:
    """A file of both slices (npz), as hill_from_bytes reads it."""
    file = io.BytesIO()
    np.savez(
        file,
        steps=landscape.steps,
        shares=landscape.line.alphas,
        line_losses=landscape.line.losses,
        across=landscape.plane.x,
        up=landscape.plane.y,
        plane_losses=landscape.plane.losses,
        path=landscape.plane.path,
        path_losses=landscape.plane.path_losses,
        slice_losses=landscape.plane.slice_losses,
        explained=landscape.plane.explained,
        loss=landscape.loss,
        digits=landscape.digits,
    )
    return file.getvalue()


def landscape_from_npz(content: bytes) -> LossLandscape:
    """The slices in a file that hill_to_bytes has made.

    Raises:
        ValueError: it is another file, a damaged one, or its shapes do not fit together.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            names = ("across", "up", "plane_losses", "path", "path_losses", "slice_losses", "explained")
            plane = PlaneSlice(*(kept[name].astype(np.float64) for name in names))
            line = Interpolation(kept["shares"].astype(np.float64), kept["line_losses"].astype(np.float64))
            landscape = LossLandscape(
                kept["steps"].astype(np.int64), line, plane, str(kept["loss"]), int(kept["digits"])
            )
    except (KeyError, TypeError, ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError("This file does not hold a hill.") from error
    if not _fits(landscape):
        raise ValueError("The parts of this hill do not fit together.")
    return landscape


def _fits(landscape: LossLandscape) -> bool:
    line, plane, timeline = landscape.line, landscape.plane, landscape.steps.shape
    return (
        landscape.loss in LOSSES
        and landscape.steps.ndim == 1
        and len(landscape.steps) > 1
        and line.alphas.shape == line.losses.shape
        and {0, 1} <= set(line.alphas.ravel().tolist())
        and plane.losses.shape == plane.y.shape + plane.x.shape
        and plane.y.ndim == plane.x.ndim == 1
        and plane.path.shape == (*timeline, 2)
        and plane.path_losses.shape == plane.slice_losses.shape == timeline
        and plane.explained.shape == (2,)
    )
