"""The chapter that looks inside, with a hand: units clicked, batches stepped, a training scrubbed, a hill opened."""

import re

import pytest
from playwright.sync_api import expect

from core.data.mnist import fair_part, load_test_set
from core.nn.network import initial_network
from core.nn.prediction import predict
from core.runs.checkpoints import save_checkpoint
from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.runs.timeline import timeline_of_run
from tests.browser.app import answer, canvas_box, draw, is_at, settled
from tests.browser.charts import chart, click_at, tap_at
from tests.browser.trainings import LONG

BATCH = "look_inside?inside=One+batch+backward"


def sum_on_page(page):
    """The rows of the table in which a unit's sum is written out."""
    table = page.locator("table", has_text="sum of all products")
    return [row.split("\t") for row in table.inner_text().replace("−", "-").splitlines()[1:]]


def number(text):
    return float(re.sub(r"[^0-9.e-]", "", text))


def headline(page):
    """The loss of the next batch now, and after its update."""
    said = page.get_by_text("Loss of these digits now").inner_text()
    return [float(value) for value in re.findall(r"[0-9]+\.[0-9]+", said)]


def read_rightly(step):
    """The share of 2,000 test digits that the article's network reads rightly at a moment, as on the page."""
    test = load_test_set()
    part = test.take(fair_part(test.labels, 2000))
    outputs = predict(timeline_of_run(Run.pretrained("article")).network(step), part.images)
    right = float((outputs.argmax(axis=1) == part.labels).mean())
    return f"{100 * right:.1f} % ± {100 * (right * (1 - right) / 2000) ** 0.5:.1f}"


def taken(page, count, epoch=1):
    """Wait until so many updates of an epoch are taken; all of them may take a minute on a busy machine."""
    # Two suites and a browser beside each other on two cores took two minutes for an epoch.
    expect(page.get_by_text(f"Epoch {epoch}: {count:,} of 1,875 updates taken")).to_be_visible(timeout=5 * LONG)
    settled(page)


def test_a_unit_is_clicked_and_its_sum_read(open_page):
    page = open_page("look_inside")
    settled(page)
    click_at(page, "layer-2", 5, 3)  # unit 35 of a grid of ten by ten
    expect(page.get_by_text("Unit 35 of layer 2")).to_be_visible()
    is_at(page, "**unit=35*")
    settled(page)
    rows = sum_on_page(page)
    place = next(n for n, row in enumerate(rows) if row[0] == "sum of all products")
    products = sum(number(row[-1]) for row in rows[:place])
    total, bias, z, a = (number(row[-1]) for row in rows[place:])
    assert products == pytest.approx(total, abs=1e-9)
    assert total + bias == pytest.approx(z, abs=1e-9)
    assert a == max(z, 0)
    click_at(page, "layer-3", 0.5, 4)
    expect(page.get_by_text("Unit 4 of layer 3, the answer 4")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Unit 4 of layer 3, the answer 4")).to_be_visible()


def test_a_network_is_changed_and_measured_again(open_page):
    page = open_page("look_inside")
    page.get_by_role("button", name="Switch off the 20 strongest").click()
    expect(page.get_by_text("Changed: 20 units off.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"it reads [0-9.]+ % → [0-9.]+ %"))).to_be_visible()
    page.get_by_role("button", name="Undo all").click()
    expect(page.get_by_text("Changed:")).to_have_count(0)


def test_a_batch_is_stepped_and_its_loss_falls(open_page):
    page = open_page(BATCH)
    settled(page)
    now, then = headline(page)
    assert then < now
    expect(page.get_by_text("falls", exact=True)).to_be_visible()
    page.get_by_role("button", name="1 update").click()
    taken(page, 1)
    expect(page.get_by_text("Batch 2: the next 32 digits.")).to_be_visible()
    losses = chart(page, "steps-loss").evaluate("(chart) => chart.calcdata[0].map((point) => point.y)")
    assert losses == pytest.approx([now], abs=0.001)
    page.get_by_role("button", name="10", exact=True).click()
    taken(page, 11)
    page.get_by_role("button", name="Start again").click()
    taken(page, 0)
    assert headline(page) == [now, then]
    page.get_by_role("button", name="100", exact=True).click()
    taken(page, 100)
    shown = chart(page, "steps-loss").evaluate(
        "(chart) => [chart._fullLayout.xaxis.range, chart._fullLayout.yaxis.range]"
    )
    assert shown[0][0] <= 0
    assert shown[0][1] >= 100
    assert shown[1][1] > now


def test_a_rate_of_five_is_seen_to_raise_the_loss(open_page):
    page = open_page(f"{BATCH}&step_rate=5")
    expect(page.get_by_text("rises: too large a step")).to_be_visible()
    now, then = headline(page)
    assert then > now
    page.get_by_role("button", name="100", exact=True).click()
    expect(page.get_by_text("The loss has become too large to be a number")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("The loss has become too large to be a number")).to_have_count(0)


def test_an_epoch_is_taken_with_its_curve_growing_stopped_and_gone_on_with(open_page):
    page = open_page(BATCH)
    settled(page)
    page.get_by_role("button", name="100", exact=True).click()
    taken(page, 100)
    page.get_by_role("button", name="To the end of epoch 1: 1,775").click()
    page.get_by_role("button", name="To the end of epoch 2").click()  # long enough to be stopped on a busy machine
    page.wait_for_function("() => document.querySelector('.st-key-steps-loss .chart').calcdata[0].at(-1).x > 100")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    settled(page)
    said = page.get_by_text(re.compile("Epoch [12]: [0-9,]+ of")).inner_text()
    epoch, count = (int(part.replace(",", "")) for part in re.search("Epoch (.): ([0-9,]+) of", said).groups())
    reached = 1875 * (epoch - 1) + count
    assert 100 < reached < 2 * 1875
    page.wait_for_function(
        "(reached) => document.querySelector('.st-key-steps-loss .chart').calcdata[0].at(-1).x === reached",
        arg=reached,
    )
    page.get_by_role("link", name="Explore").click()
    page.get_by_role("heading", name="Explore the digits").wait_for()
    page.go_back()
    taken(page, count, epoch)  # nothing was lost, nothing went on meanwhile
    page.get_by_role("button", name=f"To the end of epoch {epoch}").click()
    taken(page, 0, epoch + 1)
    assert headline(page)[0] < 0.6


def test_a_digit_of_the_batch_is_clicked_and_followed(open_page):
    page = open_page(BATCH)
    settled(page)
    click_at(page, "batch", 2.5, 1.42 + 0.5)
    expect(page.locator(".st-key-of_batch input")).to_have_value("11")


def test_the_time_machine_says_when_it_learned_my_drawing(open_page):
    page = open_page("draw_digit")
    canvas_box(page)
    draw(page)
    expect(page.locator(".st-key-answer-0 h2")).to_have_text("7")
    page.get_by_role("link", name="Look inside").click()
    page.get_by_role("heading", name="Look inside").wait_for()
    page.get_by_role("radio", name="Time machine").click()
    page.get_by_role("radio", name="My drawing").click()
    expect(page.get_by_text("Read as a 7 ")).to_be_visible()
    began, ended = (read_rightly(step) for step in (0, 18750))
    assert float(began.split()[0]) < 15  # by chance
    expect(page.get_by_text(f"{began} are read rightly")).to_be_visible()
    slider = page.get_by_test_id("stSlider").locator("input[type=range]")
    slider.focus()
    slider.press("End")
    expect(page.get_by_text(f"{ended} are read rightly")).to_be_visible()
    expect(page.locator(".st-key-answer-then h2")).to_have_text("7")
    click_at(page, "over-time", 0, 0.5)
    expect(page.get_by_text(f"{began} are read rightly")).to_be_visible()


def test_a_drawing_is_there_after_a_reload(open_page, address):
    page = open_page("draw_digit")
    draw(page)
    expect(answer(page)).to_have_text("7")
    page.goto(f"{address}/look_inside?reads=My+drawing")
    expect(page.get_by_role("button", name="Change the drawing")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Look inside")
    expect(page.get_by_text("your drawing").first).to_be_visible()


def test_the_real_hill_is_opened_and_its_path_played(open_page):
    page = open_page("look_inside?inside=The+real+hill")
    for key in ("hill-line", "hill-toy", "hill-plane", "hill-path"):
        chart(page, key)
    player = page.locator(".st-key-hill-plane .player")
    expect(player.locator(".captions")).to_contain_text("Update 0: loss 2.")
    player.get_by_role("button", name="Play").click()
    expect(player.locator("output")).to_have_text("step 15 of 15")
    expect(player.locator(".captions")).to_contain_text("Update 18,750: loss 0.00")


def test_the_hill_of_ones_own_run_is_surveyed_by_the_training_service(open_page, runs_folder, address, tmp_path):
    config = TrainingConfig(hidden_layers=(20,), epochs=1)
    run = Run.create(config, "Mine", owner="A" * 22, folder=tmp_path)  # where no service is at work that would train it
    for step, seed in ((0, 0), (64, 1), (1719, 2)):
        network = initial_network(config.layer_units, ("relu", "softmax"), seed)
        save_checkpoint(run.path / "checkpoints", network, step, epoch_end=step == 1719)
    run.set_status("finished")
    run = Run(run.path.rename(runs_folder / run.id))
    page = open_page()
    page.context.add_cookies([{"name": "visitor", "value": "A" * 22, "url": address}])
    page.goto(f"{address}/look_inside?inside=The+real+hill")
    chart(page, "hill-plane")
    settled(page)
    page.get_by_role("combobox", name="Training").click()
    page.get_by_role("option", name="1 · Mine").click()
    page.get_by_role("button", name="Survey the hill").click()
    expect(page.get_by_text("15,910 weights and biases, one line.")).to_be_visible()
    assert run.status().state == "finished"


@pytest.mark.parametrize("wide", [True, False])
def test_below_each_digit_of_a_batch_its_answer_is_read_without_a_key(open_page, phone, wide):
    page = open_page(BATCH, **({} if wide else phone))
    settled(page)
    words = chart(page, "batch").locator(".textpoint text")
    expect(words).to_have_count(32)
    said = words.all_text_contents()
    assert all(re.fullmatch(r"\d( ✓|, not \d)loss \d+\.\d+", text) for text in said)
    lines = chart(page, "batch").evaluate("(chart) => chart.layout.shapes.filter((one) => one.type === 'line').length")
    assert lines == sum(", not " in text for text in said) > 0
    widest = words.evaluate_all("(all) => Math.max(...all.map((one) => one.getBoundingClientRect().width))")
    column = chart(page, "batch").evaluate("(chart) => chart.getBoundingClientRect().width / 8")
    assert widest < column
    assert words.first.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)") >= 12


FINGER = 24  # pixels: what is smaller is not hit surely


def test_with_a_finger_each_unit_is_hit_in_the_enlarged_picture(open_page, phone):
    page = open_page("look_inside?layer=1&unit=400", **phone)
    settled(page)
    near = chart(page, "near-1")
    cell = near.evaluate(
        "(chart) => [chart._fullLayout.xaxis, chart._fullLayout.yaxis].map((a) => Math.abs(a.d2p(1) - a.d2p(0)))"
    )
    assert min(cell) >= FINGER
    tap_at(page, "layer-1", 20, 3)  # about there, in a picture whose units are small
    is_at(page, "**unit=104*")
    settled(page)
    tap_at(page, "near-1", 19, 4)  # the one to the left and below
    expect(page.get_by_text("Unit 131 of layer 1")).to_be_visible()
    steps = page.locator(".st-key-unit").get_by_test_id(re.compile("^stNumberInputStep"))
    expect(steps).to_have_count(2)
    for box in (step.bounding_box() for step in steps.all()):
        assert min(box["width"], box["height"]) >= FINGER
    for key in ("layer-2", "layer-3"):
        heights = chart(page, key).evaluate(
            "(chart) => Math.abs(chart._fullLayout.yaxis.d2p(1) - chart._fullLayout.yaxis.d2p(0))"
        )
        assert heights >= FINGER


def test_with_a_mouse_there_is_no_enlarged_picture(open_page):
    page = open_page("look_inside?layer=1&unit=400")
    chart(page, "layer-1")
    expect(page.locator(".st-key-near-1")).to_be_hidden()
