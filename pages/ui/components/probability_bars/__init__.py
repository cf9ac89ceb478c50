"""A network's ten probabilities as bars that move to each new answer, without a flash.

A chart of Plotly's would be drawn anew for each stroke, and the first one busies a browser for a second.
"""

import streamlit as st

from core.formatting import percent
from core.nn.prediction import Answer, probabilities_in_words

SHORTEST = 0.005  # a bar that says how long it is

_HTML = '<div class="bars"></div>\n'
_CSS = """
.bars { font: 14px var(--st-font); color: var(--st-text-color); }
.key { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 8px 24px; }
.key span::before { content: ""; display: inline-block; width: 14px; height: 10px; margin-right: 6px; }
.key .of-0::before, .bar.of-0 { background: var(--st-primary-color); }
.key .of-1::before, .bar.of-1 {
  background: repeating-linear-gradient(135deg, var(--st-orange-color) 0 4px, transparent 4px 7px);
}
.key .of-2::before, .bar.of-2 {
  background: radial-gradient(circle at 3px 50%, var(--st-green-color) 2.4px, transparent 2.6px) 0 0 / 6px 100%;
}
.row { display: flex; align-items: center; gap: 8px; padding: 1px 0; }
.row + .row { border-top: 1px solid color-mix(in srgb, var(--st-text-color) 10%, transparent); }
.digit { width: 16px; text-align: right; font-weight: 600; }
.pair { flex: 1; }
.line { display: flex; align-items: center; gap: 6px; height: 11px; }
.bar { height: 9px; border-radius: 0 3px 3px 0; transition: width .25s; }
.percent { font-size: 11px; }
@media (prefers-reduced-motion: reduce) { .bar { transition: none; } }
"""
_JS = """
const element = (kind, parent) => {
  const made = document.createElement("div")
  made.className = kind
  parent.append(made)
  return made
}
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".bars")
  root.role = "img"  // not before it has its name
  root.setAttribute("aria-label", data.words)
  if (root.dataset.titles !== String(data.titles)) {
    root.dataset.titles = String(data.titles)
    root.replaceChildren()
    if (data.titles.length > 1) {
      const key = element("key", root)
      data.titles.forEach((title, of) => {
        const name = document.createElement("span")
        name.className = `of-${of}`
        name.textContent = title
        key.append(name)
      })
    }
    for (let digit = 0; digit < 10; digit++) {
      const row = element("row", root)
      element("digit", row).textContent = digit
      const pair = element("pair", row)
      data.titles.forEach((_, of) => {
        const line = element("line", pair)
        element(`bar of-${of}`, line).style.width = "0"
        element("percent", line)
      })
    }
    root.getBoundingClientRect()  // so that the first bars grow, too
  }
  root.querySelectorAll(".row").forEach((row, digit) => {
    row.querySelectorAll(".line").forEach((line, of) => {
      const share = data.probabilities[of][digit]
      line.querySelector(".bar").style.width = `calc(${share} * (100% - 72px))`  // room for words
      line.querySelector(".percent").textContent = data.texts[of][digit]
    })
  })
}
"""


def show_bars(answers: dict[str, Answer]) -> None:
    """All ten probabilities of each network, by its title; three networks at most."""
    bars = st.components.v2.component("probability_bars", html=_HTML, css=_CSS, js=_JS)
    bars(
        key="probabilities",
        data={
            "titles": list(answers),
            "probabilities": [answer.probabilities.tolist() for answer in answers.values()],
            "texts": [
                [percent(p) if p >= SHORTEST else "" for p in answer.probabilities.tolist()]
                for answer in answers.values()
            ],
            "words": probabilities_in_words(answers),
        },
    )
