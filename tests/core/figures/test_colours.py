"""Colours are seen: text at 4.5 to 1 and marks at 3 to 1, as WCAG 2.2 asks for, in the light and in the dark theme."""

import re
import tomllib

import numpy as np
import pytest

from core.figures import layout, surfaces
from core.figures.comparison import comparison_figure
from core.figures.contours import DEEPEST, RELIEF
from core.figures.losses import losses_figure
from core.figures.pictures import NEGATIVE, POSITIVE
from core.figures.timeline import answers_over_time_figure
from core.nn.optimizers import OPTIMIZERS
from core.paths import ROOT
from core.runs.comparison import Compared

TEXT, MARK = 4.5, 3.0
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
THEMES = {name: CONFIG[name] for name in ("light", "dark")}
STYLE = (ROOT / "pages/ui/shell/overrides.css").read_text(encoding="utf-8")
CANVAS = {"light": "#ffffff", "dark": "#121212"}  # what a browser calls Canvas


def channels(colour):
    """Red, green and blue, 0 to 255, of "#rrggbb" or of three numbers."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)] if isinstance(colour, str) else list(colour)


def luminance(colour):
    """Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in np.divide(colour, 255)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one, other):
    """From 1, alike, to 21, black on white."""
    low, high = sorted(luminance(channels(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def over(colour, ground, opacity):
    """A see-through colour as it looks on its ground."""
    return [
        opacity * part + (1 - opacity) * below for part, below in zip(*map(channels, (colour, ground)), strict=True)
    ]


def test_the_measure_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the lightest grey that is enough on white


@pytest.mark.parametrize("name", THEMES)
def test_text_is_read_on_every_ground_of_its_theme(name):
    theme = THEMES[name]
    faded = float(re.search(r"stCaptionContainer.*opacity: ([\d.]+)", STYLE)[1])
    paper, box = theme["backgroundColor"], theme["secondaryBackgroundColor"]
    for ground in (paper, box):
        assert contrast(theme["textColor"], ground) >= TEXT
        assert contrast(over(theme["textColor"], ground, faded), ground) >= TEXT
    assert contrast(theme["primaryColor"], paper) >= TEXT  # a slider's value
    assert contrast(theme["primaryColor"], over(theme["primaryColor"], paper, 0.2)) >= TEXT  # the chosen, pointed at
    assert contrast(CANVAS[name], theme["primaryColor"]) >= TEXT  # the label of a button in full colour
    assert contrast(paper, theme["primaryColor"]) >= TEXT  # Play


def test_code_is_read_and_has_the_colours_of_the_charts():
    grounds = {"light": "#f9fafc", "dark": "#151a28"}  # Streamlit's, halfway between paper and box
    pairs = re.findall(r" color: light-dark\((#\w+), (#\w+)\)", STYLE)
    assert len(set(pairs)) == 3  # of code; links on cards have one of them
    for pair in pairs:
        for name, colour in zip(THEMES, pair, strict=True):
            assert colour in THEMES[name]["chartCategoricalColors"]
            assert contrast(colour, grounds[name]) >= TEXT


def test_what_stays_on_the_screen_lies_on_the_page_s_own_ground():
    grounds = re.findall(r"background: light-dark\((#\w+), (#\w+)\)", STYLE)
    assert grounds == [tuple(theme["backgroundColor"] for theme in THEMES.values())]
    assert "var(--st-" not in STYLE  # Streamlit sets these in components alone


@pytest.mark.parametrize("name", THEMES)
def test_every_colour_of_the_palette_is_seen_on_paper_and_on_the_deepest_ground(name):
    theme = THEMES[name]
    deepest = over(RELIEF, theme["backgroundColor"], DEEPEST / 255)
    for colour in theme["chartCategoricalColors"]:
        assert contrast(colour, theme["backgroundColor"]) >= MARK
        assert contrast(colour, deepest) >= MARK


def test_what_is_marked_is_seen_on_ink_on_paper_and_on_both_themes():
    for ground in (*(colour for _, colour in layout.INK), *(theme["backgroundColor"] for theme in THEMES.values())):
        assert contrast(layout.HIGHLIGHT, ground) >= MARK
    assert contrast("#ffffff", layout.HIGHLIGHT) >= TEXT  # the counts of a confusion
    for sign in (POSITIVE, NEGATIVE):
        assert contrast(sign, layout.INK[0][1]) >= MARK


@pytest.mark.parametrize("name", THEMES)
def test_words_and_charts_have_the_same_blue_orange_and_green(name):
    theme = THEMES[name]
    words = [theme[f"{colour}Color"] for colour in ("blue", "orange", "green")]
    assert words == theme["chartCategoricalColors"][:3]
    assert theme["primaryColor"] == theme["chartCategoricalColors"][layout.LEARNED]


def test_what_is_seen_together_on_a_curve_has_colours_of_its_own():
    together = (layout.PATH, layout.BALL, layout.MINIMUM, layout.STARTS, layout.SLOPE)
    assert len(set(together)) == len(together)
    assert layout.MINIMUM not in surfaces.COLOURS.values()
    assert len(set(surfaces.COLOURS.values())) == len(OPTIMIZERS)


def looks(trace):
    """All that tells a line from another but its colour."""
    return (trace.mode, trace.line.dash, trace.line.width, trace.marker.symbol)


def of_run(title):
    steps, losses = np.arange(3.0), np.ones(3)
    return Compared(title, title, {}, steps, losses, {}, 1, (steps, steps), None, "finished")


@pytest.mark.parametrize(
    "figure",
    [
        comparison_figure([of_run(title) for title in "abcdef"], (0, 6, 12, 1, 7, 3), "loss", "updates", ""),
        losses_figure(np.linspace(0, 1, 5), {name: np.ones(5) for name in "abc"}, 0.5, [1, 1, 1], "loss", False),
        answers_over_time_figure(np.full((4, 10), 0.5), list("0123"), 0),
    ],
    ids=["runs", "losses", "answers over time"],
)
def test_lines_are_told_apart_without_their_colours(figure):
    lines = [looks(trace) for trace in figure.data if "lines" in trace.mode]
    assert len(set(lines)) == len(lines) > 2


def test_optimizers_are_told_apart_without_their_colours():
    assert len(set(surfaces.DASH_OF.values())) == len(set(surfaces.SYMBOLS.values())) == len(OPTIMIZERS)
