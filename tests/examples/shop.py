"""The shop as a process under each server, and a seller's browser without a browser."""

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

from tests.interop.wire import TIMEOUT, Wire
from tests.servers import ROOT, Server, free_port

SHOP = ROOT / "examples" / "shop"
PASSWORDS = {"ada": "lovelace", "eve": "apple"}
GUNICORN = ("gunicorn", "--bind", "127.0.0.1:{port}", "--worker-class")
COMMANDS = {
    "flask": ("flask", "--app", "{module}", "run", "--port", "{port}"),
    "gthread": (*GUNICORN, "gthread", "--threads", "32", "{module}:app"),
    "geventwebsocket": (
        *GUNICORN,
        "geventwebsocket.gunicorn.workers.GeventWebSocketWorker",
        "{module}:app",
    ),
}


class SiteServer(Server):
    """A Flask application of the examples under one kind of server.

    Args:
        kind: a key of `COMMANDS`.
        folder: where the application is, in a module ``wsgi`` unless another is named.
        directory: where its log is.
        module: the application's module.
        variables: further variables of the environment.
    """

    stop_timeout = 40.0  # the application is not ours alone: gunicorn ends it in its own time

    def __init__(
        self,
        kind: str,
        folder: Path,
        directory: Path,
        module: str = "wsgi",
        variables: dict[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        self._log = directory / f"{kind}.log"
        command = (part.format(port=self.port, module=module) for part in COMMANDS[kind])
        self._command = [sys.executable, "-m", *command]
        self._cwd = folder
        self._environment = os.environ | (variables or {})
        self.start()


class ShopServer(SiteServer):
    """The shop under one kind of server.

    Args:
        kind: a key of `COMMANDS`.
        directory: where its database and data are.
    """

    def __init__(self, kind: str, directory: Path) -> None:
        variables = {
            "SHOP_SECRET_KEY": "s" * 32,
            "SHOP_SQLALCHEMY_DATABASE_URI": f"sqlite:///{directory}/shop.db",
            "SHOP_HYBRIDVIZ_DATA_DIR": str(directory / "data"),
        }
        super().__init__(kind, SHOP, directory, variables=variables)


class Seller:
    """A seller who is logged in.

    Args:
        server: the shop.
        name: a key of `PASSWORDS`; a stranger if it is empty.
    """

    def __init__(self, server: ShopServer, name: str = "") -> None:
        self.server = server
        self.browser = requests.Session()
        if name:
            self.post("/login", name=name, password=PASSWORDS[name])

    def get(self, path: str) -> requests.Response:
        return self._ask("GET", path)

    def post(self, path: str, **form: str) -> requests.Response:
        return self._ask("POST", path, data=form)

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.server.url}{path}"
        with self.browser:  # gunicorn's greenlets end late if connections are kept open
            return self.browser.request(
                method, url, timeout=TIMEOUT, allow_redirects=False, **options
            )

    def token(self, route: str, **arguments: str) -> str:
        """Return the token that a plot embedded in the seller's page has."""
        names = urlencode({"bokeh-autoload-element": "here"} | arguments)
        script = self.get(f"{route}/autoload.js?{names}")
        assert script.status_code == 200, script.text
        return re.findall(r'"token":"([^"]+)"', script.text)[0]

    @contextmanager
    def watch(self, route: str, token: str | None = None, path: str = "/ws") -> Iterator[Wire]:
        """Open the websocket of a plot."""
        cookie = "; ".join(f"{c.name}={c.value}" for c in self.browser.cookies)
        with Wire(
            f"{self.server.url}{route}",
            token or self.token(route),
            {"Cookie": cookie},
            f"{route}{path}",
        ) as wire:
            yield wire


def columns(wire: Wire, name: str) -> dict[str, list[Any]]:
    """Pull a document and return the columns of the data source of that name."""
    kind, content = wire.reply_to(wire.message("PULL-DOC-REQ"))
    assert kind == "PULL-DOC-REPLY"
    return entries(find(content["doc"], name)["attributes"]["data"])


def find(value: Any, name: str) -> dict[str, Any]:
    """Return the model of that name in a document's JSON."""
    found = list(_named(value, name))
    assert len(found) == 1, f"{len(found)} models are named {name}"
    return found[0]


def _named(value: Any, name: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("attributes", {}).get("name") == name:
            yield value
        for item in value.values():
            yield from _named(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item, name)


def entries(data: Any) -> dict[str, list[Any]]:
    """Return the columns of a data source's JSON."""
    assert data["type"] == "map", json.dumps(data)[:200]
    return dict(data["entries"])
