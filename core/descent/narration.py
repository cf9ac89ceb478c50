"""What a path did, in words and with its own numbers."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.descent.curves import LossCurve
from core.descent.simulation import Array, Trajectory, simulate, steps_to_converge
from core.nn.optimizers import OPTIMIZERS

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
        return [f"{here} The slope is 0, so the weight stays as it is."]
    sign, side, do = ("negative", "right", "grow") if slope < 0 else ("positive", "left", "shrink")
    lines = [f"{here} The slope {number(slope)} is {sign}: downhill is to the {side}, so the weight must {do}."]
    if step < path.steps:
        new = float(path.weights[step + 1])
        shown = number(slope) if slope > 0 else f"({number(slope)})"
        product = f"{number(w)} − {rate_in_words(learning_rate)} × {shown}"
        lines.append(f"New weight = weight − learning rate × slope = {product} = {number(new)}")
    elif path.diverged:
        lines.append(f"Step {int(path.diverged)} would lead beyond a million. It has diverged.")
    return lines


@dataclass(frozen=True)
class RateDescription:
    """What a learning rate does on a curve: its zone, the sentences on the zone, the sentence on the path."""

    regime: str  # one of ZONES
    says: str
    outcome: str


REGIMES = ("creeping", "settling", "overshooting", "on the edge", "beyond the edge")
MAX_STEPS_TO_CROSS = 20  # steps: who needs more, and does not even cross the minimum, creeps


def regimes_of(curve: LossCurve, start: float, learning_rates: Array) -> list[str]:
    """What each learning rate does to a ball that starts here: (rates,) -> so many of ZONES.

    The edge and its half are known beforehand, from the curvature at the minimum. Whether a ball creeps is tried: far
    out on level ground the same rate creeps that overshoots near the minimum.
    """
    minimum = curve.valley(start)
    edge = curve.stability_limit(minimum)
    starts = np.full(len(learning_rates), start)
    path = simulate(curve.loss, curve.gradient, starts, OPTIMIZERS["sgd"], learning_rates, MAX_STEPS_TO_CROSS)
    from_minimum = path.weights - minimum
    arrived = np.max([steps_to_converge(np.abs(path.weights - m), tolerance(curve)) for m in curve.minima], axis=0) >= 0
    crosses = (np.sign(from_minimum) != np.sign(from_minimum[0])).any(axis=0)
    zones = []
    for rate, creeps in zip(learning_rates, ~arrived & ~crosses, strict=True):
        if math.isclose(rate, edge, rel_tol=1e-9):
            zones.append("on the edge")
        elif rate > edge:
            zones.append("beyond the edge")
        elif creeps:
            zones.append("creeping")
        else:
            zones.append("overshooting" if rate > edge / 2 else "settling")
    return zones


def bands_of(curve: LossCurve, start: float, learning_rates: Array) -> list[tuple[float, float, str]]:
    """Where each zone begins and ends on a scale of learning rates, (rates,) that grow; the edge is no zone of its own.

    A boundary is the edge or its half where one of them lies between two rates, else the middle between them.
    """
    edge = curve.stability_limit(curve.valley(start))
    known = [(rate, zone) for rate, zone in zip(learning_rates, regimes_of(curve, start, learning_rates), strict=True)]
    known = [(float(rate), zone) for rate, zone in known if zone != "on the edge"]
    bands = [(known[0][0], known[0][0], known[0][1])]
    for (below, _), (above, zone) in pairwise(known):
        low, _, last = bands[-1]
        if zone != last:
            between = [mark for mark in (edge, edge / 2) if below <= mark <= above]
            middle = between[0] if between else math.sqrt(below * above)
            bands[-1] = (low, middle, last)
            bands.append((middle, above, zone))
        else:
            bands[-1] = (low, above, zone)
    return bands


NEAR = {
    "settling": "Near the minimum no step crosses it.",
    "overshooting": "Near the minimum each step crosses it, and lands nearer.",
    "on the edge": "Near the minimum each step crosses it, and lands about as far on its other side.",
}


def describe_rate(curve: LossCurve, path: Trajectory, learning_rate: float) -> RateDescription:
    """Say where the learning rate lies to the edge of the valley that the path begins in, and where the path ended."""
    start = float(path.weights[0])
    edge = curve.stability_limit(curve.valley(start))
    zone = regimes_of(curve, start, np.array([learning_rate]))[0]
    end, arrived = _end_of(curve, path)
    word, near = f"**{zone}**", NEAR.get(zone, "")
    if zone == "creeping":
        near = f"In {MAX_STEPS_TO_CROSS} steps it does not come within {number(tolerance(curve), 2)} of a minimum."
    elif zone == "overshooting" and arrived >= 0:
        word += ", but settling"
    elif zone == "beyond the edge" and (path.diverged or path.losses[-1] > path.losses[0]):
        word = "**diverging**"
    says = (
        f"Above a learning rate of **{number(edge, 3)}**, the **edge** of this valley, each step near its minimum "
        f"lands farther away. {times_in_words(learning_rate, edge)}: {word}. {near}"
    )
    return RateDescription(zone, says.strip(), _outcome(curve, path, end, arrived, zone in ("creeping", "settling")))


def times_in_words(learning_rate: float, edge: float) -> str:
    """How many times the edge a learning rate is."""
    part = learning_rate / edge
    if math.isclose(part, 1, rel_tol=1e-9):
        return f"{rate_in_words(learning_rate)} is just that"
    digits = next(digits for digits in range(2, 12) if float(f"{part:.{digits}g}") != 1)  # "1 times" would be the edge
    times = f"{part:.{digits}g}" if part < 10 else f"{part:,.0f}"
    return f"{rate_in_words(learning_rate)} is {times} times that"


def tolerance(curve: LossCurve) -> float:
    """So near to a minimum is arrived: a hundredth of the width."""
    return (curve.domain[1] - curve.domain[0]) / 100


def _end_of(curve: LossCurve, path: Trajectory) -> tuple[float, int]:
    """The minimum that is nearest to a path's end, and the step from which on it stays there; -1 when it does not."""
    minimum = min(curve.minima, key=lambda m: abs(m - float(path.weights[-1])))
    arrived = -1 if path.diverged else int(steps_to_converge(np.abs(path.weights - minimum), tolerance(curve)))
    return minimum, arrived


def _outcome(curve: LossCurve, path: Trajectory, minimum: float, arrived: int, on_its_way: bool) -> str:
    if path.diverged:
        return f"It diverged: step {int(path.diverged)} leads beyond a million."
    if arrived >= 0:
        which = "the minimum" if len(curve.minima) == 1 else "the global minimum"
        if minimum != curve.minima[0]:
            which = "a local minimum"
        when = f"After {steps_in_words(arrived)}" if arrived else "From the start"
        where = "" if minimum == curve.valley(float(path.weights[0])) else ", in another valley than its own"
        near = number(tolerance(curve), 2)
        return f"{when} it is within {near} of {which} at {number(minimum, 2)}{where}, and stays."
    return _not_arrived(path, on_its_way) + _thrown(curve, path)


def _not_arrived(path: Trajectory, on_its_way: bool) -> str:
    before, now = (number(float(path.losses[place]), 3) for place in (0, -1))
    after = f"After {path.steps} steps"
    if np.ptp(path.losses) < 0.01 * path.losses[0]:
        return f"{after} the loss is still {now}: it has hardly changed."
    if path.losses[-1] > path.losses[0] and now != before:
        return f"{after} the loss has grown from {before} to {now}."
    place = "not there yet" if on_its_way else "at no minimum"
    return f"{after} it is {place}: weight {number(float(path.weights[-1]), 2)}, loss {now}."


def _thrown(curve: LossCurve, path: Trajectory) -> str:
    """Where a path has left the valley whose edge is told: which other one it is in, and that one's edge."""
    began, now = (curve.valley(float(path.weights[place])) for place in (0, -1))
    if began == now:
        return ""
    where = f"that of the minimum at {number(now, 2)}, whose edge is {number(curve.stability_limit(now), 3)}"
    return f" By then it is in another valley, {where}."
