"""What holds for every chapter."""

import shutil
import subprocess
import sys

import pytest

from core.data import digit_map, mnist
from core.paths import ASSETS, ROOT
from core.runs import run
from core.runs.run import PRETRAINED

CHAPTERS = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
ASSET_FILES = [
    *(f"models/{name}/model.safetensors" for name in PRETRAINED),
    "models/article/events.jsonl",
    "models/article/manifest.json",
    "models/article/config.json",
    "mnist.npz",
    "digit_map.npz",
    "digit_map.json",
]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_opens_cold_and_without_anything_trained(app, chapter):
    at = app(chapter)
    assert not at.exception
    assert not at.error
    assert len(at.title) == 1


@pytest.mark.parametrize(
    ("chapter", "query"),
    [
        ("look_inside", {"inside": ""}),
        ("look_inside", {"inside": "One batch backward", "learns_by": ""}),
        ("look_inside", {"reads": "", "image": "", "layer": "", "unit": ""}),
        ("gradient_descent", {"part": ""}),
        ("gradient_descent", {"part": "A line through points", "batch": ""}),
        ("explore_digits", {"view": ""}),
        ("explore_digits", {"set": ""}),
    ],
)
def test_an_address_with_nothing_after_a_name_asks_for_nothing(app, chapter, query):
    at = app(chapter, **query)
    assert not at.exception
    assert not at.error


def test_the_servers_entry_run_as_a_script_shows_the_same():
    """So a host does that knows no ASGI entry, and Streamlit's own AppTest."""
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert not at.exception
    assert [title.value for title in at.title] == ["How does a neural network learn?"]
    assert [title.value for title in at.switch_page("pages/draw_digit.py").run().title] == ["Draw a digit"]


@pytest.fixture
def damaged_assets(tmp_path, monkeypatch):
    """A copy of the bundled files in which one byte of one file is flipped, or the file is gone."""

    def damage(name, gone):
        copy = tmp_path / "assets"
        shutil.copytree(ASSETS, copy)
        if gone:
            (copy / name).unlink()
        else:
            content = bytearray((copy / name).read_bytes())
            content[len(content) // 2] ^= 0xFF
            (copy / name).write_bytes(content)
        monkeypatch.setattr(run, "PRETRAINED_FOLDER", copy / "models")
        for function, path in (
            (mnist.load_test_set, copy / "mnist.npz"),
            (mnist.load_training_set, copy / "mnist.npz"),
            (digit_map.load_map, copy / "digit_map.npz"),
        ):
            monkeypatch.setattr(function, "__defaults__", (path,))

    return damage


@pytest.mark.parametrize("gone", [True, False], ids=["missing", "flipped byte"])
@pytest.mark.parametrize("name", ASSET_FILES)
def test_a_broken_file_is_named_where_it_is_needed_and_the_rest_works(app, damaged_assets, name, gone):
    damaged_assets(name, gone)
    said = []
    for chapter in CHAPTERS:
        for view in ("One digit", "Map", "Hardest") if chapter == "explore_digits" else ("",):
            at = app(chapter, view=view) if view else app(chapter)
            if view:
                at.segmented_control(key="view").set_value(view).run()
            assert not at.exception
            assert len(at.title) == 1
            said += [error.value for error in at.error]
    assert said
    assert all(name.rsplit("/", 1)[-1] in sentence and "estore it" in sentence for sentence in said)


def test_a_component_with_plain_data_imports_no_pandas():
    """Three lines in pages/ui/shell/navigation.py; without them the first canvas comes 1.2 s later."""
    script = """
import sys
from streamlit.testing.v1 import AppTest
at = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
assert at.get("bidi_component")
print("pandas" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.split() == ["False"]
