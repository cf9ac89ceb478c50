"""Where work is done: on this machine, or on a cluster; the queue need not know which."""

from typing import Protocol

from core.runs.run import Run


class TaskHandle(Protocol):
    """A task at work."""

    def poll(self, wait: bool = False) -> int | None:
        """How it ended: its process' exit code, or ExitCode.NODE_LOST; None as long as it works.

        `wait`: until it has ended; this is asked only after `kill`.
        """

    def kill(self) -> None:
        """End it by force; one that has ended already is no mistake."""


class Executor(Protocol):
    """Where tasks are done, some at a time."""

    nodes_can_fail: bool  # its machines come and go: what was at work on a lost one goes on by itself

    @property
    def waiting_for(self) -> str:
        """What it waits for before anything can be done: "cluster", "machine"; "" for nothing."""

    def warm_up(self) -> None:
        """Do what takes long, once, before anything is begun."""

    def slots(self) -> int:
        """How many tasks can be at work now."""

    def start(self, run: Run, task: str) -> TaskHandle:
        """Begin a run's task, TRAIN or LANDSCAPE. Call it only when fewer than `slots` are at work.

        Raises:
            OSError: it cannot be begun.
        """

    def prepare(self) -> None:
        """Do now what the next task would wait for; called again and again while there is a place and nobody waits."""

    def shutdown(self) -> None:
        """Let go of what is not at work any more."""
