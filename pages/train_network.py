import streamlit as st

from pages.ui.runs.handing_over import show_handing_over
from pages.ui.runs.own_runs import run_of_address
from pages.ui.shell.visitor import set_owner_cookie
from pages.ui.train.next_training import show_next_training
from pages.ui.train.run_view import show_run_and_result

st.title("Train a network")

if run := run_of_address():
    set_owner_cookie()
    show_handing_over(run)
    show_run_and_result(run)
else:
    show_next_training()
