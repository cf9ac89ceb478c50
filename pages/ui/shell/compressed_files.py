"""A file that never changes is compressed once, not for each visitor.

Streamlit hands out its scripts uncompressed, and compresses a component's file anew at each request: a first page was
4.6 MB. This middleware stands before it, and keeps what it hands out as browsers get it.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from weakref import WeakValueDictionary

import anyio
import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.shell.fonts import font_subset

FOLDERS = ("/static/", "/component/", "/_stcore/bidi-components/")  # of installed packages; a base path may be before
COMPRESSIBLE = (".js", ".mjs", ".css", ".svg", ".json", ".txt", ".wasm")
MAX_FILE_BYTES = 16_000_000  # a larger one goes through as it is
MAX_KEPT_BYTES = 32_000_000  # of all that is kept; all of Streamlit's scripts are 6 MB in each encoding
# Of a font's subset: its address stays when its content changes. It is shown at once, and asked for again beside that.
SUBSET_CACHE = "public, max-age=3600, stale-while-revalidate=31536000"
OF_THE_BODY = ("content-length", "content-encoding", "transfer-encoding", "accept-ranges", "etag", "date", "server")

# The best first. Browsers offer Brotli on https, and from this machine. Level 8 makes Plotly's 4.8 MB 1.24 in 0.2 s;
# the highest, 11, makes them 1.11, in 6 s.
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=8, lgwin=22),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
    "identity": bytes,
}


@dataclass(frozen=True)
class KeptFile:
    """A file as it is sent in one encoding."""

    headers: MutableHeaders
    body: bytes

    def answer(self, request: Headers) -> Response:
        """The file, or that the browser has it already."""
        if self.headers["etag"] in [tag.strip() for tag in request.get("if-none-match", "").split(",")]:
            names = ("etag", "vary", "cache-control")
            return Response(status_code=304, headers={name: self.headers[name] for name in names})
        response = Response(self.body)
        response.raw_headers = [*self.headers.raw, (b"content-length", str(len(self.body)).encode())]
        return response


class CompressedFiles:
    """ASGI middleware: what it does not have it asks of the app behind it, so that paths are checked there as ever."""

    def __init__(self, app: ASGIApp, max_kept_bytes: int = MAX_KEPT_BYTES) -> None:
        self._app, self._max_kept_bytes = app, max_kept_bytes
        self._kept: OrderedDict[tuple[str, str], KeptFile] = OrderedDict()  # by path and encoding, last used last
        self._locks: WeakValueDictionary[tuple[str, str], anyio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer where a file of a package is asked for; all else goes through."""
        if not is_for_file(scope):
            await self._app(scope, receive, send)
            return
        request = Headers(scope=scope)
        key = scope["path"], best_encoding(request.get("accept-encoding", ""))
        lock = self._locks.setdefault(key, anyio.Lock())  # thirty visitors may be the first to ask
        async with lock:
            file = self._kept.get(key) or await self._fetch(key, scope, receive, send)
        if file:
            if key in self._kept:
                self._kept.move_to_end(key)
            await file.answer(request)(scope, receive, send)

    async def _fetch(self, key: tuple[str, str], scope: Scope, receive: Receive, send: Send) -> KeptFile | None:
        """Ask the app behind and keep its answer; None if it is not for keeping, and was sent on."""
        headers, parts = MutableHeaders(), list[bytes]()
        is_kept = False

        async def hear(message: Message) -> None:
            nonlocal headers, is_kept
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                is_kept = message["status"] == 200 and is_for_keeping(headers)
            if not is_kept:
                await send(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        # Whole, and as it is: what the browser has, and how it takes it, is answered here.
        asked = [(name, value) for name, value in scope["headers"] if name == b"host"]
        await self._app({**scope, "headers": asked}, receive, hear)
        if not is_kept:
            return None
        path, encoding = key
        subset = font_subset(path)
        file = await anyio.to_thread.run_sync(encoded, subset or b"".join(parts), encoding, headers)
        if subset:
            file.headers["cache-control"] = SUBSET_CACHE
        self._kept[key] = file
        while sum(len(each.body) for each in self._kept.values()) > self._max_kept_bytes:
            self._kept.popitem(last=False)
        return file


def is_for_file(scope: Scope) -> bool:
    """Whether a request is for a file that is kept here; one from another site, or for a part, is not."""
    if scope["type"] != "http" or scope["method"] != "GET" or not any(folder in scope["path"] for folder in FOLDERS):
        return False
    request = Headers(scope=scope)
    origin, host = request.get("origin"), request.get("host")
    if "range" in request or origin not in (None, f"http://{host}", f"https://{host}"):
        return False
    return PurePosixPath(scope["path"]).suffix in COMPRESSIBLE or font_subset(scope["path"]) is not None


def is_for_keeping(headers: Headers) -> bool:
    """Whether an answer is a file that stays as it is: for an address that leads nowhere the app's page is answered."""
    return "public" in headers.get("cache-control", "") and int(headers.get("content-length", 0)) <= MAX_FILE_BYTES


def best_encoding(accepted: str) -> str:
    """The best of ENCODERS among those that a browser accepts, by its header Accept-Encoding."""
    offers = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        offers[name.strip()] = quality.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next(name for name in ENCODERS if offers.get(name) or name == "identity")


def encoded(body: bytes, encoding: str, headers: Headers) -> KeptFile:
    """A file in an encoding; as it is, if that is smaller."""
    smaller = ENCODERS[encoding](body)
    if len(smaller) >= len(body):
        encoding, smaller = "identity", body
    kept = MutableHeaders({name: value for name, value in headers.items() if name not in OF_THE_BODY})
    kept["vary"] = "Accept-Encoding"
    kept["etag"] = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    if encoding != "identity":
        kept["content-encoding"] = encoding
    return KeptFile(kept, smaller)
