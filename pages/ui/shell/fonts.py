"""Streamlit's fonts with the letters and icons that can be shown here: 0.2 MB of 0.7. `.ci/fonts.py` makes them."""

import functools

from core.bundled_files import BundledFileError, read_manifest, read_verified
from core.paths import ASSETS

FONTS = ASSETS / "fonts"


@functools.cache
def _subsets() -> dict[str, bytes]:
    """By the name of Streamlit's file, in which a hash of it stands: another Streamlit shows its own fonts."""
    try:
        files = read_manifest(FONTS)["files"].items()
        return {entry["replaces"]: read_verified(FONTS / name, entry["sha256"]) for name, entry in files}
    except (BundledFileError, KeyError):  # Streamlit's fonts show the same
        return {}


def font_subset(path: str) -> bytes | None:
    """What is sent in place of one of Streamlit's fonts, by the path that a browser asks for."""
    return _subsets().get(path.rsplit("/", 1)[-1]) if path.endswith(".woff2") else None
