"""Hands in Firefox and in WebKit. What they press and draw are real actions of a pointer, by W3C WebDriver.

Firefox speaks WebDriver BiDi (JSON over a websocket), WebKit the older form (JSON over HTTP). Only what a hand needs
of them is here.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from websockets.sync.client import ClientConnection

from tests.browser.arrivals import HEADING, Hand, Point, wait_for
from tests.browser.conftest import WINDOW

PATIENCE = 60  # seconds: no answer of a browser takes longer

# The middle of the first element that fits a selector and holds a text; null while it cannot be pressed.
MIDDLE = """((selector, text) => {
  const found = [...document.querySelectorAll(selector)].find((one) => one.textContent.includes(text))
  if (!found || found.disabled) return null
  found.scrollIntoView({ block: "nearest" })
  const { left, top, width, height } = found.getBoundingClientRect()
  const middle = [left + width / 2, top + height / 2]
  return found.contains(document.elementFromPoint(...middle)) ? middle : null
})"""

# What goes wrong from now on is noted. WebKit's driver does not tell what is said on the console.
NOTE_ERRORS = """(() => {
  const errors = window.errorsOfPage = []
  const say = console.error
  console.error = (...words) => { errors.push(words.join(" ")); say(...words) }
  window.addEventListener("error", (event) => errors.push(event.message))
  window.addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)))
})()"""


class WebDriverHand(Hand):
    """What both hands have in common."""

    pointer = "mouse"
    version: str  # the browser's name and version

    def __init__(self, address: str) -> None:
        self.address = address

    def perform(self, actions: dict[str, Any]) -> None:
        """Let a pointer do something: what WebDriver calls the actions of an input source."""
        raise NotImplementedError

    def errors(self) -> list[str]:
        """What went wrong in the page since this was asked last."""
        raise NotImplementedError

    def wait_for_heading(self) -> None:
        wait_for(self, HEADING, bool, "the heading")

    def press(self, selector: str, text: str = "") -> None:
        script, before = f"{MIDDLE}({json.dumps(selector)}, {json.dumps(text)})", None

        def is_at_rest(middle: object) -> bool:
            nonlocal before
            before, last = middle, before
            return middle is not None and middle == last

        self.stroke([wait_for(self, script, is_at_rest, f"{selector} {text}")], 0)  # type: ignore[list-item]

    def stroke(self, points: Sequence[Point], pause: float) -> None:
        moves: list[dict[str, Any]] = []
        for x, y in points:
            moves += [
                {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0},
                {"type": "pause", "duration": round(1000 * pause)} if moves else {"type": "pointerDown", "button": 0},
            ]
        moves.append({"type": "pointerUp", "button": 0})
        kind = {"pointerType": self.pointer}
        self.perform({"type": "pointer", "id": self.pointer, "parameters": kind, "actions": moves})


class FirefoxHand(WebDriverHand):
    """A hand in Firefox, with a mouse or a finger ("touch")."""

    def __init__(self, address: str, socket: ClientConnection, pointer: str) -> None:
        super().__init__(address)
        self.pointer = pointer
        self._socket, self._asked, self._errors = socket, 0, list[str]()
        self.version = f"Firefox {self._ask('session.new', capabilities={})['capabilities']['browserVersion']}"
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        self._ask("browsingContext.setViewport", context=self._tab, viewport=WINDOW)

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE))
            if message["type"] == "event" and message["params"]["level"] == "error":
                self._errors.append(message["params"]["text"])
            if message.get("id") == self._asked:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]

    def errors(self) -> list[str]:
        self.evaluate("null")  # what was said before comes before the answer
        said, self._errors = self._errors, []
        return said

    def go(self, path: str) -> None:
        self._ask("browsingContext.navigate", context=self._tab, url=f"{self.address}/{path}", wait="complete")
        self.wait_for_heading()

    def reload(self) -> None:
        self._ask("browsingContext.reload", context=self._tab, wait="complete")
        self.wait_for_heading()

    def back(self) -> None:
        self._ask("browsingContext.traverseHistory", context=self._tab, delta=-1)

    def evaluate(self, script: str) -> object:
        target = {"context": self._tab}
        answer = self._ask("script.evaluate", expression=f"JSON.stringify({script})", target=target, awaitPromise=False)
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    def perform(self, actions: dict[str, Any]) -> None:
        self._ask("input.performActions", context=self._tab, actions=[actions])


class WebKitHand(WebDriverHand):
    """A hand in WebKit, with a mouse."""

    def __init__(self, address: str, driver: str, browser: str) -> None:
        super().__init__(address)
        options = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation", "--full-screen"]}}
        self._session = f"{driver}/session"
        session = self._ask("POST", "", capabilities={"alwaysMatch": options})
        self._session += f"/{session['sessionId']}"
        self._ask("POST", "/window/rect", **WINDOW)
        self.version = f"WebKitGTK {session['capabilities']['browserVersion']}"

    def _ask(self, verb: str, command: str, **parameters: Any) -> Any:
        body = json.dumps(parameters).encode() if verb == "POST" else None
        try:
            request = urllib.request.Request(self._session + command, body, method=verb)
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{command}: {error.read().decode()}") from error

    def errors(self) -> list[str]:
        said = self.evaluate("window.errorsOfPage.splice(0)")
        assert isinstance(said, list)
        return said

    def go(self, path: str) -> None:
        self._ask("POST", "/url", url=f"{self.address}/{path}")
        self.evaluate(NOTE_ERRORS)
        self.wait_for_heading()

    def reload(self) -> None:
        self._ask("POST", "/refresh")
        self.evaluate(NOTE_ERRORS)
        self.wait_for_heading()

    def back(self) -> None:
        self._ask("POST", "/back")

    def evaluate(self, script: str) -> object:
        return self._ask("POST", "/execute/sync", script=f"return {script}", args=[])

    def perform(self, actions: dict[str, Any]) -> None:
        self._ask("POST", "/actions", actions=[actions])

    def close(self) -> None:
        """End the browser, which outlives its driver."""
        self._ask("DELETE", "")
