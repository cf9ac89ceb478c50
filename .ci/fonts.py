"""Make core/assets/fonts from the fonts of the installed Streamlit: the letters and the icons that can be shown here.

.venv/bin/python .ci/fonts.py [FOLDER]      after Streamlit was changed, or an icon added that none had
"""

import hashlib
import io
import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import streamlit as st
from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "core" / "assets" / "fonts"
STREAMLIT = Path(st.__file__).parent
MEDIA = STREAMLIT / "static" / "static" / "media"
SOURCES = {  # ours, and Streamlit's file without its hash
    "icons.woff2": "MaterialSymbols-Rounded.*.woff2",
    "sans.woff2": "SourceSansVF-Upright.ttf.*.woff2",
    "sans-italic.woff2": "SourceSansVF-Italic.ttf.*.woff2",
}
# Latin, Greek, punctuation, small raised numbers, arrows, signs of mathematics. All else, in a name that somebody gives
# to a run, is shown in the reader's own fonts.
LETTERS = "20-7E A0-17F 2C6-2DD 370-3FF 1E9E 2000-209F 20AC 2122 2190-21FF 2200-22FF 25A0-25FF 2713 2717"
ICON = re.compile(r":material/([a-z0-9_]+)")
NAME = "Learning Sans"  # Source is a reserved name: what was changed may not bear it


def icons_shown() -> set[str]:
    """All icons that this app or Streamlit's own parts can show."""
    files = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "core/narrative").rglob("*.md")]
    files += [*(STREAMLIT / "static").rglob("*.js"), *(STREAMLIT / "elements").rglob("*.py")]
    return {icon for file in files for icon in ICON.findall(file.read_text(encoding="utf-8"))}


def ligatures(font: TTFont) -> dict[str, str]:
    """The glyph of each icon, by what is written for it."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items() if code < 128}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, all_of_it in getattr(table, "ligatures", {}).items():
                for ligature in all_of_it:
                    glyphs = [first, *ligature.Component]
                    if all(glyph in letters for glyph in glyphs):
                        found["".join(letters[glyph] for glyph in glyphs)] = ligature.LigGlyph
    return found


def icon_font(path: Path) -> TTFont:
    """The icons that can be shown, and the letters that they are written with."""
    font = TTFont(path, recalcTimestamp=False)
    glyphs, cmap = ligatures(font), font.getBestCmap()
    wanted = sorted(icons_shown() & set(glyphs))
    letters = {cmap[ord(letter)] for icon in wanted for letter in icon}
    return reduced(font, glyphs=[*sorted(letters), *(glyphs[icon] for icon in wanted)], layout_closure=False)


def text_font(path: Path) -> TTFont:
    """The letters, under a name of their own."""
    ranges = (part.split("-") for part in LETTERS.split())
    font = reduced(
        TTFont(path, recalcTimestamp=False),
        unicodes=[code for first, *last in ranges for code in range(int(first, 16), int((last or [first])[0], 16) + 1)],
    )
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16, 25):
            record.string = str(record).replace("Source Sans 3", NAME).replace("SourceSans3", NAME.replace(" ", ""))
    return font


def reduced(font: TTFont, *, glyphs: Iterable[str] = (), unicodes: Iterable[int] = (), **options: bool) -> TTFont:
    """A font with these glyphs alone."""
    chosen = subset.Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True, **options)
    subsetter = subset.Subsetter(chosen)
    subsetter.populate(glyphs=glyphs, unicodes=unicodes)
    subsetter.subset(font)
    return font


def main(folder: Path) -> None:
    """Write the fonts and what they were made from."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, pattern in SOURCES.items():
        (path,) = MEDIA.glob(pattern)
        font, written = (icon_font if name == "icons.woff2" else text_font)(path), io.BytesIO()
        font.flavor = "woff2"
        font.save(written)
        (folder / name).write_bytes(written.getvalue())
        files[name] = {"replaces": path.name, "sha256": hashlib.sha256(written.getvalue()).hexdigest()}
        print(f"{name}: {len(written.getvalue()):,} bytes of {path.stat().st_size:,}")
    made = {
        "command": ".venv/bin/python .ci/fonts.py",
        "streamlit": version("streamlit"),
        "fonttools": version("fonttools"),
    }
    (folder / "manifest.json").write_text(json.dumps({**made, "files": files}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FONTS)
