"""On a phone a page is read by scrolling down: nothing may slide sideways but a table or a row of choices by itself."""

import json
import secrets

import pytest
from playwright.sync_api import expect

from core.runs.config import TrainingConfig
from core.runs.run import Run
from tests.browser.app import canvas_box
from tests.browser.conftest import PHONE
from tests.browser.drawings import SIDE
from tests.browser.reach import WIDER

SETTLED = """() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === "notRunning"
  && !document.querySelector("[data-testid*=Skeleton]")"""


@pytest.fixture
def many_runs(runs_folder):
    """A visitor with runs that differ in much: the table of their differences is wider than any screen."""
    owner = secrets.token_urlsafe(16)
    settings = [
        {"hidden_layers": (20,), "dropout": 0.1, "optimizer": "sgd"},
        {"hidden_layers": (400, 100, 50), "dropout": 0.2, "optimizer": "rmsprop", "batch_size": 256, "l2": 1e-4},
        {"hidden_layers": (), "epochs": 40, "training_images": 100, "initializer": "he_normal", "seed": 7},
    ]
    for number in range(12):
        run = Run.create(TrainingConfig(**settings[number % 3]), f"One of many runs {number}", owner, runs_folder)
        (runs_folder / "inbox" / run.id).unlink(missing_ok=True)
        (run.path / "scores.json").write_text(json.dumps({"accuracy": 0.9, "loss": 0.3}))
        run.set_status("finished")
    return owner


def test_of_a_comparison_the_table_alone_scrolls_and_all_runs_can_be_chosen(open_page, address, browser, many_runs):
    for width in (390, 1280):
        page = open_page("compare_runs", viewport={"width": width, "height": 844})
        page.context.add_cookies([{"name": "visitor", "value": many_runs, "url": address}])
        page.reload()
        page.locator(".stMain table").first.wait_for()
        page.wait_for_function(SETTLED)
        page.wait_for_function(f"() => Math.max(...({WIDER})()) <= 0")  # it is wider while fonts and charts come
        hidden = page.evaluate(
            "() => { const row = document.querySelector('.st-key-compared [role=toolbar]');"
            " return row.scrollWidth - row.clientWidth }"
        )
        table = page.evaluate(
            "() => { const box = document.querySelector('.stMain table').parentElement;"
            " return [box.scrollWidth, box.clientWidth] }"
        )
        cut = page.locator(".st-key-compared [role=toolbar] *").evaluate_all(
            "(all) => all.filter((one) => getComputedStyle(one).textOverflow === 'ellipsis' "
            "&& one.scrollWidth > one.clientWidth).map((one) => one.innerText)"
        )
        assert cut == []
        if width == 390:
            assert table[0] > table[1]
        else:
            assert hidden <= 0


@pytest.mark.parametrize("width", [320, 390, 641, 768, 1024])
def test_all_of_the_canvas_can_be_drawn_on(open_page, width):
    """On a tablet the column of the canvas was narrower than the canvas: up to two fifths of it were cut off."""
    page = open_page("draw_digit", viewport={"width": width, "height": 844})
    box = canvas_box(page)
    assert (box["width"], box["height"]) == (SIDE, SIDE)
    corners = [(box["x"] + x, box["y"] + y) for x in (2, SIDE - 2) for y in (2, SIDE - 2)]
    inside = "([x, y]) => document.elementFromPoint(x, y)?.closest('.st-key-canvas') !== null"
    assert [corner for corner in corners if not page.evaluate(inside, corner)] == []
    assert max(page.evaluate(WIDER)) <= 0


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_from_chapter_to_chapter_the_heading_stays_where_it_is(open_page, screen):
    """Not every chapter has an address to copy, whose button is higher than the chapters' links."""
    page, places = open_page(**screen), set()
    for chapter, heading in (("Train", "Train a network"), ("Draw", "Draw a digit"), ("Compare", "Compare runs")):
        page.get_by_role("link", name=chapter, exact=True).first.click()
        expect(page.locator("h1")).to_contain_text(heading)
        page.wait_for_function(SETTLED)
        places.add(page.locator("h1").bounding_box()["y"])
    assert len(places) == 1
