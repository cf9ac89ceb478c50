"""A visitor without a browser: what Streamlit's page says to the server, and what it hears.

A browser keeps one websocket. It asks for a run of the script, with the state of its controls, and gets the page in
pieces; a fragment that looks again by itself is asked for by the browser, too, at the interval that it was told.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.typing import Subprotocol

PATIENCE = 30.0  # seconds after which an answer has not come
KEPT = 2  # runs for which a browser keeps a piece of a page that the server need not send again


class TroubleError(Exception):
    """What a visitor would see go wrong."""


@dataclass
class _Request:
    """A run that was asked for: of a fragment, or ("") of the whole page."""

    fragment: str
    page: str  # the script's hash; "" for the first page, which the server chooses
    answered: asyncio.Future[None]
    is_begun: bool = False


class Visitor:
    """One browser tab: its page, its controls, and the time each answer took."""

    def __init__(self, address: str, cookie: str = "", told: Callable[[str, float], None] = lambda *_: None) -> None:
        self.url = address.replace("http", "ws", 1) + "/_stcore/stream"
        self.headers = {"Cookie": cookie} if cookie else {}
        self.told = told  # is called with "chart" and seconds, for each look of a fragment at its run
        self.pages: dict[str, str] = {}  # the script's hash of each chapter, by its address
        self.page = self.query = ""
        self.controls: dict[str, Any] = {}  # what can be changed on the page, by its key or label
        self.values: dict[str, WidgetState] = {}
        self.words: list[str] = []  # all texts since the last request
        self._cached: dict[str, int] = {}  # pieces that are kept, and since which run they were not used
        self._runs, self._running = 0, ""  # how many came to their end; the page of the one on its way
        self._is_whole = False  # whether that one is of the whole page, not of fragments alone
        self._ticking: dict[str, asyncio.Task[None]] = {}
        self._waiting: list[_Request] = []

    @property
    def chapter(self) -> str:
        """The address of the chapter that is shown."""
        return next((name for name, page in self.pages.items() if page == self.page), "")

    async def open(self, chapter: str = "") -> float:
        """Connect and see the first page; the seconds that it took."""
        began = time.perf_counter()
        self._socket = await websockets.connect(
            self.url,
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=self.headers,
            max_size=None,
            open_timeout=PATIENCE,
        )
        self._reader = asyncio.create_task(self._read())
        await self._ask(page_name=chapter)
        return time.perf_counter() - began

    async def close(self) -> None:
        """Leave."""
        self._stop_ticking()
        self._reader.cancel()
        await self._socket.close()

    async def go_to(self, chapter: str, query: str = "") -> float:
        """Follow the link to another chapter; seconds until its page is there whole."""
        self._stop_ticking()
        self.controls, self.values, self.query = {}, {}, query
        self.page = self.pages[chapter]
        return await self._ask()

    async def press(self, label: str) -> float:
        """Press a button; seconds until the page has answered."""
        return await self._set(label, trigger_value=True)

    async def choose(self, name: str, option: str) -> float:
        """Choose one of several options by its words; seconds until the page has answered."""
        _, element, _ = self._control(name)
        if option not in [offered.content for offered in element.options]:  # which the server would pass over
            raise TroubleError(f"{name} on {self.chapter} does not offer {option}")
        return await self._set(name, string_array_value={"data": [option]})

    async def move(self, name: str, share: float) -> float:
        """Move a slider to this share of its way, or a number of its range; seconds until the page has answered."""
        kind, element, _ = self._control(name)
        if kind == "slider" and element.options:
            place = min(int(share * len(element.options)), len(element.options) - 1)
            return await self._set(name, string_array_value={"data": [element.options[place]]})
        value = element.min + element.step * round(share * (element.max - element.min) / element.step)
        return await self._set(
            name, **({"double_array_value": {"data": [value]}} if kind == "slider" else {"double_value": value})
        )

    async def report(self, key: str, json: str) -> float:
        """What a component says of itself; seconds until the page has answered."""
        return await self._set(key, json_value=json)

    def _control(self, name: str) -> tuple[str, Any, str]:
        if name not in self.controls:
            raise TroubleError(f"There is no {name} on {self.chapter}")
        return self.controls[name]

    async def _set(self, name: str, **value: Any) -> float:
        _, element, fragment = self._control(name)
        self.values[element.id] = WidgetState(id=element.id, **value)
        took = await self._ask(fragment)
        if "trigger_value" in value:
            del self.values[element.id]
        return took

    async def _ask(self, fragment: str = "", tick: bool = False, page_name: str = "") -> float:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.page_name = self.query, self.page, page_name
        asked.widget_states.widgets.extend(self.values.values())
        asked.cached_message_hashes.extend(self._cached)
        asked.fragment_id, asked.is_auto_rerun = fragment, tick
        asked.context_info.timezone, asked.context_info.locale = "UTC", "en-US"
        asked.context_info.url = self.url.replace("ws", "http", 1)
        request = _Request(fragment, self.page, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        if not tick:
            self.words = []
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        try:
            await asyncio.wait_for(request.answered, PATIENCE)
        except TimeoutError:
            raise TroubleError(f"No answer on {self.chapter or 'start'}") from None
        return time.perf_counter() - began

    async def _read(self) -> None:
        try:
            async for content in self._socket:
                message = ForwardMsg()
                message.ParseFromString(content)
                self._hear(message)
        except websockets.ConnectionClosed as error:
            self._fail(TroubleError(f"The connection was lost: {error}"))

    def _fail(self, trouble: TroubleError) -> None:
        for request in self._waiting:
            if not request.answered.done():
                request.answered.set_exception(trouble)
        self._waiting = []

    def _hear(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if message.metadata.cacheable or kind == "ref_hash":
            self._cached[message.hash or message.ref_hash] = self._runs
        if kind == "new_session":
            if self._is_whole and message.metadata.run.fragment_ids:
                self._answer()  # a fragment waits until the page is there; of that the server then says nothing
            self._is_whole = not message.metadata.run.fragment_ids
            self._running = message.new_session.page_script_hash
            for request in self._waiting:
                request.is_begun = True
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._tick(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta)
        elif kind == "script_finished":
            self._finished(message.script_finished, message.metadata.run.fragment_ids)

    def _see(self, delta: Any) -> None:
        kind = delta.new_element.WhichOneof("type")
        element = getattr(delta.new_element, kind)
        if kind == "exception":
            self._fail(TroubleError(f"{element.type}: {element.message}"))
        elif kind in ("markdown", "alert"):
            self.words.append(element.body)
        name = getattr(element, "id", "")
        if name:
            key = name.split("-", 2)[2]
            self.controls[getattr(element, "label", key) if key == "None" else key] = kind, element, delta.fragment_id

    def _finished(self, status: int, fragments: Sequence[str]) -> None:
        ended = ForwardMsg.ScriptFinishedStatus
        if status == ended.FINISHED_EARLY_FOR_RERUN:
            return
        if status == ended.FINISHED_WITH_COMPILE_ERROR:
            self._fail(TroubleError("The script cannot be compiled"))
        self._runs += 1
        self._cached = {piece: run for piece, run in self._cached.items() if run >= self._runs - KEPT}
        self._answer(fragments)

    def _answer(self, fragments: Sequence[str] = ()) -> None:
        """These fragments, or the whole page, are there as they were asked for."""
        for request in list(self._waiting):
            is_whole = not fragments and request.page in ("", self._running)
            if request.is_begun and (is_whole or request.fragment in fragments):
                self._waiting.remove(request)
                if not request.answered.done():
                    request.answered.set_result(None)

    def _tick(self, fragment: str, interval: float) -> None:
        if fragment not in self._ticking:
            self._ticking[fragment] = asyncio.create_task(self._look_again(fragment, interval))

    async def _look_again(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            with contextlib.suppress(TroubleError, websockets.ConnectionClosed):
                self.told("chart", await self._ask(fragment, tick=True))

    def _stop_ticking(self) -> None:
        for task in self._ticking.values():
            task.cancel()
        self._ticking = {}
