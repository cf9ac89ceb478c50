"""Where the app and the files that come with it are."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "core" / "assets"
