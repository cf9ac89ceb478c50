"""The dense network against finite differences and hand-computed values; test_keras.py has Keras' word."""

import numpy as np
import pytest

from core.nn.activations import ACTIVATIONS
from core.nn.losses import LOSSES
from core.nn.more_activations import FAMILIES, OTHER_ACTIVATIONS, activation_of, parametric_name
from core.nn.network import Dense, Network, backward, batch_loss, forward, initial_network, update

SMALL_STEP = 1e-6


def small_network(activation, last, seed=0):
    """In double precision, so that finite differences are exact enough."""
    network = initial_network([5, 4, 3], [activation, last], seed)
    random = np.random.default_rng(seed)
    return Network(
        tuple(
            Dense(layer.weights.astype(float), random.normal(0, 0.5, layer.biases.shape), layer.activation)
            for layer in network.layers
        )
    )


def batch(seed=1):
    random = np.random.default_rng(seed)
    return random.uniform(0, 1, (6, 5)), np.eye(3)[random.integers(3, size=6)]


def test_one_layer_by_hand():
    network = Network((Dense(np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([0.5, 0.0]), "relu"),))
    result = forward(network, np.array([[3.0, 4.0]]))
    assert result.pre_activations[0].tolist() == [[3 * 1 + 4 * 2 + 0.5, 3 * -1 + 4 * 0.5 + 0]]
    assert result.outputs.tolist() == [[11.5, 0.0]]


def test_mean_squared_error_and_its_step_by_hand():
    network = Network((Dense(np.array([[2.0]]), np.array([0.0]), "linear"),))
    inputs, targets = np.array([[3.0]]), np.array([[5.0]])
    result = forward(network, inputs)
    assert batch_loss(network, result, targets, "mean_squared_error") == 1  # (2 * 3 - 5)^2
    gradients = backward(network, result, targets, "mean_squared_error")
    assert gradients.weights[0].tolist() == [[6.0]]  # 2 * (6 - 5) * 3
    assert update(network, gradients, 0.1).layers[0].weights.tolist() == [[pytest.approx(1.4)]]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("last", ["softmax", "sigmoid"])
@pytest.mark.parametrize("activation", [*ACTIVATIONS, *OTHER_ACTIVATIONS, *(f"{family}(0.3)" for family in FAMILIES)])
def test_gradients_are_the_slopes_that_small_steps_show(activation, last, loss):
    network = small_network(activation, last)
    inputs, targets = batch()
    gradients = backward(network, forward(network, inputs), targets, loss)

    def loss_of():
        return batch_loss(network, forward(network, inputs), targets, loss)

    pairs = [
        (array, gradient)
        for number, layer in enumerate(network.layers)
        for array, gradient in (
            (layer.weights, gradients.weights[number]),
            (layer.biases, gradients.biases[number]),
        )
    ]
    for array, gradient in [*pairs, (inputs, gradients.inputs)]:
        for place in np.ndindex(array.shape):
            before = array[place]
            array[place] = before + SMALL_STEP
            above = loss_of()
            array[place] = before - SMALL_STEP
            below = loss_of()
            array[place] = before
            slope = (above - below) / (2 * SMALL_STEP)
            assert gradient[place] == pytest.approx(slope, rel=1e-4, abs=1e-8)


def test_a_step_down_the_gradient_lowers_the_loss():
    network = initial_network([5, 8, 3], ["relu", "softmax"], seed=3)
    inputs, targets = (array.astype(np.float32) for array in batch())
    losses = []
    for _ in range(50):
        result = forward(network, inputs)
        losses.append(batch_loss(network, result, targets, "categorical_crossentropy"))
        network = update(network, backward(network, result, targets, "categorical_crossentropy"), 0.1)
    assert all(after < before for before, after in zip(losses, losses[1:], strict=False))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_enormous_scores_give_numbers_and_not_nan(activation, loss):
    z = np.array([[1e4, -1e4, 0.0]], np.float32)
    for targets in np.eye(3, dtype=np.float32)[:, None]:
        value = LOSSES[loss].value(z, activation, targets)
        error = LOSSES[loss].grad_logits(z, activation, targets)
        assert np.isfinite(value).all()
        assert np.isfinite(error).all()
        assert error.dtype == np.float32


def test_cross_entropy_of_a_guess_among_ten_is_the_logarithm_of_ten():
    value = LOSSES["categorical_crossentropy"].value(np.zeros((1, 10)), "softmax", np.eye(10)[:1])
    assert value == pytest.approx(np.log(10))


def test_float32_stays_float32():
    network = initial_network([784, 784, 100, 10], ["relu", "relu", "softmax"], seed=0)
    result = forward(network, np.zeros((2, 784), np.float32))
    gradients = backward(network, result, np.eye(10, dtype=np.float32)[:2], "categorical_crossentropy")
    arrays = [*result.activations, *result.pre_activations, *gradients.weights, *gradients.biases]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_the_articles_network_has_694950_parameters():
    network = initial_network([784, 784, 100, 10], ["relu", "relu", "softmax"], seed=0)
    assert network.parameter_count == 694_950


def test_the_same_seed_gives_the_same_start():
    one, two, other = (initial_network([4, 3], ["relu"], seed) for seed in (1, 1, 2))
    assert np.array_equal(one.layers[0].weights, two.layers[0].weights)
    assert not np.array_equal(one.layers[0].weights, other.layers[0].weights)


def test_layers_that_do_not_fit_are_refused():
    good = Dense(np.zeros((4, 3)), np.zeros(3), "relu")
    with pytest.raises(ValueError, match="Layer 1 does not take what layer 0 gives"):
        Network((good, Dense(np.zeros((4, 2)), np.zeros(2), "relu")))
    with pytest.raises(ValueError, match="There is no activation swoosh"):
        Network((Dense(np.zeros((4, 3)), np.zeros(3), "swoosh"),))
    with pytest.raises(ValueError, match="needs weights"):
        Network((Dense(np.zeros((4, 3)), np.zeros(4), "relu"),))


@pytest.mark.parametrize(
    "name", ["", "swish", "leaky_relu", "elu()", "elu(0)", "elu(-1)", "elu(1e9)", "elu(1)(1)", "relu(1)"]
)
def test_a_name_of_no_activation_is_refused(name):
    with pytest.raises(ValueError, match="There is no activation"):
        activation_of(name)
    with pytest.raises(ValueError, match="There is no activation"):
        Network((Dense(np.ones((2, 2)), np.zeros(2), name),))


def test_a_number_in_a_name_is_the_same_when_it_is_read_again():
    assert parametric_name("leaky_relu", 0.30000001192092896) == "leaky_relu(0.300000012)"
    assert activation_of("leaky_relu(0.25)").forward(np.array([-4.0, 4.0])).tolist() == [-1, 4]
