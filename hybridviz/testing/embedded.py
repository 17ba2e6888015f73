"""Where the live documents of a page are: what BokehJS would find in its scripts.

The format is that of ``bokeh.embed``: render items with tokens, and scripts ``autoload.js`` that
bring such. Knows no connection.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

ITEMS = re.compile(r"render_items = (\[.*?\]);\s", re.DOTALL)
EMBED = re.compile(
    r"embed_items\(docs_json, render_items(?:, \"(?P<path>[^\"]*)\")?(?:, \"(?P<url>[^\"]*)\")?\)"
)
AUTOLOAD = re.compile(r"""["']([^"'\s]*/autoload\.js\?[^"'\s]*)["']""")


@dataclass(frozen=True, slots=True)
class Embedded:
    """A live document of a page.

    Attributes:
        token: opens its session.
        socket: URL of its websocket, with the scheme http or https.
    """

    token: str
    socket: str


def find_embedded(text: str, page: str, load: Callable[[str], str]) -> list[Embedded]:
    """Return the live documents of a page, each session once.

    Args:
        text: the page's HTML.
        page: its absolute URL.
        load: returns the text of a script at an absolute URL.
    """
    scripts = [load(urljoin(page, html.unescape(src))) for src in AUTOLOAD.findall(text)]
    found = [item for script in (text, *scripts) for item in _in_script(script, page)]
    return list(dict.fromkeys(found))


def _in_script(text: str, page: str) -> list[Embedded]:
    calls = list(EMBED.finditer(text))
    found = []
    for items, call in zip(ITEMS.findall(text), calls, strict=False):
        socket = _socket(page, call["path"], call["url"])
        found += [Embedded(item["token"], socket) for item in _with_token(items)]
    return found


def _with_token(items: str) -> list[dict[str, Any]]:
    return [item for item in orjson.loads(items) if "token" in item]


def _socket(page: str, path: str | None, url: str | None) -> str:
    """Return where BokehJS connects (``_get_ws_url`` in its embed/server.ts)."""
    place = urlsplit(url or page)
    base = (path if path is not None else place.path).rstrip("/")
    return f"{place.scheme}://{place.netloc}{base}/ws"
