"""A part of a page that is looked at again by itself: on a busy server Streamlit would fade it each time it waits."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def live_part(name: str) -> DeltaGenerator:
    """A container in which all stays as clear as it was while the next look is waited for; the style sheet has it.

    A page fades when somebody has changed something in it and the answer takes longer than half a second. Here nobody
    has, and every second the words would fade and come back.
    """
    return st.container(key=f"live-{name}")
