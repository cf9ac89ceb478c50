"""A chart that changes while one looks at it, without a flash, and keeps what was zoomed into.

st.plotly_chart is drawn anew at each change of its data. This is Plotly's own `react`, which draws only what is new.
Plotly's script comes from the installed package, served as the folder of a component, and is cached by the browser.
The same chart can be played through, by Plotly's frames and without the server, and says where it was clicked.
"""

import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.components.v1 import declare_component

from core.paths import text_beside
from pages.ui.components.browser_values import place, pointed_place

if TYPE_CHECKING:
    import plotly.graph_objects as go

_HTML = """
<div class="live-chart" role="figure"></div>
<div class="player" hidden>
  <div class="controls">
    <button type="button" name="reset">Reset</button>
    <button type="button" name="back">Back</button>
    <button type="button" name="play">Play</button>
    <button type="button" name="step">Step</button>
    <input type="range" name="at" min="0" aria-label="step">
    <output></output>
  </div>
  <div class="says" aria-live="polite"></div>
</div>
"""
_CSS = """
.live-chart { width: 100%; position: relative; }
.live-chart text { fill: var(--st-text-color) !important; }
.live-chart .gridlayer path { stroke: var(--st-border-color) !important; }
.live-chart .heatmap-label text, .live-chart text.heatmap-label { fill: #fff !important; }
.live-chart .annotation text { font-size: 11px !important; }
@media (pointer: coarse) { .live-chart.in-space { pointer-events: none; } }
.player { font: 15px var(--st-font); color: var(--st-text-color); }
.player .controls { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.player button {
  font: inherit; color: inherit; background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius, 8px); padding: 4px 12px; cursor: pointer; min-width: 64px;
}
.player :focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.player button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.player button[name=play] {
  background: var(--st-primary-color); border-color: transparent; color: var(--st-background-color);
}
.player input { flex: 1 1 100px; min-width: 80px; accent-color: var(--st-primary-color); }
.player output { min-width: 8em; text-align: right; font-variant-numeric: tabular-nums; }
.player .says { min-height: 3.2em; margin-top: 8px; font-variant-numeric: tabular-nums; }
.player .says p { margin: 0 0 2px; }
"""
_JS = text_beside(__file__, "chart.js")


@st.cache_resource(show_spinner=False)
def _served_script() -> str:
    """Where the app serves Plotly's script, from its own address."""
    installed = importlib.util.find_spec("plotly")  # known without importing it, which takes a while
    if installed is None or installed.origin is None:
        raise ModuleNotFoundError("Plotly is not installed.")
    folder = declare_component("plotly_script", path=Path(installed.origin).parent / "package_data")
    return f"component/{folder.name}/plotly.min.js"


@dataclass(frozen=True)
class Animation:
    """What moves when a chart is played through.

    Attributes:
        moves: for each step Plotly's frame: the new data of some traces, and which traces.
        says: for each step what it is, in lines.
        numbers: for each step its number; 0, 1, 2 and so on where none are given.
        restart: as long as this stays, a new film goes on where the old one was.
        group: charts of one group show the same step.
        follows: it has no buttons of its own, and shows what its group shows.
        rolls: a click plays it, or the one that it follows, once the answer to the click has come.
        redraws: whether each step draws the whole chart anew, as a chart in three dimensions must.
    """

    frames: Sequence[dict[str, Any]]
    captions: Sequence[Sequence[str]] = ()
    numbers: Sequence[int] = ()
    identity: str = ""
    group: str = ""
    follower: bool = False
    play_on_click: bool = True
    full_redraw: bool = False


def _component() -> Any:
    return st.components.v2.component("live_chart", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)


def load_plotly_ahead() -> None:
    """Have the browser fetch and read Plotly's script, which takes it a second, while the server prepares a chart."""
    _component()(key="plotly_ahead", data={"script": _served_script()}, height=1, width=1)


def show_live_chart(
    figure: "go.Figure",
    key: str,
    alt: str,
    film: Animation | None = None,
    on_click: Callable[[dict[str, float]], None] | None = None,
    on_point: Callable[[dict[str, float]], None] | None = None,
) -> None:
    """Show a figure that will change; `alt` says what it shows to those who do not see it.

    A trace's `meta` {"colour": n} chooses its colour among the theme's, {"colour": "text"} that of text, and a list one
    for each mark. Give the layout a height, and a `uirevision` that stays as long as a zoom is to stay. `on_click` is
    called with the place that was clicked, {"x", "y"} in the units of the axes, which may be beyond them; `on_point`
    with what is under the mouse, as often as answers come, and with {} when it has left the axes.
    """
    data: dict[str, Any] = {"figure": figure.to_json(), "words": alt, "script": _served_script()}
    if film:
        says = film.captions or [()] * len(film.frames)
        numbers = film.numbers or range(len(film.frames))
        steps = [
            {"move": move, "says": lines, "number": number}
            for move, lines, number in zip(film.frames, says, numbers, strict=True)
        ]
        data |= {"steps": json.dumps(steps), "frames": len(steps), "restart": film.identity, "group": film.group}
        data |= {"follows": film.follower, "redraws": film.full_redraw, "rolls": film.play_on_click}
    data |= {"clicks": on_click is not None, "points": on_point is not None}

    def told(
        name: str, act: Callable[[dict[str, float]], None] | None, check: Callable[[object], dict[str, float] | None]
    ) -> Callable[[], None]:
        def call() -> None:
            at = check(getattr(st.session_state.get(key), name, None))
            if act and at is not None:
                act(at)

        return call

    _component()(
        key=key,
        data=data,
        on_clicked_change=told("clicked", on_click, place),
        on_pointed_change=told("pointed", on_point, pointed_place),
    )
