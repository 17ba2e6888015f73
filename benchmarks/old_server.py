"""Compare with the real bokeh-server 0.10, which runs on Python 2.7: what its own clients do there.

    scripts/old_clients.sh
    python -m benchmarks.old_server

A recorded document is uploaded again and again, each time a little otherwise, on one kept
connection, as `store_objects` does; then one source of it is changed while a browser's websocket
listens. Ours has each upload on the disk before it answers; the old server keeps all in memory.
Rounds are interleaved; the figures are medians.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
import websocket

from benchmarks.processes import free_port

ROOT = Path(__file__).parent.parent
DOCUMENTS = ROOT / "tests" / "data" / "legacy"
NAMES = ("grid", "legend", "line_animate", "widgets")
"""Those with a source."""
OLD = ROOT / ".venv-bokeh010" / "bin"
START = 60.0
"""Seconds for a server to answer."""
GOAL = 5.0
"""Uploads of ours for one of the old server's."""
MARK = "the number of the upload"
TOKEN = re.compile(r'"token":\s*"([^"]+)"')


class Client:
    """A client of Bokeh 0.10, and the browser that looks at its document.

    Args:
        port: of the server.
        specs: the document.
    """

    def __init__(self, port: int, specs: list[Any]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.socket_url = f"ws://127.0.0.1:{port}"
        self.http = requests.Session()
        self.http.headers["content-type"] = "application/json"
        docs = self.http.post(f"{self.url}/bokeh/doc/", '{"title": "benchmark"}').json()["docs"]
        self.doc = docs[0]["docid"]
        (self.context,) = self.http.get(f"{self.url}/bokeh/bb/{self.doc}/").json()
        known = next(spec["id"] for spec in specs if spec["type"] == "PlotContext")
        context = next(spec for spec in specs if spec["id"] == known)
        context["attributes"]["tags"] = [MARK]
        self.body = json.dumps(specs).replace(known, self.context["id"])
        self.source = next(spec for spec in specs if spec["type"] == "ColumnDataSource")

    def upload(self, number: int = 0) -> None:
        """Upload the document; the number tells it from others."""
        body = self.body.replace(MARK, str(number)).encode()
        reply = self.http.post(f"{self.url}/bokeh/bb/{self.doc}/bulkupsert", body)
        reply.raise_for_status()
        reply.json()

    def change(self, number: int) -> None:
        """Change the source."""
        data = self.source["attributes"]["data"]
        data = {name: [float(number)] * len(column) for name, column in data.items()}
        url = f"{self.url}/bokeh/bb/{self.doc}/ColumnDataSource/{self.source['id']}/"
        self.http.put(url, json.dumps({"data": data})).raise_for_status()

    def listen_as_of_old(self) -> websocket.WebSocket:
        """Return the websocket of a browser of 2015."""
        key = self.http.get(f"{self.url}/bokeh/getdocapikey/{self.doc}").json()["apikey"]
        socket = websocket.create_connection(f"{self.socket_url}/bokeh/sub", timeout=START)
        topic = f"bokehplot:{self.doc}"
        socket.send(json.dumps({"msgtype": "subscribe", "topic": topic, "auth": key}))
        socket.recv()
        return socket

    def listen(self) -> websocket.WebSocket:
        """Return the websocket of a browser of today."""
        page = f"/bokeh/doc/{self.doc}/{self.context['id']}"
        found = TOKEN.search(self.http.get(self.url + page).text.replace("&quot;", '"'))
        assert found is not None
        socket = websocket.create_connection(
            f"{self.socket_url}{page}/ws",
            timeout=START,
            origin=self.url,
            subprotocols=["bokeh", found[1]],
        )
        for part in ({"msgid": "1", "msgtype": "PULL-DOC-REQ"}, {}, {}):
            socket.send(json.dumps(part))
        await_message(socket, "PULL-DOC-REPLY")
        return socket


def await_message(socket: websocket.WebSocket, kind: str) -> None:
    """Read until a message of a kind is there, whole."""
    while True:
        frame = socket.recv()
        if isinstance(frame, str) and f'"{kind}"' in frame[:200]:
            break
    if kind == "PATCH-DOC":
        socket.recv()
        socket.recv()


def uploads(client: Client, seconds: float) -> float:
    """Return uploads per second."""
    client.upload()
    started, done = time.perf_counter(), 0
    while time.perf_counter() < started + seconds:
        client.upload(done)
        done += 1
    return done / (time.perf_counter() - started)


def delay(client: Client, is_old: bool, changes: int) -> float:
    """Return the median of the milliseconds from a PUT to the browser's patch."""
    socket = client.listen_as_of_old() if is_old else client.listen()
    found = []
    for number in range(changes):
        started = time.perf_counter()
        client.change(number)
        if is_old:
            socket.recv()
        else:
            await_message(socket, "PATCH-DOC")
        found.append((time.perf_counter() - started) * 1000)
    socket.close()
    return statistics.median(found)


@contextmanager
def serving(is_old: bool, in_memory: bool) -> Iterator[int]:
    """Run a server and yield its port."""
    port = free_port()
    with TemporaryDirectory() as scratch, (Path(scratch) / "log").open("w") as log:
        command: list[Any] = [OLD / "python", OLD / "bokeh-server", "--backend=memory"]
        command += ["--port", str(port), "--ip", "127.0.0.1"]
        if not is_old:
            command = [sys.executable, "-m", "hybridviz", "serve", "--port", str(port)]
            command += ["--data-dir", scratch, *(["--store", "memory:"] if in_memory else [])]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            await_server(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def await_server(port: int) -> None:
    end = time.monotonic() + START
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/bokeh/ping", timeout=5).raise_for_status()
            return
        except requests.RequestException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def measure(document: Path, is_old: bool, seconds: float, in_memory: bool) -> tuple[float, float]:
    """Return uploads per second and the median delay in ms of one fresh server. The old one loses a
    websocket now and then: it is given two more tries.
    """
    for _ in range(2 if is_old else 0):
        try:
            return measure_once(document, is_old, seconds, in_memory)
        except websocket.WebSocketConnectionClosedException:
            print("bokeh-server has lost the websocket; once more", file=sys.stderr)
    return measure_once(document, is_old, seconds, in_memory)


def measure_once(
    document: Path, is_old: bool, seconds: float, in_memory: bool
) -> tuple[float, float]:
    """Measure one fresh server; see `measure`."""
    with serving(is_old, in_memory) as port:
        client = Client(port, json.loads(document.read_text()))
        return uploads(client, seconds), delay(client, is_old, 50)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--document", choices=NAMES, nargs="*", default=NAMES)
    parser.add_argument("--memory", action="store_true", help="keep documents of ours there too")
    options = parser.parse_args()
    if not (OLD / "python").exists():
        print("there is no bokeh-server 0.10 here: it needs Python 2.7 (scripts/old_clients.sh)")
        return 0
    print("| document | uploads/s: 0.10, ours, ratio | PUT to patch, p50 ms: 0.10, ours |")
    print("| --- | --- | --- |")
    met = True
    for path in (DOCUMENTS / f"{name}.json" for name in options.document):
        rounds = [
            [measure(path, is_old, options.seconds, options.memory) for is_old in (True, False)]
            for _ in range(options.rounds)
        ]
        old, ours = ([statistics.median(r[i][j] for r in rounds) for j in (0, 1)] for i in (0, 1))
        ratio = ours[0] / old[0]
        met = met and ratio >= GOAL
        print(
            f"| {path.stem} | {old[0]:.1f}, {ours[0]:.1f}, {ratio:.1f} |"
            f" {old[1]:.1f}, {ours[1]:.1f} |",
            flush=True,
        )
    print(f"goal: {GOAL:.0f} times the uploads: {'met' if met else 'NOT met'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
