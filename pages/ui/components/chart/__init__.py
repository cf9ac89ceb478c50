"""A chart that changes while one looks at it, without a flash, and keeps what was zoomed into.

st.plotly_chart is drawn anew at each change of its data, and brings a second copy of Plotly's script, of 4.7 MB. This
is Plotly's own `react`, which draws only what is new; all charts come through it, those that never change, too. The
script is the installed package's, served as the folder of a component, and kept by the browser. A chart can be played
through, by Plotly's frames and without the server, and says where it was clicked.
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

_HTML = text_beside(__file__, "chart.html")
_CSS = text_beside(__file__, "chart.css")
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
        frames: for each step Plotly's frame: the new data of some traces, and which, by their uid.
        captions: for each step what it is, in lines.
        numbers: for each step its number; 0, 1, 2 and so on where none are given.
        identity: as long as this stays, new frames go on where the old ones were.
        group: charts of one group show the same step.
        follower: it has no buttons of its own, and shows what its group shows.
        play_on_click: a click plays it, or the one that it follows, once the answer to the click has come.
        full_redraw: whether each step draws the whole chart anew, as a chart in three dimensions must.
    """

    frames: Sequence[dict[str, Any]]
    captions: Sequence[Sequence[str]] = ()
    numbers: Sequence[int] = ()
    identity: str = ""
    group: str = ""
    follower: bool = False
    play_on_click: bool = True
    full_redraw: bool = False

    def to_data(self) -> dict[str, Any]:
        """The same as chart.js takes it."""
        captions = self.captions or [()] * len(self.frames)
        numbers = self.numbers or range(len(self.frames))
        frames = [
            {"move": move, "captions": lines, "number": number}
            for move, lines, number in zip(self.frames, captions, numbers, strict=True)
        ]
        names = ("identity", "group", "follower", "play_on_click", "full_redraw")
        return {"frames": json.dumps(frames), **{name: getattr(self, name) for name in names}}


def _component() -> Any:
    return st.components.v2.component("chart", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)


def load_plotly_ahead() -> None:
    """Have the browser fetch and read Plotly's script, which takes it a second, while the server prepares a chart."""
    _component()(key="plotly_ahead", data={"script": _served_script()}, height=1, width=1)


def show_chart(
    figure: "go.Figure",
    key: str,
    alt: str,
    animation: Animation | None = None,
    on_click: Callable[[dict[str, float]], None] | None = None,
    on_point: Callable[[dict[str, float]], None] | None = None,
) -> None:
    """Show a figure; `alt` says what it shows to those who do not see it.

    A trace's `meta` {"colour": n} chooses its colour among the theme's, {"colour": "text"} that of text, and a list one
    for each mark; without it a trace has the theme's next one. The layout has a height, and a `uirevision` that stays
    as long as a zoom is to stay. `on_click` is called with the place that was clicked, {"x", "y"} in the units of the
    axes, which may be beyond them; `on_point` with what is under the mouse, as often as answers come, and with {} when
    it has left the axes.
    """
    data: dict[str, Any] = {"figure": figure.to_json(remove_uids=False), "words": alt, "script": _served_script()}
    if animation:
        data |= animation.to_data()
    data |= {"clicks": on_click is not None, "points": on_point is not None}

    def callback(
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
        on_clicked_change=callback("clicked", on_click, place),
        on_pointed_change=callback("pointed", on_point, pointed_place),
    )
