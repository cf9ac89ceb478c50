import numpy as np
import pytest

from core.descent.three_losses import LAST, judged

P = np.linspace(0.01, 0.99, 50)


def test_what_each_loss_says_by_its_formula():
    rest = (1 - P) / 9
    assert judged("mean_squared_error", P).value == pytest.approx(((1 - P) ** 2 + 9 * rest**2) / 10)
    assert judged("categorical_crossentropy", P).value == pytest.approx(-np.log(P))
    assert judged("binary_crossentropy", P).value == pytest.approx(-(np.log(P) + 9 * np.log(1 - rest)) / 10)


def test_what_each_sends_back_by_its_formula():
    """The right unit's derivative; softmax: da_i/dz = a_i (1 - a) for itself and -a_i a for the others."""
    rest = (1 - P) / 9
    through_softmax = 2 / 10 * ((P - 1) * P * (1 - P) - 9 * rest * P * rest)
    assert judged("mean_squared_error", P).error == pytest.approx(through_softmax)
    assert judged("categorical_crossentropy", P).error == pytest.approx(P - 1)
    assert judged("binary_crossentropy", P).error == pytest.approx((P - 1) / 10)


def test_what_the_page_says_of_each():
    p = np.linspace(0.001, 0.999, 999)
    squared, entropy, binary = (judged(name, p) for name in LAST)
    assert squared.value.max() < 0.12
    assert abs(squared.error[0]) < 0.01 * np.abs(squared.error).max()  # almost no push where it is most wrong
    assert entropy.value[0] > 60 * squared.value[0]
    assert judged("categorical_crossentropy", 1e-200).value[0] > 400  # without limit
    assert binary.error == pytest.approx(entropy.error / 10)


@pytest.mark.parametrize("loss", LAST)
def test_the_nearer_to_certainty_the_smaller_the_loss(loss):
    assert (np.diff(judged(loss, P).value) < 0).all()


def test_mean_squared_error_is_nearly_silent_where_it_is_most_wrong():
    assert abs(judged("mean_squared_error", 0.01).error[0]) < 0.01 * abs(
        judged("categorical_crossentropy", 0.01).error[0]
    )
