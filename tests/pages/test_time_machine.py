"""A training, looked back at, held against its networks."""

import numpy as np
import pytest

from core.data.mnist import fair_part, load_test_set
from core.nn.network import Dense, Network, initial_network
from core.nn.prediction import digit_name, predict
from core.runs.checkpoints import save_checkpoint
from core.runs.run import Run
from core.runs.timeline import timeline_of_run
from tests.fabric import SEVEN


def checkpoint_slider(at):
    return next(slider for slider in at.select_slider if slider.label == "Moment")


def share_read(outputs, test):
    """What the page says of the part of the test set that it judges by, with its standard error."""
    part = fair_part(test.labels, 2000)
    right = float((outputs[part].argmax(axis=1) == test.labels[part]).mean())
    return f"{100 * right:.1f} % ± {100 * (right * (1 - right) / 2000) ** 0.5:.1f}"


def test_the_time_machine_shows_the_network_of_each_moment(inside, texts):
    at = inside("Time machine")
    timeline, test = timeline_of_run(Run.pretrained("article")), load_test_set()
    assert checkpoint_slider(at).options[:2] == ["before any update", "update 1"]
    for place in (0, 6, 15):
        checkpoint_slider(at).set_value(place).run()
        outputs = predict(timeline.network(timeline.checkpoints[place]), test.images)
        assert f"**2,000 test digits, drawn by lot**: {share_read(outputs, test)} are read rightly" in texts(at)
        right_of_25 = int((outputs[:25].argmax(axis=1) == test.labels[:25]).sum())
        assert f"**{right_of_25} of 25** right." in texts(at)
        assert not at.exception


@pytest.mark.parametrize("digit", [0, 8, 115])
def test_it_says_when_a_digit_was_first_read_as_in_the_end(inside, texts, digit):
    at = inside("Time machine")
    at.number_input(key="image").set_value(digit).run()
    timeline, test = timeline_of_run(Run.pretrained("article")), load_test_set()
    answers = [int(predict(timeline.network(m), test.images[digit : digit + 1]).argmax()) for m in timeline.checkpoints]
    began = answers.index(answers[-1])
    since = max([n + 1 for n, answer in enumerate(answers) if answer != answers[-1]], default=0)
    for_good = f"since {timeline.checkpoints[since].words}" if since else "from the beginning"
    at_first = f"at {timeline.checkpoints[began].words}" if began else "before any update"
    when = f"**{for_good}**." if began == since else f"first **{at_first}**, and for good **{for_good}**."
    assert f"Read as {digit_name(answers[-1])} {when}" in texts(at)


def test_the_drawing_is_read_at_each_moment(inside, texts, read):
    at = inside("Time machine", strokes=SEVEN)
    at.segmented_control(key="reads").set_value("My drawing").run()
    assert "Read as a 7 " in texts(at)
    checkpoint_slider(at).set_value(15).run()
    assert read(at) == ["7"]


def test_a_training_of_ones_own_is_looked_back_at(inside, own_run, texts):
    run = own_run()
    at = inside("Time machine")
    checkpoint_slider(at).set_value(3).run()  # of the article's: what was computed of it is not this run's
    at.selectbox(key="training").set_value(run.id).run()
    assert checkpoint_slider(at).options == [
        "before any update",
        "epoch 1 (update 32)",
        "epoch 2 (update 64)",
        "epoch 3 (update 96)",
    ]
    checkpoint_slider(at).set_value(3).run()
    assert not at.exception
    outputs = predict(timeline_of_run(run).network(96), load_test_set().images)
    assert f"{share_read(outputs, load_test_set())} are read rightly" in texts(at)
    assert f"{int((outputs[:25].argmax(axis=1) == load_test_set().labels[:25]).sum())} of 25** right" in texts(at)
    save_checkpoint(run.path / "checkpoints", timeline_of_run(run).network(0), 128, epoch_end=True)  # it went on
    at.run()
    checkpoint_slider(at).set_value(4).run()
    assert not at.exception
    run.delete()
    at.run()
    assert not at.exception
    assert checkpoint_slider(at).options[1] == "update 1"  # the article's, since this one is gone


def test_a_run_that_kept_nothing_gives_way_to_the_articles(inside, own_run, texts):
    run = own_run(networks=[initial_network((784, 10), ("softmax",), 0)])
    at = inside("Time machine")
    at.selectbox(key="training").set_value(run.id).run()
    assert "has kept no moments yet" in texts(at)
    assert checkpoint_slider(at).options[1] == "update 1"


def test_a_moment_that_cannot_be_read_gets_a_sentence(inside, own_run):
    run = own_run()
    next((run.path / "checkpoints").glob("*2-e*")).write_bytes(b"nonsense")
    at = inside("Time machine")
    at.selectbox(key="training").set_value(run.id).run()
    assert "cannot be read any more" in at.error[0].value
    assert not at.exception


def test_moments_of_a_training_that_diverged_are_named_and_not_called_a_zero(inside, own_run, texts):
    good = initial_network((784, 20, 10), ("relu", "softmax"), 0)
    bad = Network((Dense(good.layers[0].weights * np.float32(np.nan), good.layers[0].biases, "relu"), good.layers[1]))
    run = own_run(networks=(good, good, bad))
    at = inside("Time machine")
    at.selectbox(key="training").set_value(run.id).run()
    checkpoint_slider(at).set_value(2).run()
    assert texts(at).count("answers with no numbers") >= 3
    assert "nan" not in texts(at).lower()
    assert not at.exception
