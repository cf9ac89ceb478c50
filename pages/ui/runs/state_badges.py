"""The state of a run as a badge of its colour."""

from core.runs.states import RunState

_COLOURS = {
    RunState.RUNNING: "blue",
    RunState.QUEUED: "gray",
    "finished": "green",
    "diverged": "red",
    RunState.FAILED: "red",
}


def state_badge(state: RunState) -> str:
    """Markdown for a state of a run, of a network that came with the app ("bundled") or of one that was brought."""
    return f":{_COLOURS.get(state, 'orange')}-badge[{state}]"
