"""``/metrics``: what a server does, in the text format of Prometheus.

The numbers are kept where things happen, by the stages of a message and by the server's parts. Here
they are read, when somebody asks, and metrics of prometheus_client are raised by what has come
since the last time. Several worker processes add theirs up in the files of a directory, which that
package keeps; then each of them also does so every few seconds, and any of them answers for all.

Imported by the server only if it is wanted: prometheus_client takes memory.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock

from flask import Response, request
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector

from hybridviz.config import prometheus_directory
from hybridviz.errors import ConfigError
from hybridviz.runtime.stages import STAGES, TRAFFIC
from hybridviz.sessions.server_context import ServerContext
from hybridviz.web.contexts import FlaskSurroundings
from hybridviz.web.served import ServedApp
from hybridviz.web.sockets import Sockets

PERIOD_MS = 2000
"""How often a worker's numbers go to the directory."""

COUNTERS = {
    "stage_seconds": ("stage", "Seconds spent in a stage of the way of a message."),
    "stage_passes": ("stage", "How often a stage was passed."),
    "websocket_bytes": ("direction", "Bytes of websockets."),
    "websockets_refused": ("reason", "Websockets that were not let in, by the error."),
    "sessions_made": ("app", "Sessions that were made."),
    "callback_failures": ("app", "Callbacks that have raised an exception."),
}
GAUGES = {
    "sessions": ("app", "Sessions that live now."),
    "connections": ("app", "Websockets that show a session now."),
}
"""Name without ``hybridviz_``, label, help."""
WAYS = ("received", "sent")

Numbers = Mapping[str, Mapping[str, float]]
"""By name and value of the label."""


class Meters:
    """The metrics of prometheus_client, and what they were told of the process.

    Args:
        directory: where worker processes add theirs up; empty if this process is alone.

    Raises:
        ConfigError: there is no such directory.
    """

    def __init__(self, directory: str) -> None:
        if directory and not Path(directory).is_dir():
            raise ConfigError(f"PROMETHEUS_MULTIPROC_DIR: there is no directory {directory}")
        self.registry = CollectorRegistry()
        self.guard = Lock()
        self._told: dict[tuple[str, str], float] = {}
        if directory:
            MultiProcessCollector(self.registry, directory)  # type: ignore[no-untyped-call]
        else:
            ProcessCollector(registry=self.registry)
        own = None if directory else self.registry
        self._metrics: dict[str, Counter | Gauge] = {
            name: Counter(f"hybridviz_{name}", text, [label], registry=own)
            for name, (label, text) in COUNTERS.items()
        }
        for name, (label, text) in GAUGES.items():
            self._metrics[name] = Gauge(
                f"hybridviz_{name}", text, [label], registry=own, multiprocess_mode="livesum"
            )
        self._parts: dict[tuple[str, str], Counter | Gauge] = {}

    def tell_process(self) -> None:
        """Raise the metrics of the whole process; with the guard held."""
        numbers: Numbers = {
            "stage_seconds": {name: stage.seconds for name, stage in STAGES.items()},
            "stage_passes": {name: stage.count for name, stage in STAGES.items()},
            "websocket_bytes": {way: TRAFFIC.counts.get(way, 0) for way in WAYS},
        }
        self.tell(numbers, self._told)

    def tell(self, numbers: Numbers, told: dict[tuple[str, str], float]) -> None:
        """Raise metrics by what has come since the last time; with the guard held.

        Args:
            numbers: those of now.
            told: those of the last time, which are replaced.
        """
        for name, values in numbers.items():
            for label, value in values.items():
                key = (name, label)
                self._part(key).inc(value - told.get(key, 0))
                told[key] = value

    def _part(self, key: tuple[str, str]) -> Counter | Gauge:
        """Return a metric of one label."""
        found = self._parts.get(key)
        if found is None:
            name, label = key
            found = self._parts[key] = self._metrics[name].labels(label)
            if isinstance(found, Gauge):
                found.set(0)  # a worker that died may have had our process id
        return found


@cache
def _shared(directory: str) -> Meters:
    """Return the metrics of this worker: all its servers write into the same files."""
    return Meters(directory)


class Metrics:
    """The metrics of one server and its process.

    Args:
        served: its apps by their routes.
        surroundings: those of its sessions, which count.
        sockets: its websockets.

    Raises:
        ConfigError: the directory for several workers is not there.
    """

    def __init__(
        self, served: Mapping[str, ServedApp], surroundings: FlaskSurroundings, sockets: Sockets
    ) -> None:
        directory = prometheus_directory()
        self._several = bool(directory)
        self._meters = _shared(directory) if directory else Meters(directory)
        self._served = served
        self._surroundings = surroundings
        self._sockets = sockets
        self._told: dict[tuple[str, str], float] = {}

    def start(self, context: ServerContext) -> None:
        """Let the other workers know from time to time, until the context ends."""
        if self._several:
            self.update()
            context.add_periodic_callback(self.update, PERIOD_MS)

    def view(self) -> Response:
        """Answer in the newest format that the client reads."""
        self.update()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(self._meters.registry), content_type=content_type)

    def update(self) -> None:
        """Raise the metrics by what has come since the last time."""
        with self._meters.guard:
            self._meters.tell_process()
            self._meters.tell(self._numbers(), self._told)

    def _numbers(self) -> Numbers:
        made, failed = self._surroundings.made.counts, self._surroundings.failed.counts
        served = dict(self._served)
        sessions = {route: tuple(item.registry) for route, item in served.items()}
        return {
            "websockets_refused": dict(self._sockets.refused.counts),
            "sessions_made": {route: made.get(route, 0) for route in served},
            "callback_failures": {route: failed.get(route, 0) for route in served},
            "sessions": {route: len(found) for route, found in sessions.items()},
            "connections": {
                route: sum(len(session.viewers) for session in found)
                for route, found in sessions.items()
            },
        }
