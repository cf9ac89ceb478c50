"""The hill of a network, against networks that are added up by hand, and against formulas where there are some."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core.explain.loss_landscape import ALPHAS, GRID, compute_landscape, landscape_from_npz, landscape_to_npz
from core.nn.losses import LOSSES
from core.nn.network import Dense, Network, batch_loss, forward, initial_network

HIDDEN = [(), (6,), (7, 5)]


def digits(precision=np.float64, count=20, units=3):
    random = np.random.default_rng(5)
    return random.random((count, 8)).astype(precision), np.eye(units, dtype=precision)[random.integers(0, units, count)]


def path(hidden, last="softmax", activation="relu", timeline=5, precision=np.float64):
    """Networks that wander from a random one, ever less."""
    units = (8, *hidden, 3)
    random = np.random.default_rng(len(hidden))
    networks = [initial_network(units, (*[activation] * len(hidden), last), seed=1)]
    for checkpoint in range(1, timeline):
        networks.append(
            Network(
                tuple(
                    replace(
                        layer,
                        weights=layer.weights + random.normal(0, 0.5 / checkpoint, layer.weights.shape),
                        biases=layer.biases + random.normal(0, 0.5 / checkpoint, layer.biases.shape),
                    )
                    for layer in networks[-1].layers
                )
            )
        )
    return [as_network(as_point(network).astype(precision), network) for network in networks]


def as_point(network):
    return np.concatenate([array.ravel() for layer in network.layers for array in (layer.weights, layer.biases)])


def as_network(point, like):
    layers, taken = [], 0
    for layer in like.layers:
        arrays = []
        for array in (layer.weights, layer.biases):
            arrays.append(point[taken : taken + array.size].reshape(array.shape))
            taken += array.size
        layers.append(Dense(*arrays, layer.activation))
    return Network(tuple(layers))


def loss_at(point, like, inputs, targets, loss):
    network = as_network(point, like)
    return batch_loss(network, forward(network, inputs), targets, loss)


def principal(networks):
    """The two directions by another way: a singular value decomposition of the differences to the last network."""
    points = np.stack([as_point(network) for network in networks]).astype(np.float64)
    away = points - points[-1]
    directions = np.linalg.svd(away, full_matrices=False)[2][:2]
    return directions * np.sign(directions @ away[0])[:, None], away


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(("activation", "last"), [("relu", "softmax"), ("tanh", "sigmoid"), ("sigmoid", "softmax")])
def test_each_point_is_the_loss_of_the_network_that_lies_there(hidden, activation, last, loss):
    networks, (inputs, targets) = path(hidden, last, activation), digits()
    landscape = compute_landscape(networks, range(5), inputs, targets, loss)
    start, end = as_point(networks[0]), as_point(networks[-1])

    def loss_of(point):
        return loss_at(point, networks[0], inputs, targets, loss)

    np.testing.assert_allclose(landscape.line.losses, [loss_of(start + share * (end - start)) for share in ALPHAS])
    (across, up), away = principal(networks)
    for row, column in [(0, 0), (0, GRID - 1), (16, 16), (7, 29), (GRID - 1, 3)]:
        point = end + landscape.plane.x[column] * across + landscape.plane.y[row] * up
        assert landscape.plane.losses[row, column] == pytest.approx(loss_of(point))
    projected = (away @ across)[:, None] * across + (away @ up)[:, None] * up
    np.testing.assert_allclose(landscape.plane.slice_losses, [loss_of(end + one) for one in projected])
    np.testing.assert_allclose(landscape.plane.path_losses, [loss_of(as_point(network)) for network in networks])


@pytest.mark.parametrize("hidden", HIDDEN)
def test_float32_is_as_good_as_float64(hidden):
    fine = compute_landscape(path(hidden), range(5), *digits(), "categorical_crossentropy")
    coarse = compute_landscape(
        path(hidden, precision=np.float32), range(5), *digits(np.float32), "categorical_crossentropy"
    )
    for name in ("losses", "path", "path_losses", "slice_losses", "explained"):
        np.testing.assert_allclose(getattr(coarse.plane, name), getattr(fine.plane, name), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(coarse.line.losses, fine.line.losses, rtol=1e-4, atol=1e-5)


def test_the_line_goes_from_the_first_network_to_the_last_and_half_as_far_beyond_both():
    landscape = compute_landscape(path((6,)), range(5), *digits(), "mean_squared_error")
    assert (ALPHAS[0], ALPHAS[-1], len(ALPHAS)) == (-0.5, 1.5, 41)
    assert {0.0, 1.0} <= set(ALPHAS.tolist())
    assert landscape.line.start_loss == pytest.approx(landscape.plane.path_losses[0])
    assert landscape.line.end_loss == pytest.approx(landscape.plane.path_losses[-1])


def test_the_path_ends_in_the_origin_and_the_plane_shows_a_quarter_more_on_each_side():
    networks = path((7, 5))
    plane = compute_landscape(networks, range(5), *digits(), "categorical_crossentropy").plane
    directions, away = principal(networks)
    np.testing.assert_allclose(plane.path, away @ directions.T, atol=1e-12)
    assert plane.path[-1].tolist() == [0, 0]
    assert (plane.path[0] > 0).all()  # the start is to the right, and above
    for sides, places in zip((plane.x, plane.y), plane.path.T, strict=True):
        width = np.ptp(places)
        assert len(sides) == GRID
        assert sides[0] == pytest.approx(places.min() - width / 4)
        assert sides[-1] == pytest.approx(places.max() + width / 4)


def test_the_directions_explain_most_and_the_first_more_than_the_second():
    networks = path((6,), timeline=9)
    explained = compute_landscape(networks, range(9), *digits(), "mean_squared_error").plane.explained
    _, away = principal(networks)
    squares = np.linalg.svd(away, compute_uv=False) ** 2
    np.testing.assert_allclose(explained, squares[:2] / squares.sum())


def line_of(*places):
    """Networks of one weight and one bias, whose answer to 1 is their sum: (weight + bias)² is the loss at target 0."""
    return [Network((Dense(np.array([[weight]]), np.array([bias]), "linear"),)) for weight, bias in places]


ONE, ZERO = np.ones((1, 1)), np.zeros((1, 1))


def test_of_two_weights_it_is_the_landscape_that_one_knows():
    landscape = compute_landscape(line_of((3.0, 4.0), (0.0, 0.0)), [0, 9], ONE, ZERO, "mean_squared_error")
    np.testing.assert_allclose(landscape.line.losses, (7 * (1 - ALPHAS)) ** 2, atol=1e-12)
    np.testing.assert_allclose(landscape.plane.path, [[5, 0], [0, 0]], atol=1e-12)
    np.testing.assert_allclose(landscape.plane.explained, [1, 0], atol=1e-12)
    np.testing.assert_allclose(landscape.plane.x, np.linspace(-1.25, 6.25, GRID))
    np.testing.assert_allclose(np.abs(landscape.plane.y), np.abs(np.linspace(-3.75, 3.75, GRID)), atol=1e-12)
    x, y = np.meshgrid(landscape.plane.x, landscape.plane.y)  # along (3, 4) / 5 and, at right angles, (4, -3) / 5
    valley = [(7 / 5 * x + sign / 5 * y) ** 2 for sign in (1, -1)]
    assert any(np.allclose(landscape.plane.losses, one) for one in valley)


def test_a_straight_path_gets_a_second_direction_of_the_same_length_and_always_the_same():
    first, *_, last = path((6,))
    halfway = as_network((as_point(first) + as_point(last)) / 2, first)
    networks, (inputs, targets) = [first, halfway, last], digits()
    one, two = (
        compute_landscape(networks, [0, 1, 2], inputs, targets, "categorical_crossentropy").plane for _ in range(2)
    )
    np.testing.assert_array_equal(one.losses, two.losses)
    assert np.ptp(one.y) == pytest.approx(np.ptp(one.x))
    np.testing.assert_allclose(one.path[:, 1], 0, atol=1e-9)
    np.testing.assert_allclose(one.slice_losses, one.path_losses)  # the path lies in the plane
    assert np.ptp(one.losses[:, 16]) > 0.01  # there is something to see across it


def test_without_a_hidden_layer_the_loss_along_any_line_is_convex():
    plane = compute_landscape(path(()), range(5), *digits(), "categorical_crossentropy").plane
    for losses in (*plane.losses, *plane.losses.T):
        assert (np.diff(losses, 2) > -1e-9).all()


def test_a_loss_that_is_too_large_for_a_float_is_left_out_without_a_warning():
    far = [Network((Dense(np.array([[w]], np.float32), np.zeros(1, np.float32), "linear"),)) for w in (3e19, 1.0)]
    landscape = compute_landscape(
        far, [0, 1], np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32), "mean_squared_error"
    )
    assert np.isnan(landscape.line.start_loss)
    assert landscape.line.losses[np.isfinite(landscape.line.losses)].size
    assert np.isnan(landscape.plane.path_losses[0])
    assert not np.isinf(landscape.plane.losses).any()


@pytest.mark.parametrize(
    ("networks", "words"),
    [
        (line_of((1.0, 2.0)), "two moments"),
        ([*line_of((1.0, 2.0)), *path(())], "same layers"),
        (line_of((1.0, 2.0), (np.nan, 0.0), (0.0, 0.0)), "no finite"),
        (line_of((1.0, 2.0), (np.inf, 0.0), (np.inf, 0.0)), "no finite"),
        (line_of((1.0, 2.0), (1.0, 2.0), (1.0, 2.0)), "did not move"),
    ],
)
def test_where_there_is_no_hill_it_says_why(networks, words):
    with pytest.raises(ValueError, match=words):
        compute_landscape(networks, range(len(networks)), ONE, ZERO, "mean_squared_error")


@pytest.fixture(scope="module")
def landscape():
    return compute_landscape(path((6,)), [0, 1, 2, 4, 7], *digits(), "binary_crossentropy")


def test_kept_and_read_again_it_is_the_same(landscape):
    read = landscape_from_npz(landscape_to_npz(landscape))
    assert (read.loss, read.digits, read.steps.tolist()) == ("binary_crossentropy", 20, [0, 1, 2, 4, 7])
    for one, other in ((read.line, landscape.line), (read.plane, landscape.plane)):
        for name, values in vars(one).items():
            np.testing.assert_array_equal(values, getattr(other, name), err_msg=name)


def test_what_is_left_out_is_kept_so(landscape):
    losses = landscape.plane.losses.copy()
    losses[3, 4] = np.nan
    kept = replace(landscape, plane=replace(landscape.plane, losses=losses))
    assert np.isnan(landscape_from_npz(landscape_to_npz(kept)).plane.losses[3, 4])


def array_file(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays) if arrays else np.save(file, np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"a hill", array_file(), array_file(steps=np.zeros(3)), array_file(steps=np.array([{}]))]
)
def test_another_file_is_no_hill(content):
    with pytest.raises(ValueError, match="does not hold a hill"):
        landscape_from_npz(content)


def test_a_damaged_file_is_no_hill(landscape):
    content = landscape_to_npz(landscape)
    middle = len(content) // 2
    for damaged in (content[:middle], content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]):
        with pytest.raises(ValueError, match="does not hold a hill"):
            landscape_from_npz(damaged)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        *(("plane", name) for name in ("x", "y", "losses", "path", "path_losses", "slice_losses", "explained")),
        *(("line", name) for name in ("alphas", "losses")),
        ("", "steps"),
    ],
)
def test_parts_that_do_not_fit_are_no_hill(landscape, part, name):
    holder = getattr(landscape, part) if part else landscape
    shorter = replace(holder, **{name: getattr(holder, name)[1:]})
    with pytest.raises(ValueError, match="do not fit"):
        landscape_from_npz(landscape_to_npz(replace(landscape, **{part: shorter}) if part else shorter))


def test_an_unknown_loss_is_no_hill(landscape):
    with pytest.raises(ValueError, match="do not fit"):
        landscape_from_npz(landscape_to_npz(replace(landscape, loss="hinge")))
