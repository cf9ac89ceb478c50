"""The address of what is shown: copied as the browser has it, as a QR code, and with a seed of one's own."""

import pytest
from playwright.sync_api import expect

from core.figures.qr_code import qr_code_svg
from tests.browser.app import address_of

PLACES = (
    "explore_digits?index=3",
    "gradient_descent?rate=0.7",
    "look_inside",
    "train_network?epochs=3",
    "compare_runs",
)


def opened(page):
    page.get_by_role("button", name="Copy the address").click()
    return page.get_by_role("dialog")


def shown(dialog):
    return dialog.get_by_label("Address", exact=True).input_value()


def shape(svg):
    """What is dark in it."""
    return svg.split(' d="')[-1].split('"')[0]


@pytest.mark.parametrize("place", PLACES)
def test_it_is_the_address_that_the_browser_is_at(open_page, place):
    page = open_page(place)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = opened(page)
    expect(dialog).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == shown(dialog) == address_of(page)
    picture = dialog.get_by_role("img", name=f"QR code of the address {address_of(page)}")
    expect(picture).to_be_visible()
    assert shape(picture.evaluate("it => it.outerHTML")) == shape(qr_code_svg(address_of(page)))


def test_where_the_page_may_not_copy_it_is_copied_the_older_way_or_selected(open_page):
    page = open_page("train_network")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.addEventListener('copy', () => { window.wasCopied = true })")
    dialog = opened(page)
    expect(dialog).to_contain_text("Copied")
    assert page.evaluate("window.wasCopied")
    dialog.get_by_role("button", name="Close").click()
    page.evaluate("document.execCommand = () => false")
    dialog = opened(page)
    expect(dialog).to_contain_text("It is selected")
    selected = "it => it.value.slice(it.selectionStart, it.selectionEnd)"
    assert dialog.get_by_label("Address", exact=True).evaluate(selected) == address_of(page)


def test_who_opens_an_address_with_seed_own_gets_a_seed_that_stays(open_page):
    page = open_page("train_network?epochs=3")
    dialog = opened(page)
    dialog.get_by_label("Everybody who opens it").check()
    address = shown(dialog)
    assert "seed=own" in address
    seeds = set()
    for _ in range(2):
        other = open_page(f"train_network?{address.split('?')[1]}")
        seed = other.get_by_text("Your own seed").locator("strong").inner_text()
        expect(other.get_by_role("spinbutton", name="Seed")).to_have_value(seed)
        other.reload()
        expect(other.get_by_role("spinbutton", name="Seed")).to_have_value(seed)
        seeds.add(seed)
    assert len(seeds) == 2


def test_on_a_phone_it_fits_and_takes_no_row_of_its_own(open_page, phone):
    page = open_page("train_network", **phone)
    boxes = [page.get_by_role(role, name=name).bounding_box() for role, name in ROW]
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 20
    dialog = opened(page)
    picture = dialog.get_by_role("img")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box["width"] > 250
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


ROW = (("link", "Draw"), ("button", "Copy the address"))
