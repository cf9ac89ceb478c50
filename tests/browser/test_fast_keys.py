"""Keys that are pressed faster than a page can follow: it comes to the last of them, and stays alive."""

import pytest
from playwright.sync_api import expect

PRESSES = 60


@pytest.mark.parametrize(
    ("path", "slider", "last"),
    [
        ("explore_digits", "Row", "Row 27."),
        ("look_inside?inside=Time+machine", "Moment", "Epoch 10"),
    ],
)
def test_a_slider_follows_keys_that_come_faster_than_its_page(open_page, path, slider, last):
    page = open_page(path)
    handle = page.get_by_role("slider", name=slider).first
    handle.focus()
    for press in range(PRESSES):
        page.keyboard.press("ArrowLeft" if press % 2 else "ArrowRight", delay=30)
    page.keyboard.press("End")
    expect(page.get_by_text(last).first).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_be_hidden()
    expect(page.get_by_text("Connection error")).to_be_hidden()
    expect(page.get_by_text("ForwardMsg")).to_be_hidden()
