import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from core.data.mnist import load_test_set
from core.nn.prediction import digit_name, predict
from core.pretrained.registry import load_model
from tests.fabric import SEVEN

DOT = [[[160, 160]]]


@pytest.fixture
def draw(app):
    return lambda strokes=(), **address: app("draw_digit", strokes, **address)


def test_an_empty_canvas_gets_an_invitation_and_no_answer(draw, read):
    at = draw()
    assert "Draw a digit from 0 to 9" in at.info[0].value
    assert not read(at)
    assert not [one for one in at.get("bidi_component") if "probabilities" in one.proto.json]


def test_a_dot_gets_no_answer_either(draw, read):
    at = draw(DOT)
    assert "only a dot" in at.info[0].value
    assert not read(at)


def test_a_drawn_seven_is_read_by_both_networks(draw, read):
    at = draw(SEVEN)
    assert not at.exception
    assert read(at) == ["7", "7"]
    assert [c.value for c in at.caption][:2] == ["For drawing", "As in the article"]
    shown = bars(at)
    assert shown["titles"] == ["For drawing", "As in the article"]
    for probabilities, said in zip(shown["probabilities"], shown["texts"], strict=True):
        assert said[7] == "over 99.9 %"  # never 100
        assert sum(probabilities) == pytest.approx(1)
        assert np.argmax(probabilities) == 7


def test_two_digits_at_once_are_read_and_said_to_be_two(draw, read):
    at = draw([[[x * 0.4 + shift, y * 0.4] for x, y in stroke] for stroke in SEVEN for shift in (10, 170)])
    assert len(read(at)) == 2
    assert "one digit at a time" in at.warning[0].value
    assert not draw(SEVEN).warning


def bars(at):
    [found] = [one.proto.json for one in at.get("bidi_component") if "probabilities" in one.proto.json]
    return json.loads(found)


def test_the_strip_shows_five_pictures_and_a_switch_changes_the_last(draw, texts):
    at = draw(SEVEN)
    assert len(at.toggle) == 4
    assert "Switched off" not in texts(at)
    before = image_urls(at)
    at.toggle(key="fit_box").set_value(False).run()
    assert image_urls(at) != before
    assert "Switched off, under *From ink to input*: Fit the box." in texts(at)
    assert not at.exception


def image_urls(at):
    return [image.url for element in at.get("image") for image in element.proto.imgs]


def test_the_scores_are_sums_of_what_the_pixels_said(draw, texts):
    said = texts(draw(SEVEN))
    sums = re.findall(r"score (-?[\d.]+) = :blue\[([\d.]+)\] :orange\[− ([\d.]+)\] ([+−]) ([\d.]+)", said)
    assert len(sums) == 2
    for score, for_it, against, sign, constant in sums:
        total = float(for_it) - float(against) + float(constant) * (1 if sign == "+" else -1)
        assert total == pytest.approx(float(score), abs=1e-9)  # as it stands there


def test_corrections_collect_into_a_test_set(draw, texts):
    at = draw(SEVEN)
    at.button(key="was-1").click().run()
    assert "1 drawing" in texts(at)
    assert "For drawing: **0%** right" in texts(at)
    at.button(key="was-7").click().run()  # the same drawing again: the last word counts
    assert "1 drawing" in texts(at)
    assert "For drawing: **100%** right" in texts(at)
    assert at.get("download_button")


def test_an_answer_that_its_writer_denies_is_not_green(draw):
    at = draw(SEVEN)
    assert badges(at) == ["green"] * 3  # two cards, and a line for both
    at.button(key="was-9").click().run()
    assert badges(at) == ["orange"] * 3
    at.button(key="was-7").click().run()
    assert badges(at) == ["green"] * 3


def badges(at):
    """The colours of how sure the networks are; one where they are all the same."""
    texts = [text.value for text in at.markdown if "sure]" in text.value]
    return ["/".join(sorted(set(re.findall(r":(green|orange)-badge", text)))) for text in texts]


def test_the_collection_survives_a_change_of_page(draw, texts):
    at = draw(SEVEN)
    at.button(key="was-7").click().run()
    at.switch_page("../../start_here.py").run()
    at.switch_page("../../draw_digit.py").run()
    assert "Your own test set" in texts(at)


def test_a_test_digit_is_read_without_preparation(draw, read):
    at = draw()
    at.segmented_control(key="ink").set_value("Take a test digit").run()
    assert read(at)[0] == "7"  # test digit 0
    at.number_input(key="test_digit").set_value(10).run()
    assert read(at)[0] == "0"  # as the article says
    assert not at.toggle


def test_a_test_digit_is_not_asked_what_it_was_and_hard_ones_are_at_hand(app):
    at = app("draw_digit")
    at.segmented_control(key="ink").set_value("Take a test digit").run()
    assert not [button for button in at.button if (button.key or "").startswith("was-")]
    test = load_test_set()
    outputs = predict(load_model("article").network, test.images)
    losses = -np.log(np.maximum(outputs[np.arange(10_000), test.labels], 1e-7))
    hardest = np.argsort(-losses)[:110]
    seen = set()
    for _ in range(3):
        next(button for button in at.button if button.label == "A hard one").click().run()
        index = at.number_input(key="test_digit").value
        assert index in hardest
        seen.add(index)
        said = [c.proto.imgs[0].caption for c in at.get("image") if c.proto.imgs[0].caption.startswith("Its writer")]
        assert said == [f"Its writer meant {digit_name(test.labels[index])}."]
    assert len(seen) > 1


def test_a_picture_is_opened_and_read(draw, read, test_set):
    at = draw()
    at.segmented_control(key="ink").set_value("Open a picture").run()
    file = io.BytesIO()
    Image.fromarray(255 - test_set.images[0]).resize((280, 280)).save(file, "PNG")
    at.file_uploader(key="picture").set_value(("seven.png", file.getvalue(), "image/png")).run()
    assert not at.exception
    assert read(at)[0] == "7"


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"x" * 100])
def test_a_file_that_is_no_picture_gets_a_sentence(draw, content):
    at = draw()
    at.segmented_control(key="ink").set_value("Open a picture").run()
    at.file_uploader(key="picture").set_value(("x.png", content, "image/png")).run()
    assert not at.exception
    assert len(at.error) == 1
    assert at.error[0].value.endswith(".")
