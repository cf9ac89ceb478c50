"""Three losses on one answer: each loss as the right digit's probability grows, and its gradient."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from core.descent.narration import number
from core.descent.three_losses import LAST, judged
from core.figures.losses import losses_figure
from core.narrative import section
from pages.ui.components.chart import show_chart
from pages.ui.runs.settings_form import option_in_words
from pages.ui.shell.navigation import button_to
from pages.ui.shell.session import session

PAGE = "gradient_descent"
PROBABILITIES = np.linspace(0.005, 0.995, 199)
FORMULAS = {
    "mean_squared_error": r"\tfrac1{10}\textstyle\sum_i (a_i - t_i)^2",
    "categorical_crossentropy": r"-\ln a_{\text{right}}",
    "binary_crossentropy": r"-\tfrac1{10}(\ln a_{\text{right}} + \textstyle\sum_{\text{wrong}} \ln(1 - a_i))",
}


def show_three_losses() -> None:
    """Move the probability; read the three losses and their gradients, in pictures and numbers."""
    st.markdown(section(PAGE, "losses"))
    chosen = st.slider(
        "Probability that the network gives to the right digit", 0.01, 0.99, 0.1, 0.01, key="p", bind="query-params"
    )
    says, sends = st.columns(2, gap="medium")
    # Below the pictures: on a phone the slider and both of them are on one screen.
    logarithmic = st.toggle("Logarithmic axis", key="losses_log", bind="query-params")
    now = {name: judged(name, chosen) for name in LAST}
    curves = {name: judged(name, PROBABILITIES) for name in LAST}
    with says:
        st.header("The loss")
        lines = {option_in_words(name): curve.value for name, curve in curves.items()}
        dots = [float(one.value[0]) for one in now.values()]
        show_chart(
            losses_figure(PROBABILITIES, lines, chosen, dots, "loss", logarithmic),
            "losses",
            f"Three losses that fall as the right digit's probability grows. At {chosen:g}: {_in_words(dots)}.",
            on_click=_take_probability,
        )
    with sends:
        st.header("Its gradient, the push back")
        lines = {option_in_words(name): curve.error for name, curve in curves.items()}
        dots = [float(one.error[0]) for one in now.values()]
        show_chart(
            losses_figure(PROBABILITIES, lines, chosen, dots, "gradient", logarithmic),
            "loss-gradients",
            f"The gradient at the right digit's sum, at {chosen:g}: {_in_words(dots)}.",
            on_click=_take_probability,
        )
    st.caption(section(PAGE, "loss symbols"))
    for name, column in zip(LAST, st.columns(3, gap="medium"), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{option_in_words(name).capitalize()}**")
            st.latex(FORMULAS[name])
            value, error = float(now[name].value[0]), float(now[name].error[0])
            st.markdown(f"At {chosen:g} the loss is **{number(value, 3)}**, and the push back **{number(error, 4)}**.")
            st.caption(section(PAGE, f"loss {name}"))
            button_to(
                "train_network",
                "Train with it",
                address={"loss": name},
                before=partial(setattr, session(), "chosen_loss", name),
                key=f"train-{name}",
                icon=":material/trending_down:",
            )


def _in_words(values: Sequence[float]) -> str:
    return ", ".join(f"{option_in_words(name)} {number(value, 3)}" for name, value in zip(LAST, values, strict=True))


def _take_probability(at: dict[str, float]) -> None:
    st.session_state.p = round(min(max(at["x"], 0.01), 0.99), 2)
