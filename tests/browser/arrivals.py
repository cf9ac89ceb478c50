"""A hand in any browser, all its ways of coming to the canvas, and what it does there besides drawing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

LIMIT = 20  # seconds until what is waited for must be there

Point = tuple[float, float]  # pixels of the canvas


class Hand(Protocol):
    """What a person does in a browser."""

    def go(self, path: str) -> None:
        """Open an address of the app, and wait for its heading."""

    def reload(self) -> None:
        """Load the page anew, and wait for its heading."""

    def back(self) -> None:
        """The browser's Back."""

    def press(self, selector: str, text: str = "") -> None:
        """Press the first element that fits a CSS selector and holds a text, once it is there and can be pressed."""

    def evaluate(self, script: str) -> object:
        """The value of a JavaScript expression."""

    def stroke(self, points: Sequence[Point], pause: float) -> None:
        """Put the pen down at the first of some places on the screen, follow the others, lift it."""


MENU = ".st-key-chapters a"
HEADING = """document.querySelector("h1")?.textContent"""


def wait_for(hand: Hand, script: str, is_right: Callable[[object], bool], what: str) -> object:
    """Ask the page again and again, without a pause: what is looked for may be there for a moment only.

    Raises:
        AssertionError: it did not come.
    """
    end = time.monotonic() + LIMIT
    while not is_right(found := hand.evaluate(script)):
        assert time.monotonic() < end, f"{what} did not come"
    return found


def from_the_menu(hand: Hand) -> None:
    hand.press(MENU, "Explore")
    wait_for(hand, HEADING, lambda text: text == "Explore the digits", "the chapter Explore")
    hand.press(MENU, "Draw")


def by_address(hand: Hand) -> None:
    hand.go("draw_digit")


def by_reload(hand: Hand) -> None:
    hand.reload()


def by_back(hand: Hand) -> None:
    hand.press(MENU, "Explore")
    wait_for(hand, HEADING, lambda text: text == "Explore the digits", "the chapter Explore")
    hand.back()


def from_start(hand: Hand) -> None:
    hand.press(MENU, "Start")
    hand.press("button", "Draw one yourself")


def from_look_inside(hand: Hand) -> None:
    hand.press(MENU, "Look inside")
    hand.press("[data-testid=stButtonGroup] button", "My drawing")
    hand.press("button", "the drawing" if hand.evaluate("window.drew") else "Draw a digit")


def from_another_way_to_draw(hand: Hand) -> None:
    hand.press("[data-testid=stButtonGroup] button", "Take a test digit")
    wait_for(hand, "document.querySelector('.st-key-canvas') === null", lambda gone: gone is True, "the test digit")
    hand.press("[data-testid=stButtonGroup] button", "Draw")


def from_a_training(run: str) -> Callable[[Hand], None]:
    """From the main button below what a training came to; `run` is its id."""

    def arrive(hand: Hand) -> None:
        hand.go(f"train_network?run={run}")
        hand.press("button", "Draw a digit with it")

    arrive.__name__ = "from_a_training"
    return arrive


ARRIVALS = (from_the_menu, by_address, by_reload, by_back, from_start, from_look_inside, from_another_way_to_draw)


def undo(hand: Hand) -> None:
    hand.press(".st-key-undo button")


def clear(hand: Hand) -> None:
    hand.press(".st-key-clear button")


def change_brush(hand: Hand) -> None:
    hand.press(".st-key-brush button[aria-checked=false]")
