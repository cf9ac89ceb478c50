"""What is seen of a network while it learns: its answers to some digits, its first weights, its gradients."""

import numpy as np
import numpy.typing as npt

from core.data.mnist import SIDE, Digits
from core.nn.network import Network
from core.nn.prediction import predict
from core.runs.array_files import PREVIEW_DIGITS, PREVIEW_UNITS, Preview


def preview_of(network: Network, step: int, digits: Digits, gradients: npt.NDArray[np.float32]) -> Preview:
    """The network after `step` updates, shown on the first of `digits`; `gradients` are the lengths of its layers'."""
    some = digits.take(np.arange(PREVIEW_DIGITS))
    first = network.layers[0].weights[:, :PREVIEW_UNITS]
    return Preview(
        step=step,
        images=some.images,
        labels=some.labels,
        answers=predict(network, some.images).astype(np.float16),
        weights=first.T.reshape(-1, SIDE, SIDE).astype(np.float16),
        gradients=gradients,
    )
