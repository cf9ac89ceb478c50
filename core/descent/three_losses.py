"""Three losses judge the same answer differently: what each says, and what it sends back to be learned from.

The answer: ten digits, the right one has some probability, the other nine share the rest evenly. Mean squared error
and cross entropy look at a softmax, binary cross entropy at ten sigmoids, as in the chapter on training; all by
`core.nn.losses`, the code that the networks here are trained by.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.mnist import CLASSES
from core.nn.losses import LOSSES

LAST = {
    "mean_squared_error": "softmax",
    "categorical_crossentropy": "softmax",
    "binary_crossentropy": "sigmoid",
}


@dataclass(frozen=True, eq=False)
class Judged:
    """What a loss says of answers, (answers,): its value, and its gradient at the right unit's weighted sum."""

    value: Any
    error: Any


def judged(loss: str, probability: Any) -> Judged:
    """Judge answers by the probability of their right digit, (answers,), between 0 and 1 without the ends."""
    p = np.atleast_1d(np.asarray(probability, float))
    answers = np.concatenate([p[:, None], np.repeat((1 - p)[:, None] / (CLASSES - 1), CLASSES - 1, axis=1)], axis=1)
    sigmoid = LAST[loss] == "sigmoid"
    sums = np.log(answers) - np.log1p(-answers) if sigmoid else np.log(answers)  # whose softmax, or sigmoid, they are
    targets = np.eye(CLASSES)[np.zeros(len(p), int)]
    known = LOSSES[loss]
    return Judged(known.value(sums, LAST[loss], targets), known.grad_logits(sums, LAST[loss], targets)[:, 0])
