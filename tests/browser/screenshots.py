"""Take the pictures of every chapter: desktop and phone, light and dark, before and after its main interaction.

    python -m tests.browser.screenshots [FOLDER]

Without a folder they go to .github/screenshots.
"""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from core.paths import ROOT
from tests.browser.app import LIMIT, answer, canvas_box, chromium, draw, serve, settled
from tests.browser.charts import ALL_DRAWN

SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
PARTS = ("Two weights", "Momentum", "A line through points", "Three losses")
INSIDE = ("One batch backward", "Time machine", "The real hill")
VIEWS = ("Gallery", "Averages", "Map", "Hardest", "Writers")
WITH_CHART = ("Averages", "Map", "Writers")

# Until the curve of a run has come some way.
AT_WORK = "() => document.querySelector('.chart')?.calcdata?.[1]?.at(-1)?.x > 700"


def take(browser: Browser, address: str, folder: Path) -> None:
    """All pictures, in each size and colour scheme."""
    for size, options in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(**options, color_scheme=scheme)
            page = context.new_page()
            page.set_default_timeout(LIMIT)

            def shoot(name: str, page: Page = page, ending: str = f"{size}-{scheme}") -> None:
                settled(page).screenshot(path=folder / f"{name}-{ending}.png")

            page.goto(address)
            page.wait_for_function(ALL_DRAWN)
            shoot("start_here")
            page.goto(f"{address}/explore_digits")
            page.wait_for_function(ALL_DRAWN)
            shoot("explore_digits")
            for view in VIEWS:
                page.goto(f"{address}/explore_digits?view={view}")
                if view in WITH_CHART:
                    page.wait_for_function(ALL_DRAWN)
                shoot(f"explore_digits-{view.lower()}")
            page.goto(f"{address}/gradient_descent?rate=1.02")
            page.wait_for_function(ALL_DRAWN)
            shoot("gradient_descent-diverging")
            page.goto(f"{address}/gradient_descent?rate=0.891")
            page.get_by_role("button", name="Play").click()
            page.get_by_text("step 30 of 30").wait_for()
            shoot("gradient_descent")
            for part in PARTS:
                page.goto(f"{address}/gradient_descent?part={part.replace(' ', '+')}")
                page.wait_for_function(ALL_DRAWN)
                shoot(f"gradient_descent-{part.lower().replace(' ', '_')}")
            page.goto(f"{address}/look_inside?layer=2&unit=62")
            page.wait_for_function(ALL_DRAWN)
            shoot("look_inside")
            for part in INSIDE:
                page.goto(f"{address}/look_inside?inside={part.replace(' ', '+')}")
                page.wait_for_function(ALL_DRAWN)
                if part == "One batch backward":
                    page.get_by_role("button", name="100", exact=True).click()
                    page.get_by_text("Batch 101").wait_for()
                shoot(f"look_inside-{part.lower().replace(' ', '_')}")
            page.goto(f"{address}/train_network")
            shoot("train_network-settings")
            page.get_by_role("button", name="Train", exact=True).click()
            page.wait_for_function(AT_WORK)
            shoot("train_network")
            page.get_by_text("On the 10,000 test digits").wait_for()
            shoot("train_network-finished")
            page.goto(f"{address}/compare_runs")
            page.wait_for_function("() => document.querySelector('.chart .scatterlayer')")
            shoot("compare_runs")
            page.get_by_text("mistakes.").scroll_into_view_if_needed()
            shoot("compare_runs-closer")
            page.goto(f"{address}/draw_digit")
            canvas_box(page)
            shoot("draw_digit-empty")
            draw(page)
            answer(page).wait_for()
            shoot("draw_digit")
            page.get_by_role("heading", name="From ink to input").scroll_into_view_if_needed()
            page.get_by_role("heading", name="Which pixels decided?").scroll_into_view_if_needed()
            shoot("draw_digit-steps")
            context.close()


def main() -> None:
    """Start the app, take the pictures, say where they are."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / ".github" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with serve() as (address, _), chromium() as browser:
        take(browser, address, folder)
    print(f"pictures in {folder}: {len(list(folder.glob('*.png')))}")


if __name__ == "__main__":
    main()
