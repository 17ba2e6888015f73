"""An upload that was answered 2xx survives ``kill -9`` of the server, whole."""

import random
import threading
import time
from pathlib import Path

import pytest
import requests
from bokeh.document import Document
from bokeh.models import ColumnDataSource

from hybridviz.core.documents import document_json, read_document
from tests.servers import Server

UPLOADS = 200


def body(round_: int, number: int) -> bytes:
    document = Document()
    values = [float(round_), float(number), *map(float, range(500))]
    document.add_root(ColumnDataSource({"x": values}))
    return document_json(document)


def upload(
    server: Server, round_: int, number: int, start: threading.Event, kept: set[str]
) -> None:
    ident, content = f"{round_}-{number}", body(round_, number)
    start.wait()
    try:
        reply = requests.put(
            f"{server.url}/api/documents/{ident}",
            content,
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
    except requests.RequestException:
        return  # the server was killed; nothing was promised
    if reply.status_code // 100 == 2:
        kept.add(ident)


def kill_amid_uploads(server: Server, round_: int, after: float) -> set[str]:
    """Kill the server while 200 uploads go on; return those that it had confirmed."""
    start, kept = threading.Event(), set[str]()
    threads = [
        threading.Thread(target=upload, args=(server, round_, number, start, kept))
        for number in range(UPLOADS)
    ]
    for thread in threads:
        thread.start()
    start.set()
    time.sleep(after)
    server.kill()
    for thread in threads:
        thread.join()
    return kept


@pytest.mark.timeout(300)
def test_what_was_confirmed_is_there_after_a_kill(tmp_path: Path, soak: bool) -> None:
    server = Server("serve", [], tmp_path)
    kept: set[str] = set()
    chance = random.Random(5)
    try:
        for round_ in range(20 if soak else 2):
            kept |= kill_amid_uploads(server, round_, chance.uniform(0.1, 1.0))
            server.start()
        listed = requests.get(f"{server.url}/api/documents", timeout=30).json()["documents"]
        assert kept <= {entry["id"] for entry in listed}
        for ident in kept:
            reply = requests.get(f"{server.url}/api/documents/{ident}", timeout=30)
            round_, number = map(float, ident.split("-"))
            data = read_document(reply.content).roots[0].data  # type: ignore[attr-defined]
            assert data["x"][:2] == [round_, number]
            assert len(data["x"]) == 502
    finally:
        server.kill()
    print(f"{len(kept)} uploads were confirmed")
    assert kept, "the server was killed before it confirmed any upload"
