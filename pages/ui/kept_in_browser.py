"""What a visitor's browser keeps for them over a reload: the server keeps nothing, and forgets with the session."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

DAYS = 30  # for what is kept beyond the tab
MAX_LETTERS = 1_000_000  # of what a browser may give back

_JS = """
const DAY = 86400000
const AGAIN = 3000, TIMES = 3  // milliseconds: on a busy server what a page says once may be lost
const places = () => { try { return [sessionStorage, localStorage] } catch { return [] } }
const asked = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const name = `how-neural-networks-learn.${data.name}`
  const [tab, browser] = places()
  if (!tab) return
  const fromTab = tab.getItem(name)
  if (data.isKnown) {
    const keep = (place) => {
      try {
        if (data.value === null) place.removeItem(name)
        else place.setItem(name, JSON.stringify({ at: Date.now(), value: data.value }))
      } catch { place.removeItem(name) }  // no room
    }
    keep(tab)
    if (data.days) keep(browser)
  } else if (!asked.has(parentElement)) {
    const found = fromTab ?? (data.days ? browser.getItem(name) : null)
    const tell = (times) => {
      try {
        const { at, value } = JSON.parse(found)
        if (!data.days || Date.now() - at < data.days * DAY) setTriggerValue("restored", JSON.stringify(value))
        else browser.removeItem(name)
      } catch { return }  // nothing is kept, or nothing that can be read
      if (times > 1) asked.set(parentElement, setTimeout(() => tell(times - 1), AGAIN))
    }
    asked.set(parentElement, 0)
    tell(TIMES)
  }
  if (data.isKnown) clearTimeout(asked.get(parentElement))
  return () => clearTimeout(asked.get(parentElement))
}
"""


def keep_in_browser(
    name: str,
    value: Callable[[], Any],
    *,
    is_known: bool,
    restore: Callable[[object], None],
    days: int = 0,
) -> None:
    """Let the browser keep a value (JSON; None for nothing) as long as its tab is open, or for some days as well.

    Args:
        name: what it is kept as; one value for each.
        value: gives it; asked for only when it is known.
        is_known: whether this session has had it already, be it that it was restored or made here. Until then the
            browser is asked for what it kept, and keeps that.
        restore: gets what the browser had kept. It comes from a browser: whatever JSON it is, it must be checked.
        days: for how long a new tab finds it, too; 0 for never.
    """
    key = f"kept-{name}"

    def restored() -> None:
        text = getattr(st.session_state.get(key), "restored", None)
        if isinstance(text, str) and len(text) <= MAX_LETTERS:
            try:
                kept = json.loads(text)
            except (ValueError, RecursionError):
                return
            restore(kept)

    keeper = st.components.v2.component("kept_in_browser", html="<span></span>", js=_JS)
    keeper(
        key=key,
        data={"name": name, "value": value() if is_known else None, "isKnown": is_known, "days": days},
        on_restored_change=restored,
    )
