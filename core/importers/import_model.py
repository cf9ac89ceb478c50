"""A network from a file: read in a process of its own, and looked at once more before it becomes a run.

Whatever happens there, a crash, a hang or an answer that makes no sense, the visitor reads one sentence here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.mnist import CLASSES, TEST_DIGITS
from core.importers.calibration import checked_calibration
from core.importers.errors import ModelFileError
from core.importers.file_type import ARCHIVE, detect_type
from core.importers.run_archive import CHECKPOINT, STATES, checked_config, checked_scores, clean_title
from core.importers.safetensors_reader import read_plain_weights
from core.importers.sandbox import MAX_ANSWER_BYTES, run_sandboxed
from core.importers.strict_json import parse_json
from core.nn.network import Network
from core.runs import limits
from core.runs.array_files import outputs_to_npy
from core.runs.config import TrainingConfig
from core.runs.run import EVENTS, MODEL, SCORES, TEST_OUTPUTS, Run
from core.runs.states import RunState

MAX_HEADER_BYTES = 64 * 1024  # bytes of what an answer says in words
SENTENCE = re.compile(r"[A-Z][^\n<>\[\]`\\]{1,400}\.")


@dataclass(frozen=True, eq=False)
class Imported:
    """What a file held: a network, and in a run's archive also how it was trained."""

    network: Network
    accuracy: float  # on the test digits, measured here, 0 to 1
    state: RunState  # IMPORTED, or the state of the run that is brought back
    title: str  # of that run, else empty
    config: TrainingConfig | None  # of that run
    files: Mapping[str, bytes]  # of a run's folder
    found: Mapping[str, Any] | None = None  # what the file did not say of a network (core/importers/calibration.py)

    def as_run(self, title: str, owner: str, folder: Path | None = None) -> Run:
        """A new run of this owner's.

        Raises:
            OSError: the disk is full.
        """
        return Run.import_(self.config, title, owner, self.state, self.files, folder, found=self.found)


def import_file(content: bytes) -> Imported:
    """The network or the run in a stranger's file.

    Raises:
        ModelFileError: it is refused; the message is one sentence for the person who chose it.
    """
    if not limits.MODEL_FILES:
        raise ModelFileError("This server takes no networks from files.")
    is_run = detect_type(content) == ARCHIVE
    answer = run_sandboxed(content)
    try:
        header, files = _parse_frame(answer)
        if not isinstance(words := header.get("refused"), str):
            return _validated(header, files, is_run)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFileError("This file could not be read: it is damaged, or made to do harm.") from error
    raise ModelFileError(words if SENTENCE.fullmatch(words) else "This file cannot be read: choose another one.")


def _parse_frame(answer: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What an answer says in words, and its files by their names."""
    size = int.from_bytes(answer[:8], "little")
    if len(answer) > MAX_ANSWER_BYTES or size > MAX_HEADER_BYTES:
        raise ValueError("The answer is too long.")
    header, place, files = parse_json(answer[8 : 8 + size], MAX_HEADER_BYTES, "The answer"), 8 + size, {}
    for name, length in dict(header.pop("files")).items():
        if type(length) is not int or not 0 <= length <= len(answer) - place:
            raise ValueError("The answer is cut off.")
        files[name] = answer[place : place + length]
        place += length
    return header, files


def _validated(values: Mapping[str, Any], files: dict[str, bytes], is_run: bool) -> Imported:
    """What an answer says, if all of it is what it should be.

    Raises:
        ValueError, KeyError, TypeError: it is anything else.
    """
    timeline = {name for name in files if CHECKPOINT.fullmatch(name)}
    if set(files) != ({MODEL, TEST_OUTPUTS, EVENTS, *timeline} if is_run else {MODEL, TEST_OUTPUTS}):
        raise ValueError("The answer holds other files.")
    network = read_plain_weights(files[MODEL])
    for name in timeline:
        read_plain_weights(files[name], "F16")
    answers = np.frombuffer(files[TEST_OUTPUTS], np.float16).reshape(TEST_DIGITS, CLASSES)
    scores = checked_scores(values)
    if not np.isfinite(answers).all() or not 0 <= scores["accuracy"] <= 1:
        raise ValueError("The answers are no numbers.")
    files |= {TEST_OUTPUTS: outputs_to_npy(answers), SCORES: json.dumps(scores).encode()}
    if not is_run:
        return Imported(
            network, scores["accuracy"], RunState.IMPORTED, "", None, files, checked_calibration(values["found"])
        )
    if values["state"] not in STATES:
        raise ValueError("A run is never in such a state.")
    config = checked_config(values["config"])
    return Imported(network, scores["accuracy"], values["state"], clean_title(values["title"]), config, files)
