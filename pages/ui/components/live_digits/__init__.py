"""Some digits with the network's answers, which change while it learns."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.figures.pictures import CELL, as_address, sheet

_HTML = '<div class="digits"></div>\n'
_CSS = """
.digits { display: grid; grid-template-columns: repeat(auto-fill, minmax(58px, 1fr)); gap: 6px 4px; max-width: 330px;
  font: 600 15px var(--st-font); color: var(--st-text-color); }
.digits div { display: flex; align-items: center; gap: 4px; }
.digits i { width: 32px; height: 32px; border-radius: 5px; image-rendering: pixelated; background-color: #0b0e16; }
.digits b { min-width: 18px; text-align: center; border-radius: 5px; padding: 1px 2px; }
.digits .right { background: color-mix(in srgb, var(--st-green-color) 28%, transparent); }
.digits .wrong { background: color-mix(in srgb, var(--st-orange-color) 34%, transparent); text-decoration: underline; }
"""
_JS = """
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".digits")
  root.role = "img"  // not before it has its name
  root.setAttribute("aria-label", data.words)
  if (root.dataset.sheet !== data.sheet) {
    root.dataset.sheet = data.sheet
    root.replaceChildren()
    for (let n = 0; n < data.answers.length; n++) {
      const cell = document.createElement("div"), seen = document.createElement("i"), said = document.createElement("b")
      const scale = 32 / 28
      seen.style.backgroundImage = `url(${data.sheet})`
      seen.style.backgroundSize = `auto ${data.cell * scale}px`
      seen.style.backgroundPosition = `-${n * data.cell * scale}px 0`
      cell.append(seen, said)
      root.append(cell)
    }
  }
  root.querySelectorAll("b").forEach((said, n) => {
    said.textContent = data.answers[n]
    said.className = data.answers[n] === data.labels[n] ? "right" : "wrong"
  })
}
"""


def show_live_digits(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8], answers: list[int]) -> None:
    """Digits, (count, 28, 28), each with the answer of now, marked as right or wrong."""
    right = sum(int(answer == label) for answer, label in zip(answers, labels, strict=True))
    digits = st.components.v2.component("live_digits", html=_HTML, css=_CSS, js=_JS)
    digits(
        key="live_digits",
        data={
            "sheet": as_address(sheet(list(images), len(images), block=1)),
            "cell": CELL,
            "answers": answers,
            "labels": labels.tolist(),
            "words": f"{right} of these {len(labels)} digits are answered rightly now.",
        },
    )
