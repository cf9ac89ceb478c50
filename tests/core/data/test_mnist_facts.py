"""What is known of MNIST's digits, held against the digits themselves and simple sums."""

import numpy as np

from core.data.mnist_facts import ASKED, DISPUTES, disputed, errors_by_half


def test_labels_are_disputed_of_which_at_most_two_of_five_people_were_convinced(test_set):
    assert len(DISPUTES) == 15
    for index, one in DISPUTES.items():
        assert one.label == test_set.labels[index]
        assert one.label != one.guess
        assert one.for_label + one.for_guess + one.for_neither == ASKED
        assert one.for_label <= 2


def test_disputes_among_mistakes_are_counted():
    assert disputed(np.array([947, 948, 9729])) == 2
    assert disputed(np.array([], int)) == 0


def test_mistakes_are_parted_in_the_middle():
    assert errors_by_half(np.array([0, 4999, 5000, 9999, 7])) == (3, 2)
