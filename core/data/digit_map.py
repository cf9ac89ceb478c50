"""A map of the digits: images that look alike lie close together, though no label was used to place them.

The places were computed once, by t-SNE (van der Maaten and Hinton, 2008) on the pixels:

    python -m core.data.digit_map
"""

import hashlib
import io
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.bundled_files import BundledFileError, read_verified
from core.data.mnist import flatten, load_test_set, scale
from core.paths import ASSETS

MAP_FILE = ASSETS / "digit_map.npz"
COUNT = 2_000
SEED = 0


@dataclass(frozen=True, eq=False)
class DigitMap:
    """Places of some test digits."""

    indices: npt.NDArray[np.int64]  # (count,) into the test set
    places: npt.NDArray[np.float32]  # (count, 2)


def load_map(path: Path = MAP_FILE) -> DigitMap:
    """The bundled map.

    Raises:
        BundledFileError: the map or its manifest is missing or damaged.
    """
    manifest = path.with_suffix(".json")
    try:
        sha256 = str(json.loads(manifest.read_bytes())["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundledFileError(manifest) from error
    with np.load(io.BytesIO(read_verified(path, sha256)), allow_pickle=False) as arrays:
        return DigitMap(arrays["indices"], arrays["places"])


def make_map(path: Path = MAP_FILE) -> None:
    """Compute the map and write it, with a manifest beside it; needs scikit-learn (tests/requirements.txt)."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    test = load_test_set()
    random = np.random.default_rng(SEED)
    indices = np.sort(random.choice(len(test), COUNT, replace=False))
    pixels = PCA(50, random_state=SEED).fit_transform(scale(flatten(test.images[indices])))
    places = TSNE(random_state=SEED, perplexity=30, init="pca").fit_transform(pixels)
    places = (places / np.abs(places).max()).astype(np.float32)
    file = io.BytesIO()
    np.savez_compressed(file, indices=indices, places=places)
    path.write_bytes(file.getvalue())
    manifest = {
        "command": "python -m core.data.digit_map",
        "method": f"t-SNE, perplexity 30, on the 50 principal components of {COUNT} test digits",
        "seed": SEED,
        "versions": {name: version(name) for name in ("numpy", "scikit-learn")},
        "sha256": hashlib.sha256(file.getvalue()).hexdigest(),
    }
    path.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make_map()
