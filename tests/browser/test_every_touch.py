"""A hundred drawings by a finger are seen whole. A file of its own, so that both hands draw at the same time."""

import pytest

from tests.browser.conftest import PHONE
from tests.browser.drawings import draw_all, plan
from tests.browser.hand import MouseOrFinger


@pytest.mark.parametrize("seed", [3, 4])
def test_fifty_drawings_by_touch_are_seen_whole(open_page, address, arrivals, seed):
    page = open_page("draw_digit", **PHONE)
    assert draw_all(MouseOrFinger(page, address, touch=True), plan(50, seed, arrivals), tell=print) == []
