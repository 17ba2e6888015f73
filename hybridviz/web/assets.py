"""Files for browsers: BokehJS from the installed Bokeh package, and our own page assets.

Owns versions (content hashes), compression (once per file, in memory), ranges and caching headers.
Called by the views, and by pages for the URLs they name.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Request, Response, abort
from werkzeug.security import safe_join

FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
PACKED_TYPES = frozenset((".js", ".css", ".svg", ".json"))
MIN_PACKED = 512
"""Smallest file that is worth compressing, in bytes."""
LARGE = 16 * 1024 * 1024
"""Smallest file that is never read as a whole, in bytes: it is not compressed, and its version is
made of its time and size.
"""
PIECE = 64 * 1024
"""Most bytes of a file that are in memory while it is sent."""

Offload = Callable[[Callable[[bytes], bytes], bytes], bytes]


def own_folder() -> Path:
    """Return the folder of our page assets: in an installed package inside it, in a clone beside
    it.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "static"
    return inside if inside.is_dir() else package.parent / "static"


@dataclass(slots=True)
class _Known:
    """What is kept of a file as long as it does not change."""

    stamp: tuple[int, int]
    version: str
    packed: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.stamp[1]


class AssetFolder:
    """The files below one folder.

    Args:
        root: the folder.
        offload: runs a function in a thread, so that compressing delays nobody.
    """

    def __init__(self, root: Path, offload: Offload) -> None:
        self._root = root
        self.offload = offload
        self._known: dict[str, _Known] = {}

    def versioned(self, name: str) -> str:
        """Return ``NAME?v=VERSION``, which may be cached for good; just the name if there is no
        such file.
        """
        path = self._find(name)
        return f"{name}?v={self._look(path).version}" if path else name

    def respond(self, name: str, request: Request) -> Response:
        """Answer a GET or HEAD of one file, or of a range of one that is not compressed.

        Raises:
            NotFound: there is no such file below the folder.
            RequestedRangeNotSatisfiable: the file has no such range.
        """
        path = self._find(name) or abort(404)
        known = self._look(path)
        packable = path.suffix in PACKED_TYPES and MIN_PACKED <= known.size < LARGE
        if packable and request.accept_encodings["gzip"]:
            response = self._packed(path, known)
            response.make_conditional(request)
        else:
            response = _plain(path, known, request)
        if packable:
            response.vary.add("Accept-Encoding")
        current = request.args.get("v") == known.version
        response.headers["Cache-Control"] = FOREVER if current else REVALIDATE
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _find(self, name: str) -> Path | None:
        joined = safe_join(str(self._root), name)
        try:
            return Path(joined) if joined and Path(joined).is_file() else None
        except (OSError, ValueError):  # too long, or with a null byte
            return None

    def _look(self, path: Path) -> _Known:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._known.get(str(path))
        if known is None or known.stamp != stamp:
            known = _Known(stamp, _version(path, *stamp))
            self._known[str(path)] = known
        return known

    def _packed(self, path: Path, known: _Known) -> Response:
        if known.packed is None:
            known.packed = self.offload(_compress, path.read_bytes())
        response = Response(known.packed, mimetype=_type(path))
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{known.version}-gzip")
        return response


def _plain(path: Path, known: _Known, request: Request) -> Response:
    """Return a file as it is, or the range of it that is asked for."""
    response = Response(mimetype=_type(path))
    response.set_etag(known.version)
    response.content_length = known.size
    size = known.size if _asks_for_range(request) else None
    response.make_conditional(request, accept_ranges=True, complete_length=size)
    part = response.content_range
    response.response = _pieces(path, part.start or 0, part.stop or known.size)
    return response


def _asks_for_range(request: Request) -> bool:
    """Return whether one range of bytes is asked for; others count as none, as RFC 9110 section
    14.2 allows.
    """
    asked = request.range
    return asked is not None and asked.units == "bytes" and len(asked.ranges) == 1


def _pieces(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes of a file from ``start`` until before ``stop``; it is opened when the first
    piece is asked for.
    """
    with path.open("rb") as file:
        file.seek(start)
        while start < stop and (piece := file.read(min(PIECE, stop - start))):
            start += len(piece)
            yield piece


def _version(path: Path, time: int, size: int) -> str:
    if size >= LARGE:
        return f"{time:x}-{size:x}"
    return hashlib.sha256(path.read_bytes()).hexdigest()[:20]


def _type(path: Path) -> str | None:
    return mimetypes.guess_type(path.name)[0]


def _compress(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)
