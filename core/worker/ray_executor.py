"""A cluster at work: each of its machines trains as the web server would, and what it writes is written here, too.

The only place that knows Ray. One actor for each machine (ray_node.py) takes all of its processors. Nothing here waits:
Ray is asked in a thread, or answers later, so that the queue goes on also when a machine does not.
"""

from __future__ import annotations

import contextlib
import logging
import math
import secrets
import socket
import threading
import time
from typing import Any

import ray
from ray.exceptions import ActorUnavailableError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from core.formatting import MEGABYTE
from core.paths import ROOT
from core.runs.atomic_files import write_atomic
from core.runs.errors import RunError
from core.runs.eta import calibrate
from core.runs.exit_codes import ExitCode, exit_code_of
from core.runs.limits import MAX_MEMORY_BYTES
from core.runs.run import COMMANDS, EVENTS, TRAIN, VIEWER_HEARTBEAT, Run
from core.runs.states import RunState
from core.worker.ray_node import RayNode, RunDelta, Version, task_files

_log = logging.getLogger(__name__)

POLL_SECONDS = 1.0  # seconds between looks at which machines are there
SYNC_SECONDS = 0.2  # seconds between two questions about a run
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 60.0  # seconds before the cluster is looked for again
NODE_RETRY_SECONDS = 15.0  # seconds before a machine that failed is tried again
SHUTDOWN_SECONDS = 3.0  # seconds for the machines to end what they do
PAGE_FILES = (COMMANDS, VIEWER_HEARTBEAT)  # what pages say while it works
NOT_SHIPPED = ("**/__pycache__", "assets/models", "assets/digit_map.*", "figures", "narrative")


class RayExecutor:
    """The machines of a Ray cluster; RAY_ADDRESS is its head's, HOST:PORT.

    A node's service judges nothing: the time limit, the owners' fair share and what a death means are the queue's.
    """

    nodes_can_fail = True

    def __init__(self, address: str) -> None:
        self.address = address
        self.nodes: dict[str, NodeHandle] = {}
        self._alive: dict[str, int] | None = None  # processors by node; None until the cluster was reached
        self._ended = threading.Event()

    @property
    def waiting_for(self) -> str:
        """The cluster, or a machine in it."""
        if self._alive is None:
            return "cluster"
        return "" if any(machine.is_ready for machine in self.nodes.values()) else "machine"

    def warm_up(self) -> None:
        """Look for the cluster, and from then on for its machines."""
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()

    def slots(self) -> int:
        """As many as the machines that are there have processors."""
        alive = self._alive or {}
        for node in set(self.nodes) - set(alive):
            del self.nodes[node]
        for node, processors in alive.items():
            machine = self.nodes.get(node)
            if machine is None or machine.failed_at < time.monotonic() - NODE_RETRY_SECONDS:
                self.nodes[node] = machine = NodeHandle(processors)
                machine.start_actor(node)
            machine.poll()
        return sum(machine.slots for machine in self.nodes.values() if machine.is_ready)

    def start(self, run: Run, task: str) -> RemoteTask:
        """Begin it on the machine with the most free processors."""
        ready = [machine for machine in self.nodes.values() if machine.is_ready]
        return RemoteTask(max(ready, key=lambda machine: machine.slots - len(machine.running)), run, task)

    def prepare(self) -> None:
        """Nothing: which machine comes next is not known."""

    def shutdown(self) -> None:
        """Let the machines go."""
        self._ended.set()
        if not ray.is_initialized():
            return
        with contextlib.suppress(Exception):  # who is lost has ended already
            calls = [machine.actor.end.remote() for machine in self.nodes.values() if machine.actor]
            ray.wait(calls, num_returns=len(calls), timeout=SHUTDOWN_SECONDS)
        ray.shutdown()

    def _watch(self) -> None:
        pause = MIN_RETRY_SECONDS
        while not self._ended.is_set():
            try:
                if not ray.is_initialized():
                    _connect(self.address)
                nodes = [node for node in ray.nodes() if node["Alive"]]
                processors = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in nodes}
                self._alive = {node: count for node, count in processors.items() if count}
                pause = MIN_RETRY_SECONDS
            except Exception as error:  # whatever Ray raises, the app goes on without it
                _log.warning("The cluster at %s cannot be reached (%s). Again in %.0f s.", self.address, error, pause)
                self._ended.wait(pause)
                pause = min(2 * pause, MAX_RETRY_SECONDS)
            self._ended.wait(POLL_SECONDS)


def _connect(address: str) -> None:
    """Become a part of the cluster; its machines get the code of this app.

    Raises:
        ValueError: this is no address of the form HOST:PORT.
        OSError: nobody listens there. Ray itself would take minutes to say so.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("RAY_ADDRESS has to look like 10.0.0.1:6379")
    socket.create_connection((host, int(port)), timeout=5).close()
    shipped = {"py_modules": [str(ROOT / "core")], "excludes": list(NOT_SHIPPED)}
    ray.init(address, runtime_env=shipped, log_to_driver=False, logging_level=logging.ERROR)


class NodeHandle:
    """A node of the cluster: its actor, and what it has at work."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.running: set[RemoteTask] = set()
        self.is_ready = False
        self.failed_at = math.inf  # seconds of a clock; infinite as long as it has not
        self.actor: Any = None
        self._starting: Any = None  # Ray's promise to say whether there is trouble

    def start_actor(self, node: str) -> None:
        """Let its actor take all of its processors."""
        here = NodeAffinitySchedulingStrategy(node, soft=False)
        environment = {
            "RAY_ADDRESS": "",
            "TRAINING_SLOTS": str(self.slots),
            "TRAINING_MINUTES": "inf",
            "TRAINING_MEMORY_MB": str(MAX_MEMORY_BYTES // MEGABYTE),
        }
        try:
            actor = ray.remote(RayNode).options(num_cpus=self.slots, scheduling_strategy=here, max_restarts=0)
            self.actor = actor.remote(node, environment)
            self._starting = self.actor.startup_error.remote()
        except Exception as error:  # the head is lost
            self.failed(error)

    def poll(self) -> None:
        """Check, without waiting, whether its actor has started."""
        if self._starting is None:
            return
        try:
            if not _is_ready(self._starting):
                return
            if trouble := ray.get(self._starting):
                raise RuntimeError(trouble)
            self.is_ready = True
            self._starting = None
        except ActorUnavailableError:
            self._starting = self.actor.startup_error.remote()
        except Exception as error:
            self._starting = None
            self.failed(error)

    def failed(self, why: Exception) -> None:
        """It cannot be worked with; unless it is gone for good, it is tried again after a rest."""
        if self.failed_at == math.inf:
            self.is_ready, self.failed_at = False, time.monotonic()
            with contextlib.suppress(Exception):  # what works there is lost, too: it has the processors
                if self.actor is not None:
                    ray.kill(self.actor)
            _log.warning("A machine of the cluster was lost: %s", (str(why) or repr(why)).splitlines()[0])


class RemoteTask:
    """A task at work on another machine, under a name that no other task has."""

    def __init__(self, machine: NodeHandle, run: Run, task: str) -> None:
        self.node, self.run, self.task = machine, run, task
        self.name = secrets.token_urlsafe(16)
        self._known: dict[str, Version] | None = None  # of its files there; None until it has begun
        self._events = 0  # bytes of them that were taken
        self._code: int | None = None
        self._call: Any = None  # Ray's promise of an answer
        self._asked = -math.inf
        machine.running.add(self)

    def poll(self, wait: bool = False) -> int | None:
        """Take what it has told, ask for more; how it ended, if it has."""
        if self._code is None:
            try:
                self._receive()
            except ActorUnavailableError:
                self._call = None  # the same is asked again, until Ray says that the machine is lost
            except RayTaskError as error:  # of the machine's: it is there, and answers
                _log.exception("A task of %s broke down on its machine", self.run.id)
                self._finish(exit_code_of(error.cause if isinstance(error.cause, Exception) else error))
            except Exception as error:  # the machine is lost, or Ray itself
                self.node.failed(error)
                self._finish(ExitCode.NODE_LOST)
        return self._code

    def kill(self) -> None:
        """What it does after this is not heard any more."""
        if self._code is None:
            self._finish(ExitCode.KILLED)

    def _finish(self, code: int) -> None:
        """Record how it ended, and have the machine drop its copy."""
        self._code = code
        self.node.running.discard(self)
        with contextlib.suppress(Exception):  # who is lost needs no word
            self.node.actor.discard.remote(self.name)

    def _receive(self) -> None:
        if self._call is None:
            if time.monotonic() - self._asked > SYNC_SECONDS:
                self._ask()
        elif _is_ready(self._call):
            delta, self._call = ray.get(self._call), None
            if self._known is None:
                self._known = delta
            else:
                self._store(delta, self._known)

    def _ask(self) -> None:
        self._asked, node, begun = time.monotonic(), self.node.actor, self._known is not None
        try:
            files = (
                {file: (self.run.path / file).read_bytes() for file in PAGE_FILES} if begun else task_files(self.run)
            )
        except OSError:  # it was deleted just now
            self._finish(ExitCode.KILLED)
            return
        if begun:
            self._call = node.sync.remote(self.name, self.task, files, self._known, self._events)
        else:
            self._call = node.start_task.remote(self.name, self.task, files)

    def _store(self, news: RunDelta, known: dict[str, Version]) -> None:
        """Write what is new; when it has ended, learn from it how fast the machines are."""
        try:
            self._write(news, known)
        except (OSError, RunError) as error:
            _log.exception("What a machine told of %s was not kept", self.run.id)
            self._finish(exit_code_of(error))
            return
        if news.code is not None:
            self._finish(news.code)
            with contextlib.suppress(OSError, RunError):  # a damaged file is no machine's fault
                if (
                    self.task == TRAIN
                    and self.run.status().state == RunState.FINISHED
                    and (scores := self.run.scores())
                    and {"step", "seconds"} <= scores.keys()
                ):
                    calibrate(self.run.path.parent, self.run.config(), scores["step"], scores["seconds"])

    def _write(self, news: RunDelta, known: dict[str, Version]) -> None:
        """As a job here would: the status last, so that who sees "finished" finds all files."""
        if news.events:
            with (self.run.path / EVENTS).open("ab") as file:
                file.write(news.events)
            self._events += len(news.events)
        for name in news.gone:
            (self.run.path / name).unlink(missing_ok=True)
            del known[name]
        for name, (version, content) in news.files.items():
            write_atomic(self.run.path / name, content)
            known[name] = version


def _is_ready(call: Any) -> bool:
    return bool(ray.wait([call], timeout=0)[0])
