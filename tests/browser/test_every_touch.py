"""Drawings by a finger are seen whole. A file of its own, so that both hands draw at the same time."""

from tests.browser.conftest import PHONE
from tests.browser.drawings import COUNT, draw_all, plan
from tests.browser.hand import MouseOrFinger


def test_drawings_by_touch_are_seen_whole(open_page, address, arrivals):
    page = open_page("draw_digit", **PHONE)
    assert draw_all(MouseOrFinger(page, address, touch=True), plan(COUNT, 2, arrivals), tell=print) == []
