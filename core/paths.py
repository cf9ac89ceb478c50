"""Where the app and the files that come with it are."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "core" / "assets"
ROUTER = ROOT / "pages" / "ui" / "shell" / "router.py"  # the script that each visit runs


def text_beside(module: str, name: str) -> str:
    """The text of a file that lies beside a module, which hands over its own `__file__`."""
    return (Path(module).parent / name).read_text(encoding="utf-8")
