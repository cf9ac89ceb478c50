"""MNIST is data about people: who wrote a digit, and whether others read it as its label says.

Sources, for the writers: LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; Yadav and Bottou,
2019, "Cold Case: The Lost MNIST Digits", arXiv:1905.10498. For the labels: Northcutt, Athalye and Mueller, 2021,
"Pervasive Label Errors in Test Sets Destabilize Machine Learning Benchmarks", arXiv:2103.14749.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TRAINING_WRITERS, TEST_WRITERS = 539, 297  # nobody wrote in both sets
HALF = 5_000  # test digits: the first half by high-school students, the last by employees of the Census Bureau
ASKED = 5  # people that each digit in doubt was shown to


@dataclass(frozen=True)
class Dispute:
    """A test digit for whose label at most two of five people voted."""

    index: int
    label: int
    guess: int  # what a network had read, which they were shown beside the label
    for_label: int  # votes
    for_guess: int
    for_neither: int


DISPUTES = {
    index: Dispute(index, *votes)
    for index, *votes in (
        (947, 8, 9, 0, 5, 0),
        (1621, 0, 6, 2, 3, 0),
        (1901, 9, 4, 2, 3, 0),
        (2130, 4, 9, 2, 2, 1),
        (2462, 2, 0, 0, 4, 1),
        (2597, 5, 3, 0, 4, 1),
        (2654, 6, 1, 0, 2, 3),
        (3520, 6, 4, 2, 0, 3),
        (3558, 5, 0, 1, 4, 0),
        (5937, 5, 3, 1, 3, 1),
        (6651, 0, 6, 0, 5, 0),
        (6783, 1, 6, 2, 3, 0),
        (8527, 4, 9, 2, 2, 1),
        (9679, 6, 3, 2, 0, 3),
        (9729, 5, 6, 2, 3, 0),
    )
}


def disputed(indices: npt.NDArray[np.integer]) -> int:
    """How many of some test digits have a label that is disputed."""
    return sum(int(index) in DISPUTES for index in indices)


def errors_by_half(wrong: npt.NDArray[np.integer]) -> tuple[int, int]:
    """Of wrongly read test digits, how many lie in the first half of the set, and how many in the last."""
    first = int((wrong < HALF).sum())
    return first, len(wrong) - first
