import base64

import pytest

from core.data.mnist import load_test_set
from core.nn.evaluation import Evaluation
from core.nn.prediction import digit_name, predict
from core.pretrained.registry import load_model
from tests.pages.charts import charts_of

VIEWS = ["One digit", "Gallery", "Averages", "Map", "Hardest", "Writers"]


@pytest.fixture
def explore(app):
    return lambda **address: app("explore_digits", **address)


@pytest.fixture
def deep_link(monkeypatch):
    """The page by its address alone, on a server where it has not been opened before."""
    from streamlit.testing.v1 import AppTest

    from core.paths import ROUTER

    def open_link(**address):
        at = AppTest.from_file(str(ROUTER), default_timeout=60)
        at.run()
        for name, value in address.items():
            at.query_params[name] = value
        return at.switch_page("../../explore_digits.py").run()

    return open_link


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_by_its_address(deep_link, view):
    at = deep_link(view=view)
    assert not at.exception
    assert not at.warning
    assert at.segmented_control(key="view").value == view
    assert charts_of(at) or at.get("image")


def test_training_digit_10_is_a_3_and_test_digit_10_is_a_0(deep_link, texts):
    assert "Its writer meant **a 3**" in texts(deep_link(set="training", index="10"))
    assert "Its writer meant **a 0**" in texts(deep_link(set="test", index="10"))


def test_any_digit_can_be_linked_to(deep_link, texts, test_set):
    at = deep_link(set="test", index="4711")
    assert at.number_input(key="index").value == 4711
    assert f"Its writer meant **{digit_name(test_set.labels[4711])}**" in texts(at)


@pytest.mark.parametrize(
    "address",
    [{"index": "60000"}, {"index": "-1"}, {"index": "ten"}, {"set": "secret"}, {"view": "DROP TABLE"}],
)
def test_nonsense_in_the_address_gives_the_default_and_a_sentence(deep_link, address):
    at = deep_link(**address)
    assert not at.exception
    assert len(at.warning) == 1
    assert "which does not exist" in at.warning[0].value


@pytest.mark.parametrize("address", [{"index": "10"}, {"index": "59999"}, {"view": "One digit"}, {"other": "1"}])
def test_an_address_that_makes_sense_gets_no_warning(deep_link, address):
    assert not deep_link(**address).warning


def test_the_pixels_shown_are_the_digits_own(explore, figure, test_set, training_set):
    shown = figure(explore())["data"][0]["z"]
    assert shown["shape"] == "28, 28"
    assert shown["dtype"] == "u1"
    assert base64.b64decode(shown["bdata"]) == training_set.images[10].tobytes()


def test_a_neighbour_opens_when_its_number_is_pressed(explore, texts):
    at = explore()
    button = next(b for b in at.button if b.key.startswith("neighbour-"))
    button.click().run()
    assert not at.exception
    assert at.number_input(key="index").value == int(button.key.removeprefix("neighbour-"))


def test_a_digit_that_the_test_set_does_not_have_gives_way_and_it_is_said(explore):
    at = explore()
    at.number_input(key="index").set_value(59_999).run()
    at.segmented_control(key="set").set_value("test").run()
    assert not at.exception
    assert at.number_input(key="index").value == 10
    assert "no test digit 59,999" in at.toast[0].value


def test_the_gallery_shows_one_digit_only(explore, texts):
    at = explore()
    at.segmented_control(key="view").set_value("Gallery").run()
    at.selectbox(key="digit").set_value("4").run()
    captions = {c.value for c in at.caption}
    assert captions == {"4"}


def test_the_gallery_counts_each_digit(explore, figure):
    at = explore()
    at.segmented_control(key="view").set_value("Gallery").run()
    assert figure(at)["data"][0]["text"][1] == "6,742"  # ones in the training set, as MNIST's makers say


def test_the_nearest_average_gets_82_percent(explore):
    at = explore()
    at.segmented_control(key="view").set_value("Averages").run()
    assert at.metric[0].value == "82.0% right"  # LeCun and others, 1998: linear classifiers 88 to 92.4 %


def test_the_hardest_digits_are_mistakes_and_can_be_opened(explore, texts):
    at = explore()
    at.segmented_control(key="view").set_value("Hardest").run()
    button = next(b for b in at.button if b.key.startswith("hardest-"))
    button.click().run()
    assert at.segmented_control(key="view").value == "One digit"
    assert at.segmented_control(key="set").value == "test"
    assert at.number_input(key="index").value == int(button.key.removeprefix("hardest-"))
    assert "The networks read it" in texts(at)


def test_mistakes_are_counted_by_half_of_the_test_set(explore, texts):
    at = explore()
    at.segmented_control(key="view").set_value("Writers").run()
    test = load_test_set()
    for name, first, last in (("article", 122, 55), ("drawing", 50, 21)):  # counted once
        model = load_model(name)
        wrong = predict(model.network, test.images).argmax(axis=1) != test.labels
        assert (int(wrong[:5000].sum()), int(wrong[5000:].sum())) == (first, last)
        line = next(
            line for one in at.markdown for line in one.value.splitlines() if line.startswith(f"| {model.title}")
        )
        assert f"**{first}**: {100 - first / 50:.2f} % ± " in line
        assert f"**{last}**: {100 - last / 50:.2f} % ± " in line
    assert "539 people" in texts(at)


def test_a_disputed_label_is_told_with_its_votes(explore, deep_link, texts):
    said = texts(deep_link(set="test", index="2462"))
    assert "Of 5 people who were shown it, 0 chose 2, 4 chose 0, and 1 neither." in said
    assert "people who were shown it" not in texts(deep_link(set="test", index="2463"))
    assert "people who were shown it" not in texts(deep_link(set="training", index="2462"))


def test_the_hardest_are_marked_where_their_label_is_disputed(explore, texts, test_set):
    at = explore()
    at.segmented_control(key="view").set_value("Hardest").run()
    wrong = Evaluation(predict(load_model("drawing").network, test_set.images), test_set.labels).mistakes()
    disputed = {947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729}
    assert f"{len(disputed & set(wrong.tolist()))} of its {len(wrong)} mistakes have a label that is disputed" in texts(
        at
    )
    marked = [caption.value for caption in at.caption if "disputed" in caption.value]
    assert marked
