import pytest

from core.nn.network import initial_network
from core.pretrained.registry import load_model
from core.runs.comparison import compared_network, compared_run, differing
from core.runs.config import TrainingConfig
from core.runs.history import History, HistoryReader
from core.runs.run import Run

CONFIG = TrainingConfig(hidden_layers=(20,), training_images=100, batch_size=50, epochs=2)


@pytest.fixture
def run():
    history = History(batch_size=50, examples_per_epoch=100)
    for epoch, seconds in enumerate((1.0, 3.0)):
        step = 2 * epoch + 2
        losses = [1.0 / step, 0.5 / step]
        history.add(
            {"type": "steps", "epoch": epoch, "step": step, "loss": losses, "right": [25, 50], "seconds": seconds}
        )
        told = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0 / step, "val_accuracy": 0.9}
        history.add({"type": "epoch", "epoch": epoch, "step": step, "seconds": seconds, **told})
    return compared_run("key", "mine", CONFIG, history, 0.9, "finished")


@pytest.fixture(params=["article", "drawing"])
def bundled(request):
    run = Run.pretrained(request.param)
    return compared_run(
        run.id, "", run.config(), HistoryReader(run).update(), run.scores()["accuracy"], run.status().state
    )


def test_a_run_along_updates_epochs_and_seconds(run):
    assert run.steps.tolist() == [1, 2, 3, 4]
    assert run.along(run.steps, "updates").tolist() == [1, 2, 3, 4]
    assert run.along(run.steps, "epochs").tolist() == [0.5, 1, 1.5, 2]
    assert run.along(run.steps, "seconds").tolist() == [0.5, 1, 2, 3]
    assert run.validation["val_loss"].tolist() == [0.5, 0.25]


def test_along_seconds_a_run_begins_when_it_learns_not_when_its_first_update_was_compiled():
    history = History(50, 100)
    for step, seconds in ((1, 6.8), (2, 6.81), (4, 6.83), (4, 6.83)):  # the last: it diverged
        right = [25] * (step - history.step)
        told = {"type": "steps", "epoch": 0, "step": step, "loss": [1.0] * len(right), "right": right}
        history.add({**told, "seconds": seconds})
    run = compared_run("key", "mine", CONFIG, history, None, "diverged")
    assert run.along(run.steps, "seconds").tolist() == pytest.approx([0.01, 0.02, 0.03, 0.04])
    assert run.seconds == pytest.approx(0.04)


def test_a_learning_rate_that_was_changed_by_hand_is_a_difference_and_is_told_with_its_changes(run):
    history = History(50, 100)
    history.add({"type": "learning_rate", "step": 1, "value": 5.0})
    history.add({"type": "steps", "epoch": 0, "step": 4, "loss": [1.0] * 4, "right": [25] * 4, "seconds": 1.0})
    history.learning_rates = [(1, 5.0), (3, 0.05)]
    changed = compared_run("other", "other", CONFIG, history, 0.9, "finished")
    assert changed.settings["learning_rate"] == "0.001 → 5 (from update 2) → 0.05 (from update 4)"
    assert differing([run, changed]) == ["learning_rate"]
    assert run.settings["learning_rate"] == 0.001


def test_a_run_of_which_nothing_is_told_yet_can_be_compared():
    run = compared_run("key", "mine", CONFIG, History(50, 100), None, "queued")
    assert not len(run.steps)
    assert not len(run.validation["step"])


def test_a_bundled_model_ends_where_its_last_epoch_ended(bundled):
    run = Run.pretrained(bundled.key)
    assert bundled.along(bundled.steps[-1:], "epochs")[0] == run.config().epochs
    assert bundled.along(bundled.steps[-1:], "seconds")[0] == bundled.seconds
    assert bundled.accuracy == load_model(bundled.key).test_accuracy


def test_nothing_was_watched_of_a_finished_run_that_tells_no_end_of_an_epoch():
    history = History(50, 100)
    history.add({"type": "steps", "epoch": 0, "step": 1, "loss": [1.0], "right": [25], "seconds": 1.0})
    for state in ("queued", "running", "stopped", "diverged"):
        assert "val_loss" in compared_run("key", "", CONFIG, history, None, state).validation
    assert compared_run("key", "", CONFIG, history, None, "finished").validation == {}


def test_only_what_differs_is_named_in_the_order_of_the_form(run, bundled):
    assert differing([run]) == []
    assert differing([run, run]) == []
    names = differing([run, bundled])
    assert names[0] == "hidden_layers"
    assert {"training_images", "batch_size", "epochs", "validate_on"} <= set(names)
    assert "loss" not in names


@pytest.mark.parametrize(
    ("activations", "said"),
    [
        (("tanh", "relu"), "tanh, relu"),
        (("relu", "relu"), "relu"),
        (("tanh", "relu", "tanh"), "tanh, relu, tanh"),
        ((), None),
    ],
)
def test_the_activations_of_a_network_from_a_file_stand_in_the_order_of_its_layers(activations, said):
    widths = (784, *range(64, 64 - len(activations), -1), 10)
    network = initial_network(widths, (*activations, "softmax"), seed=0)
    assert compared_network("key", "title", network, 0.9).settings["activation"] == said
