"""Live charts in a browser: drawn, clicked, played."""

from playwright.sync_api import Locator, Page, expect


def chart(page: Page, key: str) -> Locator:
    """A live chart that is drawn."""
    found = page.locator(f".st-key-{key} .live-chart")
    expect(found.locator(".main-svg").first).to_be_attached()
    return found


def click_at(page: Page, key: str, x: float, y: float) -> None:
    """Click a chart at a place, in the units of its axes."""
    found = chart(page, key)
    found.scroll_into_view_if_needed()
    place = found.evaluate(
        """(chart, [x, y]) => {
          const box = chart.querySelector(".nsewdrag").getBoundingClientRect(), axes = chart._fullLayout
          return [box.left + axes.xaxis.d2p(x), box.top + axes.yaxis.d2p(y)]
        }""",
        [x, y],
    )
    page.mouse.click(*place)
