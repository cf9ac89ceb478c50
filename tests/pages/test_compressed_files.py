"""A file of a package is compressed once, and reaches the browser as it was."""

import asyncio
import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import file_util
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

from core.bundled_files import read_manifest
from pages.ui.shell import compressed_files
from pages.ui.shell.compressed_files import ENCODERS, CompressedFiles
from pages.ui.shell.fonts import FONTS, font_subset
from tests.waiting import LIMIT

STREAMLIT = Path(file_util.get_static_dir())
SCRIPT = b"const lesson = 'the loss falls';\n" * 2000
DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}


@pytest.fixture
def asked():
    """The requests that came through to the app behind, by path."""
    return []


@pytest.fixture
def behind(tmp_path, asked):
    """An app as Streamlit's: a script that stays, a page for what leads nowhere, a file that changes."""
    (tmp_path / "lesson.js").write_bytes(SCRIPT)

    async def static(request):
        asked.append(request.url.path)
        if request.path_params["name"] == "lesson.js":
            return FileResponse(
                tmp_path / "lesson.js", headers={"cache-control": "public, immutable, max-age=31536000"}
            )
        return Response(b"<html>" * 100, headers={"cache-control": "no-cache"}, media_type="text/html")

    async def live(request):
        asked.append(request.url.path)
        return PlainTextResponse(f"accepts {request.headers.get('accept-encoding')}")

    return Starlette(
        routes=[
            Route("/static/js/{name}", static),
            Route("/base/static/js/{name}", static),
            Route("/{path:path}", live),
        ]
    )


@dataclass
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: Headers
    body: bytes


async def answer_to(path, app, **headers):
    heard = []

    async def send(message):
        heard.append(message)

    path, _, query = path.partition("?")
    sent = {
        "host": "here",
        "accept-encoding": "identity",
        **{name.replace("_", "-"): of for name, of in headers.items()},
    }
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }
    await app(scope, asyncio.Event().wait, send)  # a browser that stays says nothing more
    body = b"".join(message.get("body", b"") for message in heard[1:])
    return Answer(heard[0]["status"], Headers(raw=heard[0]["headers"]), body)


def run(coroutine):
    """In a thread: this one may have the loop of a browser that an earlier test has driven."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def ask(app, path, **headers):
    return run(answer_to(path, app, **headers))


@pytest.fixture
def app(behind):
    return CompressedFiles(behind)


SCRIPT_PATH = "/static/js/lesson.js"


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR ; Q=0.000, GZIP", "gzip"),
        ("br;q=1.0", "br"),
        ("deflate, zstd", "identity"),
        ("", "identity"),
        ("brr, xgzip", "identity"),
        (",;,;q=,", "identity"),
    ],
)
def test_a_browser_gets_the_best_that_it_takes(app, accepts, encoding):
    answer = ask(app, SCRIPT_PATH, accept_encoding=accepts)
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert DECODERS[encoding](answer.body) == SCRIPT
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, immutable, max-age=31536000"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_each_encoding_is_made_once(app, asked, monkeypatch):
    made = []
    for name, encode in ENCODERS.items():
        monkeypatch.setitem(ENCODERS, name, lambda body, name=name, encode=encode: made.append(name) or encode(body))
    for _ in range(3):
        for accepts in ("br, gzip", "gzip", ""):
            ask(app, f"{SCRIPT_PATH}?a=query", accept_encoding=accepts)
    assert made == ["br", "gzip", "identity"]
    assert asked == [SCRIPT_PATH] * 3


def test_of_many_who_are_first_at_once_one_has_it_made(app, asked, monkeypatch):
    made, go_on = [], threading.Event()
    encode = ENCODERS["br"]

    def slowly(body):
        made.append(body)
        go_on.wait(LIMIT)
        return encode(body)

    monkeypatch.setitem(ENCODERS, "br", slowly)

    async def all_at_once():
        visits = [asyncio.create_task(answer_to(SCRIPT_PATH, app, accept_encoding="br")) for _ in range(30)]
        while not made:
            await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*visits)

    answers = run(all_at_once())
    assert len(made) == len(asked) == 1
    assert [brotli.decompress(answer.body) for answer in answers] == [SCRIPT] * 30


def test_who_has_it_already_is_told_so(app):
    tag = ask(app, SCRIPT_PATH, accept_encoding="br").headers["etag"]
    again = ask(app, SCRIPT_PATH, if_none_match=f'"other", {tag}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    other = ask(app, SCRIPT_PATH, if_none_match='"other"')
    assert (other.status, other.body) == (200, SCRIPT)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/page", {}),
        (SCRIPT_PATH, {"range": "bytes=0-9"}),
        (SCRIPT_PATH, {"origin": "https://elsewhere.example"}),
        (SCRIPT_PATH, {"origin": "null"}),
    ],
)
def test_all_else_goes_through(app, asked, path, headers):
    for _ in range(2):
        assert "content-encoding" not in ask(app, path, accept_encoding="br", **headers).headers
    assert asked == [path] * 2


def test_a_page_from_here_says_so_and_is_served(app):
    answer = ask(app, SCRIPT_PATH, accept_encoding="br", origin="http://here")
    assert answer.headers["content-encoding"] == "br"


def test_what_is_asked_elsewhere_is_asked_as_it_was(app):
    assert ask(app, "/live", accept_encoding="br").body == b"accepts br"


def test_addresses_that_lead_nowhere_fill_no_memory(app, asked):
    for number in range(50):
        answer = ask(app, f"/static/js/{number}.js", accept_encoding="br")
        assert (answer.status, answer.body[:6]) == (200, b"<html>")
    assert len(asked) == 50
    assert not app._kept
    assert not app._locks


def test_no_more_is_kept_than_there_is_room_for(behind, asked):
    app = CompressedFiles(behind, max_kept_bytes=len(ENCODERS["br"](SCRIPT)) + 1)
    for accepts in ("br", "br", "gzip", "br"):
        assert DECODERS[accepts](ask(app, SCRIPT_PATH, accept_encoding=accepts).body) == SCRIPT
    assert len(asked) == 3  # the second alone was there already


def test_a_file_that_is_too_large_goes_through(app, asked, monkeypatch):
    monkeypatch.setattr(compressed_files, "MAX_FILE_BYTES", len(SCRIPT) - 1)
    for _ in range(2):
        assert ask(app, SCRIPT_PATH, accept_encoding="br").body == SCRIPT
    assert len(asked) == 2


def test_a_base_path_changes_nothing(app):
    answer = ask(app, "/base/static/js/lesson.js", accept_encoding="br")
    assert (answer.headers["content-encoding"], brotli.decompress(answer.body)) == ("br", SCRIPT)


@pytest.fixture(scope="module")
def streamlit_files():
    """Streamlit's own routes, without the middleware and with it."""
    plain = Starlette(routes=create_streamlit_static_assets_routes(""))
    return plain, CompressedFiles(plain)


FILES = [path for path in (STREAMLIT / "static").rglob("*") if path.is_file() and not font_subset(path.name)]


def test_every_file_of_streamlits_arrives_as_it_is(streamlit_files):
    plain, compressed = streamlit_files
    assert len(FILES) > 200
    for path in FILES:
        address = f"/{path.relative_to(STREAMLIT).as_posix()}"
        answer, uncompressed = ask(compressed, address, accept_encoding="gzip"), ask(plain, address)
        assert DECODERS[answer.headers.get("content-encoding", "identity")](answer.body) == uncompressed.body
        for name in ("cache-control", "content-type"):
            assert answer.headers[name] == uncompressed.headers[name]


@pytest.mark.parametrize(
    "path", ["/static/js/../../secret.js", "/static/../../conftest.js", "/static//etc/x.js", "/static/js/\0.js"]
)
def test_a_path_that_is_none_is_answered_as_ever(streamlit_files, path):
    plain, compressed = (ask(app, path) for app in streamlit_files)
    assert (plain.status, plain.body) == (compressed.status, compressed.body)


def test_a_font_comes_with_the_letters_that_are_shown_here(streamlit_files):
    plain, compressed = streamlit_files
    for name, entry in read_manifest(FONTS)["files"].items():
        address = f"/static/media/{entry['replaces']}"
        answer, whole = ask(compressed, address), ask(plain, address)
        assert answer.body == (FONTS / name).read_bytes()
        assert len(answer.body) < len(whole.body) / 2
        assert answer.headers["content-type"] == whole.headers["content-type"]
        assert "immutable" not in answer.headers["cache-control"]  # its address stays the same when an icon is added
        assert ask(compressed, address, if_none_match=answer.headers["etag"]).status == 304
