"""A chart that changes while one looks at it, without a flash, and keeps what was zoomed into.

st.plotly_chart is drawn anew at each change of its data. This is Plotly's own `react`, which draws only what is new.
Plotly's script comes from the installed package, served as the folder of a component, and is cached by the browser.
"""

from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit as st
from streamlit.components.v1 import declare_component

_HTML = '<div class="live-chart" role="figure"></div>\n'
_CSS = """
.live-chart { width: 100%; position: relative; }
.live-chart text { fill: var(--st-text-color) !important; }
.live-chart .gridlayer path { stroke: var(--st-border-color) !important; }
.live-chart .annotation text { font-size: 11px !important; }
"""
_JS = """
let loading
const plotly = (path) => {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly)
    const app = document.querySelector('script[src*="static/js/index"]').src
    const script = document.createElement("script")
    script.src = new URL(`../../${path}`, app)
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => { loading = undefined; reject(new Error("Plotly did not load")) }
    document.head.append(script)
  })
  return loading
}
const coloured = (figure, root) => {
  const style = getComputedStyle(root)
  const value = (name) => style.getPropertyValue(name).trim()
  const palette = value("--st-chart-categorical-colors").split(",")
  const traces = figure.data.map((trace) => {
    const colour = palette[trace.meta?.colour ?? 0]
    return { ...trace, line: { ...trace.line, color: colour }, marker: { ...trace.marker, color: colour } }
  })
  const layout = {
    ...figure.layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: value("--st-font"), color: value("--st-text-color") },
    hoverlabel: { bgcolor: value("--st-background-color"), font: { color: value("--st-text-color") } },
  }
  const line = { color: value("--st-text-color") }
  layout.shapes = layout.shapes?.map((shape) => ({ ...shape, line: { ...shape.line, ...line } }))
  return [traces, layout]
}
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".live-chart")
  const figure = JSON.parse(data.figure)
  root.setAttribute("aria-label", data.words)
  root.style.height = `${figure.layout.height}px`
  root.drawn = data.figure
  const draw = async () => {
    try {
      const Plotly = await plotly(data.script)
      if (root.drawn !== data.figure || !root.isConnected) return  // a newer one has come meanwhile
      await Plotly.react(root, ...coloured(figure, root), { displayModeBar: false, responsive: true })
    } catch (error) {
      root.textContent = "The chart could not be loaded. Please reload the page."
    }
  }
  draw()
  const scheme = window.matchMedia("(prefers-color-scheme: dark)")
  const redraw = () => setTimeout(draw, 300)  // when the theme's variables have changed
  scheme.addEventListener("change", redraw)
  return () => scheme.removeEventListener("change", redraw)
}
"""


@st.cache_resource(show_spinner=False)
def _served_script() -> str:
    """Where the app serves Plotly's script, from its own address."""
    folder = declare_component("plotly_script", path=Path(plotly.__file__).parent / "package_data")
    return f"component/{folder.name}/plotly.min.js"


def show_live_chart(figure: go.Figure, key: str, alt: str) -> None:
    """Show a figure that will change; `alt` says what it shows to those who do not see it.

    A trace's `meta` {"colour": n} chooses its colour among the theme's. Give the layout a height, and a `uirevision`
    that stays as long as a zoom is to stay.
    """
    chart = st.components.v2.component("live_chart", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)
    data: dict[str, Any] = {"figure": figure.to_json(), "words": alt, "script": _served_script()}
    chart(key=key, data=data)
