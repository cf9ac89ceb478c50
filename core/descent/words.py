"""What a path did, in words and with its own numbers."""

import math
from dataclasses import dataclass

import numpy as np

from core.descent.curves import Curve
from core.descent.simulation import Trajectory, arrival

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 4) -> str:
    """A number with so many digits after the point, or as a power of ten when it is very large or very small."""
    if 0 < abs(value) < 1e-9:
        return "almost 0"
    if value and not 10**-digits <= abs(value) < 1e6:
        exponent = math.floor(math.log10(abs(value)))
        text = f"{value / 10.0**exponent:.2f} × 10{str(exponent).translate(SUPERSCRIPT)}"
    else:
        whole = len(f"{abs(value):.0f}")
        text = f"{value:,.{min(digits, max(0, 7 - whole))}f}"  # seven digits at most
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def rate_in_words(rate: float) -> str:
    """A learning rate, with as many digits as it has."""
    return f"{rate:.10f}".rstrip("0").rstrip(".") if rate < 1 else f"{rate:g}"


def steps_in_words(steps: int) -> str:
    """So many steps."""
    return f"{steps} step{'s' * (steps != 1)}"


def step_in_words(path: Trajectory, step: int, learning_rate: float) -> list[str]:
    """What happens at a place of a path, with its numbers: the slope, the sign, the step, the new weight."""
    w, slope, loss = (float(part[step]) for part in (path.weights, path.gradients, path.losses))
    here = f"Weight {number(w)}, loss {number(loss)}."
    if slope == 0:
        return [f"{here} The slope is 0: nothing to add or subtract."]
    sign, side, do = ("negative", "right", "add") if slope < 0 else ("positive", "left", "subtract")
    lines = [f"{here} The slope {number(slope)} is {sign}: downhill is to the {side}, so {do}."]
    if step < path.steps:
        new = float(path.weights[step + 1])
        shown = number(slope) if slope > 0 else f"({number(slope)})"
        product = f"{number(w)} − {rate_in_words(learning_rate)} × {shown}"
        lines.append(f"New weight = weight − learning rate × slope = {product} = {number(new)}")
    elif path.diverged:
        lines.append(f"Step {int(path.diverged)} would lead beyond a million. It has diverged.")
    return lines


@dataclass(frozen=True)
class Verdict:
    """What a learning rate does on a curve: its zone, the sentence on the zone, the sentence on the path."""

    zone: str  # "creeping", "overshooting", "on the edge" or "diverging"
    says: str
    outcome: str


def zone_of(learning_rate: float, edge: float) -> str:
    """Which side of the edge, and of its half, a learning rate lies."""
    if math.isclose(learning_rate, edge, rel_tol=1e-9):
        return "on the edge"
    if learning_rate > edge:
        return "diverging"
    return "overshooting" if learning_rate > edge / 2 else "creeping"


ZONES = {
    "creeping": "**creeping**. Near the minimum no step crosses it; the smaller the rate, the more steps it takes",
    "overshooting": "**overshooting**, but settling. Near the minimum each step crosses it and lands a little nearer",
    "on the edge": "**on the edge**. Near the minimum each step crosses it and lands just as far from it",
    "diverging": "**diverging** from this minimum. Near it each step crosses it and lands farther away",
}


def judge(curve: Curve, path: Trajectory, learning_rate: float) -> Verdict:
    """Say where the learning rate lies to the edge of the valley that the path begins in, and where the path ended."""
    minimum = curve.valley(float(path.weights[0]))
    edge = curve.edge(minimum)
    zone = zone_of(learning_rate, edge)
    part = learning_rate / edge
    times = f"{part:.2g} times" if part < 10 else f"{part:,.0f} times"
    rate = rate_in_words(learning_rate)
    says = f"The **edge** of this valley is {number(edge, 3)}; {rate} is {times} that: {ZONES[zone]}."
    return Verdict(zone, says, _outcome(curve, path))


def within(curve: Curve) -> float:
    """So near to a minimum is arrived: a hundredth of the width."""
    return (curve.domain[1] - curve.domain[0]) / 100


def _outcome(curve: Curve, path: Trajectory) -> str:
    last = float(path.weights[-1])
    if path.diverged:
        return f"It diverged: step {int(path.diverged)} leads beyond a million."
    minimum = min(curve.minima, key=lambda m: abs(m - last))
    arrived = int(arrival(np.abs(path.weights - minimum), within(curve)))
    if arrived >= 0:
        which = "the minimum" if len(curve.minima) == 1 else "the global minimum"
        if minimum != curve.minima[0]:
            which = "a local minimum"
        when = f"After {steps_in_words(arrived)}" if arrived else "From the start"
        return f"{when} it is within {number(within(curve), 2)} of {which} at {number(minimum, 2)}, and stays."
    before, now = (number(float(path.losses[place]), 3) for place in (0, -1))
    change = float(path.losses[-1] / path.losses[0])
    if abs(change - 1) < 0.01:
        return f"After {path.steps} steps the loss is still {now}: it has hardly changed."
    if change > 1:
        return f"After {path.steps} steps the loss has grown from {before} to {now}."
    return f"After {path.steps} steps it is not there yet: weight {number(last, 2)}, loss {now}."
