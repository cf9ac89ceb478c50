"""The heart of it: press Train, watch the loss fall, interrupt it in every way, keep it, draw into it."""

import re

import pytest
from playwright.sync_api import expect

from core.runs.atomic_files import JsonlTail
from tests.browser.app import address_of, answer, draw, is_at
from tests.browser.trainings import ENDLESS, LONG, is_in_state, press, run_of, wait_for_update

ARTICLE = "train_network?training_images=60000&watched=test&epochs=3"  # the other seven bring nothing new to see


def chart_points(page):
    """How far the chart's curve reaches: its last update."""
    return page.evaluate("() => document.querySelector('.chart')?.calcdata?.[1]?.at(-1)?.x ?? 0")


def test_the_articles_network_from_the_press_to_a_drawn_digit(begin, runs_folder):
    page = begin(ARTICLE)
    wait_for_update(page, 100)
    page.wait_for_function("() => document.querySelector('.chart')?.calcdata?.[1]?.length > 10", timeout=LONG)
    before = chart_points(page)
    page.wait_for_function(
        "before => document.querySelector('.chart').calcdata[1].at(-1).x > before", arg=before, timeout=LONG
    )  # the curve moves

    page.reload()  # in the middle of it
    wait_for_update(page, before)
    press(page, "Pause")
    is_in_state(page, "paused")
    run = run_of(page, runs_folder)
    step = run.status().step
    press(page, "Resume")
    is_in_state(page, "running")
    wait_for_update(page, step)
    is_in_state(page, "finished", timeout=3 * LONG)  # all of it: 52 s an epoch were seen beside a load
    words = [line["command"] for line in JsonlTail(run.path / "commands.jsonl").read_new()]
    assert words == ["pause", "train"]  # nothing was said that nobody had pressed

    closing = page.get_by_text("On the 10,000 test digits")
    accuracy = float(re.search(r"accuracy ([\d.]+) %", closing.inner_text())[1])
    assert accuracy == pytest.approx(100 * run.scores()["accuracy"], abs=0.005)
    assert accuracy > 97
    page.get_by_role("button", name="Draw a digit with it").click()
    draw(page)
    expect(answer(page, 2)).to_have_text("7")  # beside the two bundled ones
    expect(page.get_by_text("Yours: 784-100 units, Adam, rate 0.001").first).to_be_visible()


def test_a_zoom_stays_and_nothing_flashes_while_the_curve_grows(begin):
    page = begin(ENDLESS)
    wait_for_update(page, 300)
    page.wait_for_function("() => document.querySelector('.chart')?.calcdata?.[1]?.at(-1)?.x >= 300")
    page.evaluate(
        """() => {
          const chart = document.querySelector(".chart")
          window.chart = chart
          window.removed = 0
          new MutationObserver((changes) => {
            for (const change of changes)
              for (const node of change.removedNodes) if (node.querySelector?.(".cartesianlayer")) window.removed++
          }).observe(document.body, { childList: true, subtree: true })
        }"""
    )
    box = page.locator(".chart .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 60, steps=4)
    framed = page.evaluate("() => [40, 160].map(window.chart._fullLayout.xaxis.p2d)")
    wait_for_update(page, chart_points(page) + 500)  # the curve grows while the frame is drawn
    page.mouse.move(box["x"] + 160, box["y"] + box["height"] - 20, steps=4)
    page.mouse.up()
    before = chart_points(page)
    page.wait_for_function("before => window.chart.calcdata[1].at(-1).x > before", arg=before, timeout=LONG)
    zoomed = page.evaluate("() => window.chart._fullLayout.xaxis.range")
    assert zoomed == pytest.approx(framed, abs=framed[1] / 160)  # a pixel
    before = chart_points(page)
    page.wait_for_function("before => window.chart.calcdata[1].at(-1).x > before + 500", arg=before, timeout=LONG)
    assert page.evaluate("() => window.chart._fullLayout.xaxis.range") == zoomed
    assert page.evaluate("() => window.chart.isConnected && window.removed === 0")
    press(page, "Stop")
    is_in_state(page, "stopped")


def test_left_for_another_page_and_found_again_by_a_new_tab(begin, open_page, runs_folder):
    page = begin(ENDLESS)
    wait_for_update(page, 100)
    address = address_of(page)
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", name="Explore the digits")).to_be_visible()
    page.get_by_role("link", name="Train").click()
    is_in_state(page, "running")
    assert address_of(page) == address
    tab = open_page("train_network", beside=page)  # without the run in its address
    is_in_state(tab, "running")
    assert address_of(tab) == address
    press(tab, "Pause")
    is_in_state(page, "paused")  # seen in both
    press(page, "Resume")
    is_in_state(tab, "running")
    press(page, "Stop")
    is_in_state(tab, "stopped")
    press(tab, "Resume")
    is_in_state(page, "running")
    press(page, "Pause")
    is_in_state(tab, "paused")
    page.close()
    again = open_page("train_network?" + address.split("?")[1])  # another browser that knows the address
    is_in_state(again, "paused")


def test_one_epoch_and_no_more(begin, runs_folder):
    page = begin(ENDLESS)
    wait_for_update(page, 10)
    press(page, "Pause")
    is_in_state(page, "paused")
    before = run_of(page, runs_folder).status().step
    press(page, "One epoch")
    wait_for_update(page, before + 1)  # an epoch may be over before it is seen to be running
    is_in_state(page, "paused")
    assert run_of(page, runs_folder).status().step == (before // 625 + 1) * 625


def test_a_learning_rate_far_too_large_ends_in_words_and_leads_to_new_settings(open_page, runs_folder):
    page = open_page("train_network?optimizer=sgd&learning_rate=1e20")
    press(page, "Train")
    expect(page.get_by_text("the loss became too large to be a number")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Draw a digit with it")).not_to_be_visible()
    assert not (run_of(page, runs_folder).path / "model.safetensors").exists()
    press(page, "New settings")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    assert "learning_rate=1e+20" in address_of(page).replace("%2B", "+")


def test_pressed_twice_it_trains_once(open_page, runs_folder):
    page = open_page(ENDLESS)
    before = len(list(runs_folder.glob("*/config.json")))
    page.get_by_role("button", name="Train", exact=True).dblclick()
    is_at(page, re.compile(r"run=[\w-]{22}"))
    wait_for_update(page, 100)
    assert len(list(runs_folder.glob("*/config.json"))) == before + 1
    press(page, "Stop")
    is_in_state(page, "stopped")


def test_back_in_the_browser_from_a_run_are_the_settings(begin):
    page = begin(ENDLESS)
    wait_for_update(page, 100)
    press(page, "Stop")
    is_in_state(page, "stopped")
    page.go_back()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    assert "epochs=200" in address_of(page)


def test_on_a_phone_the_charts_fit(begin, phone):
    page = begin(ENDLESS, **phone)
    wait_for_update(page, 50)
    width = page.evaluate("() => document.querySelector('.chart .main-svg').getBoundingClientRect().width")
    assert width <= 390
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    press(page, "Stop")
    is_in_state(page, "stopped")
