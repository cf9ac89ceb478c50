import streamlit as st

from pages.ui.chapters import enter
from pages.ui.handing_over import show_handing_over
from pages.ui.next_training import show_next_training
from pages.ui.run_view import show_run_and_result
from pages.ui.runs import run_of_address
from pages.ui.visitor import remember_visitor

enter()

st.title("Train a network")

if run := run_of_address():
    remember_visitor()
    show_handing_over(run)
    show_run_and_result(run)
else:
    show_next_training()
