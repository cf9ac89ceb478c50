import numpy as np
import pytest

from core.bundled_files import BundledFileError
from core.nn.network import Dense, Network, forward, initial_network
from core.nn.weights_file import network_to_safetensors
from core.pretrained.registry import load_model
from core.runs.checkpoints import save_checkpoint
from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.runs.timeline import (
    CheckpointInfo,
    CheckpointTimeline,
    first_index_of,
    outputs_over_time,
    stable_since,
    timeline_of_run,
)

CONFIG = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2)  # 32 updates an epoch
IMAGES = np.random.default_rng(0).random((3, 28, 28), np.float32)


def network_at(step, last="softmax"):
    """Another network at each step."""
    return initial_network((784, 20, 10), ("relu", last), seed=step)


@pytest.fixture
def run(tmp_path):
    """A run that kept its network at some steps, two of them ends of epochs."""
    run = Run.create(CONFIG, "Quick", "somebody", tmp_path)
    for step in (0, 1, 16, 32, 64):
        save_checkpoint(run.path / "checkpoints", network_at(step), step, epoch_end=step in (32, 64))
    return run


def in_memory(networks):
    """Moments that lie in no folder."""
    return CheckpointTimeline(
        "key",
        "title",
        tuple(CheckpointInfo(step, None) for step in networks),
        lambda step: network_to_safetensors(networks[step]),
    )


def test_a_moment_in_words():
    assert CheckpointInfo(0, None).words == "before any update"
    assert CheckpointInfo(64, None).words == "update 64"
    assert CheckpointInfo(5625, 3).words == "epoch 3 (update 5,625)"


def test_a_runs_moments_are_its_checkpoints_in_order(run):
    timeline = timeline_of_run(run)
    assert (timeline.key, timeline.title) == (run.id, "Quick")
    assert timeline.checkpoints == (
        CheckpointInfo(0, None),
        CheckpointInfo(1, None),
        CheckpointInfo(16, None),
        CheckpointInfo(32, 1),
        CheckpointInfo(64, 2),
    )


def test_each_moment_has_its_own_network(run):
    timeline = timeline_of_run(run)
    for checkpoint in timeline.checkpoints:
        for found in (timeline.network(checkpoint), timeline.network(checkpoint.step)):
            for mine, layer in zip(found.layers, network_at(checkpoint.step).layers, strict=True):
                assert mine.weights.dtype == mine.biases.dtype == np.float32
                np.testing.assert_array_equal(mine.weights, layer.weights.astype(np.float16))


def test_one_checkpoint_or_none_is_no_way(tmp_path):
    run = Run.create(CONFIG, "Quick", "somebody", tmp_path)
    assert timeline_of_run(run) is None
    save_checkpoint(run.path / "checkpoints", network_at(0), 0, epoch_end=False)
    assert timeline_of_run(run) is None
    save_checkpoint(run.path / "checkpoints", network_at(1), 1, epoch_end=False)
    assert len(timeline_of_run(run).checkpoints) == 2


def test_a_deleted_run_has_no_moments_and_no_networks(run):
    timeline = timeline_of_run(run)
    run.delete()
    assert timeline_of_run(run) is None
    with pytest.raises(FileNotFoundError, match="no longer kept"):
        timeline.network(16)
    with pytest.raises(FileNotFoundError):
        outputs_over_time(timeline, IMAGES)
    run.restore()
    assert timeline.network(16)


def test_a_moment_that_was_thinned_out_is_missed_and_the_others_stay(run):
    timeline = timeline_of_run(run)
    (run.path / "checkpoints" / "000000016-s.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="update 16 is no longer kept"):
        timeline.network(16)
    assert timeline.network(32)


def test_a_checkpoint_that_became_the_end_of_an_epoch_is_still_found(run):
    timeline = timeline_of_run(run)
    save_checkpoint(run.path / "checkpoints", network_at(16), 16, epoch_end=True)
    assert timeline.network(16)


@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[:-1], lambda content: b"\xff" + content]
)
def test_a_runs_checkpoint_that_cannot_be_read_is_refused(run, damage):
    path = run.path / "checkpoints" / "000000016-s.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match="dense network"):
        timeline_of_run(run).network(16)


def test_the_articles_moments():
    timeline = timeline_of_run(Run.pretrained("article"))
    assert (timeline.key, timeline.title) == ("article", "As in the article")
    assert [checkpoint.step for checkpoint in timeline.checkpoints if checkpoint.epoch is None] == [
        *(0, 1, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
    ]
    assert [(checkpoint.epoch, checkpoint.step) for checkpoint in timeline.checkpoints if checkpoint.epoch] == [
        *((1, 1875), (2, 3750), (3, 5625), (5, 9375), (10, 18750))
    ]


def test_a_flipped_byte_of_a_bundled_moment_is_noticed_when_it_is_needed(pretrained_copy):
    path = pretrained_copy / "article" / "checkpoints" / "000000064-s.safetensors"
    content = bytearray(path.read_bytes())
    content[1_000_000] ^= 1
    path.write_bytes(content)
    timeline = timeline_of_run(Run.pretrained("article"))
    assert timeline.network(32)
    with pytest.raises(BundledFileError, match=r"000000064-s\.safetensors is damaged"):
        timeline.network(64)


def test_outputs_over_time_are_those_of_each_moments_network(run):
    outputs = outputs_over_time(timeline_of_run(run), IMAGES)
    assert outputs.shape == (5, 3, 10)
    for mine, step in zip(outputs, (0, 1, 16, 32, 64), strict=True):
        exact = forward(network_at(step), IMAGES.reshape(3, 784)).outputs
        np.testing.assert_allclose(mine, exact, atol=2e-3)  # the weights are rounded to float16
        assert mine.sum(axis=1) == pytest.approx(1)
    assert np.abs(np.diff(outputs, axis=0)).max(axis=(1, 2)).min() > 0.01  # no two moments answer alike


def test_outputs_of_sigmoids_are_divided_by_their_sum():
    network = network_at(0, last="sigmoid")
    exact = forward(network, IMAGES.reshape(3, 784)).outputs
    (shares,) = outputs_over_time(in_memory({0: network}), IMAGES)
    assert exact.sum(axis=1).min() > 3
    np.testing.assert_allclose(shares, exact / exact.sum(axis=1, keepdims=True), rtol=1e-5)


def test_no_image_gives_no_answers(run):
    assert outputs_over_time(timeline_of_run(run), IMAGES[:0]).shape == (5, 0, 10)


@pytest.mark.parametrize("number", [np.inf, np.nan])
@pytest.mark.parametrize("last", ["softmax", "sigmoid"])
def test_a_moment_without_finite_outputs_gives_nan_and_no_warning(number, last):
    """Warnings are errors in these tests."""
    hidden, output = network_at(1, last).layers
    broken = Network((hidden, Dense(output.weights * np.float32(number), output.biases, last)))
    outputs = outputs_over_time(in_memory({0: network_at(0, last), 1: broken}), IMAGES)
    assert np.isfinite(outputs[0]).all()
    assert np.isnan(outputs[1]).all()


@pytest.mark.parametrize(
    ("answers", "since"),
    [([7], 0), ([7, 7, 7], 0), ([1, 7, 7], 1), ([7, 1, 7], 2), ([3, 3, 7, 3, 7, 7], 4)],
)
def test_an_answer_is_settled_where_it_changed_last(answers, since):
    assert stable_since(answers) == since


def test_the_first_moment_with_an_answer():
    assert first_index_of([3, 1, 7, 1, 7], 7) == 2
    assert first_index_of([3, 1, 7, 1, 7], 3) == 0
    assert first_index_of([3, 1, 7, 1, 7], 8) is None


def test_the_articles_network_learns_from_guessing_to_what_is_bundled(test_set):
    """The shipped files: the last moment is the bundled network, the first has learned nothing."""
    timeline = timeline_of_run(Run.pretrained("article"))
    some = test_set.take(np.arange(1000))
    outputs = outputs_over_time(timeline, some.images / np.float32(255))
    accuracies = (outputs.argmax(axis=2) == some.labels).mean(axis=1)
    assert 0.02 < accuracies[0] < 0.2
    assert accuracies[-1] > 0.97
    bundled = load_model("article").network
    for mine, layer in zip(timeline.network(18_750).layers, bundled.layers, strict=True):
        np.testing.assert_array_equal(mine.weights, layer.weights.astype(np.float16))
        np.testing.assert_array_equal(mine.biases, layer.biases.astype(np.float16))
