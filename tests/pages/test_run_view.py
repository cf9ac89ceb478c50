"""A run, in each of its states."""

import json
import re
from dataclasses import replace

import pytest
import streamlit as st

from core.pretrained.registry import drawing_scores, load_model
from core.runs.atomic_files import JsonlTail, write_atomic
from core.runs.commands import CommandLog
from core.runs.config import TrainingConfig
from core.runs.eta import Speed, write_speed
from core.runs.permissions import mark
from core.runs.presets import PRESETS
from core.runs.run import QUEUE_FILE, Run
from core.worker.tasks import REASON_NODE_LOST
from pages.ui.train.results import file_name
from tests.fabric import SEVEN
from tests.pages.charts import charts_of, figure_of
from tests.pages.visits import address_of, button, buttons, owner


def commands(run):
    return [line["command"] for line in JsonlTail(run.path / "commands.jsonl").read_new()]


@pytest.mark.parametrize("state", ["running", "finished"])
@pytest.mark.parametrize("file", ["status.json", "config.json"])
def test_a_run_whose_files_are_damaged_says_so(train, trained, texts, file, state):
    run = trained(owner(), state=state)
    (run.path / file).write_text("{")
    at = train(run=run.id)
    assert not at.exception
    assert [one.value for one in at.error] == ["The files of this run cannot be read. Please begin a new one."]


def test_a_run_that_has_lost_a_file_says_so_and_does_not_begin_anew_for_ever(train, trained):
    run = trained(owner())
    (run.path / "status.json").unlink()
    at = train(run=run.id)
    assert not at.exception
    assert "cannot be read" in at.error[0].value


def test_damaged_scores_and_a_damaged_event_leave_the_rest_of_the_run(train, trained, texts):
    run = trained(owner(), state="paused")
    (run.path / "scores.json").write_text("{")
    run.add_event({"no": "type"})
    at = train(run=run.id)
    assert not at.exception
    assert not at.error
    assert "On the 10,000 test digits" not in texts(at)
    assert "update 64 of" in at.get("progress")[0].proto.text


def test_a_run_at_work_shows_how_far_it_is_and_can_be_steered(train, trained, texts):
    run = trained(owner(), state="running")
    at = train(run=run.id)
    assert not at.exception
    assert "2 of 2" in at.get("progress")[0].proto.text
    for label in ("Pause", "Stop"):
        button(at, label).click().run()
    assert commands(run) == ["pause", "stop"]
    for wanted in (True, False):  # it can be taken back
        at.toggle(key=f"go-on-{run.id}").set_value(wanted).run()
        assert CommandLog(run.path).current().unattended is wanted
        assert at.toggle(key=f"go-on-{run.id}").value is wanted
    run.command("go_on")  # in another tab
    assert at.run().toggle(key=f"go-on-{run.id}").value
    assert "three minutes" in texts(at)
    at.select_slider(key=f"rate-{run.id}").set_value(0.01).run()
    assert JsonlTail(run.path / "commands.jsonl").read_new()[-1] == {
        "command": "learning_rate",
        "value": 0.01,
        "by": mark(run, run.metadata().owner),
    }
    assert "Draw a digit with it" not in buttons(at)
    assert (run.path / "lease").read_bytes()  # somebody watches
    charts = charts_of(at)
    loss = figure_of(charts[0])
    assert [trace["name"] for trace in loss["data"]] == [
        "batch",
        "smoothed",
        "epoch: training",
        "epoch: validation",
    ]
    assert "Loss: 2.3 at the first update" in charts[0]["words"]
    assert "after 64." in charts[0]["words"]


def loss_axis(at):
    (chart,) = [data for data in charts_of(at) if data["words"].startswith("Loss")]
    return figure_of(chart)["layout"]["yaxis"].get("type", "linear")


def test_the_switch_of_the_axis_says_what_the_axis_is_also_when_the_axis_changes_by_itself(train, trained):
    run = trained(owner(), state="running")
    at = train(run=run.id)
    assert (at.toggle(key=f"log_loss-{run.id}").value, loss_axis(at)) == (False, "linear")
    far = {"type": "steps", "epoch": 1, "step": 164, "loss": [1e6] * 100, "right": [3] * 100, "seconds": 2.0}
    run.add_event(far)
    at.run()
    assert (at.toggle(key=f"log_loss-{run.id}").value, loss_axis(at)) == (True, "log")
    at.toggle(key=f"log_loss-{run.id}").set_value(False).run()
    assert loss_axis(at) == "linear"
    run.add_event({**far, "step": 264, "seconds": 3.0})
    at.run()  # what was chosen by hand stays
    assert (at.toggle(key=f"log_loss-{run.id}").value, loss_axis(at)) == (False, "linear")


def test_an_axis_that_was_chosen_is_that_of_the_next_run_and_one_that_chose_itself_is_not(train, trained):
    far, near = trained(owner(), state="running"), trained(owner())
    far.add_event({"type": "steps", "epoch": 1, "step": 66, "loss": [1e6] * 2, "right": [3] * 2, "seconds": 2.0})
    at = train(run=far.id)
    assert loss_axis(at) == "log"
    at.query_params["run"] = near.id
    at.run()
    assert (at.toggle(key=f"log_loss-{near.id}").value, loss_axis(at)) == (False, "linear")
    at.toggle(key=f"log_loss-{near.id}").set_value(True).run()
    other = trained(owner())
    at.query_params["run"] = other.id
    at.run()
    assert loss_axis(at) == "log"


def test_while_it_starts_it_is_said_what_is_being_done(train, trained, runs_folder):
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4, startup_seconds=6.0))
    run = trained(owner(), state="paused")
    run.set_status("running")
    at = train(run=run.id)
    assert "compiled for this processor. Nothing more is learned yet. About 6 s." in at.get("progress")[0].proto.text
    run.add_event({"type": "steps", "epoch": 1, "step": 64, "loss": [0.5], "right": [16], "seconds": 1.1})
    at.run()
    assert "update 64 of" in at.get("progress")[0].proto.text


@pytest.mark.parametrize("wanted", [False, True])
def test_a_switch_that_tells_what_holds_says_no_word(train, trained, monkeypatch, wanted):
    """A browser that had forgotten it during a pause told it anew, beside a load."""
    toggle = st.toggle

    def told_again(*args, on_change, **more):
        told = toggle(*args, on_change=on_change, **more)
        on_change()
        return told

    monkeypatch.setattr(st, "toggle", told_again)
    run = trained(owner(), state="running")
    run.command("go_on", float(wanted))
    at = train(run=run.id)
    assert not at.exception
    assert at.toggle(key=f"go-on-{run.id}").value is wanted
    assert commands(run) == ["go_on"]


def test_after_a_pause_the_slider_shows_the_learning_rate_that_holds(train, trained):
    run = trained(owner(), state="running")
    at = train(run=run.id)
    at.select_slider(key=f"rate-{run.id}").set_value(0.01).run()
    run.set_status("paused")
    at.run()
    assert not at.select_slider
    run.set_status("running")
    at.run()
    assert at.select_slider(key=f"rate-{run.id}").value == 0.01
    run.command("learning_rate", 0.5)  # in another tab
    at.run()
    assert at.select_slider(key=f"rate-{run.id}").value == 0.5
    assert commands(run) == ["learning_rate"] * 2


def test_a_paused_run_goes_on_whole_or_by_an_epoch(train, trained):
    run = trained(owner(), state="paused")
    button(train(run=run.id), "One epoch").click().run()
    assert commands(run) == ["epoch"]
    assert run.status().state == "queued"
    assert (run.path.parent / "inbox" / run.id).exists()


def test_a_finished_run_gets_more_epochs_once(train, trained, runs_folder):
    run = trained(owner())
    (run.path / "state.npz").write_bytes(b"its exact state")
    at = train(run=run.id)
    at.number_input(key=f"more-{run.id}").set_value(3).run()
    button(at, "Train on").click().run()
    assert not at.exception
    assert run.config().epochs == 5
    assert run.status().state == "queued"
    assert (runs_folder / "inbox" / run.id).exists()
    with pytest.raises(ValueError, match="finished"):
        run.train_more_epochs(9)  # another tab, a moment later
    assert run.config().epochs == 5


def test_a_number_typed_just_before_train_on_is_pressed_counts(train, trained):
    """Both come in one message: the button was shown while another number stood there."""
    run = trained(owner())
    (run.path / "state.npz").write_bytes(b"its exact state")
    at = train(run=run.id)
    at.number_input(key=f"more-{run.id}").set_value(7)
    button(at, "Train on").click().run()
    assert run.config().epochs == 9


@pytest.mark.parametrize("why", ["no state", "paused", "brought", "sweep", "200 epochs"])
def test_a_run_that_cannot_be_trained_on_exactly_offers_no_more_epochs(train, trained, why):
    epochs = 200 if why == "200 epochs" else 2
    config = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=epochs)
    run = trained(owner(), state="paused" if why == "paused" else "finished", config=config)
    if why != "no state":
        (run.path / "state.npz").write_bytes(b"its exact state")
    run.update_metadata(**({"brought": True} if why == "brought" else {"sweep": "mine"} if why == "sweep" else {}))
    at = train(run=run.id)
    assert not at.exception
    assert "Train on" not in buttons(at)


def test_an_interrupted_run_says_so_and_can_be_resumed(train, trained, texts):
    run = trained(owner(), state="interrupted", reason="Its process ended")
    at = train(run=run.id)
    assert "Its process ended" in texts(at)
    button(at, "Resume").click().run()
    assert run.status().state == "queued"


@pytest.mark.parametrize("kept_at", [32, 64])
def test_scores_of_an_earlier_pause_are_said_to_be_those_of_then(train, trained, texts, kept_at):
    run = trained(owner(), state="interrupted", reason="Its process ended")  # after 64 updates
    write_atomic(run.path / "scores.json", json.dumps({**run.scores(), "step": kept_at}).encode())
    at = train(run=run.id)
    assert not at.exception
    assert ("This is the network of update 32, where it was last kept." in texts(at)) == (kept_at == 32)


def test_a_diverged_run_names_step_and_remedy_and_shows_no_network(train, trained, texts):
    run = trained(owner(), state="diverged", step=3, learning_rate=5.0)
    assert any("As it was **after update 2**" in one.value for one in train(run=run.id).caption)
    at = train(run=run.id)
    assert "At update 3 the loss became too large to be a number" in texts(at)
    assert "0.5 instead of 5" in texts(at)
    assert not {"Draw a digit with it", "Keep it", "Resume"} & buttons(at)


def test_a_waiting_run_has_a_place_and_an_expected_wait(train, trained, runs_folder):
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4))
    others = [trained(owner(), state="running") for _ in range(2)]
    waits = [Run.create(PRESETS["article"].config, "", owner()) for _ in range(3)]
    queue = {"running": [run.id for run in others], "waiting": [run.id for run in waits]}
    write_atomic(runs_folder / QUEUE_FILE, json.dumps(queue).encode())
    at = train(run=waits[2].id)
    text = at.get("progress")[0].proto.text
    assert "Number 3 in the queue" in text
    assert re.search(r"about \d+ (s|min)", text)


@pytest.mark.parametrize(("missing", "words"), [("cluster", "waits for the cluster"), ("machine", "No machine")])
def test_a_run_that_waits_for_a_cluster_says_what_is_missing(train, runs_folder, missing, words):
    run = Run.create(PRESETS["quick"].config, "", owner())
    queue = {"running": [], "waiting": [run.id], "slots": 0, "missing": missing}
    write_atomic(runs_folder / QUEUE_FILE, json.dumps(queue).encode())
    at = train(run=run.id)
    assert not at.exception
    assert words in at.get("progress")[0].proto.text


def test_a_run_whose_machine_was_lost_says_so_while_it_waits_and_after(train, trained, texts):
    run = trained(owner(), state="queued", reason=REASON_NODE_LOST, lost=True)
    at = train(run=run.id)
    assert "Its machine was lost: it goes on elsewhere" in texts(at)
    run.set_status("running")
    assert "A machine that trained it was lost." in texts(at.run())


def test_the_articles_closing_lines_with_the_numbers_of_this_run(train, trained, texts):
    run = trained(owner(), config=replace(PRESETS["article"].config, seed=7))
    accuracy = run.scores()["accuracy"]
    at = train(run=run.id)
    assert f"accuracy **{100 * accuracy:.2f} %**" in texts(at)
    assert f"error **{100 * (1 - accuracy):.2f} %**" in texts(at)
    assert "98.03 % and 1.97 %" in texts(at)
    labels = {one.proto.label for one in at.get("download_button")}
    assert any("1.2 MB" in label for label in labels)  # of the .h5 file: measured
    assert len(labels) == 7


def test_beside_the_score_it_is_said_that_it_is_no_promise_with_what_was_measured(train, trained, texts):
    run = trained(owner())
    (run.path / "scores.json").write_text(json.dumps({"accuracy": 0.98, "loss": 0.1}))
    at = train(run=run.id)
    article, drawings = load_model("article"), drawing_scores("article")
    assert "no promise for your own hand" in texts(at)
    assert f"{100 * article.test_accuracy:.1f} % of the test digits right" in texts(at)
    assert f"{100 * drawings.prepared:.1f} % of 7,494 drawings by 30 other people" in texts(at)


def test_a_network_that_reads_hardly_any_digit_is_not_said_to_promise_something(train, trained, texts):
    run = trained(owner())
    (run.path / "scores.json").write_text(json.dumps({"accuracy": 0.1135, "loss": 2.3}))
    assert "11.35 %" in texts(at := train(run=run.id))
    assert "no promise for your own hand" not in texts(at)


def test_what_is_said_of_a_run_and_its_result_stand_below_its_buttons(train, trained):
    """The buttons stay where they are when more is said, and when a training ends."""
    run = trained(owner())
    at = train(run=run.id)
    words = [element.value if element.type == "markdown" else getattr(element, "label", "") for element in at.main]
    kinds = [word for word in words if word]
    result = next(place for place, word in enumerate(kinds) if word.startswith("On the 10,000 test digits"))
    assert max(place for place, word in enumerate(kinds) if word in ("More epochs", "New settings")) < result


def test_the_learning_rates_that_a_run_had_stand_beside_its_score(train, trained, texts):
    run = trained(owner())
    assert "learning rate was changed" not in texts(train(run=run.id))
    run.add_event({"type": "learning_rate", "step": 60, "value": 5.0})
    run.add_event({"type": "steps", "epoch": 1, "step": 64, "loss": [0.5] * 4, "right": [16] * 4, "seconds": 1.0})
    assert "Its learning rate was changed: 0.001 → 5 (from update 61)." in texts(train(run=run.id))


def test_a_network_of_other_settings_is_not_held_against_the_article(train, trained, texts):
    at = train(run=trained(owner()).id)
    assert "On the 10,000 test digits" in texts(at)
    assert "98.03 %" not in texts(at)


def test_a_kept_network_answers_on_the_draw_page(app, trained, read):
    run = trained(owner(), title="Mine")
    at = app("draw_digit", SEVEN)
    at.session_state.session.owner = run.metadata().owner
    at.switch_page("../../train_network.py")
    at.query_params["run"] = run.id
    at.run()
    button(at, "Keep it").click().run()
    assert run.metadata().kept is True
    at.switch_page("../../draw_digit.py")
    at.run()
    assert not at.exception
    assert len(read(at)) == 3
    assert "Yours: Mine" in [caption.value for caption in at.caption]


def test_what_was_kept_says_where_and_is_kept_no_longer_on_undo(train, trained, texts):
    run = trained(owner())
    at = train(run=run.id)
    button(at, "Keep it").click().run()
    assert "It is kept on this server" in texts(at)
    assert "Its age does not matter" in texts(at)
    button(at, "Undo").click().run()
    assert run.metadata().kept is False
    assert "Keep it" in buttons(at)
    assert at.session_state.session.kept_run is None  # so *Draw* looks again which one was kept


def test_files_that_are_taken_home_bear_the_runs_name():
    assert file_name("Adam, 1e-3 (épreuve 2)") == "Adam-1e-3-épreuve-2"
    assert file_name("../../etc/passwd") == "etc-passwd"
    assert file_name("?!") == "digits"


@pytest.mark.parametrize("name", ["", "nonsense", "../../etc", "A" * 22])
def test_an_address_of_no_run_says_so_and_shows_the_settings(train, name):
    at = train(run=name)
    for _ in range(2):  # what a component says begins another run: it stays
        assert not at.exception
        assert "not here any more" in at.warning[0].value
        assert "Train" in buttons(at)
        at.run()
    button(at, "Train").click().run()
    assert not at.warning


def test_new_settings_begin_with_those_of_the_run(train, trained):
    config = replace(TrainingConfig(), hidden_layers=(33,), epochs=4)
    run = trained(owner(), config=config)
    at = train(run=run.id)
    button(at, "New settings").click().run()
    assert address_of(at) == {"hidden_layers": "33", "epochs": "4"}


def test_a_run_that_vanishes_while_it_is_steered_is_no_mistake(train, trained):
    run = trained(owner(), state="running")
    at = train(run=run.id)
    run.delete()
    button(at, "Pause").click().run()
    assert not at.exception
    assert "not here any more" in at.warning[0].value
    assert "Train" in buttons(at)
