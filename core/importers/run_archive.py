"""A run as one file: what a disk that forgets has lost can be brought back from it.

It holds the settings, the history, the network, its scores, the moments that were kept, and a README for people; not
whose run it was, nor drawings. Only the state for an exact continuation is missing, so a run that was brought back is
looked at, not resumed.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.mnist import CLASSES
from core.formatting import MEGABYTE
from core.importers.bounded_zip import read_members
from core.importers.errors import MAX_FILE_BYTES, ModelFileError
from core.importers.event_checks import MAX_EVENTS_BYTES, MAX_LINES, MAX_LOSS, MAX_UPDATES, checked_events
from core.importers.file_type import RUN_FIRST
from core.importers.safetensors_reader import read_plain_weights
from core.importers.strict_json import parse_json
from core.nn.network import Network
from core.reports.run_report import run_report
from core.runs.checkpoints import checkpoint_steps, thinned
from core.runs.config import TrainingConfig
from core.runs.history import HistoryReader
from core.runs.run import CHECKPOINTS, EVENTS, MODEL, Run
from core.runs.states import RESUMABLE, RunState

FORMAT = 1
MANIFEST = RUN_FIRST.decode()
MAX_MANIFEST_BYTES = 16 * 1024  # bytes
MAX_UNPACKED_BYTES = 24 * MEGABYTE  # bytes, unpacked
MAX_CHECKPOINTS = 60
ENTRY_BYTES = 512  # bytes that a file in an archive takes besides its content, at most
CHECKPOINT = re.compile(rf"{CHECKPOINTS}/[0-9]{{9}}-[se]\.safetensors")
README = "README.md"  # for people; nothing is read from it
REQUIRED_MEMBERS = {MANIFEST: MAX_MANIFEST_BYTES, EVENTS: MAX_EVENTS_BYTES, MODEL: MAX_FILE_BYTES}
MEMBER_LIMITS = {**REQUIRED_MEMBERS, README: MAX_MANIFEST_BYTES}
STATES = (RunState.FINISHED, *RESUMABLE)  # in which a run has a network
MAX_TITLE_LENGTH = 60  # letters
UNSAFE_IN_MARKDOWN = re.compile(r"[^\w .,+/()%-]")  # what would mean something in Markdown


@dataclass(frozen=True, eq=False)
class ArchivedRun:
    """A run as its archive tells it."""

    config: TrainingConfig
    title: str
    state: RunState  # one of STATES
    scores: dict[str, float]  # as far as they are known
    network: Network
    files: dict[str, bytes]  # the history, the network and the moments, by their names in a run's folder


def clean_title(title: str) -> str:
    """A title without what would mean something in Markdown, and not too long."""
    return UNSAFE_IN_MARKDOWN.sub("", title).strip()[:MAX_TITLE_LENGTH]


def is_too_large(run: Run) -> bool:
    """Whether its history or its network are larger than an archive may be.

    Raises:
        OSError: the run was deleted.
    """
    events, model = ((run.path / name).stat().st_size for name in (EVENTS, MODEL))
    return (
        events > MAX_EVENTS_BYTES
        or events + model > MAX_FILE_BYTES - MAX_MANIFEST_BYTES
        or (run.status().step or 0) > MAX_UPDATES
        or (run.path / EVENTS).read_bytes().count(b"\n") > MAX_LINES
    )


def archive_of(run: Run) -> bytes:
    """A run that has a network as a .zip file of at most MAX_FILE_BYTES; of its moments as many as there is room for.

    Raises:
        OSError: the run was deleted.
        ValueError: it is too large, or its history is damaged.
    """
    if is_too_large(run):
        raise ValueError("This run is too large for an archive.")
    about = run.metadata()
    state = run.status().state
    manifest = {"format": FORMAT, "config": about.config, "title": about.title, "state": state}
    config, scores, history = run.config(), run.scores() or {}, HistoryReader(run).update()
    readme = run_report(clean_title(about.title), state, config, history, scores)
    files = {
        MANIFEST: json.dumps({**manifest, "scores": scores}).encode(),
        README: readme.encode(),
        EVENTS: checked_events(run.file(EVENTS).read_bytes(), config),
        MODEL: run.file(MODEL).read_bytes(),
    }
    timeline = {step: path for step, path in checkpoint_steps(run.path / CHECKPOINTS).items() if _is_readable(path)}
    largest = max((path.stat().st_size for path in timeline.values()), default=1)
    most = (MAX_FILE_BYTES - MAX_MANIFEST_BYTES - sum(map(len, files.values()))) // (largest + ENTRY_BYTES)
    for step in thinned(list(timeline), min(most, MAX_CHECKPOINTS)):
        files[f"{CHECKPOINTS}/{timeline[step].name}"] = timeline[step].read_bytes()
    return _zipped(files)


def _is_readable(path: Path) -> bool:
    """Whether a moment can be brought back; 16 bits may have had no room for a weight."""
    try:
        read_plain_weights(path.read_bytes(), "F16")
    except ModelFileError:
        return False
    return True


def _zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, file in files.items():
            how = zipfile.ZIP_STORED if name.endswith(".safetensors") else zipfile.ZIP_DEFLATED  # weights hardly shrink
            archive.writestr(zipfile.ZipInfo(name), file, how)
    return content.getvalue()


def read_archive(content: bytes) -> ArchivedRun:
    """The run in an archive, checked to the last number.

    Raises:
        ModelFileError: it is no such archive, or anything in it cannot be a run's.
    """
    members = read_members(content, _member_limit, len(MEMBER_LIMITS) + MAX_CHECKPOINTS, MAX_UNPACKED_BYTES)
    if not set(REQUIRED_MEMBERS) <= set(members):
        raise ModelFileError("This archive does not hold a whole run: download it again.")
    members.pop(README, None)
    about = parse_json(members.pop(MANIFEST), MAX_MANIFEST_BYTES, "The description of this run")
    config, title = checked_config(about.get("config")), about.get("title")
    if about.get("format") != FORMAT or not isinstance(title, str) or about.get("state") not in STATES:
        raise ModelFileError("The description of this run is not of this app's form: download the archive again.")
    events = checked_events(members.pop(EVENTS), config)
    network = _check_matches_config(read_plain_weights(members[MODEL]), config)
    for name, member in members.items():
        if name != MODEL:
            _check_matches_config(read_plain_weights(member, "F16"), config)
    return ArchivedRun(
        config,
        clean_title(title),
        RunState(about["state"]),
        checked_scores(about.get("scores")),
        network,
        {EVENTS: events, **members},
    )


def _member_limit(name: str) -> int | None:
    return MAX_FILE_BYTES if CHECKPOINT.fullmatch(name) else MEMBER_LIMITS.get(name)


def checked_config(values: Any) -> TrainingConfig:
    """The settings in an archive.

    Raises:
        ModelFileError: a name is unknown, or a value is out of its range.
    """
    try:
        return TrainingConfig.from_dict(values)
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelFileError("The settings in this archive are out of their range: download it again.") from error


def _check_matches_config(network: Network, config: TrainingConfig) -> Network:
    built = [(layer.biases.size, layer.activation) for layer in network.layers]
    hidden = [(units, config.activation) for units in config.hidden_layers]
    if built != [*hidden, (CLASSES, config.last_activation)]:
        raise ModelFileError("The network in this archive is built otherwise than its settings say: download it again.")
    return network


def checked_scores(values: Any) -> dict[str, float]:
    """The scores among what is told, as far as they are there.

    Raises:
        ModelFileError: one of them is no number.
    """
    scores: dict[str, Any] = values if isinstance(values, dict) else {}
    found: dict[str, float] = {name: scores[name] for name in ("accuracy", "loss", "step", "seconds") if name in scores}
    if not all(type(value) in (int, float) and 0 <= value < MAX_LOSS for value in found.values()):
        raise ModelFileError("The scores in this archive are no numbers: download it again.")
    return found
