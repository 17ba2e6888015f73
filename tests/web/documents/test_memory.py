"""Large bodies: the server never needs three times their size."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import requests
from bokeh.document import Document
from bokeh.models import ColumnDataSource

from hybridviz.core.documents import document_json
from tests.servers import Server

SLACK = 20e6
"""Bytes that the first use of a code path takes, whatever its size."""


def memory(server: Server, what: str) -> float:
    """Return the memory that a server has (VmRSS) or at most had (VmHWM), in bytes."""
    status = Path(f"/proc/{server.processes()[0]}/status").read_text()
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return float(found[1]) * 1e3


def peak(server: Server, call: Callable[[], requests.Response]) -> float:
    """Return by how much a server's memory grew for a request, at most."""
    Path(f"/proc/{server.processes()[0]}/clear_refs").write_text("5")  # resets VmHWM
    before = memory(server, "VmRSS")
    call().raise_for_status()
    return memory(server, "VmHWM") - before


def test_large_documents_come_and_go_without_their_threefold(tmp_path: Path, soak: bool) -> None:
    count = 9_000_000 if soak else 3_000_000
    document = Document()
    numbers = np.random.default_rng(1).random(count)
    document.add_root(ColumnDataSource({"x": numbers}, name="source"))
    body = document_json(document)
    headers = {"Content-Type": "application/json"}
    server = Server("serve", [], tmp_path, options=["--max-upload-size", str(2 * len(body))])
    url = f"{server.url}/api/documents/large"
    try:
        for _ in range(2):
            assert peak(server, lambda: requests.put(url, body, headers=headers)) < (
                3 * len(body) + SLACK
            )
        assert peak(server, lambda: requests.get(url)) < 2 * len(body) + SLACK
        assert requests.get(url).content == body
        columns = requests.get(f"{url}/models/source/data").json()
        assert np.array_equal(columns["x"], numbers)
    finally:
        server.kill()
