"""What does a message that no page sends cost the server, and the others on it?

    python -m tests.benchmarks.hostile_messages [--times N] [--pages]

One visitor trains, one moves a slider, and a third sends by Streamlit's own protocol (protocol.py) what no browser
would send: each kind once alone, for its cost, and N times (5) while the slider is moved, for what the other one waits.
All of it is refused before anything is computed, and harmless to any server of Streamlit's.

Printed for each kind are the seconds of the processor that the web process took for one (what it takes anyway is taken
off), the memory it then has more than before (MB), what the other one waited for a slider (median, most), and whether
the training went on. With --pages: the most costly single messages of each page instead, each of its controls set to
its ends and to each of its options, as every visitor can. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from core.importers.event_checks import MAX_LINES, MAX_UPDATES
from core.runs.config import TrainingConfig
from core.runs.run import EVENTS, Run
from core.runs.states import RunState
from tests.benchmarks.many_sessions import _proportional
from tests.benchmarks.protocol import TroubleError, Visitor
from tests.browser.app import serve
from tests.fabric import SEVEN, fabric_drawing
from tests.pages.test_addresses import VIEWS

TICKS = os.sysconf("SC_CLK_TCK")
IDLE = 3.0  # seconds in which the server is watched while nobody sends anything
QUIET = 3  # looks, half a second apart, at which nothing was computed: on a busy machine one tells nothing
TOLD = 2000  # bytes that a training tells when it has begun to learn
STUCK = 20.0  # seconds without a word of a training that does not go on
UNKNOWN = "$$ID-0123456789abcdef0123456789abcdef-none"


@dataclass
class Kind:
    """A kind of message, as it is sent by a visitor who is on a page."""

    name: str
    messages: Callable[[Visitor], list[bytes]]
    chapter: str = ""
    query: str = ""


def bare(times: int = 1, **fields: Any) -> Callable[[Visitor], list[bytes]]:
    """A message of one field."""
    return lambda _: [BackMsg(**fields).SerializeToString()] * times


def told(control: str, **value: Any) -> Callable[[Visitor], list[bytes]]:
    """A rerun with this value of the first control whose key begins so."""

    def messages(visitor: Visitor) -> list[bytes]:
        name = next((key for key in visitor.controls if key.startswith(control)), "")
        known = visitor.controls[name][1].id if name else UNKNOWN
        return [_rerun(visitor, WidgetState(id=known, **value))]

    return messages


def _rerun(visitor: Visitor, *states: WidgetState, query: str | None = None) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = visitor.query if query is None else query
    message.rerun_script.page_script_hash = visitor.page
    message.rerun_script.widget_states.widgets.extend(states)
    return message.SerializeToString()


def _operation(**payload: str) -> Callable[[Visitor], list[bytes]]:
    def messages(_: Visitor) -> list[bytes]:
        message = BackMsg()
        message.backend_operation_request.request_id = "1"
        for name, value in payload.items():
            part = getattr(message.backend_operation_request, name)
            part.SetInParent()
            if value:
                part.file_id = value
        return [message.SerializeToString()]

    return messages


def _many_files(_: Visitor) -> list[bytes]:
    message = BackMsg()
    message.file_urls_request.request_id = "1"
    message.file_urls_request.file_names.extend(map(str, range(20_000)))
    return [message.SerializeToString()]


def _canvas(raw: object) -> Callable[[Visitor], list[bytes]]:
    return told("canvas-", json_value=json.dumps({"drawing": {"raw": raw, "data": None}}))


def _line(count: int) -> list[tuple[float, float]]:
    return [(20 + number % 280, 20 + number // 280 % 280) for number in range(count)]


def kinds() -> Iterator[Kind]:
    """All kinds."""
    yield Kind("nothing but a rerun", lambda visitor: [_rerun(visitor)])
    yield Kind("clear_cache", bare(clear_cache=True))
    yield Kind("load_git_info, 20 times", bare(20, load_git_info=True))
    yield Kind("set_run_on_save", bare(set_run_on_save=True))
    yield Kind("stop_script, 1,000 times", bare(1000, stop_script=True))
    yield Kind("app_heartbeat, 1,000 times", bare(1000, app_heartbeat=True))
    yield Kind("debug_shutdown_runtime", bare(debug_shutdown_runtime=True))
    yield Kind("install_skills", _operation(install_skills=""))
    yield Kind("a file that nobody offered", _operation(deferred_file="none"))
    yield Kind("20,000 upload addresses", _many_files)
    yield Kind("no message: 1 MB", lambda _: [b"\xff" * 10**6])
    yield Kind("a message of 2.1 MB", told("", string_value="x" * 2_100_000))
    yield Kind("20,000 unknown controls", _unknown_controls)
    yield Kind("100 reruns without waiting", lambda visitor: [_rerun(visitor)] * 100, "gradient_descent")
    yield Kind("canvas: the largest that is read", _canvas(fabric_drawing([_line(5000)])), "draw_digit")
    yield Kind("canvas: 100,000 points", _canvas(_short(fabric_drawing([_line(100_000)]))), "draw_digit")
    yield Kind("canvas: 5,000 strokes", _canvas(fabric_drawing([[(9, 9), (20, 20)]] * 5000)), "draw_digit")
    yield Kind("canvas: numbers beyond it", _canvas(fabric_drawing([[(9, 9), (5000, 9)]])), "draw_digit")
    yield Kind("canvas: a pen wider than it", _canvas(fabric_drawing(SEVEN, width=321)), "draw_digit")
    yield Kind("canvas: lists in lists", _canvas(json.loads("[" * 500 + "]" * 500)), "draw_digit")
    weights = "gradient_descent", "part=Two weights"
    yield Kind("a click at words", told("race", json_value='{"clicked": {"x": "1", "y": []}}'), *weights)
    yield Kind("a click beyond all floats", told("race", json_value='{"clicked": {"x": 1e999, "y": 9}}'), *weights)
    yield Kind("a click of 1 MB", told("race", json_value='{"clicked": "' + "x" * 10**6 + '"}'), *weights)
    yield Kind("a slider at no number", told("x", double_array_value={"data": [float("nan")]}), *weights)
    yield Kind("100,000 options", told("racers", string_array_value={"data": ["Adam"] * 100_000}), *weights)
    points = "gradient_descent", "part=A line through points"
    yield Kind("points in 1 MB of text", told("own", string_value="1 1; " * 200_000), *points)
    yield Kind("an address of 1 MB", lambda visitor: [_rerun(visitor, query="view=" + "x" * 10**6)], "explore_digits")
    yield Kind("an address with 20,000 runs", _many_runs, "compare_runs")


def _short(drawing: dict[str, object] | None) -> object:
    """The same in fewer letters, so that all points go into one message."""
    return json.loads(json.dumps(drawing).replace(".0", "")) if drawing else None


def _unknown_controls(visitor: Visitor) -> list[bytes]:
    states = [WidgetState(id=f"{UNKNOWN}{number}", double_value=1) for number in range(20_000)]
    return [_rerun(visitor, *states)]


def _many_runs(visitor: Visitor) -> list[bytes]:
    return [_rerun(visitor, query="runs=" + ",".join(secrets.token_urlsafe(16) for _ in range(20_000)))]


def _look(visitor: Visitor, run: str) -> list[bytes]:
    visitor.page = visitor.pages["train_network"]
    return [_rerun(visitor, query=f"run={run}")]


def largest_history(folder: Path) -> str:
    """The id of a run as the most costly archive leaves it: of as many events and updates as are taken."""
    config = TrainingConfig(hidden_layers=(1,), batch_size=1, epochs=8)
    run = Run.create(config, "Long", secrets.token_urlsafe(16), folder)
    each = MAX_UPDATES // MAX_LINES
    one = {"type": "steps", "epoch": 0, "loss": [2] * each, "right": [1] * each, "seconds": 1}
    lines = [json.dumps({**one, "step": each * step}, separators=(",", ":")) for step in range(1, MAX_LINES + 1)]
    (run.path / EVENTS).write_text("\n".join(lines) + "\n")
    run.set_status(RunState.STOPPED, step=each * MAX_LINES)
    return run.id


class Server:
    """The web process, as it is seen from outside."""

    def __init__(self, address: str, pid: int, folder: Path) -> None:
        self.address, self.pid, self.folder = address, pid, folder
        self.background = 0.0  # seconds of the processor in a second without messages

    def processor(self) -> float:
        """Seconds of the processor until now, its ended children's included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS

    def memory(self) -> float:
        """MB."""
        return _proportional(self.pid)

    def visitor(self) -> Visitor:
        """Somebody new."""
        return Visitor(self.address, f"visitor={secrets.token_urlsafe(16)}")

    async def settle(self) -> None:
        """Wait until nothing is computed any more but what always is."""
        quiet = 0
        while quiet < QUIET:
            before = self.processor()
            await asyncio.sleep(0.5)
            quiet = quiet + 1 if self.processor() - before < 0.5 * self.background + 0.05 else 0


async def _arrive(server: Server, kind: Kind) -> Visitor:
    visitor = server.visitor()
    await visitor.open()
    await visitor.go_to(kind.chapter, kind.query)
    return visitor


async def _send(visitor: Visitor, messages: list[bytes]) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        for message in messages:
            await visitor._socket.send(message)


async def _cost(server: Server, kind: Kind) -> tuple[float, float]:
    """Seconds of the processor for one, and MB that the process has more afterwards."""
    visitor = await _arrive(server, kind)
    messages = kind.messages(visitor)
    await server.settle()
    memory, took, began = server.memory(), server.processor(), time.perf_counter()
    await _send(visitor, messages)
    await server.settle()
    took = server.processor() - took - server.background * (time.perf_counter() - began)
    memory = server.memory() - memory
    await visitor.close()
    return max(took, 0.0), max(memory, 0.0)


async def _waits(server: Server, other: Visitor, kind: Kind, times: int) -> list[float]:
    """What another one waits for a slider while somebody sends these again and again."""
    visitor = await _arrive(server, kind)
    messages = kind.messages(visitor)
    waits: list[float] = []

    async def sends() -> None:
        for _ in range(times):
            await _send(visitor, messages)
            await asyncio.sleep(0.5)

    sending = asyncio.create_task(sends())
    while not sending.done() or len(waits) < 5:
        waits.append(await other.move("start", (len(waits) % 10) / 10))
        await asyncio.sleep(0.1)
    await visitor.close()
    return waits


async def compare_kinds(server: Server, times: int) -> None:
    """Print a row for each kind."""
    trainer, other = server.visitor(), server.visitor()
    await trainer.open()
    await trainer.go_to("train_network")
    await trainer.move("set_epochs", 1.0)
    await trainer.move("set_training_images", 0.99)
    await trainer.press("Train")
    await other.open()
    await other.go_to("gradient_descent", "part=One weight")
    while not (runs := _going(server.folder)):
        await asyncio.sleep(0.5)
    await _idle(server)
    long = largest_history(server.folder)
    look = Kind("a look at the largest history", lambda visitor: _look(visitor, long))
    print(f"{'what is sent':34}{'processor, s':>13}{'memory, MB':>12}{'waits: median, most, s':>24}  trains on")
    for kind in [*kinds(), look]:
        try:
            took, more = await _cost(server, kind)
            waits = await _waits(server, other, kind, times)
        except TroubleError as trouble:
            print(f"{kind.name:34}{trouble}")
            continue
        middle, most = statistics.median(waits), max(waits)
        waited = f"{middle:16.2f},{most:7.2f}"
        print(f"{kind.name:34}{took:13.2f}{more:12.0f}{waited}  {await _state(runs[0])}", flush=True)
    for visitor in (trainer, other):
        await visitor.close()


def _going(folder: Path) -> list[Run]:
    return [run for path in folder.iterdir() if (run := Run.find(path.name, folder)) and _told(run) > TOLD]


def _told(run: Run) -> int:
    """How many bytes it has told: more, as long as it learns."""
    with contextlib.suppress(OSError):
        return (run.path / EVENTS).stat().st_size
    return 0


async def _state(run: Run) -> str:
    """Whether it goes on, and why not."""
    before = _told(run)
    until = time.monotonic() + STUCK
    while time.monotonic() < until:
        await asyncio.sleep(0.1)
        if _told(run) > before and run.status().state == "running":
            return "yes"
    return f"no: {run.status()}"


async def _idle(server: Server) -> None:
    before = server.processor()
    await asyncio.sleep(IDLE)
    server.background = (server.processor() - before) / IDLE


async def cost_of_pages(server: Server) -> None:
    """Print for each page which single message costs most."""
    await _idle(server)
    print(f"{'page':28}{'processor, s':>13}{'answer, s':>11}  message")
    for chapter, query in VIEWS:
        words = "&".join(f"{name}={value}" for name, value in query.items())
        name = next(iter(query.values()), chapter)
        visitor, found = server.visitor(), []
        await visitor.open()
        before, began = server.processor(), time.perf_counter()
        await visitor.go_to(chapter if chapter != "start_here" else "", words)
        found.append((server.processor() - before, time.perf_counter() - began, "the page itself"))
        for control, (kind, element, _) in list(visitor.controls.items()):
            for value, said in _values(kind, element):
                before, began = server.processor(), time.perf_counter()
                try:
                    visitor.values[element.id] = WidgetState(id=element.id, **value)
                    await visitor._ask()
                except TroubleError as trouble:
                    found.append((server.processor() - before, 0.0, f"{control}: {said}: {trouble}"))
                    continue
                found.append((server.processor() - before, time.perf_counter() - began, f"{control}: {said}"))
        for took, answered, what in sorted(found, reverse=True)[:2]:
            print(f"{name:28}{took:13.2f}{answered:11.2f}  {what}", flush=True)
        with contextlib.suppress(Exception):
            await visitor.close()


def _values(kind: str, element: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """What can be said of a control: its ends, and all together where several can be chosen."""
    options = [getattr(option, "content", option) for option in getattr(element, "options", ())]
    if kind == "slider" and not options:
        for end in (element.min, element.max):
            yield {"double_array_value": {"data": [end]}}, f"{end:g}"
    elif kind == "number_input":
        for end in (element.min, element.max):
            yield {"double_value": end}, f"{end:g}"
    elif kind in ("slider", "button_group"):
        for option in (options[0], options[-1]) if kind == "slider" else options:
            yield {"string_array_value": {"data": [option]}}, option
        if kind == "button_group":
            yield {"string_array_value": {"data": options}}, "all"
    elif kind == "selectbox":
        for option in options:
            yield {"string_value": option}, option
    elif kind == "checkbox":
        yield {"bool_value": True}, "on"


def main() -> None:
    """Send, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--pages", action="store_true")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serve(RUNS_DIR=folder) as (address, process),
    ):
        server = Server(address, process.pid, Path(folder))
        asyncio.run(cost_of_pages(server) if asked.pages else compare_kinds(server, asked.times))


if __name__ == "__main__":
    main()
