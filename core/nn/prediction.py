"""A network's answer is ten probabilities; the largest names the digit, and how large says how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.data.mnist import Images, flatten, scale, to_inputs
from core.data.user_drawings import LabelledDrawing
from core.drawing.strokes import Picture, has_ink
from core.nn.activations import Array
from core.nn.network import Network, forward

CONFIDENCE_THRESHOLD = 0.8  # a smaller largest probability is "not sure": see DECISIONS.md for what was measured


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a network says of one image."""

    probabilities: npt.NDArray[np.float64]  # (10,), they add up to 1
    digit: int  # the most probable
    runner_up: int  # the second

    @property
    def confidence(self) -> float:
        """The probability of the digit, 0 to 1."""
        return float(self.probabilities[self.digit])

    @property
    def is_sure(self) -> bool:
        """Whether the digit is probable enough to be called the answer."""
        return self.confidence >= CONFIDENCE_THRESHOLD


def predict_one(network: Network, image: Picture) -> Prediction:
    """The network's answer for one image, shape (28, 28), 0 for paper to 1 for ink.

    Raises:
        ValueError: there is no ink in the image, or the network's outputs are not numbers (a training that diverged
            leaves such a network).
    """
    if not has_ink(image):
        raise ValueError("There is no ink in this image: no answer to it would mean anything.")
    return prediction_from(probabilities_of(network, image[np.newaxis])[0])


def prediction_from(probabilities: npt.NDArray[np.float64]) -> Prediction:
    """What ten probabilities, shape (10,), say.

    Raises:
        ValueError: they are not numbers (a training that diverged leaves a network with such outputs).
    """
    if not np.isfinite(probabilities).all():
        raise ValueError("This network does not answer with numbers: its training diverged.")
    runner_up, digit = np.argsort(probabilities)[-2:]
    return Prediction(probabilities, int(digit), int(runner_up))


def probabilities_of(network: Network, images: Array) -> npt.NDArray[np.float64]:
    """The network's answers for images, (count, 28, 28) 0 to 1, as probabilities, (count, 10).

    A network that ends in sigmoids (binary cross entropy) gives ten separate answers, yes or no; they are divided by
    their sum, so that the answers of all networks can be compared. Outputs that are no numbers stay so.
    """
    inputs = flatten(np.ascontiguousarray(images, network.layers[0].weights.dtype))
    outputs = forward(network, inputs).outputs.astype(np.float64)
    if network.layers[-1].activation != "sigmoid":
        return outputs
    total = outputs.sum(axis=-1, keepdims=True)
    return np.divide(outputs, total, out=np.full_like(outputs, 1 / outputs.shape[-1]), where=total != 0)


def digit_name(digit: int) -> str:
    """A digit with its article: "a 7", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def probabilities_in_words(answers: dict[str, Prediction]) -> str:
    """All probabilities of each network, by its title, for those who do not see the bars."""
    return " ".join(
        f"{title}: " + ", ".join(f"{digit} {p:.1%}" for digit, p in enumerate(answer.probabilities)) + "."
        for title, answer in answers.items()
    )


def predict(network: Network, images: Images, batch_size: int = 250) -> Array:
    """The outputs for many images, (count, 28, 28) uint8 -> (count, 10), a batch at a time to spare memory."""
    starts = range(0, len(images), batch_size)
    return np.concatenate([forward(network, to_inputs(images[start : start + batch_size])).outputs for start in starts])


def with_predictions(collection: Sequence[LabelledDrawing], networks: Mapping[str, Network]) -> list[LabelledDrawing]:
    """The collection, where those that no network has read yet are read by these, which are named by their titles."""
    unread = [item for item in collection if not item.predictions]
    if not unread:
        return list(collection)
    images = scale(np.array([item.image for item in unread]))
    answers = {}
    for title, network in networks.items():
        probabilities = probabilities_of(network, images)
        if np.isfinite(probabilities).all():  # a training that diverged leaves a network without answers
            answers[title] = probabilities.argmax(axis=1).tolist()
    read = iter([{title: digits[number] for title, digits in answers.items()} for number in range(len(unread))])
    return [item if item.predictions else replace(item, predictions=next(read)) for item in collection]
