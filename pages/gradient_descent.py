import streamlit as st

from core.narrative import section
from pages.ui.components.tabs import choose_part
from pages.ui.shell.url_state import asked_by_address, say_what_was_ignored

PAGE = "gradient_descent"
PARTS = ("One weight", "Two weights", "Momentum", "A line through points", "Three losses")
# As the address spells them; of several, the last.
DEFAULTS = {"curve": "As in the article", "surface": "Ravine", "racers": "Adam", "arrows": "momentum"}

st.title("Roll down the loss curve")
st.markdown(section(PAGE, "question"))

asked = asked_by_address(list(st.query_params))
part = choose_part(PARTS, key="part")
notice = st.container()

# Imported only now, while the browser is busy with Plotly: NumPy and what stands on it take half a second.
from pages.ui.descend.line_fit import show_line_through_points  # noqa: E402
from pages.ui.descend.momentum_map import show_momentum_map  # noqa: E402
from pages.ui.descend.one_weight import show_one_weight  # noqa: E402
from pages.ui.descend.three_losses import show_three_losses  # noqa: E402
from pages.ui.descend.two_weights import show_two_weights  # noqa: E402

show = (show_one_weight, show_two_weights, show_momentum_map, show_line_through_points, show_three_losses)
show[PARTS.index(part)]()
with notice:
    say_what_was_ignored(asked, DEFAULTS)
