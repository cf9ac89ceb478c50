"""Each part of each chapter: axe-core finds nothing to mend, the keyboard reaches all, nothing slides sideways.

One visit for all three: large and in the light, by keyboard; small and in the dark, by finger.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.app import LIMIT, answer, canvas_box, draw, settled
from tests.browser.charts import ALL_DRAWN
from tests.browser.conftest import PHONE, WINDOW
from tests.browser.reach import WIDER, walk

# What fits depends on the size alone and what is seen on the colours alone, so two of the four pairs are enough.
SCREENS = {
    "desktop, light": {"viewport": WINDOW, "color_scheme": "light"},
    "phone, dark": {**PHONE, "color_scheme": "dark"},
}
FIGURES = "() => document.querySelector('.chart')"
LONG = 120_000  # milliseconds: the training program starts
DRAWN = "() => document.querySelector('.chart .scatterlayer')"

AT_REST = "() => !document.getAnimations().some((one) => one instanceof CSSTransition)"

# Streamlit names its short messages by an element that is not there.
NOT_OURS = {"exclude": [["[data-testid=stToast]"]]}

# Each part of each chapter, and what is there when it is drawn.
PARTS = [
    ("", FIGURES),
    ("explore_digits", FIGURES),
    ("explore_digits?view=Gallery", FIGURES),
    ("explore_digits?view=Averages", FIGURES),
    ("explore_digits?view=Map", FIGURES),
    ("explore_digits?view=Hardest", "() => document.querySelector('.stImage')"),
    ("gradient_descent?rate=1.12&starts=true", ALL_DRAWN),
    ("gradient_descent?part=Two+weights&formulas=true", ALL_DRAWN),
    ("gradient_descent?part=Momentum", ALL_DRAWN),
    ("gradient_descent?part=A+line+through+points&restarts=true", ALL_DRAWN),
    ("gradient_descent?part=Three+losses", ALL_DRAWN),
    ("look_inside?layer=2&unit=62", ALL_DRAWN),
    ("look_inside?inside=One+batch+backward", ALL_DRAWN),
    ("look_inside?inside=Time+machine", ALL_DRAWN),
    ("look_inside?inside=The+real+hill", ALL_DRAWN),
    ("train_network", FIGURES),
    ("compare_runs", DRAWN),
]


@pytest.fixture(scope="module", params=SCREENS)
def page(browser, address, request):
    """A visitor with a large or a small screen, who goes from page to page."""
    context, errors = browser.new_context(base_url=address, **SCREENS[request.param]), []
    page = context.new_page()
    page.set_default_timeout(LIMIT)
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    context.close()
    assert not errors


def nothing_to_mend(page):
    """Hold what axe-core finds, once nothing moves any more."""
    settled(page).wait_for_function(AT_REST)
    found = [rule for rule in Axe().run(page, NOT_OURS).response["violations"] if rule["impact"] != "minor"]
    assert not [(rule["id"], node["html"], node["failureSummary"]) for rule in found for node in rule["nodes"]]


def all_in_reach(page):
    """Hold that the keyboard comes round through all that can be operated; or, on a phone, that nothing is too wide."""
    if page.viewport_size == WINDOW:
        assert not walk(page)
    else:
        assert max(page.evaluate(WIDER)) <= 0


@pytest.mark.parametrize(("path", "is_drawn"), PARTS, ids=[path for path, _ in PARTS])
def test_every_part_of_every_chapter(page, path, is_drawn):
    page.goto(f"/{path}")
    page.wait_for_function(is_drawn)
    nothing_to_mend(page)
    all_in_reach(page)


def test_a_digit_drawn_told_and_taken_from_the_test_set(page):
    page.goto("/draw_digit")
    canvas_box(page)
    nothing_to_mend(page)
    all_in_reach(page)
    draw(page)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.get_by_role("heading", name="Your own test set")).to_be_visible()
    nothing_to_mend(page)
    for other in ("Open a picture", "Take a test digit"):
        page.get_by_role("radio", name=other).click()
        nothing_to_mend(page)


def test_the_code_at_work_when_it_is_opened(page):
    page.goto("/look_inside")
    page.wait_for_function(ALL_DRAWN)
    page.get_by_text("The code at work").click()
    expect(page.get_by_text("core/nn/network.py, line")).to_be_visible()
    nothing_to_mend(page)


def test_a_training_at_work_and_ended_and_compared(page):
    page.goto("/train_network?hidden_layers=16&epochs=200&training_images=20000")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function("() => document.querySelector('.chart')?.calcdata?.[3]?.length > 1", timeout=LONG)
    nothing_to_mend(page)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Take it home").click(timeout=LONG)
    expect(page.get_by_role("button", name="Its history")).to_be_visible()
    nothing_to_mend(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function(DRAWN)
    expect(page.get_by_role("region", name="Settings and scores")).to_be_visible()
    nothing_to_mend(page)
