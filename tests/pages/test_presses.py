"""No press is forgotten, whatever the server is at when it comes."""

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

from tests.pages.visits import button, owner

CHAPTERS = (
    "start_here",
    "explore_digits",
    "gradient_descent",
    "look_inside",
    "train_network",
    "compare_runs",
    "draw_digit",
)


@pytest.fixture
def heard(monkeypatch):
    """When the title of a page is made, a part that runs by itself is pressed: a list of its runs."""
    title, runs = st.title, []

    def part():
        runs.append("part")

    def title_and_press(*words):
        title(*words)
        context = get_script_run_ctx()
        before = set(context.shared.new_fragment_ids.snapshot())
        st.fragment(part)()
        (one,) = set(context.shared.new_fragment_ids.snapshot()) - before
        if len(runs) == 1:
            asked = RerunData(page_script_hash=context.page_script_hash, fragment_id=one)
            assert context.script_requests.request_rerun(asked)

    monkeypatch.setattr(st, "title", title_and_press)
    return runs


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_is_pressed_while_a_chapter_is_made_is_heard(app, heard, chapter):
    at = app()
    heard.clear()
    at.switch_page(f"../../{chapter}.py").run()
    assert not at.exception
    assert len(heard) == 2


@pytest.mark.parametrize("state", ["running", "finished"])
def test_what_is_pressed_while_the_page_of_a_run_is_made_is_heard(train, trained, heard, state):
    run, at = trained(owner(), state=state), train()
    heard.clear()
    at.query_params["run"] = run.id
    assert not at.run().exception
    assert len(heard) == 2


def test_a_press_whose_run_is_ended_by_another_leads_where_it_leads(app, monkeypatch):
    """What a component says begins a run of its own, which knows nothing of the press before."""
    set_page_config, ends = st.set_page_config, []

    def begin_and_end(**looks):
        set_page_config(**looks)
        if ends:
            context = get_script_run_ctx()
            context.script_requests.request_rerun(RerunData(page_script_hash=ends.pop()))
            st.empty()

    monkeypatch.setattr(st, "set_page_config", begin_and_end)
    at = app()
    ends.append(at._page_hash)
    button(at, "Draw one yourself").click().run()
    assert not ends
    assert at.title[0].value == "Draw a digit"
