"""Paths over a landscape of two weights: from above as a map, and in three dimensions."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.descent.simulation import Array, Trajectory
from core.descent.surfaces import Surface
from core.figures.contours import View, background_image, shaded_contours, view_of
from core.figures.layout import (
    ARROW,
    DASHES,
    EMPTY_TRACE,
    MINIMUM,
    axis,
    figure,
    scatter,
    scatter3d,
    shown_steps,
    static_layout,
)
from core.nn.optimizers import OPTIMIZERS

Paths = Mapping[str, Trajectory]  # by the optimizer's name

COLOURS = dict(zip(OPTIMIZERS, (1, 0, 6, 3, 4, 7), strict=True))  # of the palette
SYMBOLS = dict(zip(OPTIMIZERS, ("circle", "square", "diamond", "cross", "triangle-up", "star"), strict=True))
SYMBOLS_IN_SPACE = {"triangle-up": "diamond-open", "star": "x"}  # Plotly has fewer of them there
DASH_OF = dict(zip(OPTIMIZERS, DASHES, strict=True))
SHADES = [[0, "#5c6b87"], [0.5, "#a3aec2"], [1, "#e4e8ef"]]
SENT = np.float32  # half as long a message to the browser, and finer than a screen
GRID = 61  # points of the surface along each weight
PIXELS = (720, 430)
CEILING = 1.5  # in three dimensions the ground is shown up to so many times the height of the start
MAX_FRAMES = 150
HEIGHT = 350


def _view(surface: Surface, paths: Paths) -> View:
    return view_of(surface.domain, np.concatenate([path.weights for path in paths.values()]))


@lru_cache(maxsize=64)
def _picture(surface: Surface, view: View) -> str:
    x, y = np.linspace(*view[:2], PIXELS[0]), np.linspace(view[3], view[2], PIXELS[1])
    return shaded_contours(height(surface, surface.loss(np.stack(np.meshgrid(x, y)))))


def height(surface: Surface, loss: Any) -> Any:
    """How high a loss is drawn: as it is, or its logarithm where losses differ too much."""
    return np.log10(np.asarray(loss) + 0.01) if surface.logarithmic else np.asarray(loss)


def frames_of(paths: Paths) -> list[int]:
    """The steps that are shown when it is played: all, or evenly fewer of very many."""
    return shown_steps(max(path.steps for path in paths.values()), MAX_FRAMES)


ARROWS = ("downhill", "its step")  # of one of the racers


def _at(path: Trajectory, frames: Sequence[int]) -> list[list[float]]:
    """Where it is at these steps; at its end when it has fewer."""
    return path.weights[np.minimum(frames, path.steps)].round(4).tolist()


def contour_figure(surface: Surface, paths: Paths, arrows_of: str | None) -> go.Figure:
    """The landscape from above, the whole paths and the balls at their start; arrows for one of them."""
    view = _view(surface, paths)
    bottoms = np.array(surface.minima)
    lowest = np.isclose(surface.loss(bottoms.T), surface.loss(bottoms[0]))
    minima = scatter(
        x=bottoms[:, 0],
        y=bottoms[:, 1],
        name="minimum",
        mode="markers",
        meta={"colour": MINIMUM},
        marker={"symbol": "x-thin-open", "size": np.where(lowest, 14, 8), "line": {"width": 2}},
        hovertemplate="minimum at (%{x:.2f}, %{y:.2f})<extra></extra>",
    )
    lines = [
        scatter(
            x=path.weights[:, 0].astype(SENT),
            y=path.weights[:, 1].astype(SENT),
            customdata=path.losses.astype(SENT),
            name=OPTIMIZERS[name].title,
            mode="lines",
            line={"dash": DASH_OF[name], "width": 2},
            meta={"colour": COLOURS[name]},
            hovertemplate="%{fullData.name}, step %{pointNumber}: loss %{customdata:.3g}<extra></extra>",
        )
        for name, path in paths.items()
    ]
    first = moves_on_contour(surface, paths, arrows_of, [0])[0]["data"]
    balls = [
        scatter(
            **place,
            uid=f"ball {name}",
            mode="markers",
            marker={"size": 13, "symbol": SYMBOLS[name], "line": {"width": 1.5, "color": "#fff"}},
            meta={"colour": COLOURS[name]},
            showlegend=False,
            hoverinfo="skip",
        )
        for name, place in zip(paths, first, strict=False)
    ]
    arrows = [
        scatter(
            **place,
            uid=uid,
            mode="lines+markers",
            marker={**ARROW, "symbol": "arrow"},
            line={"width": width, "dash": dash},
            meta={"colour": colour},
            name=title,
            hoverinfo="skip",
        )
        for place, uid, title, width, dash, colour in zip(
            first[len(paths) :],
            ARROWS,
            ("downhill", f"{OPTIMIZERS[arrows_of].title}: its step" if arrows_of else ""),
            (2, 3),
            ("dot", "solid"),
            ("text", COLOURS.get(arrows_of or "", 0)),
            strict=False,
        )
    ]
    return figure(
        [minima, *lines, *balls, *arrows],
        static_layout(
            HEIGHT,
            axis("weight x", range=view[:2]),
            axis("weight y", range=view[2:]),
            images=[background_image(_picture(surface, view), view)],
        ),
    )


def moves_on_contour(
    surface: Surface, paths: Paths, arrows_of: str | None, frames: Sequence[int] | None = None
) -> list[dict[str, Any]]:
    """Plotly's frames for contour_figure: the balls, and the arrows of one: downhill, and its own step.

    An arrow tells a direction; its length is relative to the longest of its kind on this path.
    """
    frames = frames_of(paths) if frames is None else frames
    traces = [*(f"ball {name}" for name in paths), *(ARROWS if arrows_of else ())]
    reach = (surface.domain[1] - surface.domain[0]) / 6
    arrows = []
    if arrows_of:
        path = paths[arrows_of]
        arrows = [
            _scaled(-path.gradients, reach),
            _scaled(np.diff(path.weights, axis=0, append=path.weights[-1:]), reach),
        ]
    balls = [_at(path, frames) for path in paths.values()]
    moves = []
    for number, step in enumerate(frames):
        data: list[dict[str, Any]] = [{"x": [x], "y": [y]} for x, y in (ball[number] for ball in balls)]
        for arrow in arrows:
            x, y = balls[list(paths).index(str(arrows_of))][number]
            dx, dy = arrow[min(step, len(arrow) - 1)]
            data.append({"x": [x, round(x + dx, 4)], "y": [y, round(y + dy, 4)]} if dx or dy else EMPTY_TRACE)
        moves.append({"data": data, "traces": traces})
    return moves


def _scaled(arrows: Array, reach: float) -> list[list[float]]:
    """Arrows, (steps, 2), the longest as long as `reach`; the short ones not much shorter than a third of that."""
    lengths = np.sqrt((arrows**2).sum(axis=1, keepdims=True))
    with np.errstate(all="ignore"):
        parts = np.sqrt(lengths / lengths.max())
        return np.nan_to_num(arrows / lengths * (0.3 + 0.7 * parts) * reach).tolist()


def surface_figure(surface: Surface, paths: Paths) -> go.Figure:
    """The same in three dimensions, to be turned with the mouse."""
    view = _view(surface, paths)
    x, y = np.linspace(*view[:2], GRID), np.linspace(*view[2:], GRID)
    z = height(surface, surface.loss(np.stack(np.meshgrid(x, y))))
    seen = max(float(height(surface, path.losses[0])) for path in paths.values())
    top = min(float(z.max()), float(z.min()) + CEILING * (seen - float(z.min())) + 1e-9)
    lift = 0.02 * (top - float(z.min()))  # above the ground, which else hides it
    ground = {
        "type": "surface",
        "x": x,
        "y": y,
        "z": z.astype(SENT),
        "colorscale": SHADES,
        "showscale": False,
        "hoverinfo": "skip",
        "contours": {"z": {"show": True, "color": "#8a94a8", "width": 1}},
    }
    lines = []
    for name, path in paths.items():
        places = path.weights
        inside = (places >= [view[0], view[2]]) & (places <= [view[1], view[3]])
        shown = np.where(inside.all(axis=1, keepdims=True), places, np.nan).astype(SENT)
        lines.append(
            scatter3d(
                x=shown[:, 0],
                y=shown[:, 1],
                z=(height(surface, path.losses) + lift).astype(SENT),
                mode="lines",
                line={"width": 5},
                name=OPTIMIZERS[name].title,
                meta={"colour": COLOURS[name]},
                hoverinfo="skip",
            )
        )
    balls = [
        scatter3d(
            **place,
            uid=f"ball {name}",
            mode="markers",
            meta={"colour": COLOURS[name]},
            hoverinfo="skip",
            marker={"size": 6, "symbol": SYMBOLS_IN_SPACE.get(SYMBOLS[name], SYMBOLS[name])},
        )
        for name, place in zip(paths, moves_in_space(surface, paths, [0])[0]["data"], strict=True)
    ]
    grid = {"gridcolor": "#8a94a8", "showbackground": False, "zeroline": False, "nticks": 5}
    return figure(
        [ground, *lines, *balls],
        {
            "height": HEIGHT,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "showlegend": False,
            "uirevision": "camera",
            "scene": {
                "xaxis": {"title": {"text": "x"}, "range": view[:2], **grid},
                "yaxis": {"title": {"text": "y"}, "range": view[2:], **grid},
                "zaxis": {
                    "title": {"text": "loss (log)" if surface.logarithmic else "loss"},
                    "range": [float(z.min()), top],
                    **grid,
                },
                "aspectratio": {"x": 1.2, "y": 1, "z": 0.7},
                "camera": {"eye": {"x": -1.25, "y": -0.95, "z": 1.5}},
            },
        },
    )


def moves_in_space(surface: Surface, paths: Paths, frames: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Plotly's frames for surface_figure: the balls."""
    frames = frames_of(paths) if frames is None else frames
    balls = []
    for path in paths.values():
        heights = height(surface, path.losses[np.minimum(frames, path.steps)]).round(4).tolist()
        balls.append([{"x": [x], "y": [y], "z": [z]} for (x, y), z in zip(_at(path, frames), heights, strict=True)])
    traces = [f"ball {name}" for name in paths]
    return [{"data": list(data), "traces": traces} for data in zip(*balls, strict=True)]
