"""The numbers of one digit on its way through a network, recomputed from what stands on the page."""

import os
import re

import numpy as np
import pytest

from core.data.mnist import load_test_set, scale
from core.narrative import section
from core.nn.activations import ACTIVATIONS
from core.nn.more_activations import FAMILIES, OTHER_ACTIVATIONS
from core.nn.network import forward, initial_network
from core.nn.prediction import predict
from core.nn.weights_file import network_to_safetensors
from core.pretrained.registry import load_model
from core.runs.config import TrainingConfig
from tests.fabric import SEVEN
from tests.pages.tables import number, rows_of


def test_a_units_sum_adds_up_from_the_numbers_on_the_page(inside):
    at = inside("One digit forward")
    for layer in (1, 2, 3):
        at.selectbox(key="layer").set_value(layer).run()
        rows = rows_of(at, "product")
        total = next(place for place, row in enumerate(rows) if "sum of all products" in row[0])
        for _, came, weight, product in rows[: total - 1]:
            assert number(came) * number(weight) == pytest.approx(number(product), abs=5.1e-5)
        products = sum(number(row[-1]) for row in rows[:total])
        assert products == pytest.approx(number(rows[total][-1]), abs=1e-9)
        bias, z, *a = (number(row[-1]) for row in rows[total + 1 :])
        assert number(rows[total][-1]) + bias == pytest.approx(z, abs=1e-9)
        assert a == ([max(0, z)] if layer < 3 else [])


def test_each_activation_in_the_titles_of_layers_is_explained():
    assert all(section("look_inside", f"activation {name}") for name in (*ACTIVATIONS, *OTHER_ACTIVATIONS, *FAMILIES))


def test_the_sum_is_the_networks_own(inside):
    at = inside("One digit forward")
    at.selectbox(key="layer").set_value(2).run()
    at.number_input(key="unit").set_value(17).run()
    network, image = load_model("drawing").network, scale(load_test_set().images[0])
    z = forward(network, image.reshape(1, -1)).pre_activations[1][0, 17]
    assert next(number(row[-1]) for row in rows_of(at, "product") if row[0] == "**z**") == pytest.approx(z, abs=6e-5)


def test_softmax_follows_from_the_scores_on_the_page(inside):
    rows = rows_of(inside("One digit forward"), "e to that power")
    scores, below, powers, shares = np.array([[number(cell) for cell in row[1:]] for row in rows[:10]]).T
    assert below == pytest.approx(scores - scores.max(), abs=1e-9)
    assert powers == pytest.approx(np.exp(below), abs=5.1e-5)
    assert powers.sum() == pytest.approx(number(rows[10][3]), abs=1e-9)
    assert shares == pytest.approx(powers / powers.sum(), abs=5.1e-5)


def test_at_first_the_unit_that_answers_most_is_shown_and_asked_for_again(inside):
    at = inside("One digit forward")
    network, image = load_model("drawing").network, scale(load_test_set().images[0])
    activations = forward(network, image.reshape(1, -1)).activations
    assert at.number_input(key="unit").value == activations[0].argmax()
    at.selectbox(key="layer").set_value(2).run()
    assert at.number_input(key="unit").value == activations[1].argmax()
    at.number_input(key="unit").set_value(3).run()
    assert at.number_input(key="unit").value == 3
    next(button for button in at.button if button.label == "The strongest").click().run()
    assert at.number_input(key="unit").value == activations[1].argmax()


def test_a_dead_unit_is_called_dead(inside, texts):
    outputs = [
        forward(load_model("drawing").network, scale(load_test_set().images[start : start + 1000]).reshape(-1, 784))
        for start in range(0, 10_000, 1000)
    ]
    most = np.max([result.activations[0].max(axis=0) for result in outputs], axis=0)
    at = inside("One digit forward")
    assert f"× {int((most == 0).sum())} dead units: they give 0 for every test digit" in texts(at)
    at.number_input(key="unit").set_value(int(np.flatnonzero(most == 0)[0])).run()
    assert "It gives 0 for each of the 10,000 test digits" in texts(at)
    at.number_input(key="unit").set_value(int(most.argmax())).run()
    assert "It gives 0 for each" not in texts(at)


def accuracy_on_page(texts):
    return float(re.search(r"→ \*\*([0-9.]+) %\*\*\.", texts).group(1))


def test_what_a_change_does_is_measured_on_all_test_digits(inside, texts):
    at = inside("One digit forward")
    assert "**Changed:**" not in texts(at)
    scaled = next(slider for slider in at.slider if "Multiply the weights of layer 1" in slider.label)
    scaled.set_value(0.0).run()
    network, test = load_model("drawing").network, load_test_set()
    first = network.layers[0]
    first.weights[:] = 0  # a copy of its own: the page has loaded another
    expected = (predict(network, test.images).argmax(axis=1) == test.labels).mean()
    assert accuracy_on_page(texts(at)) == pytest.approx(100 * expected, abs=0.005)
    assert "weights of layer 1 × 0" in texts(at)


def test_units_are_switched_off_and_on_again(inside, texts):
    at = inside("One digit forward")
    assert "It is switched off" not in texts(at)
    next(toggle for toggle in at.toggle if "off" in toggle.label).set_value(True).run()
    assert "It is switched off" in texts(at)
    assert rows_of(at, "product")[-1] == ["switched off, so it passes on", "", "", "**0.0000**"]
    many = next(button for button in at.button if "20 strongest" in button.label)
    many.click().run()
    assert "**Changed:** 21 units off." in texts(at)
    next(button for button in at.button if "20 strongest" in button.label).click().run()
    assert "**Changed:** 41 units off." in texts(at)
    next(button for button in at.button if button.label == "Undo all").click().run()
    assert "**Changed:**" not in texts(at)
    assert not next(toggle for toggle in at.toggle if "off" in toggle.label).value
    assert not at.exception


def test_when_no_unit_is_left_it_says_so_and_the_button_rests(inside, texts):
    at = inside("One digit forward")
    at.selectbox(key="layer").set_value(2).run()
    result = forward(load_model("drawing").network, scale(load_test_set().images[0]).reshape(1, -1))
    active = int((result.activations[1] > 0).sum())
    for _ in range(-(-active // 20)):
        many = next(button for button in at.button if "20 strongest" in button.label)
        assert not many.disabled
        assert "None is left" not in texts(at)
        many.click().run()
    assert f"**Changed:** {active} units off." in texts(at)
    assert next(button for button in at.button if "20 strongest" in button.label).disabled
    assert "None is left that gives anything above 0 for this digit." in texts(at)
    assert not at.exception


def test_another_network_begins_unchanged(inside, texts):
    at = inside("One digit forward")
    next(button for button in at.button if "20 strongest" in button.label).click().run()
    assert "**Changed:**" in texts(at)
    at.segmented_control(key="looked_into").set_value("As in the article").run()
    assert "**Changed:**" not in texts(at)


@pytest.mark.parametrize(("title", "name"), [("For drawing", "drawing"), ("As in the article", "article")])
def test_a_hard_digit_is_hard_for_the_chosen_network(inside, title, name):
    at = inside("One digit forward")
    at.segmented_control(key="looked_into").set_value(title).run()
    next(button for button in at.button if button.label == "A hard one").click().run()
    test = load_test_set()
    outputs = predict(load_model(name).network, test.images)
    losses = -np.log(np.maximum(outputs[np.arange(10_000), test.labels], 1e-7))
    assert at.number_input(key="image").value in np.argsort(-losses)[:110]


def test_temperature_makes_it_unsure_and_reads_no_digit_otherwise(inside, texts):
    at = inside("One digit forward")
    at.select_slider[0].set_value(10.0).run()
    words = texts(at)
    assert "temperature 10" in words
    rows = rows_of(at, "e to that power")
    scores, cooled, below, powers, _ = np.array([[number(cell) for cell in row[1:]] for row in rows[:10]]).T
    assert cooled == pytest.approx(scores / 10, abs=5.1e-5)
    assert below == pytest.approx(cooled - cooled.max(), abs=1e-9)
    assert powers == pytest.approx(np.exp(below), abs=5.1e-5)
    logits = forward(load_model("drawing").network, scale(load_test_set().images[0]).reshape(1, -1)).pre_activations[-1]
    assert scores == pytest.approx(logits[0], abs=6e-5)
    assert accuracy_on_page(words) == pytest.approx(100 * load_model("drawing").test_accuracy, abs=0.005)


def test_the_drawing_of_the_draw_page_is_read(inside, texts):
    at = inside("One digit forward", strokes=SEVEN)
    at.segmented_control(key="reads").set_value("My drawing").run()
    assert "Your drawing is read as **7**" in texts(at)
    assert not at.exception


def test_without_a_drawing_it_says_where_to_draw(inside, texts):
    at = inside("One digit forward")
    at.segmented_control(key="reads").set_value("My drawing").run()
    assert "There is no drawing yet: a test digit stands in for it." in texts(at)
    assert "Test digit 0, a 7, is read as" in texts(at)
    assert [button.label for button in at.button if "Draw" in button.label] == ["Draw a digit"]
    assert not at.exception


@pytest.fixture
def own(inside, trained, monkeypatch):
    """The chapter with a network of one's own, kept from a run."""
    monkeypatch.setattr("pages.ui.runs.own_runs.is_known", lambda: True)
    monkeypatch.setattr("pages.ui.runs.own_runs.owner_id", lambda: "me")

    def look_into(**settings):
        run = trained("me", config=TrainingConfig(training_images=1000, **settings))
        run.update_metadata(kept=True)
        at = inside("One digit forward")
        at.number_input(key="unit").set_value(700).run()  # there is none in a smaller network
        network = at.segmented_control(key="looked_into")
        return run, network.set_value(network.options[-1]).run()

    return look_into


def test_a_network_that_answers_yes_or_no_ten_times_adds_up(own, texts):
    _, at = own(hidden_layers=(20,), loss="binary_crossentropy")
    assert not at.exception
    assert "*relu* turns a sum below 0 into 0, *sigmoid* squeezes a sum into 0 to 1." in texts(at)
    rows = rows_of(at, "÷ sum")
    z, answers, shares = np.array([[number(cell) for cell in row[1:]] for row in rows]).T
    assert answers == pytest.approx(1 / (1 + np.exp(-z)), abs=5.1e-5)
    assert shares == pytest.approx(answers / answers.sum(), abs=5.1e-5)
    network = initial_network((784, 20, 10), ("relu", "sigmoid"), seed=0)
    sums = forward(network, scale(load_test_set().images[0]).reshape(1, -1)).pre_activations[-1]
    assert z == pytest.approx(sums[0], abs=6e-5)
    assert not [slider for slider in at.select_slider if "Temperature" in slider.label]


def test_a_run_that_learned_on_is_measured_anew(own, texts):
    """It keeps its name, and so do the changes."""
    run, at = own(hidden_layers=(20,))
    next(slider for slider in at.slider if "Multiply" in slider.label).set_value(2.0).run()
    before = accuracy_on_page(texts(at))
    network = initial_network((784, 20, 10), ("relu", "softmax"), seed=7)
    network.layers[0].biases[:] = 0.5
    (run.path / "model.safetensors").write_bytes(network_to_safetensors(network))
    later = (run.path / "scores.json").stat().st_mtime_ns + 1_000_000_000
    os.utime(run.path / "scores.json", ns=(later, later))
    at.run()
    assert accuracy_on_page(texts(at)) != before


def test_a_network_without_hidden_layers_is_looked_into(own):
    _, at = own(hidden_layers=())
    assert not at.exception
    assert at.selectbox(key="layer").options == ["1, the answer"]
    network = initial_network((784, 10), ("softmax",), seed=0)
    outputs = forward(network, scale(load_test_set().images[0]).reshape(1, -1)).outputs
    assert at.number_input(key="unit").value == outputs.argmax()
    assert not [toggle for toggle in at.toggle if "off" in toggle.label]
