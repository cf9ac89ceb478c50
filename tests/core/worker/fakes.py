"""What stands in for the processes that would train: nothing but numbers, which end when a test says how."""

from core.runs.run import TRAIN, Run
from core.runs.states import RunState
from core.worker.local_executor import ForkExecutor


class Something:
    """At work, by its number."""

    def __init__(self, number: int, codes: dict[int, int]) -> None:
        self.number, self.codes = number, codes

    def poll(self, wait: bool = False) -> int | None:
        return self.codes.get(self.number)

    def kill(self) -> None:
        self.end(-9)

    def end(self, code: int) -> None:
        """End it as if by itself, unless it has ended."""
        self.codes.setdefault(self.number, code)


class Processes(ForkExecutor):
    """What would work, by number: it ends when a test says how, or when it is killed."""

    def __init__(self, places: int = 2) -> None:
        super().__init__()
        self.places = places
        self.begun: list[tuple[str, str]] = []  # the runs, by their ids, and their tasks
        self.codes: dict[int, int] = {}

    def slots(self) -> int:
        return self.places

    def prepare(self) -> None:
        pass

    def start(self, run: Run, task: str) -> Something:
        if task == TRAIN:
            run.set_status(RunState.RUNNING)
        self.begun.append((run.id, task))
        return Something(len(self.begun), self.codes)

    def finish(self, number: int, code: int = 0) -> None:
        """End the process that was begun as the first, second..."""
        self.codes[number] = code
