"""Requests that carry too much, and files that vanish, at real servers: a clear answer each.

The others go on.
"""

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.servers import Server

TIMEOUT = 30
APP = (
    "from bokeh.io import curdoc\nfrom bokeh.models import Div\n"
    "context = curdoc().session_context\n"
    "curdoc().add_root(Div(text=str(len(str(context.request.cookies)))))\n"
)
KINDS = ["serve", "gunicorn-gevent", "gunicorn-gthread"]

Serve = Callable[..., Server]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start servers; each is ended after the test."""
    with ExitStack() as stack:

        def start(app: Path, kind: str = "serve", options: tuple[str, ...] = ()) -> Server:
            server = Server(kind, [app], tmp_path, options=options)
            stack.callback(server.kill)
            return server

        yield start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with an app."""
    found = tmp_path / "app"
    found.mkdir()
    (found / "main.py").write_text(APP)
    return found


def get(url: str, **options: object) -> requests.Response:
    return requests.get(url, timeout=TIMEOUT, **options)  # type: ignore[arg-type]


def token_in(page: requests.Response) -> str:
    return page.text.split('"token":"')[1].split('"')[0]


@pytest.mark.parametrize("kind", KINDS)
def test_too_much_is_refused_and_the_others_go_on(kind: str, serve: Serve, folder: Path) -> None:
    url = f"{serve(folder, kind=kind).url}/app"
    bomb = "; ".join(f"c{number}={'x' * 300}" for number in range(200))
    for headers in ({"X-Big": "x" * 65_536}, {"Cookie": bomb}):
        assert get(url, headers=headers).status_code in (400, 413, 431)
        assert get(url).status_code == 200
    assert get(f"{url}?a={'x' * 65_536}").status_code in (400, 414, 431)
    assert get(url).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_stay_short(kind: str, serve: Serve, folder: Path) -> None:
    url = f"{serve(folder, kind=kind).url}/app"
    cookies = {"Cookie": "; ".join(f"c{number}={'x' * 700}" for number in range(10))}
    for _ in range(2):
        page = get(url, headers=cookies)
        assert page.status_code == 200 and len(token_in(page)) <= 2048
        long = get(f"{url}?a={'x' * 3000}", headers={"X-Some": "y" * 1000})
        assert long.status_code == 200 and len(token_in(long)) <= 2048
    claims = token_in(page).split(".")[0]
    known = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert known.keys() == {"session_id", "session_expiry", "hybridviz-opens"}


@pytest.mark.parametrize("options", [(), ("--dev",)])
def test_files_that_vanish(options: tuple[str, ...], serve: Serve, folder: Path) -> None:
    server = serve(folder, options=options)
    shutil.rmtree(folder)
    page = get(f"{server.url}/app")
    assert page.status_code == 200  # it is served from memory
    assert get(f"{server.url}/app/static/none.css").status_code == 404
