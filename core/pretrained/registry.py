"""A trained network is its parameters: learned once, kept in a file, and used without learning again.

Each bundled network lies in core/assets/models as the folder of a finished run, with its whole history. It lies there
as a Keras file, too; the manifest beside it says how it was made and holds every file's hash.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from core.bundled_files import MANIFEST, BundledFileError, read_manifest
from core.nn.network import Network
from core.nn.weights_file import network_from_safetensors
from core.runs.errors import DamagedRunError, reading
from core.runs.run import MODEL, Run


@dataclass(frozen=True, eq=False)
class Model:
    """A network with its name and how it came to be."""

    name: str  # the run's id
    title: str
    description: str
    network: Network
    test_accuracy: float  # the share of MNIST's 10,000 test digits that it gets right, 0 to 1

    @property
    def fingerprint(self) -> bytes:
        """What tells this network from another of the same name: a run that learns on keeps its name."""
        return self.network.layers[0].biases.tobytes()


def manifest_of(name: str) -> dict[str, Any]:
    """How a bundled network was made: command, versions, seeds and what these reached, hashes of its files.

    Raises:
        BundledFileError: the manifest is missing or damaged.
    """
    return read_manifest(Run.pretrained(name).path)


def model_of_run(run: Run) -> Model:
    """The network that a run has left, as it was scored.

    Raises:
        BundledFileError: it came with the app, and a file is missing or damaged.
        RunGoneError: the run was deleted.
        DamagedRunError: it has left none (yet), or a file is damaged.
    """
    if (scores := run.scores()) is None:
        raise DamagedRunError("It has no scores.")
    with reading(run.path):
        network = network_from_safetensors(run.file(MODEL).read_bytes())
    return Model(run.id, run.metadata().title, "Trained by you.", network, float(scores["accuracy"]))


def load_model(name: str) -> Model:
    """A bundled network by its name, one of core.runs.run.PRETRAINED.

    Raises:
        BundledFileError: one of its files is missing or damaged.
    """
    run = Run.pretrained(name)
    try:
        description = str(manifest_of(name)["description"])
    except KeyError as error:
        raise BundledFileError(run.path / MANIFEST) from error
    return replace(model_of_run(run), description=description)


@dataclass(frozen=True)
class DrawingScores:
    """What a bundled network reads of drawings by hand, as it was measured once; the digits count alike."""

    count: int
    writers: int
    prepared: float  # the share that it reads rightly, prepared as the draw page does, 0 to 1
    raw: float  # squeezed into 28x28 as they are


def drawing_scores(name: str) -> DrawingScores:
    """What a bundled network reads of drawings by hand.

    Raises:
        BundledFileError: the manifest is missing or damaged.
    """
    table = _table_of_manifest(name, "drawings")
    values: dict[str, Any] = {one.name: table.get(one.name) for one in fields(DrawingScores)}
    if not all(isinstance(value, int | float) for value in values.values()):
        raise BundledFileError(Run.pretrained(name).path / MANIFEST)
    return DrawingScores(**values)


def seed_accuracies() -> list[float]:
    """The share of test digits that the article's network reads rightly, 0 to 1, trained once from each of some seeds.

    Raises:
        BundledFileError: the manifest is missing or damaged.
    """
    reached = list(_table_of_manifest("article", "seeds").values())
    if not reached or not all(isinstance(value, float) for value in reached):
        raise BundledFileError(Run.pretrained("article").path / MANIFEST)
    return reached


def _table_of_manifest(name: str, what: str) -> dict[str, Any]:
    table = manifest_of(name).get(what)
    if not isinstance(table, dict):  # nothing vouches for the manifest itself
        raise BundledFileError(Run.pretrained(name).path / MANIFEST)
    return table
