"""Charts in a browser: drawn, clicked, played."""

from playwright.sync_api import Locator, Page, expect

# There are charts, and each of them is drawn.
ALL_DRAWN = """() => [...document.querySelectorAll(".chart")].filter((chart) => !chart.closest(".st-key-plotly_ahead"))
  .every((chart) => chart.querySelector(".main-svg")) && document.querySelector(".chart .main-svg")"""


def chart(page: Page, key: str) -> Locator:
    """A chart that is drawn."""
    found = page.locator(f".st-key-{key} .chart")
    expect(found.locator(".main-svg").first).to_be_attached()
    return found


def click_at(page: Page, key: str, x: float, y: float) -> None:
    """Click a chart at a place, in the units of its axes."""
    page.mouse.click(*_place(page, key, x, y))


def tap_at(page: Page, key: str, x: float, y: float) -> None:
    """The same with a finger."""
    page.touchscreen.tap(*_place(page, key, x, y))


def _place(page: Page, key: str, x: float, y: float) -> tuple[float, float]:
    found = chart(page, key)
    found.scroll_into_view_if_needed()
    across, down = found.evaluate(
        """(chart, [x, y]) => {
          const box = chart.querySelector(".nsewdrag").getBoundingClientRect(), axes = chart._fullLayout
          return [box.left + axes.xaxis.d2p(x), box.top + axes.yaxis.d2p(y)]
        }""",
        [x, y],
    )
    return across, down
