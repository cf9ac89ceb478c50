import streamlit as st

from core.narrative import section
from pages.ui.components.tabs import choose_part
from pages.ui.shell.url_state import asked_by_address, say_what_was_ignored

PAGE = "look_inside"
PARTS = ("One digit forward", "One batch backward", "Time machine", "The real hill")

st.title("Look inside")
st.markdown(section(PAGE, "question"))

asked = asked_by_address(list(st.query_params))
part = choose_part(PARTS, key="inside")
notice = st.container()

# Imported only now, while the browser is busy with Plotly: NumPy and what stands on it take half a second.
from core.bundled_files import BundledFileError  # noqa: E402
from pages.ui.inside.loss_landscape import show_loss_landscape  # noqa: E402
from pages.ui.inside.one_batch import show_one_batch  # noqa: E402
from pages.ui.inside.one_digit_forward import show_one_digit_forward  # noqa: E402
from pages.ui.inside.time_machine import show_time_machine  # noqa: E402

show = (show_one_digit_forward, show_one_batch, show_time_machine, show_loss_landscape)
try:
    show[PARTS.index(part)]()
except BundledFileError as error:
    st.error(str(error), icon=":material/broken_image:")
with notice:
    say_what_was_ignored(asked)
