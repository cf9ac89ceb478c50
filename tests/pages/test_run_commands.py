"""What those see who look on, what they may do, and what a second address gives them."""

import ast

import pytest

from core.paths import ROOT
from core.runs.atomic_files import JsonlTail
from core.runs.permissions import CO_OWNER, VIEWER, RunPermissions
from pages.ui.shell import visitor
from tests.pages.visits import address_of, button, buttons, owner

COOKIE = visitor._cookie  # before the fixtures replace it
PERMISSIONS_FILE = {"Pause", "Stop", "Go on without me", "Resume", "One epoch", "Keep it", "Delete", "Hand it over"}


@pytest.fixture
def become(monkeypatch):
    """Be the visitor of this name from now on."""
    return lambda name: monkeypatch.setattr("pages.ui.shell.visitor._cookie", lambda: name)


def words_said(run):
    return [line["command"] for line in JsonlTail(run.path / "commands.jsonl").read_new()]


@pytest.mark.parametrize("state", ["queued", "running", "paused", "stopped", "interrupted", "failed", "finished"])
def test_who_looks_on_sees_the_run_without_its_controls_and_is_told_why(app, trained, texts, state):
    run = trained(owner(), title="Ana's", state=state)
    at = app("train_network", run=run.id)
    assert not at.exception
    assert "Ana's" in texts(at)
    assert "You are looking on" in texts(at)
    assert not PERMISSIONS_FILE & buttons(at)
    assert not at.select_slider
    assert "Train your own with these settings" in buttons(at)


def test_their_own_run_has_the_same_settings_and_is_theirs(app, trained, runs, become):
    run, me = trained(owner(), state="running"), owner()
    become(me)
    at = app("train_network", run=run.id)
    button(at, "Train your own with these settings").click().run()
    (own,) = [one for one in runs() if one.id != run.id]
    assert own.config() == run.config()
    assert own.metadata().owner == me
    assert address_of(at) == {"run": own.id}
    assert "Pause" in buttons(at)


def test_another_s_drawings_are_not_offered_as_settings(app, trained, texts):
    run = trained(owner(), state="running")
    (run.path / "begin.safetensors").write_bytes(b"another's network")
    at = app("train_network", run=run.id)
    assert "You are looking on" in texts(at)
    assert "Train your own with these settings" not in buttons(at)


def test_a_network_of_another_can_be_drawn_with_and_is_not_kept(app, trained, read, become):
    run = trained(owner(), title="Ana's")
    become(owner())
    at = app("train_network", run=run.id)
    button(at, "Draw a digit with it").click()
    at.run()
    assert not at.exception
    assert not run.metadata().kept
    assert at.session_state.session.kept_run == run.id


def test_a_second_address_hands_it_over_and_is_not_left_in_the_address_bar(app, trained, become, texts):
    ana, ben = owner(), owner()
    run = trained(ana, state="running")
    token = RunPermissions(run, ana).hand_over()
    become(ben)
    at = app("train_network", run=run.id, steer=token)
    assert address_of(at) == {"run": run.id}
    button(at, "Pause").click().run()
    assert words_said(run) == ["pause"]
    assert RunPermissions(run, ben).role == CO_OWNER
    assert "Hand it over" not in {one.proto.popover.label for one in at.get("popover")}
    assert "You are looking on" not in texts(at)


@pytest.mark.parametrize("token", ["", "0" * 32, "0" * 5000, "[a](b)"])
def test_a_wrong_second_address_says_so_once_and_the_run_is_looked_at(app, trained, become, texts, token):
    ben = owner()
    run = trained(owner(), state="running")
    become(ben)
    at = app("train_network", run=run.id, steer=token)
    assert not at.exception
    assert [one.value.split(",")[0] for one in at.warning] == ["This address does not hand over the run"]
    assert RunPermissions(run, ben).role == VIEWER
    assert "You are looking on" in texts(at)
    assert address_of(at) == {"run": run.id}


def test_the_owner_makes_the_address_when_asked_and_withdraws_it(train, trained):
    ana, ben = owner(), owner()
    run = trained(ana, state="running")
    at = train(run=run.id)
    assert RunPermissions(run, ana).co_owner_count is None
    button(at, "Make an address that hands it over").click().run()
    token = at.session_state.session.handed[run.id]
    RunPermissions(run, ben).accept_handover(token)
    assert RunPermissions(run, ben).role == CO_OWNER
    button(at, "Withdraw it from all").click().run()
    assert RunPermissions(run, ben).role == VIEWER
    assert run.id not in at.session_state.session.handed


def test_a_page_that_was_open_when_it_was_withdrawn_says_so_and_changes_nothing(app, trained, become):
    ana, ben = owner(), owner()
    run = trained(ana, state="running")
    RunPermissions(run, ben).accept_handover(RunPermissions(run, ana).hand_over())
    become(ben)
    at = app("train_network", run=run.id)
    RunPermissions(run, ana).withdraw()
    button(at, "Stop").click().run()
    assert words_said(run) == []
    assert "not steer it" in at.toast[0].value
    assert "Stop" not in buttons(at)


@pytest.mark.parametrize(
    ("viewer", "words"), [("ana", "You stopped it."), ("ben", "The person who began it stopped it.")]
)
def test_who_stopped_it_is_said(app, trained, become, texts, viewer, words):
    names = {"ana": owner(), "ben": owner()}
    run = trained(names["ana"], state="running")
    RunPermissions(run, names["ana"]).command("stop")
    state, more = "stopped", {"by": JsonlTail(run.path / "commands.jsonl").read_new()[0]["by"]}
    run.set_status(state, **more)
    become(names[viewer])
    assert words in texts(app("train_network", run=run.id))


def test_a_shared_comparison_shows_the_titles_of_another_s_runs(app, trained, become):
    runs = [trained(owner(), title=title) for title in ("Ana's", "Ben's")]
    become(owner())
    at = app("compare_runs", runs=",".join(run.id for run in runs))
    assert not at.exception
    options = at.button_group(key="compared").options
    assert [one for one in options if "another" in one] == ["another's 1 · Ana's", "another's 2 · Ben's"]
    assert not PERMISSIONS_FILE & buttons(at)


def test_the_cookie_that_only_https_sets_is_read_first_and_an_earlier_one_still(monkeypatch):
    jar = {}
    monkeypatch.setattr("pages.ui.shell.visitor.st.context", type("Context", (), {"cookies": jar}))
    read = COOKIE
    assert read() == ""
    jar["visitor"] = "old"
    assert read() == "old"
    jar["__Host-visitor"] = "safe"
    assert read() == "safe"


def test_pages_change_a_run_by_its_permissions_alone():
    """What is called on a `Run` itself in pages/ only reads it, or says that somebody looks."""
    changes = {
        "command",
        "resume",
        "train_more_epochs",
        "update_metadata",
        "delete",
        "set_status",
        "add_event",
        "enqueue",
        "request_landscape",
    }
    called = []
    for path in sorted((ROOT / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr in changes:
                called.append(f"{path.name}: {ast.unparse(node.func)}")
            assert not (isinstance(node.func, ast.Name) and node.func.id == "request_landscape"), path
    assert called
    assert not [call for call in called if "permissions_of(" not in call]
