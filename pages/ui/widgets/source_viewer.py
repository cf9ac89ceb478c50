"""The functions at work, as they stand in their files."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import streamlit as st


@st.fragment
def show_source(*functions: Callable[..., Any]) -> None:
    """A box that opens to the source of some functions.

    It is sent when the box is opened: what colours it is a script of 1.5 MB.
    """
    names = ", ".join(f"`{function.__name__}`" for function in functions)
    box = st.expander(f"The code at work: {names}", icon=":material/code:", key="source", on_change="rerun")
    if not box.open:
        return
    with box:
        for function in functions:
            source, line = _source(function)
            st.caption(f"{function.__module__.replace('.', '/')}.py, line {line}")
            st.code(source, language="python", wrap_lines=True)


@functools.cache
def _source(function: Callable[..., Any]) -> tuple[str, int]:
    """Its lines, and the number of the first: to find them takes Python as long as ten figures."""
    lines, first = inspect.getsourcelines(function)
    return "".join(lines), first
