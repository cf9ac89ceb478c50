import re

import pytest

from core.narrative import section
from core.runs import limits
from core.runs.config import TrainingConfig
from core.runs.eta import Speed, write_speed
from core.runs.presets import PRESETS
from core.runs.service_client import Queue
from core.runs.settings import SETTINGS
from tests.pages.visits import address_of, button, buttons, owner


def test_a_first_visitor_can_press_train_and_knows_what_it_will_be(train, texts):
    at = train()
    assert "203,530" in texts(at)  # 784 * 256 + 256 + 256 * 10 + 10
    assert "440" in texts(at)  # 55,000 / 125
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
    assert f"**{PRESETS[name].config.parameter_count:,}** parameters" in "\n".join(m.value for m in again.markdown)


def test_changed_settings_are_in_the_address_and_no_preset_is_marked(train):
    at = train()
    at.number_input(key="set_epochs").set_value(3).run()
    at.number_input(key="set_hidden_layers").set_value(2).run()
    at.number_input(key="set_units_1").set_value(77).run()
    assert address_of(at)["hidden_layers"] == "256-77"
    assert address_of(at)["epochs"] == "3"
    assert not at.button_group(key="preset").value


def test_all_digits_are_learned_from_when_the_test_set_is_watched_and_not_otherwise(train):
    at = train()
    at.button_group(key="set_validate_on").set_value("test").run()
    assert address_of(at)["training_images"] == "60000"
    at.button_group(key="set_validate_on").set_value("validation").run()
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
    other.session_state.session.owner = run.metadata().owner  # the same browser, another tab
    other.run()
    assert "Train" not in buttons(other)
    button(other, "Watch it").click().run()
    assert address_of(other) == {"run": run.id}
    assert len(runs()) == 1


def test_a_full_disk_is_said_and_the_settings_are_kept(train, runs, monkeypatch):
    at = train(epochs="3")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.runs.run.write_atomic", full)
    button(at, "Train").click().run()
    assert not at.exception
    assert "disk of this server is full" in at.toast[0].value
    assert address_of(at)["epochs"] == "3"
    assert not runs()


def test_a_full_queue_says_so_and_takes_no_more(train, monkeypatch, runs):
    monkeypatch.setattr("pages.ui.runs.begin.read_queue", lambda: Queue(waiting=("somebody's",) * 200))
    at = train(epochs="3")
    button(at, "Train").click().run()
    assert "200 runs wait" in at.toast[0].value
    assert not runs()
    monkeypatch.setattr("pages.ui.runs.begin.read_queue", lambda: Queue(waiting=("somebody's",) * 199))
    button(at, "Train").click().run()
    assert len(runs()) == 1


def test_settings_too_large_for_memory_are_refused_with_the_numbers(train, monkeypatch):
    monkeypatch.setattr(limits, "MAX_MEMORY_BYTES", limits.PROGRAM_BYTES + 60 * limits.MEGABYTE)
    at = train(hidden_layers="1024-1024-1024-1024-1024", batch_size="2048")
    needed = TrainingConfig(hidden_layers=(1024,) * 5, batch_size=2048).estimated_memory_bytes / limits.MEGABYTE
    assert f"about {needed:,.0f} MB" in at.error[0].value
    assert "60 MB" in at.error[0].value
    assert button(at, "Train").disabled


def test_the_expected_time_is_shown_once_the_machine_is_measured(train, texts, runs_folder):
    assert "being measured" in texts(train())
    write_speed(runs_folder, Speed(4e10, 5e10, 1.5e10, 2e4))
    assert re.search(r"about \d+ s", texts(train()))


def test_a_second_training_is_refused_with_a_word_and_the_first_is_shown(train, trained):
    at = train(epochs="3")
    at.session_state.session.owner = owner()
    run = trained(at.session_state.session.owner, title="mine", state="running")
    button(at, "Train").click().run()
    assert "mine is at work" in at.toast[0].value
    assert address_of(at) == {"run": run.id}


def test_a_number_typed_just_before_train_is_pressed_counts(train, runs):
    """Both come in one message: the button was shown while another number stood there."""
    at = train()
    at.number_input(key="set_epochs").set_value(3)
    button(at, "Train").click().run()
    [run] = runs()
    assert run.config().epochs == 3


def test_settings_typed_just_before_train_that_this_server_refuses_begin_nothing(train, monkeypatch, runs):
    monkeypatch.setattr(
        "pages.ui.runs.begin.why_not_trained", lambda config: "Too large." if config.epochs == 3 else None
    )
    at = train()
    at.number_input(key="set_epochs").set_value(3)
    button(at, "Train").click().run()
    assert [toast.value for toast in at.toast] == ["Too large."]
    assert not runs()


def test_below_each_setting_stands_what_it_does_to_learning(train):
    said = {caption.value for caption in train().caption}
    assert not [
        name for name, setting in SETTINGS.items() if setting.is_shared and section("train_network", name) not in said
    ]
