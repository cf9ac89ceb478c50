"""What a network or a run that was brought does on the pages."""

import io
import secrets

import numpy as np
import pytest

from core.data.mnist import load_test_set
from core.importers.run_archive import archive_of
from core.nn.weights_file import network_from_safetensors
from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.runs.states import RunStatus
from tests.fabric import SEVEN
from tests.hostile.good_files import keras_file
from tests.pages.brought import MIXED, NORMED, give, table, the_run
from tests.pages.tables import number, rows_of
from tests.pages.visits import button


def test_on_the_draw_page_it_answers(app, mine):
    at = give(
        app("draw_digit", SEVEN), Run.pretrained("drawing").file("model.safetensors").read_bytes(), "mine.safetensors"
    )
    assert not at.exception
    assert [one.value for one in at.header][:3] == ["7", "7", "7"]
    assert "Yours: mine" in [one.value for one in at.caption]
    assert the_run(mine).metadata().kept


def test_a_network_that_no_training_here_can_build_answers_and_is_not_taught(app, mine, texts):
    at = give(app("draw_digit", SEVEN), MIXED, "mixed.safetensors")
    at.button(key="was-7").click().run()
    assert not at.exception
    taught = [one.label for one in at.button if one.label.startswith("Teach")]
    assert len(taught) == 2  # the bundled ones
    at.switch_page("../../look_inside.py").run()
    at.segmented_control(key="looked_into").set_value("Yours: mixed").run()
    assert not at.exception
    at.switch_page("../../train_network.py")
    at.query_params["run"] = the_run(mine).id
    at.run()
    assert not at.exception
    assert not [one for one in at.button if one.label.startswith("Teach")]


def test_at_its_address_it_says_what_is_known_and_offers_no_training(app, mine, texts):
    give(app("compare_runs"), MIXED, "mixed.safetensors")
    at = app("train_network", run=the_run(mine).id)
    assert not at.exception
    assert not at.error
    assert "imported" in texts(at)
    assert "| 1 | 12 | tanh | 9,420 |" in texts(at)
    assert not {"Resume", "One epoch", "Pause"} & {one.label for one in at.button}
    labels = [one.proto.label for one in at.get("download_button")]
    assert [label for label in labels if ".safetensors" in label]
    assert not [label for label in labels if ".py" in label or ".zip" in label]


@pytest.mark.parametrize("part", ["One digit forward", "One batch backward", "Time machine", "The real hill"])
def test_every_part_of_look_inside_does_with_it(app, mine, part):
    give(app("draw_digit"), MIXED, "mixed.safetensors")
    at = app("look_inside")
    at.segmented_control(key="inside").set_value(part).run()
    assert not at.exception
    assert not at.error


def test_it_is_renamed_deleted_and_brought_back(app, mine):
    at = give(app("compare_runs"), keras_file())
    run = the_run(mine)
    assert button(at, "Use its settings") is None
    at.text_input(key=f"title-{run.id}").set_value("better").run()
    assert run.metadata().title == "better"
    button(at, "Delete").click().run()
    assert not Run.of_owner(mine)
    button(at, "Undo").click().run()
    assert not at.exception
    assert the_run(mine).id == run.id


@pytest.fixture
def archived(trained):
    """A run's archive, of a stranger, whose run is gone."""

    def make(state="finished", **more):
        run = trained(secrets.token_urlsafe(16), "dear", state=state, config=TrainingConfig(**CONFIG), **more)
        content = archive_of(run)
        run.delete()
        return content

    return make


CONFIG = {"hidden_layers": (20,), "training_images": 1000, "epochs": 2}


def test_a_run_is_brought_back_with_its_curve(app, mine, archived):
    at = give(app("compare_runs"), archived(), "run.zip")
    assert not at.exception
    assert "The run *dear* was read" in at.success[0].value
    line = next(line for line in table(at) if "dear" in line)
    assert "finished" in line
    at = app("train_network", run=the_run(mine).id)
    assert not at.exception
    assert any(".zip" in one.proto.label for one in at.get("download_button"))
    assert button(at, "New settings")


def test_a_run_without_a_name_is_named_for_its_file(app, mine, trained):
    run = trained(secrets.token_urlsafe(16), "", config=TrainingConfig(**CONFIG))
    at = give(app("compare_runs"), archive_of(run), "last week.zip")
    assert "The run *last week* was read" in at.success[0].value
    assert the_run(mine).metadata().title == "last week"


@pytest.mark.parametrize("state", ["stopped", "paused", "interrupted", "failed"])
def test_a_run_that_was_brought_back_is_not_resumed(app, mine, archived, texts, state):
    give(app("compare_runs"), archived(state, reason="no [link](http://evil)"), "run.zip")
    run = the_run(mine)
    assert run.status() == RunStatus(state)
    at = app("train_network", run=run.id)
    assert not at.exception
    assert "brought back from a file" in texts(at)
    assert "evil" not in texts(at)
    assert button(at, "Resume") is None


def test_a_run_that_learned_from_drawings_comes_back_without_them(app, mine, archived, trained):
    config = TrainingConfig(**CONFIG, own_drawings=3)
    run = trained("a stranger", "taught", config=config)
    content = archive_of(run)
    run.delete()
    give(app("compare_runs"), content, "run.zip")
    at = app("train_network", run=the_run(mine).id)
    assert not at.exception
    at = app("compare_runs")
    assert not at.exception


def test_its_answers_are_looked_at_closer(app, mine):
    give(app("compare_runs"), keras_file())
    run = the_run(mine)
    answers = np.load(io.BytesIO((run.path / "test_answers.npy").read_bytes()))
    at = app("compare_runs", runs=run.id)
    assert not at.exception
    assert answers.shape == (10_000, 10)
    assert any("mistakes" in one.value or "wrong" in one.value for one in at.markdown)


@pytest.mark.parametrize("part", ["One digit forward", "One batch backward", "Time machine", "The real hill"])
def test_a_network_for_other_pixels_is_looked_into(app, mine, part):
    give(app("draw_digit"), NORMED, "tutorial.h5")
    at = app("look_inside")
    at.segmented_control(key="inside").set_value(part).run()
    if part == "One digit forward":
        at.segmented_control(key="looked_into").set_value("Yours: tutorial").run()
    assert not at.exception
    assert not at.error


def test_a_unit_s_sum_is_of_the_pixels_that_the_network_takes(app, mine):
    """Written out by hand from the drawing's pixels, each column divided by its length."""
    give(app("draw_digit"), NORMED, "tutorial.h5")
    at = app("look_inside")
    at.segmented_control(key="looked_into").set_value("Yours: tutorial").run()
    at.selectbox(key="layer").set_value(1).run()
    rows = rows_of(at, "product")
    total = next(place for place, row in enumerate(rows) if "sum of all products" in row[0])
    network, image = the_run_network(mine), load_test_set().images[0] / 255
    lengths = np.sqrt((image**2).sum(axis=0))
    prepared = np.divide(image, lengths, out=np.zeros_like(image), where=lengths > 0).reshape(-1)
    sums = prepared @ network.layers[0].weights
    assert np.abs(sums - number(rows[total][-1])).min() < 1e-4
    assert np.abs(image.reshape(-1) @ network.layers[0].weights - number(rows[total][-1])).min() > 1e-4


def the_run_network(owner):
    return network_from_safetensors((the_run(owner).path / "model.safetensors").read_bytes())
