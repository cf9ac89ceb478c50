"""The chapter's four parts, their numbers recomputed from what stands on the page."""

import json
import re

import numpy as np
import pytest

from core.digits import load_test_set, scale
from core.models import load_hill, load_model
from core.network import Dense, Network, forward, initial_network
from core.recognition import a_digit, predict
from core.training.checkpoints import keep_checkpoint
from core.training.config import TrainingConfig
from core.training.moments import moments_of_bundle, moments_of_run
from core.training.surveying import survey_run

PARTS = ("One digit forward", "One batch backward", "Time machine", "The real hill")
SEVEN = [[(90, 60), (220, 60), (180, 160), (150, 260)]]


@pytest.fixture
def inside(app):
    """The chapter at one of its parts."""

    def open_part(part=PARTS[0], strokes=()):
        at = app("draw_digit", strokes=strokes) if strokes else None
        if at is None:
            at = app("look_inside")
        else:
            at.switch_page("pages/look_inside.py").run()
        return at.segmented_control(key="inside").set_value(part).run()

    return open_part


def number(text):
    """A number as the page writes it."""
    return float(re.sub(r"[=×−+*,() \u00a0]", lambda sign: "-" if sign.group() == "−" else "", text))


def rows_of(at, head):
    """The cells of the Markdown table whose first line has these words."""
    table = next(
        element.value
        for element in at.markdown
        if element.value.startswith("|") and head in element.value.splitlines()[0]
    )
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()[2:]]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens(inside, part):
    at = inside(part)
    assert not at.exception
    assert not at.warning
    assert not at.error
    assert len(at.get("bidi_component")) >= 2


# One digit forward.


def test_a_units_sum_adds_up_from_the_numbers_on_the_page(inside):
    at = inside()
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


def test_the_sum_is_the_networks_own(inside):
    at = inside()
    at.selectbox(key="layer").set_value(2).run()
    at.number_input(key="unit").set_value(17).run()
    network, image = load_model("drawing").network, scale(load_test_set().images[0])
    z = forward(network, image.reshape(1, -1)).pre_activations[1][0, 17]
    assert next(number(row[-1]) for row in rows_of(at, "product") if row[0] == "**z**") == pytest.approx(z, abs=6e-5)


def test_softmax_follows_from_the_scores_on_the_page(inside):
    rows = rows_of(inside(), "e to that power")
    scores, below, powers, shares = np.array([[number(cell) for cell in row[1:]] for row in rows[:10]]).T
    assert below == pytest.approx(scores - scores.max(), abs=1e-9)
    assert powers == pytest.approx(np.exp(below), abs=5.1e-5)
    assert powers.sum() == pytest.approx(number(rows[10][3]), abs=1e-9)
    assert shares == pytest.approx(powers / powers.sum(), abs=5.1e-5)


def test_at_first_the_unit_that_answers_most_is_shown_and_asked_for_again(inside):
    at = inside()
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
    at = inside()
    assert f"×: {int((most == 0).sum())} dead" in texts(at)
    at.number_input(key="unit").set_value(int(np.flatnonzero(most == 0)[0])).run()
    assert "It gives 0 for each of the 10,000 test digits" in texts(at)
    at.number_input(key="unit").set_value(int(most.argmax())).run()
    assert "It gives 0 for each" not in texts(at)


def accuracy_on_page(texts):
    return float(re.search(r"→ \*\*([0-9.]+) %\*\*\.", texts).group(1))


def test_what_a_change_does_is_measured_on_all_test_digits(inside, texts):
    at = inside()
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
    at = inside()
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


def test_another_network_begins_unchanged(inside, texts):
    at = inside()
    next(button for button in at.button if "20 strongest" in button.label).click().run()
    assert "**Changed:**" in texts(at)
    at.segmented_control(key="looked_into").set_value("As in the article").run()
    assert "**Changed:**" not in texts(at)


@pytest.mark.parametrize(("title", "name"), [("For drawing", "drawing"), ("As in the article", "article")])
def test_a_hard_digit_is_hard_for_the_chosen_network(inside, title, name):
    at = inside()
    at.segmented_control(key="looked_into").set_value(title).run()
    next(button for button in at.button if button.label == "A hard one").click().run()
    test = load_test_set()
    outputs = predict(load_model(name).network, test.images)
    losses = -np.log(np.maximum(outputs[np.arange(10_000), test.labels], 1e-7))
    assert at.number_input(key="image").value in np.argsort(-losses)[:110]


def test_temperature_makes_it_unsure_and_reads_no_digit_otherwise(inside, texts):
    at = inside()
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
    at = inside(strokes=SEVEN)
    at.segmented_control(key="reads").set_value("My drawing").run()
    assert "Your drawing is read as **7**" in texts(at)
    assert not at.exception


def test_without_a_drawing_it_says_where_to_draw(inside, texts):
    at = inside()
    at.segmented_control(key="reads").set_value("My drawing").run()
    assert "There is no drawing yet: a test digit stands in for it." in texts(at)
    assert "Test digit 0, a 7, is read as" in texts(at)
    assert [button.label for button in at.button if "Draw" in button.label] == ["Draw a digit"]
    assert not at.exception


def test_a_network_without_hidden_layers_and_one_with_sigmoids_are_looked_into(inside, texts, trained, monkeypatch):
    from pages.ui import own_network

    monkeypatch.setattr(own_network, "is_known", lambda: True)
    monkeypatch.setattr(own_network, "owner", lambda: "me")
    trained("me", config=TrainingConfig(hidden_layers=(), training_images=1000)).change(kept=True)
    at = inside()
    at.number_input(key="unit").set_value(700).run()  # there is none in the other network
    network = at.segmented_control(key="looked_into")
    network.set_value(network.options[-1]).run()
    assert not at.exception
    assert at.selectbox(key="layer").options == ["1, the answer"]
    network = initial_network((784, 10), ("softmax",), seed=0)
    outputs = forward(network, scale(load_test_set().images[0]).reshape(1, -1)).outputs
    assert at.number_input(key="unit").value == outputs.argmax()
    assert not [toggle for toggle in at.toggle if "off" in toggle.label]


# One batch backward.


def headline(texts):
    said = re.search(r"Loss of these digits now \*\*([0-9.]+)\*\*, after the next update \*\*([0-9.]+)\*\*", texts)
    return float(said.group(1)), float(said.group(2))


def test_an_update_of_the_page_adds_up_and_lowers_the_loss(inside, texts):
    at = inside("One batch backward")
    for label, before, middle, after in rows_of(at, "w before"):
        rate, gradient = middle.split("×")
        assert number(rate) == 0.1
        assert number(before) - 0.1 * number(gradient) == pytest.approx(number(after), abs=1.1e-6), label
    now, then = headline(texts(at))
    assert then < now == pytest.approx(np.log(10), abs=0.3)


def test_a_nudge_of_the_page_adds_up(inside):
    at = inside("One batch backward")
    for rank, by in ((1, 0.001), (3, -0.1), (5, 1.0)):
        at.segmented_control(key="nudged").set_value(rank)
        at.select_slider(key="nudge_by").set_value(by).run()
        rows = rows_of(at, "loss")
        gradient, nudge = (number(part) for part in rows[1][0].split(" = ")[1].split("×"))
        assert nudge == by
        assert gradient * nudge == pytest.approx(number(rows[1][1]), abs=1e-8)
        assert number(rows[0][1]) + number(rows[1][1]) == pytest.approx(number(rows[2][1]), abs=1e-9)
        assert abs(number(rows[3][1]) - number(rows[2][1])) < (1e-6 if abs(by) < 0.01 else 1)


def press(at, label):
    next(button for button in at.button if button.label.startswith(label)).click().run()


def test_updates_are_taken_and_counted_and_the_same_start_comes_again(inside, texts):
    at = inside("One batch backward")
    first = headline(texts(at))
    press(at, "1 update")
    assert "**Batch 2: the next 32 digits.**" in texts(at)
    assert headline(texts(at)) != first
    press(at, "10")
    assert at.session_state.session.stepped.goal == 11
    press(at, "Start again")
    assert "**Batch 1: the next 32 digits.**" in texts(at)
    assert headline(texts(at)) == first
    at.number_input(key="random_start").set_value(1).run()
    assert headline(texts(at)) != first


def test_who_asks_while_updates_are_taken_asks_for_more(inside, monkeypatch):
    at = inside("One batch backward")
    monkeypatch.setattr("pages.ui.steps.SLICE", -1)  # one update at each look
    press(at, "100")
    press(at, "10")
    assert at.session_state.session.stepped.goal == 110
    press(at, "To the end of the epoch: 1,765")
    assert at.session_state.session.stepped.goal == 1875


def test_a_rate_that_is_too_large_is_seen_to_raise_the_loss_and_ends_in_words(inside, texts):
    at = inside("One batch backward")
    at.select_slider(key="step_rate").set_value(5.0).run()
    now, then = headline(texts(at))
    assert then > now
    assert "rises: too large a step" in texts(at)
    while "not a number" not in str([error.value for error in at.error]) and not at.error:
        press(at, "10")
    assert "The loss is no number any more" in at.error[0].value
    assert at.session_state.session.stepped.goal == at.session_state.session.stepped.learner.step  # nothing goes on
    assert "nan" not in texts(at).lower()
    press(at, "Start again")
    assert not at.error


def test_adam_steps_as_far_as_its_rate(inside, texts):
    at = inside("One batch backward")
    at.segmented_control(key="learns_by").set_value("adam").run()
    assert at.select_slider(key="step_rate").value == 0.001
    for _, before, gradient, step, after in rows_of(at, "w before"):
        assert abs(number(step)) == pytest.approx(0.001, rel=0.01)
        assert number(before) - number(step) == pytest.approx(number(after), abs=1e-9)
        assert number(gradient) * number(step) > 0
    now, then = headline(texts(at))
    assert then < now


def test_the_loss_of_the_digit_that_is_followed_is_minus_the_logarithm_of_its_probability(inside, texts):
    at = inside("One batch backward")
    at.number_input(key="of_batch").set_value(5).run()
    probability, loss = re.search(r"−ln\(([0-9.]+)\) = \*\*([0-9.]+)\*\*", texts(at)).groups()
    assert -np.log(float(probability)) == pytest.approx(float(loss), abs=5.1e-5)


def figures_of(at):
    """What the live charts of a page show, in words."""
    told = [json.loads(one.proto.json) for one in at.get("bidi_component") if "figure" in one.proto.json]
    return [one["words"] for one in told if "words" in one]


def test_the_error_begins_as_what_was_said_minus_what_is_right(inside, texts):
    at = inside("One batch backward")
    probability = float(re.search(r"−ln\(([0-9.]+)\)", texts(at)).group(1))
    error = next(words for words in figures_of(at) if words.startswith("layer 3: the largest error"))
    assert float(error.split()[-1]) == pytest.approx(1 - probability, abs=0.006)


def test_the_source_is_that_of_the_files(inside):
    at = inside("One batch backward")
    assert [code.value.split("(")[0] for code in at.code] == ["def forward", "def backward", "def update"]
    at = inside()
    assert [code.value.split("(")[0] for code in at.code] == ["def forward"]


# Time machine.


@pytest.fixture
def own_run(trained, monkeypatch):
    """A run of this visitor's that has kept some moments: networks that are less and less random."""

    def make(networks=None):
        monkeypatch.setattr("pages.ui.choose_training.is_known", lambda: True)
        monkeypatch.setattr("pages.ui.choose_training.owner", lambda: "me")
        run = trained("me")
        start, end = (initial_network(run.config().layer_units, ("relu", "softmax"), seed) for seed in (0, 1))
        for number, network in enumerate(networks or (start, end, start, end)):
            keep_checkpoint(run.path / "checkpoints", network, 32 * number, epoch_end=number > 0)
        return run

    return make


def moment_slider(at):
    return next(slider for slider in at.select_slider if slider.label == "Moment")


def test_the_time_machine_shows_the_network_of_each_moment(inside, texts):
    at = inside("Time machine")
    moments, test = moments_of_bundle("article"), load_test_set()
    assert moment_slider(at).options[:2] == ["before any update", "update 1"]
    for place in (0, 6, 15):
        moment_slider(at).set_value(place).run()
        outputs = predict(moments.network(moments.moments[place]), test.images[:2000])
        right = (outputs.argmax(axis=1) == test.labels[:2000]).mean()
        assert f"{100 * right:.1f} % are read rightly" in texts(at)
        right_of_25 = int((outputs[:25].argmax(axis=1) == test.labels[:25]).sum())
        assert f"**{right_of_25} of 25** right." in texts(at)
        assert not at.exception


@pytest.mark.parametrize("digit", [0, 8, 115])
def test_it_says_when_a_digit_was_first_read_as_in_the_end(inside, texts, digit):
    at = inside("Time machine")
    at.number_input(key="image").set_value(digit).run()
    moments, test = moments_of_bundle("article"), load_test_set()
    answers = [int(predict(moments.network(m), test.images[digit : digit + 1]).argmax()) for m in moments.moments]
    began = answers.index(answers[-1])
    since = max([n + 1 for n, answer in enumerate(answers) if answer != answers[-1]], default=0)
    at_first, for_good = (f"{'at ' if n else ''}{moments.moments[n].words}" for n in (began, since))
    when = (
        f"**{at_first}**, and ever since." if began == since else f"first **{at_first}**, and for good **{for_good}**."
    )
    assert f"In the end it is read as {a_digit(answers[-1])}: {when}" in texts(at)


def test_the_drawing_is_read_at_each_moment(inside, texts):
    at = inside("Time machine", strokes=SEVEN)
    at.segmented_control(key="reads").set_value("My drawing").run()
    assert "In the end it is read as a 7: " in texts(at)
    moment_slider(at).set_value(15).run()
    assert "7" in [header.value for header in at.header]


def test_a_training_of_ones_own_is_looked_back_at(inside, own_run, texts):
    run = own_run()
    at = inside("Time machine")
    moment_slider(at).set_value(3).run()  # of the article's: what was computed of it is not this run's
    at.selectbox(key="training").set_value(run.id).run()
    assert moment_slider(at).options == [
        "before any update",
        "epoch 1 (update 32)",
        "epoch 2 (update 64)",
        "epoch 3 (update 96)",
    ]
    moment_slider(at).set_value(3).run()
    assert not at.exception
    outputs = predict(moments_of_run(run).network(96), load_test_set().images[:2000])
    right = (outputs.argmax(axis=1) == load_test_set().labels[:2000]).mean()
    assert f"{100 * right:.1f} % are read rightly" in texts(at)
    assert f"{int((outputs[:25].argmax(axis=1) == load_test_set().labels[:25]).sum())} of 25** right" in texts(at)
    keep_checkpoint(run.path / "checkpoints", moments_of_run(run).network(0), 128, epoch_end=True)  # it went on
    at.run()
    moment_slider(at).set_value(4).run()
    assert not at.exception
    run.delete()
    at.run()
    assert not at.exception
    assert moment_slider(at).options[1] == "update 1"  # the article's, since this one is gone


def test_a_run_that_kept_nothing_gives_way_to_the_articles(inside, own_run, texts):
    run = own_run(networks=[initial_network((784, 10), ("softmax",), 0)])
    at = inside("Time machine")
    at.selectbox(key="training").set_value(run.id).run()
    assert "has kept no moments yet" in texts(at)
    assert moment_slider(at).options[1] == "update 1"


def test_a_moment_that_cannot_be_read_gets_a_sentence(inside, own_run):
    run = own_run()
    next((run.path / "checkpoints").glob("*2-e*")).write_bytes(b"nonsense")
    at = inside("Time machine")
    at.selectbox(key="training").set_value(run.id).run()
    assert "cannot be read any more" in at.error[0].value
    assert not at.exception


def test_moments_of_a_training_that_diverged_are_named_and_not_called_a_zero(inside, own_run, texts):
    good = initial_network((784, 20, 10), ("relu", "softmax"), 0)
    bad = Network((Dense(good.layers[0].weights * np.float32(np.nan), good.layers[0].biases, "relu"), good.layers[1]))
    run = own_run(networks=(good, good, bad))
    at = inside("Time machine")
    at.selectbox(key="training").set_value(run.id).run()
    moment_slider(at).set_value(2).run()
    assert texts(at).count("answers with no numbers") >= 3
    assert "nan" not in texts(at).lower()
    assert not at.exception


# The real hill.


def test_the_bundled_hill_is_there_at_once_and_labelled_as_a_slice(inside, texts):
    at = inside("The real hill")
    words = texts(at)
    assert "two slices" in words
    assert "What a slice hides" in words
    first, second = load_hill("article").plane.explained
    assert f"**{first:.0%}** and **{second:.0%}**" in words
    assert first + second <= 1


def hill_button(at):
    return [button for button in at.button if button.label == "Survey the hill"]


def test_the_hill_of_ones_own_run_is_asked_for_waited_for_and_shown(inside, own_run, texts):
    run = own_run()
    at = inside("The real hill")
    at.selectbox(key="training").set_value(run.id).run()
    assert "was not surveyed yet" in texts(at)
    hill_button(at)[0].click().run()
    assert (run.path.parent / "inbox" / f"{run.id}.hill").exists()
    assert not hill_button(at)
    (run.path.parent / "inbox" / f"{run.id}.hill").unlink()
    survey_run(run)
    at.run()
    assert not at.exception
    assert not hill_button(at)
    assert "two directions hold" in texts(at)
    keep_checkpoint(run.path / "checkpoints", initial_network((784, 20, 10), ("relu", "softmax"), 9), 500, False)
    at.run()
    assert "has learned on since" in texts(at)
    assert hill_button(at)
    assert "two directions hold" in texts(at)


def test_a_hill_that_cannot_be_surveyed_says_why(inside, own_run, texts):
    run = own_run()
    run.set_status("running")
    at = inside("The real hill")
    at.selectbox(key="training").set_value(run.id).run()
    assert "still learning" in texts(at)
    assert hill_button(at)[0].disabled
    run.set_status("finished")
    (run.path / "hill.failed").write_text("There was not enough memory for it")
    at.run()
    assert at.error[0].value == "There was not enough memory for it"
    assert not hill_button(at)[0].disabled


# Addresses.


@pytest.mark.parametrize(
    "query",
    [
        {"inside": "Nowhere"},
        {"image": "10000"},
        {"image": "nan"},
        {"layer": "7"},
        {"unit": "9999"},
        {"unit": "-3"},
        {"reads": "Nothing"},
        {"inside": PARTS[1], "step_rate": "1e9"},
        {"inside": PARTS[1], "learns_by": "luck"},
        {"inside": PARTS[1], "random_start": "-1"},
    ],
)
def test_an_address_that_asks_for_what_does_not_exist_gets_a_sentence(app, query):
    at = app("look_inside", **query)
    assert not at.exception
    assert "which does not exist" in at.warning[0].value
