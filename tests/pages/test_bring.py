"""Bring a network: what the pages say of a file, and what becomes of it."""

import io
import secrets

import numpy as np
import pytest

from core.digits import load_test_set
from core.models import MODELS, network_from_safetensors, network_to_safetensors
from core.narrative import section
from core.network import initial_network
from core.training.config import TrainingConfig
from core.training.from_file.run_archive import archive_of
from core.training.run_folder import Run
from pages.ui import bring
from tests.core.model_files import keras2
from tests.core.model_files.learned import accuracy, astray, learned
from tests.core.written import ALONE
from tests.fabric import SEVEN
from tests.hostile.good_files import keras_file
from tests.pages.tables import number, rows_of
from tests.pages.visits import button

MIXED = network_to_safetensors(initial_network((784, 12, 11, 10), ("tanh", "relu", "softmax"), seed=0))


@pytest.fixture
def mine(monkeypatch):
    """The visitor's name, as the cookie has it."""
    name = secrets.token_urlsafe(16)
    monkeypatch.setattr("pages.ui.visitor._cookie", lambda: name)
    return name


def give(at, content, name="digits.keras"):
    """Choose a file in the uploader that is there now."""
    (uploader,) = [one for one in at.get("file_uploader") if one.key.startswith("bring-")]
    return uploader.set_value((name, content, "application/octet-stream")).run()


def the_run(owner):
    (run,) = Run.of_owner(owner)
    return run


def table(at):
    (found,) = [one.value for one in at.markdown if one.value.startswith("| run")]
    return found.splitlines()


def test_a_network_from_a_file_is_said_to_be_read_and_chosen(app, mine):
    at = give(app("compare_runs"), keras_file(), "my [net].keras")
    assert not at.exception
    (said,) = [one.value for one in at.success]
    run = the_run(mine)
    accuracy = 100 * run.scores()["accuracy"]
    assert "layers of 8-10 units, 6,370 parameters" in said
    assert f"{accuracy:.2f} %" in said
    assert run.about()["title"] == "my net"
    assert run.id in at.button_group(key="compared").value
    assert at.button_group(key="closer").value == run.id
    line = next(line for line in table(at) if "my net" in line)
    assert "imported" in line
    assert f"{accuracy:.2f} %" in line
    assert "| 8 |" in line  # its hidden layer, beside those of the bundled ones
    assert line.count("–") >= 3  # seconds, batch size and more are not known


def test_one_that_was_brought_to_be_compared_says_how_it_comes_to_read_drawings(app, mine):
    at = give(app("compare_runs"), keras_file())
    assert at.success[0].value.endswith("press *Open* below, and there *Draw a digit with it*.")
    assert button(at, "Open")
    at = app("train_network", run=the_run(mine).id)
    button(at, "Draw a digit with it").click().run()
    assert not at.exception
    assert the_run(mine).about()["kept"]


def test_alone_it_has_no_curve_and_that_is_said(app, mine, texts):
    at = give(app("compare_runs"), keras_file())
    assert "no curve to draw" not in texts(at)
    at.button_group(key="compared").set_value([the_run(mine).id]).run()
    assert not at.exception
    assert "no curve to draw" in texts(at)


@pytest.mark.parametrize("page", ["compare_runs", "draw_digit"])
def test_a_server_that_takes_no_files_says_so_in_a_sentence(app, monkeypatch, page):
    monkeypatch.setattr(bring, "MODEL_FILES", False)
    at = app(page)
    assert not at.exception
    assert not [one for one in at.get("file_uploader") if one.key.startswith("bring-")]
    (said,) = [one.value for one in at.markdown if "no networks from files" in one.value]
    assert said == section("bring", "off")


def test_the_upload_is_forgotten_and_the_uploader_empty(app, mine):
    at = give(app("compare_runs"), keras_file())
    (uploader,) = [one for one in at.get("file_uploader") if one.key.startswith("bring-")]
    assert uploader.key == "bring-1"
    assert not uploader.value


@pytest.mark.parametrize("content", [b"", b"no network", keras_file()[:-100]])
def test_a_file_that_is_refused_gets_one_sentence_and_leaves_nothing(app, mine, content):
    at = give(app("compare_runs"), content)
    assert not at.exception
    (said,) = [one.value for one in at.error]
    assert said.endswith(".")
    assert not Run.of_owner(mine)
    assert not at.success


def test_a_good_file_after_a_bad_one_takes_its_sentence_away(app, mine):
    at = give(give(app("compare_runs"), b"no network"), keras_file())
    assert not at.error
    assert len(at.success) == 1


def test_a_full_disk_is_said(app, mine, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Run, "bring", full)
    at = give(app("compare_runs"), keras_file())
    assert "disk" in at.error[0].value


def test_twenty_are_enough(app, mine, monkeypatch, trained):
    trained(mine)  # what was trained here does not count
    monkeypatch.setattr(bring, "MOST_BROUGHT", 1)
    at = give(give(app("compare_runs"), keras_file()), keras_file())
    assert "You have brought 1 networks already. Delete one" in at.error[0].value
    assert len(Run.of_owner(mine)) == 2


def test_on_the_draw_page_it_answers(app, mine):
    at = give(app("draw_digit", SEVEN), (MODELS / "drawing.safetensors").read_bytes(), "mine.safetensors")
    assert not at.exception
    assert [one.value for one in at.header][:3] == ["7", "7", "7"]
    assert "Yours: mine" in [one.value for one in at.caption]
    assert the_run(mine).about()["kept"]


def test_a_network_that_no_training_here_can_build_answers_and_is_not_taught(app, mine, texts):
    at = give(app("draw_digit", SEVEN), MIXED, "mixed.safetensors")
    at.button(key="was-7").click().run()
    assert not at.exception
    taught = [one.label for one in at.button if one.label.startswith("Teach")]
    assert len(taught) == 2  # the bundled ones
    at.switch_page("pages/look_inside.py").run()
    at.segmented_control(key="looked_into").set_value("Yours: mixed").run()
    assert not at.exception
    at.switch_page("pages/train_network.py")
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
    assert run.about()["title"] == "better"
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
    assert the_run(mine).about()["title"] == "last week"


@pytest.mark.parametrize("state", ["stopped", "paused", "interrupted", "failed"])
def test_a_run_that_was_brought_back_is_not_resumed(app, mine, archived, texts, state):
    give(app("compare_runs"), archived(state, reason="no [link](http://evil)"), "run.zip")
    run = the_run(mine)
    assert run.status() == {"state": state}
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


NORMED = keras2.h5(learned("columns"), keras2.of_2_3(learned("columns")))


def test_what_a_file_did_not_say_is_said(app, mine, texts):
    at = give(app("compare_runs"), NORMED, "tutorial.h5")
    (said,) = [one.value for one in at.success]
    unprepared = the_run(mine).about()["found"]["unprepared"]
    assert "It was made for pixels whose columns have each been divided by their length" in said
    assert f"with pixels from 0 to 1 it would read {100 * unprepared:.2f} %." in said
    assert the_run(mine).scores()["accuracy"] == pytest.approx(accuracy(learned("columns"), "columns", load_test_set()))
    assert "It was made for pixels whose columns" in texts(app("train_network", run=the_run(mine).id))


def test_a_network_that_reads_few_digits_is_said_to_and_nothing_is_made_up(app, mine, texts):
    network = astray()
    at = give(app("compare_runs"), keras2.h5(network, keras2.of_2_3(network)), "shifted.h5")
    for said in (at.success[0].value, texts(app("train_network", run=the_run(mine).id))):
        assert "That is fewer than half, with each kind of pixels that was tried" in said
        assert "made for pixels" not in said


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


def test_a_picture_is_sent_to_where_pictures_are_opened(app, mine):
    (said,) = [one.value for one in give(app("compare_runs"), ALONE["two levels"](3), "3.png").error]
    ways = app("draw_digit").segmented_control(key="ink").options
    assert said.endswith(f"choose it under Draw, by {ways[1]}.")
    assert ways[1].startswith("Open")
