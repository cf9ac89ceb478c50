"""The last layer's numbers become probabilities, written out."""

import streamlit as st

from core.explain.worked_numbers import worked_sigmoid, worked_softmax
from core.narrative import section
from core.nn.network import Forward, Network
from pages.ui.widgets.number_text import plain, table

PAGE = "look_inside"


def show_softmax(network: Network, result: Forward, temperature: float) -> None:
    """From the last layer's z to what the network answers, for each of the ten digits."""
    logits = result.pre_activations[-1][0]
    if network.layers[-1].activation == "sigmoid":
        st.header("Ten times yes or no")
        st.markdown(section(PAGE, "sigmoid"))
        written = worked_sigmoid(logits)
        rows: list[tuple[str, ...]] = [
            (f"**{digit}**", plain(z), plain(answer), plain(share))
            for digit, (z, answer, share) in enumerate(
                zip(written.logits, written.answers, written.shares, strict=True)
            )
        ]
        st.markdown(table(("digit", "z", "1 / (1 + e to the −z)", "÷ sum"), rows))
        return
    st.header("From ten sums to ten probabilities")
    st.markdown(section(PAGE, "softmax"))
    soft = worked_softmax(logits, temperature)
    columns = [soft.logits, *([soft.scaled] if temperature != 1 else []), soft.below, soft.powers]
    rows = [
        (f"**{digit}**", *map(plain, numbers), f"**{plain(share)}**")
        for digit, (*numbers, share) in enumerate(zip(*columns, soft.probabilities, strict=True))
    ]
    empty = [""] * (len(columns) - 1)
    rows.append(("sum", *empty, plain(soft.total), plain(sum(soft.probabilities))))
    cooled = [f"÷ {temperature:g}"] if temperature != 1 else []
    st.markdown(table(("digit", "score z", *cooled, "− largest", "e to that power", "÷ sum"), rows))
