"""What a curve says, in words: it falls, it has stopped falling, it rises, or the two curves part.

Each sentence names the moment at which it began, and what to change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.data.mnist import VALIDATION_COUNT
from core.runs.config import TrainingConfig
from core.runs.history import History
from core.runs.learning_rate_changes import effective_changes, rate_of_each_update
from core.runs.settings import ALL_DIGITS
from core.runs.states import RunState

CHANCE_LEVEL = 0.15  # accuracy: ten digits guessed blindly give 0.10
MIN_VISIBLE_CHANGE = 0.01  # of the height of a curve: two pixels of the picture
NOISE_EPOCHS = 5  # epochs, lately, of which the largest rise is how much a loss wavers
MEMORIZED = 0.5  # accuracy on what is learned from, when other digits are guessed
LEARNED_LEVEL = 0.3  # accuracy of batches, smoothed, that is no longer guessing
MIN_UPDATES = 50  # updates: until then, the smoothed accuracy of small batches is chance
RECENT_UPDATES = 20  # updates, an epoch's at most: its mean still counts what was known before it was lost


@dataclass(frozen=True)
class Diagnosis:
    """What a curve says: a kind, and a sentence for the learner."""

    code: str  # diverged, dead units, rising, not learning, by heart, overfitting, worse, falling, settled
    words: str

    @property
    def needs_action(self) -> bool:
        """Whether something ought to be changed."""
        return self.code not in ("falling", "settled")


def diagnose(history: History, config: TrainingConfig | None = None) -> Diagnosis | None:
    """The most important thing to be said of a run now; None as long as there is too little to see."""
    if history.state.get("state") == RunState.DIVERGED:
        rate = history.state["learning_rate"]
        return Diagnosis(
            "diverged",
            f"At update {history.state['step']:,} the loss became too large to be a number, because the steps were too "
            "large. The run was stopped and its network is not kept. Try a learning rate of "
            f"{rate / 10:.2g} instead of {rate:.2g}.",
        )
    if dead := _dead(history, config):
        return dead
    if rising := _rising(history):
        return rising
    if not history.epochs:
        return None
    last = history.epochs[-1]
    if last["val_accuracy"] < CHANCE_LEVEL:
        return _no_better_than_guessing(history, config)
    if len(history.epochs) < 2:
        return None
    return _overfitting(history, config) or _worse(history) or _falling(history, config)


def _dead(history: History, config: TrainingConfig | None) -> Diagnosis | None:
    """Whether whole layers give 0 to every digit: what follows them is the same for all, and nothing comes back."""
    if not history.dead_layers or config is None or _has_zero_weights(config):
        return None
    layer = history.dead_layers[0]
    units, which = config.hidden_layers[layer], f"layer {layer + 1}"
    all_units = f"The one unit of {which} gives" if units == 1 else f"All {units:,} units of {which} give"
    changes = effective_changes(config.learning_rate, history.learning_rates, history.epochs[-1]["step"])
    largest = max([config.learning_rate, *(rate for _, rate in changes)])
    if largest > config.learning_rate:
        remedy = f"with its first learning rate, {config.learning_rate:g}, and keep it far below {largest:g}."
    else:
        remedy = f"with a learning rate of {largest / 10:.2g} instead of {largest:.2g}."
    return Diagnosis(
        "dead units",
        f"{all_units} 0 for every one of the digits that it was judged on after epoch {len(history.epochs)}. So no "
        f"gradient gets through them, and no learning rate wakes them. Begin again {remedy}",
    )


def _has_zero_weights(config: TrainingConfig) -> bool:
    return config.initializer == "zeros" and bool(config.hidden_layers) and config.activation != "sigmoid"


def _no_better_than_guessing(history: History, config: TrainingConfig | None) -> Diagnosis:
    last = history.epochs[-1]
    batches = history.accuracy.values[-min(RECENT_UPDATES, history.updates_per_epoch) :]
    lately = float(np.mean(batches)) if len(batches) else last["accuracy"]
    if min(last["accuracy"], lately) > MEMORIZED:
        shuffled = config is not None and config.shuffled_labels
        why = " There was nothing in the labels that holds for other digits." if shuffled else ""
        return Diagnosis(
            "by heart",
            f"It knows {last['accuracy']:.0%} of its own digits by heart, and guesses others: "
            f"{last['val_accuracy']:.0%} right.{why}",
        )
    begins_with_zeros = config is not None and _has_zero_weights(config)
    if not begins_with_zeros and (lost := _unlearned(history, config, lately)):
        return lost
    words = f"It is not learning: after {_epochs(len(history.epochs))} it gets {last['val_accuracy']:.0%} right, as by "
    words += "guessing. "
    if begins_with_zeros:
        return Diagnosis(
            "not learning",
            words + "All its weights are zero, so every hidden unit passes on zero and gets back a gradient of zero. "
            "Only the biases of the ten answers can move. Start from random weights.",
        )
    return Diagnosis("not learning", words + "Look at the learning rate, the initial weights and the labels.")


def _unlearned(history: History, config: TrainingConfig | None, lately: float) -> Diagnosis | None:
    """Whether it guesses now and did not always: at best, it had more than twice as many right."""
    known = np.array(history.accuracy.smooth[MIN_UPDATES:])
    if not len(known) or known.max() <= LEARNED_LEVEL or lately > known.max() / 2:
        return None
    words = (
        f"It has lost what it had learned: of its own digits it got up to {known.max():.0%} right, and lately "
        f"{lately:.0%}."
    )
    if config and history.learning_rates:
        best = int(known.argmax())
        lost = (
            MIN_UPDATES + best + int(np.argmax(known[best:] <= known.max() / 2))
        )  # the update by which half of it was gone
        rate = rate_of_each_update(config, history.learning_rates, history.step)[lost]
        words += f" That was with a learning rate of {rate:g}, which is too large for it. Begin again, and stay below."
    else:
        words += " Its steps are too large: begin again with a smaller learning rate."
    return Diagnosis("worse", words)


def _overfitting(history: History, config: TrainingConfig | None) -> Diagnosis | None:
    last, best = history.epochs[-1], min(history.epochs, key=lambda epoch: epoch["val_loss"])
    learns_by_heart = last["loss"] < best["loss"] and last["loss"] < 0.7 * last["val_loss"]
    if last["epoch"] - best["epoch"] < 2 or last["val_loss"] <= 1.05 * best["val_loss"] or not learns_by_heart:
        return None
    all_images = ALL_DIGITS - (0 if config and config.validate_on == "test" else VALIDATION_COUNT)
    has_more = config is None or config.training_images < all_images
    remedy = "More images, dropout or fewer epochs help." if has_more else "Dropout or fewer epochs help."
    return Diagnosis(
        "overfitting",
        f"It is overfitting since epoch {best['epoch'] + 1}: the loss on what it learns from still falls, that on "
        f"other digits has risen from {best['val_loss']:.3f} to {last['val_loss']:.3f}. It learns by heart. {remedy}",
    )


def _worse(history: History) -> Diagnosis | None:
    """Both losses are clearly above what they were: no learning by heart, but steps that undo what was learned."""
    last, best = history.epochs[-1], min(history.epochs, key=lambda epoch: epoch["val_loss"])
    if last["val_loss"] <= 1.2 * best["val_loss"] or last["loss"] <= best["loss"]:
        return None
    raised = any(step >= best["step"] for step, _ in history.learning_rates)
    since = "since the learning rate was changed" if raised else f"since epoch {best['epoch'] + 1}"
    return Diagnosis(
        "worse",
        f"It has become worse {since}: the loss on other digits rose from {best['val_loss']:.3f} to "
        f"{last['val_loss']:.3f}. Its steps are too large by now; a smaller learning rate helps.",
    )


def _falling(history: History, config: TrainingConfig | None) -> Diagnosis:
    """Whether the loss still falls, so that one sees it in the picture and so that it is more than its wavering.

    A fall is seen if the last two epochs brought VISIBLE of the height of the curve; and once it was called settled,
    only twice as much makes it falling again, so that the words do not change at each look.
    """
    losses = [epoch["val_loss"] for epoch in history.epochs]
    height = history.loss.values[0] if len(history.loss) else losses[0]
    falling, lately = True, 1
    for count in range(2, len(losses) + 1):
        seen, lately = losses[:count], min(2, count - 1)
        fall = min(seen[:-lately]) - min(seen[-lately:])
        wavering = max(0.0, *np.diff(seen[-NOISE_EPOCHS:]))
        falling = fall > max(wavering, MIN_VISIBLE_CHANGE * height * (1 if falling else 2))
    if not falling:
        last = " and ".join(f"{loss:.3f}" for loss in losses[-2:])
        return Diagnosis(
            "settled", f"The loss on other digits hardly falls any more: {last} after the last two epochs."
        )
    is_constant = config is None or config.learning_rate_schedule == "constant"
    advice = (
        " More epochs would help." if is_constant else " With more epochs from the beginning it would fall further."
    )
    more = advice if history.state.get("state") == RunState.FINISHED else ""
    epochs = "epoch" if lately == 1 else "two epochs"
    fell = f"from {losses[-1 - lately]:.3f} to {losses[-1]:.3f} in the last {epochs}"
    return Diagnosis("falling", f"The loss on other digits still falls: {fell}.{more}")


def _rising(history: History) -> Diagnosis | None:
    """Whether the loss has left the ground: far above where it began."""
    if len(history.loss) < 20:
        return None
    began = float(np.mean(history.loss.values[:3]))
    lately = float(np.mean(history.loss.values[-10:]))
    if not math.isfinite(lately) or lately <= 1.5 * began + 0.5:
        return None
    above = np.convolve(history.loss.values[:], np.ones(10) / 10, "valid") > 1.5 * began + 0.5
    step = int(np.argmax(above)) + 10
    return Diagnosis(
        "rising",
        f"The loss rises: it began at {began:.2f}, and since update {step:,} it is far above. Each update overshoots. "
        "A smaller learning rate is needed.",
    )


def _epochs(count: int) -> str:
    return "one epoch" if count == 1 else f"{count} epochs"
