import numpy as np
import pytest

from core.nn.network import Dense, Network, initial_network
from core.nn.prediction import CONFIDENCE_THRESHOLD, predict, predict_one, prediction_from, probabilities_of
from core.pretrained.registry import load_model


def network_that_says(*scores):
    """Whatever it is shown."""
    return Network((Dense(np.zeros((784, len(scores))), np.array(scores, float), "softmax"),))


ANY = np.full((28, 28), 0.5, np.float32)


def test_the_answer_is_the_largest_probability_and_the_runner_up_the_second():
    answer = predict_one(network_that_says(0, 5, 1, 3, 0, 0, 0, 0, 0, 0), ANY)
    assert (answer.digit, answer.runner_up) == (1, 3)
    assert answer.probabilities.sum() == pytest.approx(1)
    assert answer.confidence == pytest.approx(np.exp(5) / np.exp([0, 5, 1, 3, 0, 0, 0, 0, 0, 0]).sum())


def test_a_network_torn_between_two_digits_is_not_sure():
    torn = predict_one(network_that_says(0, 9, 0, 9, 0, 0, 0, 0, 0, 0), ANY)
    assert {torn.digit, torn.runner_up} == {1, 3}
    assert torn.confidence < CONFIDENCE_THRESHOLD
    assert not torn.is_sure
    assert predict_one(network_that_says(0, 9, 0, 0, 0, 0, 0, 0, 0, 0), ANY).is_sure


def test_a_network_whose_training_diverged_gives_no_answer():
    with pytest.raises(ValueError, match="its training diverged"):
        predict_one(network_that_says(np.nan, 0), ANY)


def test_ten_separate_answers_are_shown_as_shares_of_one():
    scores = np.full(10, -1000.0)
    yes = Network((Dense(np.zeros((784, 10)), np.where(np.arange(10) < 2, [0.0] * 10, scores), "sigmoid"),))
    answer = predict_one(yes, ANY)
    assert answer.probabilities[:2].tolist() == [0.5, 0.5]  # two digits with 0.5 each, all others 0
    no = predict_one(Network((Dense(np.zeros((784, 10)), scores, "sigmoid"),)), ANY)
    assert no.probabilities.tolist() == [0.1] * 10  # ten times no


def test_many_images_get_their_probabilities_one_by_one(test_set):
    images = test_set.images[:5] / np.float32(255)
    for last in ("softmax", "sigmoid"):
        network = initial_network((784, 12, 10), ("relu", last), seed=1)
        together = probabilities_of(network, images)
        assert together.shape == (5, 10)
        np.testing.assert_allclose(together, [predict_one(network, image).probabilities for image in images], atol=1e-6)
        assert together.sum(axis=1) == pytest.approx(1)


def test_an_answer_from_probabilities():
    answer = prediction_from(np.array([0, 0.1, 0, 0.6, 0, 0, 0.3, 0, 0, 0]))
    assert (answer.digit, answer.runner_up, answer.confidence) == (3, 6, 0.6)
    with pytest.raises(ValueError, match="its training diverged"):
        prediction_from(np.full(10, np.nan))


def test_a_batch_gets_the_answers_of_its_digits_one_by_one(test_set):
    network = load_model("article").network
    together = predict(network, test_set.images[:30], batch_size=7)
    alone = [predict_one(network, image / np.float32(255)).probabilities for image in test_set.images[:30]]
    assert np.abs(together - alone).max() < 1e-6
