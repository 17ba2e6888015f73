"""The push channel of a recording, and of our server: the same subscriptions, the same messages."""

import json
from collections.abc import Iterator
from typing import Any

import websocket

Json = dict[str, Any]


def types_of(models: list[Json]) -> str:
    """Return the types of models, as one text."""
    return " ".join(sorted(f"model {model['type']}" for model in models))


class ReplayChannel:
    """One websocket of a recording, on our server.

    Args:
        url: of our server.
        frames: the recorded ones.
    """

    def __init__(self, url: str, frames: list[Json]) -> None:
        self._socket = websocket.create_connection(f"{url}/bokeh/sub".replace("http", "ws", 1))
        self._socket.settimeout(10)
        self._frames = [f for f in frames if f["dir"] == "s2c" and f["opcode"] == "text"]
        self._pushed: dict[str, list[str]] = {}
        self._todays: dict[str, str] = {}
        self._awaited: dict[str, int] = {}

    def subscribe(self, topic: str, message: Json) -> tuple[Any, Any]:
        """Subscribe to a topic.

        Args:
            topic: as recorded.
            message: as it is sent now.

        Returns:
            The old answer and ours, without the ids.
        """
        self._socket.send(json.dumps(message))
        self._todays[topic] = message["topic"]
        self._awaited.setdefault(topic, 0)
        found = self._hear(message["topic"])
        while found["msgtype"] == "modelpush":
            found = self._hear(message["topic"])
        expected = next(
            frame["json"]
            for frame in self._frames
            if frame["topic"] == topic and frame["json"]["msgtype"] in ("status", "error")
        )
        return _bare(expected), _bare(found)

    def note(self, topic: str) -> None:
        """Expect one more push, if there is a subscription to a topic, as recorded."""
        if topic in self._awaited:
            self._awaited[topic] += 1

    def finish(self) -> Iterator[tuple[str, Any, Any]]:
        """Hear what is awaited; yield topic, old and our messages where they differ."""
        for topic, count in self._awaited.items():
            todays = self._todays[topic]
            while len(self._pushed.get(todays, [])) < count:
                self._hear("")
            recorded = [
                types_of(frame["json"]["modelspecs"])
                for frame in self._frames
                if frame["topic"] == topic and frame["json"]["msgtype"] == "modelpush"
            ]
            found = self._pushed.get(todays, [])
            common = min(len(found), len(recorded))  # a recorded browser may have left earlier
            if found[:common] != recorded[:common]:
                yield topic, recorded, found
        self._socket.close()

    def _hear(self, topic: str) -> Json:
        """Return the next message of a topic; keep what others were pushed."""
        while True:
            kind, docid, text = str(self._socket.recv()).split(":", 2)
            message: Json = json.loads(text)
            heard = f"{kind}:{docid}"
            if message["msgtype"] == "modelpush":
                self._pushed.setdefault(heard, []).append(types_of(message["modelspecs"]))
            if topic in ("", heard):
                return message


def _bare(message: Json) -> Any:
    return message.get("status", [message.get("error_msg")])[:1]
