"""Bring a network: what the pages say of its file."""

import pytest

from core.data.mnist import load_test_set
from core.narrative import section
from core.runs.run import Run
from pages.ui.runs import import_model
from tests.core.importers import keras2
from tests.core.importers.learned import accuracy, astray, learned
from tests.core.written import ALONE
from tests.hostile.good_files import keras_file
from tests.pages.brought import NORMED, give, table, the_run
from tests.pages.visits import button


def test_a_network_from_a_file_is_said_to_be_read_and_chosen(app, mine):
    at = give(app("compare_runs"), keras_file(), "my [net].keras")
    assert not at.exception
    (said,) = [one.value for one in at.success]
    run = the_run(mine)
    accuracy = 100 * run.scores()["accuracy"]
    assert "layers of 8-10 units, 6,370 parameters" in said
    assert f"{accuracy:.2f} %" in said
    assert run.metadata().title == "my net"
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
    assert the_run(mine).metadata().kept


def test_alone_it_has_no_curve_and_that_is_said(app, mine, texts):
    at = give(app("compare_runs"), keras_file())
    assert "no curve to draw" not in texts(at)
    at.button_group(key="compared").set_value([the_run(mine).id]).run()
    assert not at.exception
    assert "no curve to draw" in texts(at)


@pytest.mark.parametrize("page", ["compare_runs", "draw_digit"])
def test_a_server_that_takes_no_files_says_so_in_a_sentence(app, monkeypatch, page):
    monkeypatch.setattr(import_model, "MODEL_FILES", False)
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

    monkeypatch.setattr(Run, "import_", full)
    at = give(app("compare_runs"), keras_file())
    assert "disk" in at.error[0].value


def test_twenty_are_enough(app, mine, monkeypatch, trained):
    trained(mine)  # what was trained here does not count
    monkeypatch.setattr(import_model, "MAX_IMPORTED", 1)
    at = give(give(app("compare_runs"), keras_file()), keras_file())
    assert "You have brought 1 networks already. Delete one" in at.error[0].value
    assert len(Run.of_owner(mine)) == 2


def test_what_a_file_did_not_say_is_said(app, mine, texts):
    at = give(app("compare_runs"), NORMED, "tutorial.h5")
    (said,) = [one.value for one in at.success]
    unprepared = the_run(mine).metadata().found["unprepared"]
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


def test_a_picture_is_sent_to_where_pictures_are_opened(app, mine):
    (said,) = [one.value for one in give(app("compare_runs"), ALONE["two levels"](3), "3.png").error]
    ways = app("draw_digit").segmented_control(key="ink").options
    assert said.endswith(f"choose it under Draw, by {ways[1]}.")
    assert ways[1].startswith("Open")
