"""The runs that come with the app, looked at as any other run."""

import pytest

from core.plain_text import plain
from core.runs.history import HistoryReader
from core.runs.run import PRETRAINED, PRETRAINED_FOLDER, Run
from tests.pages.charts import words_of
from tests.pages.visits import address_of, button, buttons


@pytest.mark.parametrize("name", PRETRAINED)
def test_it_is_looked_at_by_its_address_and_nobody_can_change_it(app, mine, texts, name):
    at = app("train_network", run=name)
    assert not at.exception
    assert not at.error
    assert "This network comes with the app" in texts(at)
    updates = Run.pretrained(name).status().step
    assert {"Pause", "Stop", "Train it further", "Keep it", "Delete", "Hand it over"}.isdisjoint(buttons(at))
    assert f"after {updates:,}." in words_of(at)[0]
    # The templates of the one are in no preset and in no browser.
    assert ("Train your own with these settings" in buttons(at)) == (name == "article")


def test_the_articles_training_is_one_press_away(app, mine, texts):
    at = button(app("train_network"), "Look at its whole training").click().run()
    assert not at.exception
    assert address_of(at) == {"run": "article"}
    assert "It is overfitting since epoch 3" in texts(at)  # of its ten losses on the test digits the third is the least
    losses = [epoch["val_loss"] for epoch in HistoryReader(Run.pretrained("article")).update().epochs]
    assert losses.index(min(losses)) == 2


def test_an_address_that_would_hand_it_over_hands_nothing_over_and_writes_nothing(app, mine, texts):
    before = sorted(PRETRAINED_FOLDER.rglob("*"))
    at = app("train_network", run="article", steer="0" * 32)
    assert not at.exception
    assert "does not hand over the run" in texts(at)
    assert sorted(PRETRAINED_FOLDER.rglob("*")) == before


def test_drawn_with_it_stands_there_once(app, mine, texts):
    at = button(app("train_network", run="article"), "Draw a digit with it").click().run()
    assert not at.exception
    assert "Another's" not in texts(at)
    assert "Yours" not in texts(at)


def test_its_templates_are_in_no_settings_for_the_next_run(app, mine, runs):
    at = app("train_network", run="drawing")
    button(at, "New settings").click().run()
    button(at, "Train").click().run()
    (run,) = runs()
    assert run.config().template_images == 0


@pytest.mark.parametrize("file", ["config.json", "status.json", "events.jsonl", "scores.json"])
def test_a_damaged_file_is_named_where_it_is_looked_at(app, mine, pretrained_copy, file):
    path = pretrained_copy / "article" / file
    path.write_bytes(path.read_bytes()[:-3])
    at = app("train_network", run="article")
    assert not at.exception
    assert any(f"article/{file} is damaged" in error.value for error in at.error)


def test_beside_each_other_only_the_one_that_was_watched_has_such_a_curve(compare, texts):
    at = compare()
    at.segmented_control(key="curve").set_value("val_loss").run()
    assert not at.exception
    assert f"while it trained: {plain('For drawing (bundled)')}." in texts(at)
    assert f"as in the article: {plain('As in the article (bundled)')}." in texts(at)
    assert "As in the article (bundled): 0.0793" in words_of(at)[0]
    assert "For drawing" not in words_of(at)[0]


def test_the_settings_that_are_varied_are_those_that_anybody_can_train(compare, texts):
    at = compare()
    assert "All others are those of **Quick**" in texts(at)
    at.segmented_control(key="closer").set_value("article").run()
    assert f"All others are those of **{plain('As in the article (bundled)')}**" in texts(at)
