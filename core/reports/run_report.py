"""What a run was, in words that can be read without this app: its settings, what was changed on the way, its scores."""

from collections.abc import Mapping
from typing import Any

from core.runs.config import TrainingConfig
from core.runs.history import History
from core.runs.learning_rate_changes import rates_in_words
from core.runs.settings import setting_in_words
from core.runs.states import RunState


def run_report(title: str, state: RunState, config: TrainingConfig, history: History, scores: Mapping[str, Any]) -> str:
    """A Markdown document on one run: each setting as it held, and what its network reaches on the test set."""
    values = {name: _in_words(value) for name, value in config.to_dict().items()}
    values["learning_rate"] = rates_in_words(config.learning_rate, history.learning_rates, history.step)
    lines = [f"# {title}", "", f"State: {state}, after {history.step:,} updates ({len(history.epochs)} whole epochs)."]
    if "accuracy" in scores:
        lines.append(f"On MNIST's 10,000 test digits: accuracy {100 * scores['accuracy']:.2f} %.")
    lines += ["", "| setting | value |", "| --- | --- |"]
    lines += [f"| {setting_in_words(name)} | {value} |" for name, value in values.items()]
    lines += [
        "",
        "The same settings and seed give the same weights to the last bit with the same version of the app on the same",
        "kind of processor. A learning rate with arrows was changed by hand while the run was trained; a schedule",
        "multiplies what was set.",
        "",
        "- run.json: settings and scores, for programs",
        "- events.jsonl: what happened, one event a line, in its order",
        "- model.safetensors: the weights; checkpoints/: the weights on the way, by their update",
    ]
    return "\n".join(lines) + "\n"


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
