import shutil

import numpy as np
import pytest

from core.bundled_files import BundledFileError
from core.data.digit_map import COUNT, MAP_FILE, load_map


def test_every_dot_is_a_test_digit_of_its_own():
    digit_map = load_map()
    assert len(set(digit_map.indices.tolist())) == COUNT == len(digit_map.places)
    assert 0 <= digit_map.indices.min() <= digit_map.indices.max() < 10_000
    assert np.abs(digit_map.places).max() == 1


def test_near_dots_are_mostly_of_one_digit(test_set):
    """The map is worth its name: of each dot's ten nearest, nine tenths or so are of its own digit."""
    digit_map = load_map()
    labels = test_set.labels[digit_map.indices]
    squared = ((digit_map.places[:, None] - digit_map.places[None]) ** 2).sum(axis=2)
    nearest = squared.argsort(axis=1)[:, 1:11]
    assert (labels[nearest] == labels[:, None]).mean() > 0.85


@pytest.mark.parametrize("ending", [".npz", ".json"])
def test_a_damaged_map_is_named(tmp_path, ending):
    shutil.copy(MAP_FILE, tmp_path)
    shutil.copy(MAP_FILE.with_suffix(".json"), tmp_path)
    broken = tmp_path / f"digit_map{ending}"
    broken.write_bytes(broken.read_bytes()[:100])
    with pytest.raises(BundledFileError, match=f"digit_map{ending} is damaged"):
        load_map(tmp_path / "digit_map.npz")
