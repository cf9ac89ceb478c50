"""The rules of the house, read from the syntax trees."""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest

from core.narrative import sections
from core.paths import ROOT, ROUTER
from core.runs.settings import SETTINGS
from tests.hostile.good_files import GOOD

SOURCES = sorted(
    [ROOT / "streamlit_app.py", *(path for part in ("core", "pages") for path in (ROOT / part).rglob("*.py"))]
)


# The rooms of core/ and what each may use of the others; any of them may use what lies directly in core/.
ROOMS = {
    "data": set(),
    "descent": {"data", "nn"},
    "drawing": {"data"},
    "explain": {"data", "drawing", "nn"},
    "figures": {"data", "descent", "explain", "nn", "runs"},
    "importers": {"data", "drawing", "nn", "reports", "runs"},
    "narrative": set(),
    "nn": {"data", "drawing"},
    "pretrained": {"nn", "runs"},
    "reports": {"data", "nn", "pretrained", "runs"},
    "runs": {"data", "explain", "nn"},
    "worker": {"data", "drawing", "explain", "nn", "runs"},
}

# The rooms of pages/ui: a chapter's own is used by that chapter alone.
UI_ROOMS = {
    "compare": {"components", "runs", "shell", "widgets"},
    "components": {"shell"},
    "descend": {"components", "runs", "shell", "widgets"},
    "explore": {"components", "widgets"},
    "inside": {"components", "runs", "shell", "widgets"},
    "predict": {"components", "runs", "shell", "widgets"},
    "runs": {"components", "shell", "widgets"},
    "shell": set(),
    "train": {"components", "runs", "shell", "widgets"},
    "widgets": {"components", "shell"},
}

REGISTRY = "core.pretrained.registry"  # has a load_model of its own, for the bundled files, which are plain


def name_of(path):
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def imports_of(path):
    """All modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module, *packages):
    return any(module == package or module.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_go_one_way(path):
    me, modules = name_of(path), set(imports_of(path))
    if within(me, "core"):
        assert not [m for m in modules if within(m, "streamlit", "streamlit_drawable_canvas", "pages")]
    if not within(me, "core.figures", "pages"):
        assert not [m for m in modules if within(m, "plotly")]
    if not within(me, "core.worker"):
        assert not [m for m in modules if within(m, "keras", "tensorflow", "core.worker")]
    if within(me, "pages"):
        assert not [m for m in modules if within(m, "pages") and not within(m, "pages.ui") and m != "pages"]
    if me not in ("core.worker.ray_executor", "core.worker.ray_node"):
        assert not [m for m in modules if within(m, "ray")]
    if me != "pages.ui.components.canvas":
        assert not [m for m in modules if within(m, "streamlit_drawable_canvas")]


@pytest.mark.parametrize(("folder", "rooms"), [("core", ROOMS), ("pages.ui", UI_ROOMS)], ids=["core", "pages.ui"])
def test_a_room_uses_no_other_than_those_it_may(folder, rooms):
    """The folders are the rooms, each arrow between two of them is allowed, and each allowed arrow is there."""
    there = {path.parent.name for path in (ROOT / folder.replace(".", "/")).glob("*/__init__.py")}
    assert there == set(rooms)
    arrows = {room: set() for room in rooms}
    for path in SOURCES:
        me = name_of(path).removeprefix(folder + ".").split(".")
        if not within(name_of(path), folder) or me[0] not in rooms:
            continue
        for module in imports_of(path):
            to = module.removeprefix(folder + ".").split(".")[0] if within(module, folder) else ""
            if to in rooms and to != me[0]:
                arrows[me[0]].add(to)
    assert arrows == rooms


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_can_run_a_strangers_code(path):
    modules = set(imports_of(path))
    assert not [m for m in modules if within(m, "pickle", "marshal", "dill", "joblib", "shelve")]
    assert "allow_pickle=True" not in path.read_text(encoding="utf-8")


def reached_from(*roots):
    """Our modules that these import, and what those import in turn, wherever in them."""
    paths, reached, left = {name_of(path): path for path in SOURCES}, set(), list(roots)
    while left:
        me = left.pop()
        if me in paths and me not in reached:
            reached.add(me)
            left += imports_of(paths[me])
    return {me: paths[me] for me in sorted(reached)}


IMPORT_PROCESS = "core.importers.sandbox_worker"
FOR_STRANGERS = reached_from(IMPORT_PROCESS, *(name_of(p) for p in SOURCES if within(name_of(p), "pages")))


@pytest.mark.parametrize("me", FOR_STRANGERS)
def test_what_meets_strangers_files_knows_no_way_to_run_them(me):
    """Keras' load_model runs what a file says; HDF5's library has holes; the rest runs code by design."""
    forbidden = {"load_model", "load_weights", "model_from_json", "deserialize_keras_object", "from_config"}
    forbidden |= {
        "visit",
        "visititems",
        "visit_links",
        "visititems_links",
        "copy_dataset",
        "eval",
        "exec",
        "__import__",
    }
    tree = ast.parse(FOR_STRANGERS[me].read_text(encoding="utf-8"))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {name for f in called if (name := getattr(f, "id", None) or getattr(f, "attr", None)) in forbidden}
    ours = {"load_model"} if REGISTRY in imports_of(FOR_STRANGERS[me]) or me == REGISTRY else set()
    assert not names - ours
    foreign = ("keras", "tensorflow", "h5py", "pickle", "marshal")
    assert not [m for m in imports_of(FOR_STRANGERS[me]) if within(m, *foreign)]


def test_the_walk_over_imports_finds_what_it_should():
    assert {"core.drawing.image_file", "core.importers.strict_hdf5", "core.importers.run_archive"} <= set(FOR_STRANGERS)
    assert "core.worker.training_job" not in FOR_STRANGERS


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parent.name == "pages"], ids=name_of)
def test_a_chapter_is_a_short_script(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    assert not re.search(r"^(def|class) ", text, re.MULTILINE)


def test_no_page_stops_its_run():
    """With st.stop() Streamlit forgets what was pressed meanwhile in a part of the page that runs by itself."""
    pages = [path for path in SOURCES if within(name_of(path), "pages", "streamlit_app")]
    assert len(pages) > 50
    for path in pages:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Attribute) and ast.unparse(node) == "st.stop")


def calls_of(name, tree):
    """(the call, the function or module in which it stands) of each call of a function by its name."""
    for place in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        for node in ast.walk(place):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node, place


def headings_in(node, place, tree):
    """The headings that an expression may be, each as a pattern: what is only known on the page is a *."""
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from headings_in(node.body, place, tree)
        yield from headings_in(node.orelse, place, tree)
    elif isinstance(node, ast.Name) and isinstance(place, ast.FunctionDef):  # whatever the function is called with
        names = [argument.arg for argument in place.args.args]
        for call, caller in calls_of(place.name, tree) if node.id in names else ():
            yield from headings_in(call.args[names.index(node.id)], caller, tree)


def sections_shown():
    """(page, pattern of a heading) of each section(...) that a page shows."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        tree, own = ast.parse(text), re.search(r'^PAGE = "(.+)"$', text, re.MULTILINE)
        for call, place in calls_of("section", tree):
            page, heading = call.args
            constant = re.search(rf'^{page.id} = "(.+)"$', text, re.MULTILINE) if isinstance(page, ast.Name) else None
            name = page.value if isinstance(page, ast.Constant) else (constant or own)[1]
            yield from ((name, pattern) for pattern in headings_in(heading, place, tree))


def test_every_section_of_the_prose_is_shown_on_its_page():
    shown = {
        *sections_shown(),
        *(("train_network", name) for name in SETTINGS),
    }  # these: tests/pages/test_train_network.py
    there = {(path.stem, head) for path in (ROOT / "core/narrative").glob("*.md") for head in sections(path.stem)}
    assert len(there) > 100
    assert not {one for one in there if not any(one[0] == page and fnmatchcase(one[1], head) for page, head in shown)}


def test_no_module_is_named_for_what_it_is_not():
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert not [path for path in SOURCES if vague & set(path.with_suffix("").parts)]


@pytest.mark.parametrize("kind", GOOD)
def test_the_process_that_reads_files_does_without_keras_and_hdf5_s_library(kind):
    program = (
        f"import sys; from {IMPORT_PROCESS} import main; main(); "
        "foreign = ('tensorflow', 'keras', 'h5py', 'streamlit', 'pages'); "
        "print(*(m for m in foreign if m in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, input=GOOD[kind](), capture_output=True)
    assert done.stderr == b"\n"
    assert b'"files"' in done.stdout
    assert b'"refused"' not in done.stdout


OPENS_MODELS = {"load_weights", "load_own_variables", "model_from_json", "from_config", "deserialize_keras_object"}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_hdf5_s_library_opens_no_file_of_this_app(path):
    """Keras writes some with it, after a training; it never reads one, not even those."""
    assert not [name for name in imports_of(path) if within(name, "h5py")]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not OPENS_MODELS & {name for f in called if (name := getattr(f, "id", None) or getattr(f, "attr", None))}
    ours = "registry.load_model" if REGISTRY in imports_of(path) else ""
    assert not [f for f in called if getattr(f, "attr", None) == "load_model" and ast.unparse(f) != ours]


def test_the_web_process_leaves_files_of_networks_to_their_own_process():
    program = "import sys, core.importers.import_model, pages.ui.runs.import_model; "
    program += "print(*(m for m in sys.modules if m == 'h5py' or m.startswith('core.importers.strict_hdf5')))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_web_process_does_without_tensorflow():
    """Every module that pages may import, imported; a page test could not tell, since tests may load Keras."""
    inner = [name_of(p) for p in SOURCES if within(name_of(p), "core") and not within(name_of(p), "core.worker")]
    modules = [*inner, *(name_of(p) for p in SOURCES if within(name_of(p), "pages.ui") and p != ROUTER)]
    program = (
        f"import sys, {', '.join(modules)}; print(*(m for m in ('tensorflow', 'keras', 'scipy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_what_looks_again_by_itself_stands_in_a_live_part():
    """Elsewhere it would fade on a busy server; tests/browser/test_live_part.py shows both."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in SOURCES if within(name_of(path), "pages")}
    again = [name for name, text in texts.items() if "run_every=" in text]
    assert len(again) > 5
    assert not [name for name in again if texts[name].count("run_every=") > texts[name].count("with live_part(")]


def test_no_rule_of_style_makes_the_browser_look_through_all_of_a_page():
    """A `:has()` of what all is in, or with a part of a class, doubled the time that a page with charts takes."""
    style = re.sub(r"/\*.*?\*/", "", (ROOT / "pages/ui/shell/overrides.css").read_text(encoding="utf-8"), flags=re.S)
    found = re.findall(r"([^\s{}]*):has\(((?:[^()]|\([^()]*\))*)\)", style)
    assert found
    everything = ("", "html", "body", ".stApp", ".stMain")
    assert not [one for one in found if "class*=" in one[1] or (one[0] in everything and not one[1].startswith("> "))]
