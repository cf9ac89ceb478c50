import numpy as np
import pytest

from core.nn.network import initial_network
from core.runs import checkpoints
from core.runs.checkpoints import checkpoint_file, checkpoint_steps, load_checkpoint, save_checkpoint


@pytest.fixture
def network():
    return initial_network((784, 20, 10), ("relu", "softmax"), seed=1)


def test_a_checkpoint_is_the_network_to_half_precision(network, tmp_path):
    save_checkpoint(tmp_path, network, 4, epoch_end=False)
    (path,) = checkpoint_steps(tmp_path).values()
    for kept, layer in zip(load_checkpoint(path).layers, network.layers, strict=True):
        assert kept.activation == layer.activation
        assert kept.weights.dtype == np.float32
        np.testing.assert_allclose(kept.weights, layer.weights, rtol=1e-3, atol=1e-6)


def test_the_budget_holds_and_first_and_last_stay(network, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "MAX_BYTES", 10 * 32_200)
    steps = [0, *(2**n for n in range(12)), *range(300, 3001, 300)]
    for step in sorted(set(steps)):
        save_checkpoint(tmp_path, network, step, epoch_end=step % 300 == 0)
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= checkpoints.MAX_BYTES
    kept = list(checkpoint_steps(tmp_path))
    assert kept == sorted(kept)
    assert (kept[0], kept[-1]) == (0, 3000)
    assert len(kept) >= 8
    assert max(np.diff(np.log2(np.array(kept) + 1))) < 4  # no large hole


def test_a_checkpoints_file_is_named_for_its_step_and_for_an_epochs_end(network, tmp_path):
    save_checkpoint(tmp_path, network, 8, epoch_end=False)
    save_checkpoint(tmp_path, network, 1875, epoch_end=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000008-s.safetensors", "000001875-e.safetensors"]
    assert checkpoint_file(network, 8, epoch_end=False) == (
        "000000008-s.safetensors",
        (tmp_path / "000000008-s.safetensors").read_bytes(),
    )


@pytest.mark.parametrize("content", [b"", b"no network"])
def test_a_checkpoint_that_holds_no_network_is_refused(tmp_path, content):
    (tmp_path / "000000008-s.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match="dense network"):
        load_checkpoint(tmp_path / "000000008-s.safetensors")


def test_the_same_step_again_replaces_the_first(network, tmp_path):
    save_checkpoint(tmp_path, network, 8, epoch_end=False)
    save_checkpoint(tmp_path, network, 8, epoch_end=True)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_checkpoint_stays_until_the_one_that_replaces_it_is_there(network, tmp_path, monkeypatch):
    save_checkpoint(tmp_path, network, 8, epoch_end=False)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "write_atomic", killed)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(tmp_path, network, 8, epoch_end=True)
    assert list(checkpoint_steps(tmp_path)) == [8]


def test_of_two_at_one_step_the_epochs_end_is_read(network, tmp_path):
    """Just before the other is taken away."""
    for epoch_end in (True, False):
        name, content = checkpoint_file(network, 8, epoch_end)
        (tmp_path / name).write_bytes(content)
    assert checkpoint_steps(tmp_path)[8].name == "000000008-e.safetensors"
