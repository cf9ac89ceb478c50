"""The small fonts have every icon and every letter that can be shown, and come from Streamlit's by the command."""

import importlib.util
import re

import pytest
from fontTools.ttLib import TTFont

from core.bundled_files import read_manifest
from core.paths import ROOT
from pages.ui.shell import fonts


@pytest.fixture(scope="module")
def make_fonts():
    spec = importlib.util.spec_from_file_location("make_fonts", ROOT / ".ci" / "fonts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_command_makes_them_again(make_fonts, tmp_path):
    made_here = tmp_path / "fonts"  # the runs of a test have a folder beside it
    make_fonts.main(made_here)
    assert sorted(path.name for path in made_here.iterdir()) == sorted(path.name for path in fonts.FONTS.iterdir())
    for made in made_here.iterdir():
        assert made.read_bytes() == (fonts.FONTS / made.name).read_bytes(), "run .ci/fonts.py: an icon is new"


def test_an_icon_is_drawn_as_in_streamlits_own_font(make_fonts):
    (whole,) = make_fonts.MEDIA.glob(make_fonts.SOURCES["icons.woff2"])
    ours, theirs = TTFont(fonts.FONTS / "icons.woff2"), TTFont(whole)
    our_glyphs, their_glyphs = make_fonts.ligatures(ours), make_fonts.ligatures(theirs)
    shown = set(re.findall(r":material/(\w+):", "".join(p.read_text() for p in (ROOT / "pages").rglob("*.py"))))
    assert len(shown) > 40
    for icon in shown:
        ours_drawn, theirs_drawn = ours["glyf"][our_glyphs[icon]], theirs["glyf"][their_glyphs[icon]]
        assert ours_drawn.getCoordinates(ours["glyf"])[0] == theirs_drawn.getCoordinates(theirs["glyf"])[0]
        assert ours["hmtx"][our_glyphs[icon]] == theirs["hmtx"][their_glyphs[icon]]


@pytest.mark.parametrize("name", ["sans.woff2", "sans-italic.woff2"])
def test_every_letter_of_the_texts_that_streamlits_font_has_is_there(make_fonts, name):
    (whole,) = make_fonts.MEDIA.glob(make_fonts.SOURCES[name])
    files = [*(ROOT / "core").rglob("*.md"), *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    letters = {ord(letter) for file in files for letter in file.read_text(encoding="utf-8")}
    assert ord("×") in letters
    assert letters & set(TTFont(whole).getBestCmap()) <= set(TTFont(fonts.FONTS / name).getBestCmap())


def test_a_changed_font_bears_no_reserved_name():
    """The licence of Source Sans (OFL 1.1, condition 3): names that readers see; its notices stay as they are."""
    for name in ("sans.woff2", "sans-italic.woff2"):
        names = TTFont(fonts.FONTS / name)["name"]
        assert not [
            record for record in names.names if record.nameID in (1, 3, 4, 6, 16, 25) and "Source" in str(record)
        ]
        assert "SIL Open Font License" in names.getDebugName(13)


@pytest.mark.parametrize("name", ["manifest.json", "icons.woff2"])
def test_without_its_files_streamlits_own_fonts_are_shown(monkeypatch, tmp_path, name):
    for path in fonts.FONTS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes() if path.name != name else b"{}")
    replaced = read_manifest(fonts.FONTS)["files"]["icons.woff2"]["replaces"]
    assert fonts.font_subset(f"/static/media/{replaced}")
    monkeypatch.setattr(fonts, "FONTS", tmp_path)
    fonts._subsets.cache_clear()
    assert fonts.font_subset(f"/static/media/{replaced}") is None
    fonts._subsets.cache_clear()
