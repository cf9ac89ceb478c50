import streamlit as st

from core.bundled_files import BundledFileError
from core.figures.comparison import CURVES
from core.narrative import section
from core.plain_text import plain
from core.runs.run import Run
from pages.ui.compare.chosen_runs import choose, choose_runs, compared_of, evaluation_of, settings_to_vary, show_curves
from pages.ui.compare.run_actions import show_keeping, show_undo
from pages.ui.compare.sweep_form import show_variation
from pages.ui.compare.sweep_view import show_sweep, sweep_of_address
from pages.ui.runs.import_model import show_import
from pages.ui.runs.own_runs import own_runs, report_damaged_run
from pages.ui.runs.run_commands import may_control
from pages.ui.shell.visitor import set_owner_cookie
from pages.ui.widgets.error_analysis import show_closer_look

PAGE = "compare_runs"

st.title("Compare runs")
st.markdown(section(PAGE, "question"))

runs = own_runs()
if runs:
    set_owner_cookie()
else:
    st.markdown(section(PAGE, "nothing"))
if sweep := sweep_of_address(runs):
    show_sweep(sweep)
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = choose_runs(runs)
    show_import(choose, section("bring", "to draw"))
with st.container(horizontal=True):
    curve = st.segmented_control(
        "Curve",
        list(CURVES),
        default="loss",
        format_func=lambda name: CURVES[name],
        required=True,
        key="curve",
        persist_state="session",
        wrap=True,
    )
    along = st.segmented_control(
        "Along",
        ("updates", "epochs", "seconds"),
        default="updates",
        required=True,
        key="along",
        persist_state="session",
    )


readable = {one.key: one for one in chosen if compared_of(one)}
if readable:
    st.caption(section(PAGE, "curves"))
    show_curves(list(readable.values()), curve, along)
    st.header("Look closer")
    show_undo()
    key = st.segmented_control(
        "Run",
        list(readable),
        default=next(iter(readable)),
        format_func=lambda key: plain(readable[key].name),
        required=True,
        key="closer",
        wrap=True,
    )
    if (run := Run.find(key)) and may_control(run):
        with report_damaged_run(run):
            show_keeping(run)
    try:
        if evaluation := evaluation_of(key):
            show_closer_look(evaluation)
    except BundledFileError as error:
        st.error(str(error), icon=":material/broken_image:")
    st.header("Vary one setting")
    show_variation(*settings_to_vary(readable[key]), runs)
else:
    st.info(section(PAGE, "none chosen"), icon=":material/touch_app:")
    show_undo()
