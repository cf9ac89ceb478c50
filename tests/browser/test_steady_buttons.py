"""Who presses a button again and again at one place presses the same button: nothing moves under the pointer."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from core.runs.run import QUEUE_FILE
from tests.browser.app import settled
from tests.browser.conftest import PHONE, WINDOW
from tests.trained import trained_run
from tests.waiting import eventually

SCREENS = [{"viewport": WINDOW}, PHONE]
DIGIT = "img[alt^='Test digit']"


def middle(button):
    box = button.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def in_view(page, button):
    """Bring a button to the middle of the screen, once nothing moves any more."""
    settled(page)
    button.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    return middle(button)


@pytest.mark.parametrize("screen", SCREENS, ids=["desktop", "phone"])
def test_digit_after_digit_on_start(open_page, screen):
    """From a sure and right answer to wrong and unsure ones, whose card and words are larger."""
    page = open_page(**screen)
    buttons = {name: page.get_by_role("button", name=name) for name in ("A hard one", "Another digit")}
    place = in_view(page, buttons["A hard one"])
    digit, answers = page.locator(DIGIT), set()
    for _ in range(5):
        before = digit.get_attribute("alt")
        page.mouse.click(*place)
        expect(digit).not_to_have_attribute("alt", before)
        settled(page)
        assert middle(buttons["A hard one"]) == place
        answers.add(page.locator(".st-key-answer-0 h2").inner_text())
    assert len(answers) > 1
    place = middle(buttons["Another digit"])
    before = digit.get_attribute("alt")
    page.mouse.click(*place)
    expect(digit).not_to_have_attribute("alt", before)
    settled(page)
    assert middle(buttons["Another digit"]) == place


@pytest.mark.parametrize("screen", SCREENS, ids=["desktop", "phone"])
@pytest.mark.parametrize("rate", ["0.1", "1"])
def test_update_after_update_of_a_batch(open_page, screen, rate):
    """While the loss falls and while it rises: what is said of the next update is of two lengths."""
    page = open_page(f"look_inside?inside=One+batch+backward&step_rate={rate}", **screen)
    button = page.get_by_role("button", name="1 update")
    expect(button).to_be_enabled()
    place = in_view(page, button)
    for count in range(1, 6):
        page.mouse.click(*place)
        expect(page.get_by_text(f"Epoch 1: {count} of 1,875 updates taken")).to_be_visible()
        settled(page)
        assert middle(button) == place


@pytest.mark.parametrize("network", ["For drawing", "As in the article"])
@pytest.mark.parametrize("layer", [1, 2])
def test_twenty_units_after_twenty(open_page, network, layer):
    page = open_page(f"look_inside?layer={layer}")
    settled(page)
    first = page.get_by_label(re.compile("Layer 1: .* of 784 units"))
    of_drawing = first.get_attribute("aria-label")
    if network != "For drawing":
        page.get_by_role("radio", name=network).click()
        expect(first).not_to_have_attribute("aria-label", of_drawing)  # now it is the other one's
    button = page.get_by_role("button", name=re.compile("Switch off the 20"))
    expect(button).to_be_enabled()
    settled(page)
    place = in_view(page, button)
    for said in (
        "Changed: 20 units off.",
        re.compile("Changed: (2[1-9]|3[0-9]|40) units off"),
    ):  # or all that there are
        page.mouse.click(*place)
        expect(page.get_by_text(said)).to_be_visible()
        settled(page)
        assert middle(button) == place


@pytest.mark.parametrize("screen", SCREENS, ids=["desktop", "phone"])
def test_a_short_message_leaves_the_page_as_it_is(open_page, address, runs_folder, tmp_path, screen):
    """Of a button's own part of the page it took the place of the style sheet, until all of the page was made anew."""
    page, owner = open_page(**screen), secrets.token_urlsafe(16)
    eventually((runs_folder / QUEUE_FILE).exists)  # from then on the service looks for no run whose process is gone
    run = trained_run(owner, state="running", folder=tmp_path)
    run.path.rename(runs_folder / run.id)
    page.context.add_cookies([{"name": "visitor", "value": owner, "url": address}])
    page.goto(f"{address}/train_network?run={run.id}")
    pause = page.get_by_role("button", name="Pause")
    expect(pause).to_be_visible()
    settled(page)
    places = [page.locator(one).bounding_box() for one in ("h1", ".st-key-chapters")]
    pause.click()
    expect(page.get_by_test_id("stToast")).to_be_visible()
    settled(page)
    assert [page.locator(one).bounding_box() for one in ("h1", ".st-key-chapters")] == places
