import json
import re
import secrets
from dataclasses import replace

import numpy as np
import pytest

from core.digits import load_test_set
from core.models import load_model
from core.training.config import TrainingConfig
from core.training.presets import PRESETS
from core.training.run_folder import Run
from core.training.speed import Speed, read_speed, write_speed
from core.training.wishes import Wishes
from pages.ui.run_keeping import show_keeping
from pages.ui.vary import VARIED


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


def test_a_run_that_is_deleted_in_another_tab_meanwhile_is_gone_from_the_page(compare, trained, mine, monkeypatch):
    run = trained(mine)

    def deleted_meanwhile(run):
        run.delete()
        return show_keeping(run)

    monkeypatch.setattr("pages.ui.run_keeping.show_keeping", deleted_meanwhile)
    at = compare()
    assert not at.exception
    assert run.id not in shown_pills(at)


def test_a_run_that_is_damaged_meanwhile_leaves_a_presets_settings_to_vary(compare, trained, mine, monkeypatch, texts):
    run = trained(mine)
    monkeypatch.setattr(
        "pages.ui.closer_look.show_closer_look", lambda evaluation: (run.path / "config.json").write_text("{")
    )
    at = compare()
    assert not at.exception
    assert f"All others are those of **{PRESETS['quick'].title}**" in " ".join(texts(at).split())


def test_a_runs_settings_go_into_the_form(compare, trained, mine):
    trained(mine, config=TrainingConfig(hidden_layers=(31,), epochs=2))
    at = compare()
    button(at, "Use its settings").click().run()
    assert at.title[0].value == "Train a network"
    assert at.number_input(key="set_units_0").value == 31


SMALL = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, learning_rate=0.01)


def queued(mine):
    """Those that wait, in the order in which they were begun."""
    return [run for run in reversed(Run.of_owner(mine)) if run.status()["state"] == "queued"]


def address_of(at, name):
    (value,) = [at.query_params[name]] if isinstance(at.query_params[name], str) else at.query_params[name]
    return value


def sweep_chart(at):
    """The sweep's picture: its data, and what it says to those who do not see it."""
    shown = [json.loads(one.proto.json) for one in at.get("bidi_component") if "figure" in one.proto.json]
    (chart,) = [one for one in shown if " by " in one["words"]]
    return json.loads(chart["figure"]), chart["words"]


def test_three_runs_with_one_setting_varied_are_queued_and_overlaid(compare, trained, mine, runs_folder):
    trained(mine, config=SMALL)
    at = compare()
    button(at, "Train 3").click().run()
    assert not at.exception
    begun = queued(mine)
    assert sorted(run.config().learning_rate for run in begun) == [0.002, 0.01, 0.05]
    assert {run.config().to_dict()["epochs"] for run in begun} == {2}
    assert sorted(shown_pills(at)) == sorted(run.id for run in begun)
    assert button(at, "Train 3").disabled  # one at a time


def test_a_sweep_that_another_training_has_come_before_says_so(compare, trained, mine):
    trained(mine, config=SMALL)
    at = compare()
    trained(mine, "the other tab's", state="running")
    button(at, "Train 3").click().run()
    assert not at.exception
    assert "the other tab's is at work" in at.toast[0].value
    assert not queued(mine)


def test_a_sweep_over_many_values_shows_six_curves_and_all_scores(compare, trained, mine, texts):
    trained(mine, config=SMALL)
    at = compare()
    at.button_group(key="values-how").set_value("from, to").run()
    at.number_input(key="from-learning_rate-0.01").set_value(0.0001).run()
    at.number_input(key="to-learning_rate-0.01").set_value(1.0).run()
    at.number_input(key="how-many").set_value(9).run()
    button(at, "Train 9").click().run()
    assert not at.exception
    begun = queued(mine)
    rates = [run.config().learning_rate for run in begun]
    assert rates == [0.0001, 0.000316, 0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0]
    assert len({run.about()["sweep"] for run in begun}) == 1
    assert len(shown_pills(at)) == 6
    assert {begun[0].id, begun[-1].id} < set(shown_pills(at))
    assert "0 of 9 done, 0 at work" in texts(at)
    assert sweep_chart(at)[0]["data"][0]["x"] == []


def test_a_sweep_is_found_again_by_its_address_and_its_scores_appear(compare, trained, mine, texts):
    states = {0.001: "finished", 0.01: "finished", 0.1: "running", 1.0: "diverged"}
    for rate, state in states.items():
        run = trained(mine, config=replace(SMALL, learning_rate=rate), state=state)
        run.change(sweep="mine", varied="learning_rate")
    at = compare(sweep="mine")
    assert not at.exception
    assert "3 of 4 done, 1 at work" in texts(at)
    at.button_group(key="sweep_score").set_value("accuracy").run()
    figure, words = sweep_chart(at)
    assert figure["data"][0]["x"] == [0.001, 0.01]
    assert figure["data"][1]["text"] == ["diverged"]
    assert "Diverged: 1." in words
    assert address_of(at, "sweep") == "mine"


@pytest.mark.parametrize("state", ["running", "queued"])
def test_a_run_that_is_deleted_while_its_sweep_is_looked_at_breaks_nothing(
    compare, trained, mine, runs_folder, monkeypatch, texts, state
):
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4))
    for one in ("running", state):
        trained(mine, config=SMALL, state=one).change(sweep="mine", varied="epochs")
    gone = Run.of_owner(mine)[0]

    def deleted_meanwhile():
        if Run.find(gone.id):
            gone.delete()
        return read_speed(runs_folder)

    monkeypatch.setattr("pages.ui.runs.speed", deleted_meanwhile)
    at = compare(sweep="mine")
    assert not at.exception
    assert "0 of 2 done" in texts(at)
    assert " left." in texts(at)


def test_all_of_a_sweep_are_stopped_by_one_button(compare, trained, mine):
    runs = [trained(mine, config=SMALL, state=state) for state in ("finished", "running", "queued")]
    for run in runs:
        run.change(sweep="mine", varied="epochs")
    at = compare(sweep="mine")
    button(at, "Stop all").click().run()
    assert [Wishes(run.path).now().want for run in runs] == ["train", "stop", "stop"]


def test_a_sweep_that_is_over_is_closed_and_shown_again(compare, trained, mine):
    trained(mine, config=SMALL).change(sweep="mine", varied="epochs")
    at = compare(sweep="mine")
    button(at, "Close").click().run()
    assert "sweep" not in at.query_params
    assert not [one for one in at.button if one.label == "Close"]
    button(at, "Show the last sweep").click().run()
    assert address_of(at, "sweep") == "mine"
    assert button(at, "Close")


def test_the_address_asks_for_another_sweep_than_the_one_that_was_looked_at(compare, trained, mine, texts):
    for sweep, varied in (("one", "epochs"), ("two", "dropout")):
        trained(mine, config=SMALL).change(sweep=sweep, varied=varied)
    at = compare(sweep="one")
    at.query_params["sweep"] = "two"
    at.run()
    assert "**Dropout**" in texts(at)
    assert address_of(at, "sweep") == "two"
    del at.query_params["sweep"]  # as when one comes back to the chapter
    assert "**Dropout**" in texts(at.run())
    assert address_of(at, "sweep") == "two"


def test_a_sweep_that_is_begun_takes_the_place_of_the_one_in_the_address(compare, trained, mine, texts):
    trained(mine, config=SMALL).change(sweep="old", varied="epochs")
    at = compare(sweep="old")
    button(at, "Train 3").click().run()
    assert "**Learning rate**" in texts(at)
    assert address_of(at, "sweep") == queued(mine)[0].about()["sweep"]


def test_anothers_sweep_is_not_shown_and_the_page_says_so(compare, trained, mine):
    trained(secrets.token_urlsafe(16)).change(sweep="theirs", varied="epochs")
    at = compare(sweep="theirs")
    assert not at.exception
    assert "not here" in at.warning[0].value
    assert "sweep" not in at.query_params


def test_each_value_is_trained_with_each_seed(compare, trained, mine):
    trained(mine, config=SMALL)
    at = compare()
    at.selectbox(key="varied").set_value("first_layer_units").run()
    at.number_input(key="seeds").set_value(2).run()
    button(at, "Train 6").click().run()
    begun = [(run.config().hidden_layers, run.config().seed, run.about()["title"]) for run in queued(mine)]
    assert [one[:2] for one in begun[:2]] == [((8,), 0), ((8,), 1)]
    assert begun[1][2] == "first layer units 8, seed 1"


@pytest.mark.parametrize("kept", [3, 7])
def test_a_server_that_keeps_few_runs_offers_small_sweeps(compare, trained, mine, monkeypatch, kept):
    monkeypatch.setattr("pages.ui.vary.SWEEP_RUNS", kept)
    trained(mine, config=SMALL)
    at = compare()
    at.button_group(key="values-how").set_value("from, to").run()
    assert not at.exception
    assert not button(at, f"Train {kept}").disabled


def test_a_server_that_keeps_hardly_any_runs_offers_no_sweep(compare, trained, mine, monkeypatch, texts):
    monkeypatch.setattr("pages.ui.vary.SWEEP_RUNS", 2)
    trained(mine, config=SMALL)
    at = compare()
    assert not at.exception
    assert "keeps too few runs" in texts(at)
    assert not [one for one in at.button if one.label.startswith("Train ")]


@pytest.mark.parametrize("setting", VARIED)
def test_every_setting_can_be_varied_as_it_is_offered(compare, trained, mine, setting):
    trained(mine, config=SMALL)
    at = compare()
    at.selectbox(key="varied").set_value(setting).run()
    assert not at.exception
    assert not at.error
    assert not button(at, "Train 3").disabled


def test_before_it_begins_it_is_said_how_long_a_sweep_takes(compare, trained, mine, texts, runs_folder):
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4))
    trained(mine, config=SMALL)
    assert re.search(r"About \d+ s, when nobody else trains", texts(compare()))


def test_a_sweep_that_would_take_too_long_is_refused_in_words(compare, trained, mine, runs_folder):
    write_speed(runs_folder, Speed(4e8, 5e8, 1.5e8, 2e4))
    trained(mine, config=TrainingConfig())
    at = compare()
    assert "Take fewer values, fewer epochs or fewer images." in at.error[0].value
    assert button(at, "Train 3").disabled


def test_a_value_out_of_range_is_refused_in_words(compare, trained, mine):
    trained(mine, config=SMALL)
    at = compare()
    at.button_group(key="values-how").set_value("from, to").run()
    at.number_input(key="from-learning_rate-0.01").set_value(-1.0).run()
    assert not at.exception
    assert "Learning rate goes from" in at.error[0].value


def test_a_digit_that_is_never_answered_is_said_to_be(compare, trained, mine, texts):
    run = trained(mine)
    np.save(run.path / "test_answers.npy", np.tile(np.eye(10, dtype=np.float16)[8], (10_000, 1)))
    at = compare(runs=run.id)
    assert not at.exception
    (said,) = [one.proto.alt for one in at.get("plotly_chart") if "Precision" in one.proto.alt]
    assert "7: never answered and 0.0%, 8: 9.7% and 100.0%" in said  # 974 of 10,000 test digits are an 8
    assert "Most often a 1 is taken for an 8: 1,135 times." in texts(at)  # 1 is the most frequent


def test_a_network_without_mistakes_has_none_to_be_told(compare, trained, mine, texts):
    run = trained(mine)
    np.save(run.path / "test_answers.npy", np.eye(10, dtype=np.float16)[load_test_set().labels])
    at = compare(runs=run.id)
    assert not at.exception
    assert "Most often" not in texts(at)


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
