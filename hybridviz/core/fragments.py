"""Fragments: what one websocket message carries, in and out.

A Bokeh message is three text fragments (header, metadata, content) and two per buffer (its JSON
header, its bytes). Transports move fragments; only ``core.protocol`` knows what they mean.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

Payload = bytes | memoryview
"""Bytes. A view has one dimension, of bytes; who takes one over that came in may write to it."""


class Fragment(NamedTuple):
    """The payload of one websocket message: UTF-8 bytes of text, or binary."""

    payload: Payload
    binary: bool = False


@dataclass(slots=True, eq=False)
class Outgoing:
    """One whole message on its way out; every viewer of a session is given the same object.

    ``wire`` is where a transport keeps the encoded frames, so that they are built once for all
    viewers; ``size`` is that of the payloads, in bytes.
    """

    fragments: tuple[Fragment, ...]
    wire: list[bytes | memoryview] | None = field(default=None, repr=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum([len(fragment[0]) for fragment in self.fragments])
