"""What became of a race of two weights, in words that are chosen by the paths."""

from collections.abc import Mapping, Sequence

from core.descent.narration import steps_in_words
from core.descent.simulation import Trajectory, steps_to_converge
from core.descent.surfaces import Surface
from core.nn.optimizers import OPTIMIZERS


def result_in_words(surface: Surface, path: Trajectory, steps: int) -> str:
    """When a ball of two weights came to a minimum and stayed, or what became of it in so many steps."""
    if path.diverged:
        return f"**diverged** at step {int(path.diverged)}"
    arrived = _steps_of(surface, path)
    if arrived < 0:
        return f"at no minimum after {steps_in_words(steps)}"
    where = f"**at {surface.minimum_in_words(path.weights[-1])}**"
    return f"{where} after {steps_in_words(arrived)}" if arrived else f"{where} from the start"


def race_in_words(surface: Surface, paths: Mapping[str, Trajectory]) -> str:
    """Who of several optimizers, by their names, was at a minimum first, and who was not."""
    needed = {name: _steps_of(surface, path) for name, path in paths.items()}
    there = {name: steps for name, steps in needed.items() if steps >= 0}
    missing = [OPTIMIZERS[name].title for name in paths if name not in there]
    if not there:
        return "None of them is at a minimum in the end." if len(paths) > 1 else ""
    if len(paths) == 1:
        return ""
    fewest = min(there.values())
    first = [OPTIMIZERS[name].title for name, steps in there.items() if steps == fewest]
    words = f"First at a minimum: **{listed(first)}**."
    return f"{words} Not there in the end: {listed(missing)}." if missing else words


def _steps_of(surface: Surface, path: Trajectory) -> int:
    return -1 if path.diverged else int(steps_to_converge(surface.distance(path.weights.T), surface.tolerance))


def listed(names: Sequence[str]) -> str:
    """Names as one says them: one, one and another, one, another and a third."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
