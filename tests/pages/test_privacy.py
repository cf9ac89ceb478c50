"""Nobody sees another's runs: not on any page, not under any name, unless they were given its address."""

import secrets

import pytest

from core.paths import ROOT
from core.runs.run import ID

CHAPTERS = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
TITLE = "Somebody else's secret run"
INSIDE = ("One digit forward", "One batch backward", "Time machine", "The real hill")


@pytest.fixture
def stranger(trained):
    """A stranger's runs: kept, at work, and waiting."""
    owner = secrets.token_urlsafe(16)
    runs = [trained(owner, TITLE, state=state) for state in ("finished", "running", "queued", "stopped")]
    runs[0].update_metadata(kept=True)
    return owner, runs


def everything(at):
    """All that a page sends to the browser, as text."""
    parts = [str(element.proto) for element in at.main] + [str(element.proto) for element in at.sidebar]
    return "\n".join(parts) + str(dict(at.query_params)) + str(at)


@pytest.mark.parametrize("known", [False, True], ids=["a first visit", "a visitor with a run"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_page_lists_another_s_runs(app, stranger, trained, monkeypatch, chapter, known):
    owner, runs = stranger
    me = secrets.token_urlsafe(16)
    if known:
        monkeypatch.setattr("pages.ui.shell.visitor._cookie", lambda: me)
        trained(me, "A run of mine")
    at = app(chapter)
    views = [everything(at)]
    if chapter == "look_inside":
        views += [everything(at.segmented_control(key="inside").set_value(part).run()) for part in INSIDE]
    assert not at.exception
    for seen in views:
        assert TITLE not in seen
        assert owner not in seen
        assert not any(run.id in seen for run in runs)
    if known and chapter == "compare_runs":
        assert "A run of mine" in views[0]  # so that the test would see a title


def test_who_was_given_an_address_sees_that_run_alone(app, stranger, texts):
    owner, runs = stranger
    at = app("train_network", run=runs[0].id)
    assert TITLE in texts(at)
    seen = everything(at)
    assert owner not in seen
    assert not any(run.id in seen for run in runs[1:])


def test_a_name_in_the_cookie_that_is_none_opens_nothing(app, stranger, monkeypatch):
    for cookie in ("", "*", "../..", "a" * 21, "a" * 23, "%", TITLE):
        assert not ID.fullmatch(cookie)
        monkeypatch.setattr("pages.ui.shell.visitor._cookie", lambda cookie=cookie: cookie)
        at = app("compare_runs")
        assert not at.exception
        assert TITLE not in everything(at)
