import json
import re
import secrets
from dataclasses import replace

import pytest

from core.collection import Collected, to_npz
from core.digits import load_test_set
from core.training import limits
from core.training.client import Queue
from core.training.config import TrainingConfig
from core.training.presets import PRESETS
from core.training.run_folder import QUEUE_FILE, Run
from core.training.speed import Speed, write_speed
from core.training.turns import LOST_REASON
from core.training.whole_files import Lines, write_whole


@pytest.fixture
def train(app):
    return lambda **address: app("train_network", **address)


@pytest.fixture
def runs(runs_folder):
    return lambda: [Run(path) for path in runs_folder.glob("*") if (path / "config.json").exists()]


def button(at, label):
    return next(one for one in at.button if one.label == label)


def buttons(at):
    return {one.label for one in at.button}


def commands(run):
    return [line["command"] for line in Lines(run.path / "commands.jsonl").new()]


def address_of(at):
    return {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}


def owner():
    return secrets.token_urlsafe(16)


def test_a_first_visitor_can_press_train_and_knows_what_it_will_be(train, texts):
    at = train()
    assert "318,010" in texts(at)  # 784 * 400 + 400 + 400 * 10 + 10
    assert "220" in texts(at)  # 55,000 / 250
    assert not button(at, "Train").disabled
    assert at.button_group(key="preset").value == "quick" or at.button_group(key="preset").value == ["quick"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_goes_into_the_address_and_comes_back_from_it(train, name):
    at = train()
    at.button_group(key="preset").set_value(name).run()
    assert not at.exception
    address = address_of(at)
    assert TrainingConfig.from_query(address) == PRESETS[name].config
    again = train(**address)
    assert address_of(again) == address
    assert f"**{PRESETS[name].config.parameters:,}** parameters" in "\n".join(m.value for m in again.markdown)


def test_changed_settings_are_in_the_address_and_no_preset_is_marked(train):
    at = train()
    at.number_input(key="set_epochs").set_value(3).run()
    at.number_input(key="set_hidden_layers").set_value(2).run()
    at.number_input(key="set_units_1").set_value(77).run()
    assert address_of(at)["hidden_layers"] == "400-77"
    assert address_of(at)["epochs"] == "3"
    assert not at.button_group(key="preset").value


def test_all_digits_are_learned_from_when_the_test_set_is_watched_and_not_otherwise(train):
    at = train()
    at.button_group(key="set_watched").set_value("test").run()
    assert address_of(at)["training_images"] == "60000"
    at.button_group(key="set_watched").set_value("validation").run()
    assert "training_images" not in address_of(at)  # the default, 55,000
    assert not at.exception


@pytest.mark.parametrize(
    "address",
    [
        {"hidden_layers": "a-b"},
        {"hidden_layers": "1-2-3-4-5-6"},
        {"epochs": "1e9"},
        {"learning_rate": "nan"},
        {"learning_rate": "-1"},
        {"optimizer": "magic"},
        {"batch_size": "0"},
        {"seed": "<script>"},
    ],
)
def test_nonsense_in_the_address_is_named_and_the_page_works(train, address):
    at = train(**address)
    assert not at.exception
    assert len(at.warning) == 1
    assert not button(at, "Train").disabled


def test_a_value_between_the_sliders_steps_is_kept(train):
    at = train(learning_rate="0.0031", batch_size="33", optimizer="sgd")
    assert not at.exception
    assert address_of(at) == {"learning_rate": "0.0031", "batch_size": "33", "optimizer": "sgd"}


def test_train_begins_exactly_the_settings_and_a_second_press_begins_nothing(train, runs):
    at = train(optimizer="rmsprop", epochs="3", seed="7")
    button(at, "Train").click().run()
    (run,) = runs()
    assert run.config() == TrainingConfig(optimizer="rmsprop", epochs=3, seed=7)
    assert address_of(at) == {"run": run.id}
    assert "Pause" in buttons(at)
    other = train()
    other.session_state.session.owner = run.about()["owner"]  # the same browser, another tab
    other.run()
    assert "Train" not in buttons(other)
    button(other, "Watch it").click().run()
    assert address_of(other) == {"run": run.id}
    assert len(runs()) == 1


def test_a_full_disk_is_said_and_the_settings_are_kept(train, runs, monkeypatch):
    at = train(epochs="3")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.training.run_folder.write_whole", full)
    button(at, "Train").click().run()
    assert not at.exception
    assert "disk of this server is full" in at.toast[0].value
    assert address_of(at)["epochs"] == "3"
    assert not runs()


def test_a_full_queue_says_so_and_takes_no_more(train, monkeypatch, runs):
    monkeypatch.setattr("pages.ui.runs.read_queue", lambda: Queue(waiting=("somebody's",) * 200))
    at = train(epochs="3")
    button(at, "Train").click().run()
    assert "200 runs wait" in at.toast[0].value
    assert not runs()
    monkeypatch.setattr("pages.ui.runs.read_queue", lambda: Queue(waiting=("somebody's",) * 199))
    button(at, "Train").click().run()
    assert len(runs()) == 1


def test_settings_too_large_for_memory_are_refused_with_the_numbers(train, monkeypatch):
    monkeypatch.setattr(limits, "MEMORY", limits.PROGRAM + 60 * limits.MEGABYTE)
    at = train(hidden_layers="1024-1024-1024-1024-1024", batch_size="2048")
    needed = TrainingConfig(hidden_layers=(1024,) * 5, batch_size=2048).memory / limits.MEGABYTE
    assert f"about {needed:,.0f} MB" in at.error[0].value
    assert "60 MB" in at.error[0].value
    assert button(at, "Train").disabled


def test_the_expected_time_is_shown_once_the_machine_is_measured(train, texts, runs_folder):
    assert "being measured" in texts(train())
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4))
    assert re.search(r"about \d+ s", texts(train()))


# A run, in each of its states.


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
    for label in ("Pause", "Stop and keep", "Go on without me"):
        button(at, label).click().run()
    assert commands(run) == ["pause", "stop", "go_on"]
    at.select_slider(key=f"rate-{run.id}").set_value(0.01).run()
    assert Lines(run.path / "commands.jsonl").new()[-1] == {"command": "learning_rate", "value": 0.01}
    assert "Draw a digit with it" not in buttons(at)
    assert (run.path / "lease").read_bytes()  # somebody watches
    charts = [json.loads(one.proto.json) for one in at.get("bidi_component") if "figure" in one.proto.json]
    loss = json.loads(charts[0]["figure"])
    assert [trace["name"] for trace in loss["data"]] == [
        "batch",
        "smoothed",
        "epoch: learned from",
        "epoch: validation",
    ]
    assert "Loss: 2.3 at the first update" in charts[0]["words"]
    assert "after 64." in charts[0]["words"]


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
    assert run.status()["state"] == "queued"
    assert (run.path.parent / "inbox" / run.id).exists()


def test_an_interrupted_run_says_so_and_can_be_resumed(train, trained, texts):
    run = trained(owner(), state="interrupted", reason="Its process ended")
    at = train(run=run.id)
    assert "Its process ended" in texts(at)
    button(at, "Resume").click().run()
    assert run.status()["state"] == "queued"


@pytest.mark.parametrize("kept_at", [32, 64])
def test_scores_of_an_earlier_pause_are_said_to_be_those_of_then(train, trained, texts, kept_at):
    run = trained(owner(), state="interrupted", reason="Its process ended")  # after 64 updates
    write_whole(run.path / "scores.json", json.dumps({**run.scores(), "step": kept_at}).encode())
    at = train(run=run.id)
    assert not at.exception
    assert ("This is the network of update 32, where it was last kept." in texts(at)) == (kept_at == 32)


def test_a_diverged_run_names_step_and_remedy_and_shows_no_network(train, trained, texts):
    run = trained(owner(), state="diverged", step=3, learning_rate=5.0)
    at = train(run=run.id)
    assert "At step 3 the loss was no longer a number" in texts(at)
    assert "0.5 instead of 5" in texts(at)
    assert not {"Draw a digit with it", "Keep it", "Resume"} & buttons(at)


def test_a_waiting_run_has_a_place_and_an_expected_wait(train, trained, runs_folder):
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4))
    others = [trained(owner(), state="running") for _ in range(2)]
    waits = [Run.create(PRESETS["article"].config, "", owner()) for _ in range(3)]
    queue = {"running": [run.id for run in others], "waiting": [run.id for run in waits]}
    write_whole(runs_folder / QUEUE_FILE, json.dumps(queue).encode())
    at = train(run=waits[2].id)
    text = at.get("progress")[0].proto.text
    assert "Number 3 in the queue" in text
    assert re.search(r"about \d+ (s|min)", text)


@pytest.mark.parametrize(("missing", "words"), [("cluster", "waits for the cluster"), ("machine", "No machine")])
def test_a_run_that_waits_for_a_cluster_says_what_is_missing(train, runs_folder, missing, words):
    run = Run.create(PRESETS["quick"].config, "", owner())
    queue = {"running": [], "waiting": [run.id], "slots": 0, "missing": missing}
    write_whole(runs_folder / QUEUE_FILE, json.dumps(queue).encode())
    at = train(run=run.id)
    assert not at.exception
    assert words in at.get("progress")[0].proto.text


def test_a_run_whose_machine_was_lost_says_so_while_it_waits_and_after(train, trained, texts):
    run = trained(owner(), state="queued", reason=LOST_REASON, lost=True)
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


def test_a_network_of_other_settings_is_not_held_against_the_article(train, trained, texts):
    at = train(run=trained(owner()).id)
    assert "On the 10,000 test digits" in texts(at)
    assert "98.03 %" not in texts(at)


def test_a_kept_network_answers_on_the_draw_page(app, trained, read):
    run = trained(owner(), title="Mine")
    at = app("draw_digit", [[[80, 60], [230, 60], [190, 150], [150, 280]]])
    at.session_state.session.owner = run.about()["owner"]
    at.switch_page("pages/train_network.py")
    at.query_params["run"] = run.id
    at.run()
    button(at, "Keep it").click().run()
    assert run.about()["kept"] is True
    at.switch_page("pages/draw_digit.py")
    at.run()
    assert not at.exception
    assert len(read(at)) == 3
    assert "Yours: Mine" in [caption.value for caption in at.caption]


@pytest.mark.parametrize("name", ["", "nonsense", "../../etc", "A" * 22])
def test_an_address_of_no_run_says_so_and_shows_the_settings(train, name):
    at = train(run=name)
    assert not at.exception
    assert "not here any more" in at.warning[0].value
    assert "Train" in buttons(at)


def test_new_settings_begin_with_those_of_the_run(train, trained):
    config = replace(TrainingConfig(), hidden_layers=(33,), epochs=4)
    run = trained(owner(), config=config)
    at = train(run=run.id)
    button(at, "New settings").click().run()
    assert address_of(at) == {"hidden_layers": "33", "epochs": "4"}


def test_drawings_of_ones_own_join_a_training(app, runs):
    at = app("draw_digit", [[[80, 60], [230, 60], [190, 150], [150, 280]]])
    at.button(key="was-1").click().run()
    at.switch_page("pages/train_network.py")
    at.run()
    at.toggle(key="set_add_own").set_value(True).run()
    button(at, "Train").click().run()
    (run,) = runs()
    assert run.config().own_drawings == 1
    assert (run.path / "drawings.npz").exists()


def test_a_bundled_network_is_taught_with_them(app, runs):
    at = app("draw_digit", [[[80, 60], [230, 60], [190, 150], [150, 280]]])
    at.button(key="was-1").click().run()
    next(one for one in at.button if "For drawing" in one.label).click().run()
    (run,) = runs()
    assert run.config().own_drawings == 1
    assert (run.path / "begin.safetensors").exists()
    assert not at.exception


def test_a_taught_run_says_what_it_gained_and_at_what_price(train, trained, texts):
    config = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2, own_drawings=3, own_weight=2)
    run = trained(owner(), config=config)
    test = load_test_set()
    meant = [1, int(test.labels[1]), int(test.labels[2])]
    drawings = [Collected(image, label, {}) for image, label in zip(test.images[:3], meant, strict=True)]
    (run.path / "drawings.npz").write_bytes(to_npz(drawings))
    (run.path / "begin.safetensors").write_bytes((run.path / "model.safetensors").read_bytes())
    scores = {**run.scores(), "accuracy_before": run.scores()["accuracy"] + 0.0123}
    write_whole(run.path / "scores.json", json.dumps(scores).encode())
    at = train(run=run.id)
    assert not at.exception
    assert "Of your 3 drawings" in texts(at)
    assert "0 more than before" in texts(at)  # the same network before and after
    assert "**123** fewer than before" in texts(at)
    downloads = [one.proto.label for one in at.get("download_button")]
    assert len(downloads) == 5
    assert not [label for label in downloads if ".py" in label]  # a Keras program could not have the drawings


def test_a_run_that_vanishes_while_it_is_steered_is_no_mistake(train, trained):
    run = trained(owner(), state="running")
    at = train(run=run.id)
    run.delete()
    button(at, "Pause").click().run()
    assert not at.exception
    assert "not here any more" in at.warning[0].value
    assert "Train" in buttons(at)


def test_a_second_training_is_refused_with_a_word_and_the_first_is_shown(train, trained):
    at = train(epochs="3")
    at.session_state.session.owner = owner()
    run = trained(at.session_state.session.owner, title="mine", state="running")
    button(at, "Train").click().run()
    assert "mine is at work" in at.toast[0].value
    assert address_of(at) == {"run": run.id}
