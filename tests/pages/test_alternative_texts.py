"""Every chart and picture says in words and numbers what it shows, to those who do not see it."""

import json
import re

import pytest

from tests.fabric import SEVEN

PARTS = [
    ("start_here", None, ""),
    *(("explore_digits", "view", view) for view in ("One digit", "Gallery", "Averages", "Map", "Hardest")),
    *(
        ("gradient_descent", "part", part)
        for part in ("One weight", "Two weights", "Momentum", "A line through points", "Three losses")
    ),
    *(
        ("look_inside", "inside", part)
        for part in ("One digit forward", "One batch backward", "Time machine", "The real hill")
    ),
    ("train_network", None, ""),
    ("compare_runs", None, ""),
    ("draw_digit", None, ""),
]


def told(at):
    """What is said of each chart and picture on a page, in its order."""
    words = [picture.alt for element in at.get("image") for picture in element.proto.imgs]
    parts = [json.loads(part.proto.json) for part in at.get("bidi_component") if part.proto.json]
    return words + [data["words"] for data in parts if {"figure", "probabilities", "answers"} & data.keys()]


@pytest.fixture
def open_part(app):
    def open_at(chapter, key, part):
        at = app(chapter, strokes=SEVEN if chapter == "draw_digit" else ())
        return at.segmented_control(key=key).set_value(part).run() if key else at

    return open_at


@pytest.mark.parametrize(("chapter", "key", "part"), PARTS, ids=[part or chapter for chapter, _, part in PARTS])
def test_every_chart_and_picture_is_told_with_its_numbers(open_part, chapter, key, part):
    words = told(open_part(chapter, key, part))
    assert words
    for said in words:
        assert re.search(r"\d", said), said
        assert len(said.split()) >= 4, said
    assert len(set(words)) == len(words), "two pictures are told alike"


CHANGES = [
    ("explore_digits", "view", "One digit", lambda at: at.number_input(key="index").set_value(11)),
    ("gradient_descent", "part", "One weight", lambda at: at.slider(key="start").set_value(5.0)),
    ("gradient_descent", "part", "Two weights", lambda at: at.selectbox(key="surface").set_value("bowl")),
    ("gradient_descent", "part", "Momentum", lambda at: at.selectbox(key="surface").set_value("bowl")),
    (
        "gradient_descent",
        "part",
        "A line through points",
        lambda at: at.text_area(key="own").set_value("1 2; 3 4; 0 0"),
    ),
    ("gradient_descent", "part", "Three losses", lambda at: at.slider(key="p").set_value(0.5)),
    ("look_inside", "inside", "One digit forward", lambda at: at.number_input(key="image").set_value(1)),
    ("look_inside", "inside", "One batch backward", lambda at: at.number_input(key="random_start").set_value(1)),
]


@pytest.mark.parametrize(("chapter", "key", "part", "change"), CHANGES, ids=[part for _, _, part, _ in CHANGES])
def test_what_is_told_changes_with_what_is_shown(open_part, chapter, key, part, change):
    at = open_part(chapter, key, part)
    before = told(at)
    after = told(change(at).run())
    assert not at.exception
    assert len(before) == len(after)
    same = [said for said, now in zip(before, after, strict=True) if said == now]
    assert not [said for said in same if "No update" not in said]
