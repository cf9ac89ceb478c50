"""A Plotly figure on a page, shown everywhere in the same way."""

import plotly.graph_objects as go
import streamlit as st


def show_figure(figure: go.Figure, key: str, alt: str) -> None:
    """Show a figure; `alt` says what it shows to those who do not see it."""
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})
