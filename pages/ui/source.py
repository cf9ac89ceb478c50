"""The functions at work, as they stand in their files."""

import inspect
from collections.abc import Callable
from typing import Any

import streamlit as st


def show_source(*functions: Callable[..., Any]) -> None:
    """A box that opens to the source of some functions."""
    names = ", ".join(f"`{function.__name__}`" for function in functions)
    with st.expander(f"The code at work: {names}", icon=":material/code:"):
        for function in functions:
            file = f"{function.__module__.replace('.', '/')}.py"
            st.caption(f"{file}, line {inspect.getsourcelines(function)[1]}")
            st.code(inspect.getsource(function), language="python", wrap_lines=True)
