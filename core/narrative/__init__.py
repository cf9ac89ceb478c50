"""What the pages say, as Markdown: one file a page, addressed by its headings."""

import re
from functools import cache
from pathlib import Path


@cache
def sections(page: str) -> dict[str, str]:
    """All sections of a page's text, by their headings."""
    text = (Path(__file__).parent / f"{page}.md").read_text(encoding="utf-8")
    _, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {heading.strip(): body.strip() for heading, body in zip(parts[::2], parts[1::2], strict=True)}


def section(page: str, heading: str) -> str:
    """One section of a page's text.

    Raises:
        KeyError: the page has no such heading.
    """
    return sections(page)[heading]
