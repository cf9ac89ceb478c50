"""The bundled models are what their manifest says."""

import hashlib
import json
import shutil

import numpy as np
import pytest
import safetensors.numpy

from core.bundled_files import BundledFileError
from core.nn.evaluation import Evaluation
from core.nn.prediction import predict
from core.nn.weights_file import network_from_safetensors
from core.paths import ROOT
from core.pretrained import registry

LEAST = {"article": 0.980, "drawing": 0.993}  # what the article says; what the drawing model is to reach


def test_it_is_the_articles_network(bundled_model):
    shapes = [layer.weights.shape for layer in bundled_model.network.layers]
    assert shapes == [(784, 784), (784, 100), (100, 10)]
    assert [layer.activation for layer in bundled_model.network.layers] == ["relu", "relu", "softmax"]
    assert bundled_model.network.parameter_count == 694_950


def test_it_scores_on_the_test_set_what_its_manifest_says(bundled_model, test_set):
    evaluation = Evaluation(predict(bundled_model.network, test_set.images), test_set.labels)
    assert evaluation.accuracy == pytest.approx(bundled_model.test_accuracy, abs=1e-9)
    assert float(evaluation.losses.mean()) == pytest.approx(bundled_model.manifest["scores"]["test_loss"], rel=1e-3)
    assert evaluation.accuracy >= LEAST[bundled_model.name]


def test_what_it_reads_of_drawings_was_measured_by_a_command_and_is_what_the_readme_says(bundled_model):
    readme = (ROOT / "tests/benchmarks/README.md").read_text(encoding="utf-8")
    drawings, name = bundled_model.manifest["drawings"], bundled_model.name
    assert drawings["command"] in readme
    rows = [row for row in readme.splitlines() if "rawings by" in row or row.startswith("| the same")][:3]
    (prepared,) = [
        row for row in rows if {"drawing": "Drawings by", "article": "the same, the article's model |"}[name] in row
    ]
    (raw,) = [row for row in rows if "squeezed into" in row]
    assert f"| {100 * drawings['prepared']:.1f} %," in prepared
    assert f"{100 * drawings['raw']:.1f} %" in raw
    assert f"Drawings by {drawings['writers']} writers" in rows[0]


def test_the_manifest_vouches_for_every_file(bundled_model):
    manifest = bundled_model.manifest
    landscape = {"article-hill.npz"} if bundled_model.name == "article" else set()
    assert set(manifest["files"]) == landscape | {
        f"{bundled_model.name}{ending}" for ending in (".keras", ".safetensors", "-history.json")
    }
    for name, entry in manifest["files"].items():
        content = (registry.MODELS / name).read_bytes()
        assert len(content) == entry["bytes"]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    for name, entry in manifest.get("checkpoints", {}).items():
        content = (registry.MODELS / f"{bundled_model.name}-checkpoints" / name).read_bytes()
        assert len(content) == entry["bytes"]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert {"python", "numpy", "keras"} <= set(manifest["versions"])
    assert manifest["command"] == f"python -m core.worker.pretrain.cli {bundled_model.name}"


def test_the_article_model_is_one_of_several_seeds():
    scores = registry.load_model("article").manifest["scores"]
    assert len(scores["seeds"]) == 5
    assert scores["test_accuracy"] in scores["seeds"].values()


def test_the_drawing_model_declares_the_shapes_that_were_added():
    variants = registry.load_model("drawing").manifest["training_data"]["template_variants"]
    assert sorted(variants) == list("0123456789")
    assert "slashed 0" in variants["0"]
    assert any("foot" in name for name in variants["1"])
    assert any("crossed" in name for name in variants["7"])


def test_the_history_begins_near_the_loss_of_guessing_and_falls():
    history = registry.load_history("article")
    losses = history["batches"]["loss"]
    assert losses[0] == pytest.approx(np.log(10), abs=0.3)
    assert losses[-1] < 0.05
    assert len(losses) <= 400
    assert history["epochs"]["step"] == [1875 * epoch for epoch in range(1, 11)]


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(registry.MODELS, tmp_path / "models")


@pytest.mark.parametrize("file", ["drawing.safetensors", "manifest.json"])
def test_a_missing_file_is_named(copy, file):
    (copy / file).unlink()
    with pytest.raises(BundledFileError, match=f"{file} is missing"):
        registry.load_model("drawing", copy)
    assert file == "manifest.json" or registry.load_model("article", copy)


@pytest.mark.parametrize("place", [0, 9, 100, 1_000_000, -1])
def test_a_flipped_byte_is_noticed(copy, place):
    content = bytearray((copy / "drawing.safetensors").read_bytes())
    content[place] ^= 1
    (copy / "drawing.safetensors").write_bytes(content)
    with pytest.raises(BundledFileError, match="is damaged"):
        registry.load_model("drawing", copy)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"models": []}', json.dumps({"models": {"drawing": {}}})])
def test_a_manifest_that_is_none_is_noticed(copy, manifest):
    (copy / "manifest.json").write_text(manifest)
    with pytest.raises(BundledFileError, match=r"manifest\.json is damaged"):
        registry.load_model("drawing", copy)


@pytest.mark.parametrize(
    "content",
    [
        safetensors.numpy.save({"a": np.zeros(3, np.float32)}),
        safetensors.numpy.save({"layer0.weights": np.zeros((2, 2), np.float32)}, {"activations": '["relu"]'}),
        b"",
        b"not a file of weights at all",
    ],
)
def test_weights_that_are_no_dense_network_are_refused(content):
    with pytest.raises(ValueError, match="dense network"):
        network_from_safetensors(content)
