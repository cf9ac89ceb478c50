import numpy as np
import pytest

from core.evaluation import Evaluation

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.3, 0.3, 0.4]])
EVALUATION = Evaluation(PROBABILITIES, np.array([0, 1, 1, 2], np.uint8))


def test_accuracy_by_hand():
    assert EVALUATION.answers.tolist() == [0, 1, 0, 2]
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
