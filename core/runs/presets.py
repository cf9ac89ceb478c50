"""Settings to begin with: three that work, and six that are broken on purpose."""

from dataclasses import dataclass

from core.runs.config import TrainingConfig
from core.runs.settings import ALL_DIGITS


@dataclass(frozen=True)
class Preset:
    """A named configuration and what to expect of it."""

    title: str
    lesson: str
    config: TrainingConfig


PRESETS = {
    "article": Preset(
        "As in the article",
        "All 60,000 digits, ten times over, and checked on the test digits, as the article does. The other presets are "
        "checked on 5,000 validation digits instead, which leaves the test digits for a fair test.",
        TrainingConfig(training_images=ALL_DIGITS, validate_on="test"),
    ),
    "quick": Preset(
        "Quick",
        "One layer, large steps with momentum that become small ones: 98 % after four epochs.",
        TrainingConfig(
            hidden_layers=(256,),
            optimizer="momentum",
            learning_rate=0.3,
            learning_rate_schedule="warmup_cosine",
            batch_size=125,
            epochs=4,
        ),
    ),
    "drawing": Preset(
        "For drawing",
        "Each digit is bent anew in each epoch: slower to learn, better at digits like yours. A short version of how "
        "the network that comes with the app was made.",
        TrainingConfig(batch_size=128, learning_rate=0.001, epochs=12, distortion=1.0),
    ),
    "too_large": Preset(
        "Learning rate too large",
        "Each step overshoots. What will the loss do?",
        TrainingConfig(optimizer="sgd", learning_rate=5.0, epochs=2),
    ),
    "too_small": Preset(
        "Learning rate too small",
        "Each step is tiny. Will it ever arrive?",
        TrainingConfig(optimizer="sgd", learning_rate=1e-5, epochs=2),
    ),
    "zeros": Preset(
        "All weights zero",
        "All units of a layer begin alike and get the same gradient. Can they ever differ?",
        TrainingConfig(initializer="zeros", epochs=2),
    ),
    "shuffled": Preset(
        "Labels shuffled",
        "The digits are real, their labels are drawn by lot. Can a network learn what is not there?",
        TrainingConfig(shuffled_labels=True, training_images=2000, epochs=30),
    ),
    "few": Preset(
        "100 images only",
        "So few that it can learn them by heart. What of the others?",
        TrainingConfig(training_images=100, epochs=60),
    ),
    "no_hidden": Preset(
        "No hidden layer",
        "Ten weighted sums and nothing between. How far does that go?",
        TrainingConfig(hidden_layers=(), epochs=5),
    ),
}
