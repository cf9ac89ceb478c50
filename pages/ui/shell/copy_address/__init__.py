"""The address of what is shown, to be copied or read from the wall by a phone.

It is taken from the browser, which alone knows by what host, port and path it came. The server only makes the QR code
of it, when it is asked for.
"""

from collections.abc import Mapping

import streamlit as st

from core.figures.qr_code import qr_code_svg
from core.paths import text_beside

MAX_ADDRESS_LENGTH = 8000  # letters of an address
_HTML = """
<button type="button" class="open" aria-haspopup="dialog">
  <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
    <path d="M10 14a4.5 4.5 0 0 0 6.4 0l3.2-3.2a4.5 4.5 0 0 0-6.4-6.4L11.6 6"/>
    <path d="M14 10a4.5 4.5 0 0 0-6.4 0l-3.2 3.2a4.5 4.5 0 0 0 6.4 6.4l1.6-1.6"/>
  </svg>
  <span></span>
</button>
<dialog aria-label="The address">
  <div class="row">
    <input readonly aria-label="Address">
    <button type="button" name="copy">Copy</button>
    <button type="button" name="close">Close</button>
  </div>
  <label hidden><input type="checkbox" name="own"> Everybody who opens it gets a seed of their own</label>
  <div class="says" role="status"></div>
  <div class="code"></div>
</dialog>
"""
_CSS = text_beside(__file__, "copy_address.css")
_JS = text_beside(__file__, "copy_address.js")


def show_copy_address(
    key: str, label: str = "Copy the address", add: Mapping[str, str] | None = None, seeds: bool = False
) -> None:
    """A button that copies the address and shows its QR code.

    `add` is put into the address beside what it says; `seeds` offers to leave the seed to who opens it.
    """
    data = {"label": label, "add": dict(add or {}), "seeds": seeds}
    asked = getattr(st.session_state.get(key), "asked", None)
    if isinstance(asked, str) and len(asked) <= MAX_ADDRESS_LENGTH:  # it is sent back at each run
        data["of"] = asked
        try:
            data["code"] = qr_code_svg(asked)
        except ValueError as error:
            data["problem"] = str(error)
    component = st.components.v2.component("copy_address", html=_HTML, css=_CSS, js=_JS)
    component(key=key, data=data, width="content", on_asked_change=lambda: None)
