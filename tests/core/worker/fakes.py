"""What stands in for the processes that would train: nothing but numbers, which end when a test says how."""

from core.runs.run import TRAIN
from core.runs.states import RunState
from core.worker.local_executor import ForkExecutor


class Something:
    """At work, by its number."""

    def __init__(self, number, codes):
        self.number, self.codes = number, codes

    def poll(self, wait=False):
        return self.codes.get(self.number)

    def kill(self):
        self.end(-9)

    def end(self, code):
        """End it as if by itself, unless it has ended."""
        self.codes.setdefault(self.number, code)


class Processes(ForkExecutor):
    """What would work, by number: it ends when a test says how, or when it is killed."""

    def __init__(self, places=2):
        self.places, self.begun, self.codes = places, [], {}

    def slots(self):
        return self.places

    def start(self, run, task):
        if task == TRAIN:
            run.set_status(RunState.RUNNING)
        self.begun.append((run.id, task))
        return Something(len(self.begun), self.codes)

    def finish(self, number, code=0):
        """End the process that was begun as the first, second..."""
        self.codes[number] = code
