"""A network learns from drawings of one's own."""

import json

from core.data.mnist import load_test_set
from core.data.user_drawings import LabelledDrawing
from core.importers.drawings_file import to_npz
from core.runs.atomic_files import write_atomic
from core.runs.config import TrainingConfig
from tests.fabric import SEVEN
from tests.pages.visits import button, owner


def test_drawings_of_ones_own_join_a_training(app, runs):
    at = app("draw_digit", SEVEN)
    at.button(key="was-1").click().run()
    at.switch_page("../../train_network.py")
    at.run()
    at.toggle(key="set_add_own").set_value(True).run()
    button(at, "Train").click().run()
    (run,) = runs()
    assert run.config().own_drawings == 1
    assert (run.path / "drawings.npz").exists()


def test_a_bundled_network_is_taught_with_them(app, runs):
    at = app("draw_digit", SEVEN)
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
    drawings = [LabelledDrawing(image, label, {}) for image, label in zip(test.images[:3], meant, strict=True)]
    (run.path / "drawings.npz").write_bytes(to_npz(drawings))
    (run.path / "begin.safetensors").write_bytes((run.path / "model.safetensors").read_bytes())
    scores = {**run.scores(), "accuracy_before": run.scores()["accuracy"] + 0.0123}
    write_atomic(run.path / "scores.json", json.dumps(scores).encode())
    at = train(run=run.id)
    assert not at.exception
    assert "Of your 3 drawings" in texts(at)
    assert "0 more than before" in texts(at)  # the same network before and after
    assert "**123** fewer than before" in texts(at)
    downloads = [one.proto.label for one in at.get("download_button")]
    assert len(downloads) == 5
    assert not [label for label in downloads if ".py" in label]  # a Keras program could not have the drawings
