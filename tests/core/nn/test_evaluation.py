import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from core.nn.evaluation import Evaluation, difference, most_confused, off_diagonal, standard_error

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.3, 0.3, 0.4]])
EVALUATION = Evaluation(PROBABILITIES, np.array([0, 1, 1, 2], np.uint8))


def test_accuracy_by_hand():
    assert EVALUATION.predictions.tolist() == [0, 1, 0, 2]
    assert EVALUATION.accuracy == 0.75


def test_losses_are_minus_the_logarithm_of_the_right_probability():
    assert EVALUATION.losses.tolist() == pytest.approx([-np.log(0.7), -np.log(0.8), -np.log(0.05), -np.log(0.4)])


def test_an_impossible_answer_costs_much_but_not_infinitely_much():
    sure_and_wrong = Evaluation(np.array([[1.0, 0.0]]), np.array([1], np.uint8))
    assert sure_and_wrong.losses[0] == pytest.approx(-np.log(1e-7))


def test_the_surest_mistake_is_the_hardest():
    assert EVALUATION.hardest().tolist() == [2, 3, 0, 1]


def test_confusion_counts_right_digits_by_answers():
    counts = EVALUATION.confusion()
    assert counts[0, 0] == counts[1, 1] == counts[1, 0] == counts[2, 2] == 1
    assert counts.sum() == 4


def test_precision_and_recall_by_hand_and_as_scikit_learn_has_them():
    assert EVALUATION.precision()[:3].tolist() == [0.5, 1, 1]  # "0" was said twice, once of a 1
    assert EVALUATION.recall()[:3].tolist() == [1, 0.5, 1]  # of two 1s one was found
    assert np.isnan(EVALUATION.recall()[3:]).all()
    random = np.random.default_rng(0)
    many = Evaluation(random.random((500, 10)), random.integers(0, 10, 500).astype(np.uint8))
    precision, recall, _, _ = precision_recall_fscore_support(many.labels, many.predictions)
    np.testing.assert_allclose(many.precision(), precision)
    np.testing.assert_allclose(many.recall(), recall)


def test_the_digit_that_is_most_often_taken_for_another():
    counts = np.array([[9, 1, 0], [2, 9, 3], [0, 0, 9]])
    assert off_diagonal(counts).tolist() == [[0, 1, 0], [2, 0, 3], [0, 0, 0]]
    assert most_confused(counts) == (1, 2, 3)
    assert most_confused(np.diag([9, 9, 9])) is None


def test_mistakes_are_the_wrong_answers_the_surest_first():
    assert EVALUATION.mistakes().tolist() == [2]
    two = Evaluation(np.array([[0.6, 0.4], [0.1, 0.9], [0.9, 0.1]]), np.array([1, 0, 0], np.uint8))
    assert two.mistakes().tolist() == [1, 0]


def test_a_standard_error_is_how_far_parts_drawn_by_lot_lie_from_the_whole():
    random = np.random.default_rng(0)
    right = random.random(10_000) < 0.97
    shares = [right[random.choice(10_000, 500)].mean() for _ in range(4000)]
    assert np.std(shares) == pytest.approx(standard_error(right.mean(), 500), rel=0.05)


def test_equally_good_networks_differ_by_chance_in_nineteen_of_twenty_comparisons():
    """A simulation: each of two networks gets each of 2,000 digits right with the same probability, by itself."""
    random = np.random.default_rng(1)
    labels = np.zeros(2000, np.uint8)

    def network(share):
        return Evaluation(np.eye(10)[np.where(random.random(2000) < share, 0, 1)], labels)

    by_chance = [difference(network(0.95), network(0.95)).may_be_chance for _ in range(400)]
    assert 0.92 <= np.mean(by_chance) <= 0.98
    assert not any(difference(network(0.97), network(0.93)).may_be_chance for _ in range(50))


def test_a_difference_by_hand():
    one = Evaluation(np.eye(10)[[0, 1, 2, 3, 9]], np.arange(5, dtype=np.uint8))  # wrong: the last
    two = Evaluation(np.eye(10)[[9, 9, 2, 3, 4]], np.arange(5, dtype=np.uint8))  # wrong: the first two
    told = difference(one, two)
    assert (told.first_only, told.other_only) == (2, 1)
    assert told.standard_errors == pytest.approx(1 / 3**0.5)
    assert difference(one, one).standard_errors == 0
