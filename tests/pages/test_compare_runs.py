import secrets

import pytest

from core.models import load_model
from core.training.config import TrainingConfig
from core.training.run_folder import Run


@pytest.fixture
def mine():
    return secrets.token_urlsafe(16)


@pytest.fixture
def compare(app, mine, monkeypatch):
    """Open the page as the owner `mine`."""
    monkeypatch.setattr("pages.ui.visitor._cookie", lambda: mine)
    return lambda **address: app("compare_runs", **address)


def button(at, label):
    return next(one for one in at.button if one.label == label)


def shown_pills(at):
    return at.button_group(key="compared").value


def test_before_anything_was_trained_the_two_bundled_networks_are_compared(compare, texts):
    at = compare()
    assert not at.exception
    assert shown_pills(at) == ["drawing", "article"]
    assert "Nothing of your own yet" in texts(at)
    for name in ("drawing", "article"):
        assert f"{100 * load_model(name).test_accuracy:.2f} %" in texts(at)
    assert "| 256 |" in texts(at)  # the batch sizes differ, and are said


def test_own_runs_stand_beside_them_with_what_differs_alone(compare, trained, mine, texts):
    config = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2)
    trained(mine, "first", config=config)
    trained(mine, "second", config=TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, dropout=0.5))
    trained(secrets.token_urlsafe(16), "a stranger's")
    at = compare()
    at.button_group(key="compared").set_value(shown_pills(at)[:2]).run()
    (table,) = [one.value for one in at.markdown if one.value.startswith("|")]
    assert "| seconds | dropout |" in table
    lines = table.splitlines()
    assert any("1 · first" in line and line.endswith("| 0 |") for line in lines)
    assert any("2 · second" in line and line.endswith("| 0.5 |") for line in lines)
    assert "stranger" not in texts(at)


def test_the_choice_is_in_the_address_and_comes_back_from_it(compare, trained, mine):
    runs = [trained(mine, str(number)) for number in range(4)]
    at = compare(runs=f"{runs[1].id},article,nonsense,{'A' * 22}")
    assert not at.exception
    assert "not here" in at.warning[0].value
    assert sorted(shown_pills(at)) == sorted([runs[1].id, "article"])
    assert at.query_params["runs"] in (f"{runs[1].id},article", [f"{runs[1].id},article"])


def test_with_no_run_chosen_the_page_says_what_to_do(compare):
    at = compare()
    at.button_group(key="compared").set_value([]).run()
    assert not at.exception
    assert "Choose" in at.info[0].value


def test_a_run_that_is_deleted_while_it_is_trained_comes_back_interrupted(compare, trained, mine):
    run = trained(mine, state="running")
    at = compare()
    button(at, "Delete").click().run()
    button(at, "Undo").click().run()
    assert run.status()["state"] == "interrupted"
    assert run.id in shown_pills(at)


def test_a_run_is_renamed_and_what_markdown_would_read_is_left_out(compare, trained, mine):
    run = trained(mine, "old")
    at = compare()
    at.text_input(key=f"title-{run.id}").set_value("new | **[name]**").run()
    assert run.about()["title"] == "new  name"
    at.text_input(key=f"title-{run.id}").set_value("   ").run()
    assert run.about()["title"] == "new  name"


def test_a_deleted_run_comes_back_with_undo(compare, trained, mine):
    run = trained(mine, "dear")
    at = compare()
    button(at, "Delete").click().run()
    assert not at.exception
    assert Run.find(run.id) is None
    button(at, "Undo").click().run()
    assert Run.find(run.id) is not None
    assert not [one for one in at.button if one.label == "Undo"]


def test_a_runs_settings_go_into_the_form(compare, trained, mine):
    trained(mine, config=TrainingConfig(hidden_layers=(31,), epochs=2))
    at = compare()
    button(at, "Use its settings").click().run()
    assert at.title[0].value == "Train a network"
    assert at.number_input(key="set_units_0").value == 31


def test_three_runs_with_one_setting_varied_are_queued_and_overlaid(compare, trained, mine, runs_folder):
    base = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, learning_rate=0.01)
    trained(mine, config=base)
    at = compare()
    button(at, "Train three").click().run()
    assert not at.exception
    begun = [run for run in Run.of_owner(mine) if run.status()["state"] == "queued"]
    assert sorted(run.config().learning_rate for run in begun) == [0.002, 0.01, 0.05]
    assert {run.config().to_dict()["epochs"] for run in begun} == {2}
    assert sorted(shown_pills(at)) == sorted(run.id for run in begun)
    assert button(at, "Train three").disabled  # one at a time


def test_the_surest_mistake_comes_first_and_opens(compare):
    at = compare()
    first = next(one for one in at.button if one.label.startswith("Open #"))
    index = int(first.label.removeprefix("Open #"))
    first.click().run()
    assert at.title[0].value == "Explore the digits"
    assert not at.exception
    assert at.session_state.index == index


def test_a_run_that_diverged_or_is_at_work_has_no_scores(compare, trained, mine):
    trained(mine, "broken", state="diverged", step=3, learning_rate=5.0)
    trained(mine, "working", state="running")
    at = compare()
    assert not at.exception
    (table,) = [one.value for one in at.markdown if one.value.startswith("|")]
    for title in ("1 · broken", "2 · working"):
        line = next(line for line in table.splitlines() if title in line)
        assert "| – | – |" in line
