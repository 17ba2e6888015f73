"""Files for browsers: BokehJS from the installed Bokeh package, and our own page assets.

Owns versions (content hashes), compression (once per file, in memory) and caching headers. Called
by the views, and by pages for the URLs they name.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Request, Response, abort
from werkzeug.security import safe_join

FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
PACKED_TYPES = frozenset((".js", ".css", ".svg", ".json"))
MIN_PACKED = 512
"""Smallest file that is worth compressing, in bytes."""

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
        """Answer a GET or HEAD of one file.

        Raises:
            NotFound: there is no such file below the folder.
        """
        path = self._find(name) or abort(404)
        known, data = self._look(path), path.read_bytes()
        response = Response(data, mimetype=mimetypes.guess_type(path.name)[0])
        response.set_etag(known.version)
        if path.suffix in PACKED_TYPES and len(data) >= MIN_PACKED:
            response.vary.add("Accept-Encoding")
            if request.accept_encodings["gzip"]:
                self._pack(response, known)
        current = request.args.get("v") == known.version
        response.headers["Cache-Control"] = FOREVER if current else REVALIDATE
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.make_conditional(request)
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
            known = _Known(stamp, hashlib.sha256(path.read_bytes()).hexdigest()[:20])
            self._known[str(path)] = known
        return known

    def _pack(self, response: Response, known: _Known) -> None:
        if known.packed is None:
            known.packed = self.offload(_compress, response.get_data())
        response.set_data(known.packed)
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{known.version}-gzip")


def _compress(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)
