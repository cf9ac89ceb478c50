"""One setting is varied over many values."""

import re
import secrets
from dataclasses import replace

import pytest

from core.runs.commands import CommandLog
from core.runs.config import TrainingConfig
from core.runs.eta import Speed, read_speed, write_speed
from core.runs.run import Run
from core.runs.sweep import SWEPT
from tests.pages.charts import charts_of, figure_of
from tests.pages.visits import button, shown_pills

SMALL = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, learning_rate=0.01)


def queued(mine):
    """Those that wait, in the order in which they were begun."""
    return [run for run in reversed(Run.of_owner(mine)) if run.status().state == "queued"]


def address_of(at, name):
    (value,) = [at.query_params[name]] if isinstance(at.query_params[name], str) else at.query_params[name]
    return value


def sweep_chart(at):
    """The sweep's picture: its data, and what it says to those who do not see it."""
    (chart,) = [data for data in charts_of(at) if " by " in data["words"]]
    return figure_of(chart), chart["words"]


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
    assert len({run.metadata().sweep for run in begun}) == 1
    assert len(shown_pills(at)) == 6
    assert {begun[0].id, begun[-1].id} < set(shown_pills(at))
    assert "0 of 9 done, 0 at work" in texts(at)
    assert sweep_chart(at)[0]["data"][0]["x"] == []


def test_a_sweep_is_found_again_by_its_address_and_its_scores_appear(compare, trained, mine, texts):
    states = {0.001: "finished", 0.01: "finished", 0.1: "running", 1.0: "diverged"}
    for rate, state in states.items():
        run = trained(mine, config=replace(SMALL, learning_rate=rate), state=state)
        run.update_metadata(sweep="mine", varied="learning_rate")
    at = compare(sweep="mine")
    assert not at.exception
    assert "3 of 4 done, 1 at work" in texts(at)
    at.button_group(key="sweep_score").set_value("accuracy").run()
    figure, words = sweep_chart(at)
    assert figure["data"][0]["x"] == [0.001, 0.01]
    assert figure["data"][1]["text"] == ["diverged"]
    assert "Diverged: 1." in words
    assert address_of(at, "sweep") == "mine"


def test_a_run_whose_learning_rate_was_moved_by_hand_is_left_out_and_that_is_said(compare, trained, mine, texts):
    for rate in (0.001, 0.01, 0.1):
        run = trained(mine, config=replace(SMALL, learning_rate=rate))
        run.update_metadata(sweep="mine", varied="learning_rate")
    run.add_event({"type": "learning_rate", "step": 60, "value": 5.0})
    run.add_event({"type": "steps", "epoch": 1, "step": 62, "loss": [0.5] * 2, "right": [16] * 2, "seconds": 1.1})
    at = compare(sweep="mine")
    assert not at.exception
    assert sweep_chart(at)[0]["data"][0]["x"] == [0.001, 0.01]
    assert "Without 1 of 3: their learning rate was changed while they trained" in texts(at)


@pytest.mark.parametrize("state", ["running", "queued"])
def test_a_run_that_is_deleted_while_its_sweep_is_looked_at_breaks_nothing(
    compare, trained, mine, runs_folder, monkeypatch, texts, state
):
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4))
    for one in ("running", state):
        trained(mine, config=SMALL, state=one).update_metadata(sweep="mine", varied="epochs")
    gone = Run.of_owner(mine)[0]

    def deleted_meanwhile():
        if Run.find(gone.id):
            gone.delete()
        return read_speed(runs_folder)

    monkeypatch.setattr("pages.ui.compare.sweep_view.speed", deleted_meanwhile)
    at = compare(sweep="mine")
    assert not at.exception
    assert "0 of 2 done" in texts(at)
    assert " left." in texts(at)


def test_all_of_a_sweep_are_stopped_by_one_button(compare, trained, mine):
    runs = [trained(mine, config=SMALL, state=state) for state in ("finished", "running", "queued")]
    for run in runs:
        run.update_metadata(sweep="mine", varied="epochs")
    at = compare(sweep="mine")
    button(at, "Stop all").click().run()
    assert [CommandLog(run.path).current().goal for run in runs] == ["train", "stop", "stop"]


def test_a_sweep_that_is_over_is_closed_and_shown_again(compare, trained, mine):
    trained(mine, config=SMALL).update_metadata(sweep="mine", varied="epochs")
    at = compare(sweep="mine")
    button(at, "Close").click().run()
    assert "sweep" not in at.query_params
    assert not [one for one in at.button if one.label == "Close"]
    button(at, "Show the last sweep").click().run()
    assert address_of(at, "sweep") == "mine"
    assert button(at, "Close")


def test_the_address_asks_for_another_sweep_than_the_one_that_was_looked_at(compare, trained, mine, texts):
    for sweep, varied in (("one", "epochs"), ("two", "dropout")):
        trained(mine, config=SMALL).update_metadata(sweep=sweep, varied=varied)
    at = compare(sweep="one")
    at.query_params["sweep"] = "two"
    at.run()
    assert "**Dropout**" in texts(at)
    assert address_of(at, "sweep") == "two"
    del at.query_params["sweep"]  # as when one comes back to the chapter
    assert "**Dropout**" in texts(at.run())
    assert address_of(at, "sweep") == "two"


def test_a_sweep_that_is_begun_takes_the_place_of_the_one_in_the_address(compare, trained, mine, texts):
    trained(mine, config=SMALL).update_metadata(sweep="old", varied="epochs")
    at = compare(sweep="old")
    button(at, "Train 3").click().run()
    assert "**Learning rate**" in texts(at)
    assert address_of(at, "sweep") == queued(mine)[0].metadata().sweep


def test_anothers_sweep_is_not_shown_and_the_page_says_so(compare, trained, mine):
    trained(secrets.token_urlsafe(16)).update_metadata(sweep="theirs", varied="epochs")
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
    begun = [(run.config().hidden_layers, run.config().seed, run.metadata().title) for run in queued(mine)]
    assert [one[:2] for one in begun[:2]] == [((8,), 0), ((8,), 1)]
    assert begun[1][2] == "first layer units 8, seed 1"


@pytest.mark.parametrize("kept", [3, 7])
def test_a_server_that_keeps_few_runs_offers_small_sweeps(compare, trained, mine, monkeypatch, kept):
    monkeypatch.setattr("pages.ui.compare.sweep_form.MAX_SWEEP_RUNS", kept)
    trained(mine, config=SMALL)
    at = compare()
    at.button_group(key="values-how").set_value("from, to").run()
    assert not at.exception
    assert not button(at, f"Train {kept}").disabled


def test_a_server_that_keeps_hardly_any_runs_offers_no_sweep(compare, trained, mine, monkeypatch, texts):
    monkeypatch.setattr("pages.ui.compare.sweep_form.MAX_SWEEP_RUNS", 2)
    trained(mine, config=SMALL)
    at = compare()
    assert not at.exception
    assert "keeps too few runs" in texts(at)
    assert not [one for one in at.button if one.label.startswith("Train ")]


@pytest.mark.parametrize("setting", SWEPT)
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


def test_a_value_out_of_range_is_not_taken(compare, trained, mine, texts):
    trained(mine, config=SMALL)
    at = compare()
    at.button_group(key="values-how").set_value("from, to").run()
    before = at.number_input(key="from-learning_rate-0.01").value
    at.number_input(key="from-learning_rate-0.01").set_value(-1.0).run()
    assert not at.exception
    assert at.number_input(key="from-learning_rate-0.01").value == before
    assert "Choose 0.000001 to 10. For now it is 0.002." in texts(at)
