import streamlit as st

from core.descent.optimizers import OPTIMIZERS
from core.narrative import section
from pages.ui.address import asked_by_address, say_what_was_ignored
from pages.ui.chapters import enter
from pages.ui.line_through_points import show_line_through_points
from pages.ui.momentum_map import show_momentum_map
from pages.ui.one_weight import show_one_weight
from pages.ui.three_losses import show_three_losses
from pages.ui.two_weights import show_two_weights

enter()

PAGE = "gradient_descent"
PARTS = {
    "One weight": show_one_weight,
    "Two weights": show_two_weights,
    "Momentum": show_momentum_map,
    "A line through points": show_line_through_points,
    "Three losses": show_three_losses,
}
# The keys of all controls, by which the address knows them.
CONTROLS = (
    *("part", "curve", "start", "rate", "steps", "starts", "draw"),
    *("surface", "x", "y", "racers", "race_steps", "arrows", "pair_rate", "momentum"),
    *(f"rate_{name}" for name in OPTIMIZERS),
    *("own", "slope", "intercept", "restarts", "line_rate", "line_steps", "batch", "line_seed", "p"),
)

st.title("Roll down the loss curve")
st.markdown(section(PAGE, "question"))

asked = asked_by_address(CONTROLS)
part = st.segmented_control(
    "Part",
    list(PARTS),
    default=next(iter(PARTS)),
    required=True,
    key="part",
    bind="query-params",
    wrap=True,
    label_visibility="collapsed",
)
notice = st.container()
PARTS[part]()
with notice:
    say_what_was_ignored(asked)
