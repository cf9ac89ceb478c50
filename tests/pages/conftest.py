"""Pages are run by Streamlit's own AppTest; the canvas is replaced, since AppTest cannot draw."""

import functools
import secrets

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.nn.network import initial_network
from core.paths import ROOT, ROUTER
from core.runs.checkpoints import save_checkpoint
from core.runs.run import Run
from core.runs.service_client import READY, ServiceState
from pages.ui.shell.session import session
from pages.ui.shell.training_service import training_service
from tests.fabric import fabric_drawing
from tests.pages.charts import charts_of, figure_of
from tests.trained import trained_run


@pytest.fixture(autouse=True)
def fresh_caches():
    for forget in (st.cache_resource.clear, training_service.forget):
        forget()
    yield
    for forget in (st.cache_resource.clear, training_service.forget):
        forget()


class ServiceThatTrainsNothing:
    def __init__(self):
        self.told = ServiceState(READY)

    def state(self):
        return self.told

    def start_now(self):
        pass

    def end(self):
        pass


@pytest.fixture(autouse=True)
def runs_folder(tmp_path, monkeypatch):
    """A folder of its own for the runs of each test, which nothing trains."""
    (tmp_path / "runs").mkdir()
    monkeypatch.setenv("RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setattr("pages.ui.shell.training_service.LazyService", ServiceThatTrainsNothing)
    monkeypatch.setattr("pages.ui.shell.visitor._cookie", lambda: "")  # AppTest's are mocks
    return tmp_path / "runs"


# Each AppTest asks all installed packages for components, which takes longer than most pages.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(scope="session")
def chapters():
    """What AppTest needs to begin at a chapter: it knows which there are when the app has run once."""
    at = AppTest.from_file(str(ROUTER), default_timeout=60).run()
    return {path.stem: at.switch_page(f"../../{path.name}")._page_hash for path in (ROOT / "pages").glob("*.py")}


@pytest.fixture
def app(monkeypatch, chapters):
    """Open the app at a chapter, with an address and with strokes on the canvas."""

    def open_app(page=None, strokes=(), **address):
        drawing = fabric_drawing(strokes)
        monkeypatch.setattr(
            "pages.ui.components.canvas.show_canvas", lambda brush: setattr(session(), "canvas", drawing)
        )
        at = AppTest.from_file(str(ROUTER), default_timeout=60)
        for name, value in address.items():
            at.query_params[name] = value
        if page:
            at._page_hash = chapters[page]
        return at.run()

    return open_app


@pytest.fixture
def texts():
    """All that a page says in words."""

    def all_texts(at):
        kinds = ("title", "markdown", "caption", "header", "info", "warning", "error", "metric")
        return "\n".join(str(element.value) for kind in kinds for element in getattr(at, kind))

    return all_texts


@pytest.fixture
def read():
    """What the networks on a page read, each in large letters: a digit, or two when it is not sure."""
    return lambda at: [heading.value for heading in at.header if heading.value[0].isdigit()]


@pytest.fixture
def trained():
    """A run as a finished training leaves it, made without Keras."""
    return trained_run


@pytest.fixture
def figure():
    """The data of a Plotly figure on the page, by its place."""
    return lambda at, place=0: figure_of(charts_of(at)[place])


@pytest.fixture
def inside(app):
    """The chapter that looks inside, at one of its parts."""

    def open_part(part, strokes=()):
        at = app("draw_digit", strokes=strokes) if strokes else None
        if at is None:
            at = app("look_inside")
        else:
            at.switch_page("../../look_inside.py").run()
        return at.segmented_control(key="inside").set_value(part).run()

    return open_part


@pytest.fixture
def own_run(trained, monkeypatch):
    """A run of this visitor's that has kept some moments: networks that are less and less random."""

    def make(networks=None):
        me = secrets.token_urlsafe(16)
        monkeypatch.setattr("pages.ui.shell.visitor._cookie", lambda: me)
        run = trained(me)
        start, end = (initial_network(run.config().layer_units, ("relu", "softmax"), seed) for seed in (0, 1))
        for number, network in enumerate(networks or (start, end, start, end)):
            save_checkpoint(run.path / "checkpoints", network, 32 * number, epoch_end=number > 0)
        return run

    return make


@pytest.fixture
def train(app, monkeypatch):
    """Open the page on training, at an address; where that names a run, as the one who began it."""

    def open_train(**address):
        if run := Run.find(address.get("run", "")):
            told = run.metadata_or_none()
            name = told.owner if told else ""
            monkeypatch.setattr("pages.ui.shell.visitor._cookie", lambda: name)
        return app("train_network", **address)

    return open_train


@pytest.fixture
def runs(runs_folder):
    """All runs that there are."""
    return lambda: [Run(path) for path in runs_folder.glob("*") if (path / "config.json").exists()]


@pytest.fixture
def mine(monkeypatch):
    """The name of the one who looks on, as the cookie has it."""
    name = secrets.token_urlsafe(16)
    monkeypatch.setattr("pages.ui.shell.visitor._cookie", lambda: name)
    return name


@pytest.fixture
def compare(app, mine):
    """Open the page as the owner `mine`."""
    return lambda **address: app("compare_runs", **address)
