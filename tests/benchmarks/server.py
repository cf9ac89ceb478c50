"""The server's part of an answer: a chapter run from its first to its last line, without a browser."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from core.paths import ROUTER


@contextlib.contextmanager
def chapter(name: str) -> Iterator[Any]:
    """A chapter in Streamlit's own script runner; nothing is trained beside it."""
    from streamlit.testing.v1 import AppTest

    with (
        mock.patch("pages.ui.shell.training_service.LazyService"),
        mock.patch("pages.ui.shell.visitor._cookie", lambda: ""),
    ):
        at = AppTest.from_file(str(ROUTER), default_timeout=60).run()
        yield at.switch_page(f"../../{name}.py").run()


def widget(at: Any, key: str) -> Any:
    """The control of a chapter with this key, whatever its kind."""
    kinds = (at.slider, at.select_slider, at.pills, at.toggle, at.number_input, at.selectbox, at.segmented_control)
    return next(one for kind in kinds for one in kind if one.key == key)


def setting(at: Any, key: str, value: Any) -> Callable[[], Any]:
    """What gives a control a value, when it is called."""
    return lambda: widget(at, key).set_value(value)


def milliseconds(at: Any, act: Callable[[], Any]) -> float:
    """Do something to a control, and run the chapter with it."""
    act()
    began = time.perf_counter()
    at.run()
    took = 1000 * (time.perf_counter() - began)
    if at.exception:
        raise RuntimeError(at.exception[0].value)
    return took
