"""A file is chosen by hand: a run is taken home, and brought back in another browser."""

from playwright.sync_api import expect

from core.runs.run import Run
from tests.browser.app import answer, draw
from tests.hostile.good_files import run_file


def choose(page, name, content):
    """A file in the uploader, when the one of the file before is gone."""
    uploader = page.locator("input[type=file]")
    expect(uploader).to_have_count(1)
    uploader.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def test_a_network_that_was_brought_answers_beside_the_others_and_after_a_reload(open_page):
    page = open_page("draw_digit")
    draw(page)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("button", name="Bring a network").click()
    choose(page, "mine.safetensors", Run.pretrained("article").file("model.safetensors").read_bytes())
    expect(page.get_by_text("98.23 %")).to_be_visible()
    page.keyboard.press("Escape")
    expect(answer(page, 2)).to_have_text("7")
    page.reload()
    expect(page.get_by_text("Yours: mine").first).to_be_visible()  # the cookie knows whose it is


def test_a_refusal_stands_beside_the_control_and_a_run_comes_back(open_page):
    page = open_page("compare_runs")
    page.get_by_role("button", name="Bring a network").click()
    choose(page, "bad.keras", b"no network")
    expect(page.get_by_text("of no form that is read here")).to_be_visible()
    choose(page, "run.zip", run_file())
    expect(page.get_by_text("was read: layers of 8-10 units")).to_be_visible()
    expect(page.get_by_text("of no form that is read here")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 · a run").first).to_be_visible()


def test_what_was_read_is_said_where_nothing_is_drawn_yet(open_page):
    """The control had another place on the page when there was one answer more: its panel closed over what it said."""
    page = open_page("draw_digit")
    page.get_by_role("button", name="Bring a network").click()
    choose(page, "mine.safetensors", Run.pretrained("article").file("model.safetensors").read_bytes())
    expect(page.get_by_text("98.23 %")).to_be_visible()
    expect(page.get_by_text("Yours: mine").first).to_be_attached()


def test_a_network_is_not_lost_when_something_else_is_pressed_while_it_is_read(open_page):
    page = open_page("draw_digit")
    page.get_by_role("button", name="Bring a network").click()
    choose(page, "mine.safetensors", Run.pretrained("article").file("model.safetensors").read_bytes())
    page.wait_for_function("() => document.querySelector('[data-test-script-state=running]')")  # the server has it
    page.get_by_role("radio", name="Open a picture").click()
    expect(page.get_by_text("Yours: mine").first).to_be_visible()
