"""Mutated recordings: no failure, no hang, and what is refused changes nothing.

The requests are those of real clients and browsers of Bokeh 0.10, each changed at random; a browser
of today looks at the documents meanwhile.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from hybridviz.client import pull_session
from tests.legacy_rest.mutations import Asked, mutated
from tests.servers import ROOT, Server

EXCHANGES = sorted((ROOT / "tests/data/legacy_exchanges").glob("*.json"))
COUNT, LARGE = 125, 1250
"""Mutated requests of each recording; and for ``make soak``."""
TIMEOUT = 30
"""Seconds; what takes longer is a hang."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ["--store", "memory:", "--unused-session-lifetime", "500"]
    server = Server("serve", [], tmp_path_factory.mktemp("mutations"), options=options)
    yield server
    server.kill()


class Target:
    """A recorded document on our server, made anew once it has been changed.

    Args:
        url: of the server.
        recording: the requests.
    """

    def __init__(self, url: str, recording: list[dict[str, Any]]) -> None:
        self.url = url
        self.http = requests.Session()
        self._recording = recording
        paths = [asked["path"].split("/") for asked in recording]
        self._docid = next(path[3] for path in paths if path[2] == "getdocapikey")
        uploads = [asked["body"] for asked in recording if asked["path"].endswith("bulkupsert")]
        upload = max(uploads, key=len)
        self._context = next(m["id"] for m in upload if m["type"] == "PlotContext")
        self._upload = upload
        self.make()

    def make(self) -> None:
        """Make a document and upload what was uploaded."""
        title = str(uuid4())
        docs = self.http.post(f"{self.url}/bokeh/doc/", json={"title": title}).json()["docs"]
        self.docid = next(doc["docid"] for doc in docs if doc["title"] == title)
        (context,) = self.http.get(f"{self.url}/bokeh/bb/{self.docid}/").json()
        self.context = context["id"]
        reply = self.http.post(
            f"{self.url}/bokeh/bb/{self.docid}/bulkupsert", self._todays(json.dumps(self._upload))
        )
        assert reply.status_code == 200, reply.text

    def state(self) -> Any:
        """Return everything that is stored."""
        info = self.http.get(f"{self.url}/bokeh/userinfo/", timeout=TIMEOUT).json()
        models = self.http.get(f"{self.url}/bokeh/bb/{self.docid}/", timeout=TIMEOUT)
        return info, models.status_code, models.text

    def send(self, asked: Asked) -> requests.Response:
        request = requests.Request(
            asked.method, self.url + asked.path, data=asked.body, headers=asked.headers
        )
        return self.http.send(request.prepare(), timeout=TIMEOUT, allow_redirects=False)

    def page(self) -> int:
        """Return the status of the document's page."""
        url = f"{self.url}/bokeh/doc/{self.docid}/{self.context}"
        return self.http.get(url, timeout=TIMEOUT).status_code

    def asked(self, chance: random.Random) -> Asked:
        """Return one of the recorded requests, for the document as it is called now."""
        recorded = chance.choice(self._recording)
        text = self._todays(json.dumps(recorded))
        found = json.loads(text)
        body = b"" if found["body"] is None else json.dumps(found["body"]).encode()
        return Asked(found["method"], found["path"], found["headers"], body)

    def _todays(self, text: str) -> str:
        return text.replace(self._docid, self.docid).replace(self._context, self.context)


@pytest.mark.timeout(1500)  # of the large size
@pytest.mark.parametrize("path", EXCHANGES, ids=lambda path: path.stem)
def test_mutated_recordings(path: Path, server: Server, soak: bool) -> None:
    chance = random.Random(path.stem)
    target = Target(server.url, json.loads(path.read_text()))
    statuses = set()
    for number in range(LARGE if soak else COUNT):
        asked = mutated(target.asked(chance), chance)
        before = target.state()
        if number % 10 == 0:
            with pull_session(target.docid, server.url):
                reply = target.send(asked)
        else:
            reply = target.send(asked)
        statuses.add(reply.status_code)
        assert reply.status_code < 500, (number, asked, reply.text)
        if reply.status_code >= 400:
            assert target.state() == before, (number, asked, reply.text)
        elif target.state() != before:
            if target.state()[1] == 200:
                assert target.page() < 500, (number, asked)
            target.http.delete(f"{server.url}/bokeh/doc/{target.docid}/", timeout=TIMEOUT)
            target.make()
    assert {200, 400, 404, 422} <= statuses
    assert "Exception on" not in server.log  # as Flask logs it
