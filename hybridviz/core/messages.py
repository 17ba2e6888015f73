"""Messages of the Bokeh wire on their way out: a JSON header, JSON metadata, JSON content, and for
each buffer a JSON header and its bytes. The format is that of ``bokeh.protocol`` 3.9 and 3.10;
``protocol`` reads the same.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from hybridviz.core.fragments import Fragment, Outgoing, Payload

NO_METADATA = Fragment(b"{}")


class MessageWriter:
    """Takes messages apart into fragments.

    Args:
        new_id: makes message ids.
    """

    def __init__(self, new_id: Callable[[], str]) -> None:
        self.new_id = new_id

    def write(
        self,
        kind: str,
        content: bytes = b"{}",
        buffers: Sequence[tuple[str, Payload]] = (),
        reqid: str | None = None,
        msgid: str | None = None,
    ) -> Outgoing:
        """Build one message.

        Args:
            kind: message type, such as ``PATCH-DOC``.
            content: its content as JSON.
            buffers: id and bytes of each buffer.
            reqid: id of the message that it answers.
            msgid: its own id; by default a new one.
        """
        header: dict[str, Any] = {"msgid": msgid or self.new_id(), "msgtype": kind}
        if reqid is not None:
            header["reqid"] = reqid
        if buffers:
            header["num_buffers"] = len(buffers)
        fragments = [Fragment(orjson.dumps(header)), NO_METADATA, Fragment(content)]
        for ident, data in buffers:
            fragments += (Fragment(orjson.dumps({"id": ident})), Fragment(data, binary=True))
        return Outgoing(tuple(fragments))


def ack(writer: MessageWriter) -> Outgoing:
    """Build the server's greeting."""
    return writer.write("ACK")


def ok(writer: MessageWriter, reqid: str) -> Outgoing:
    """Build the answer to a PUSH-DOC or PATCH-DOC that was taken."""
    return writer.write("OK", reqid=reqid)


def error(writer: MessageWriter, reqid: str, text: str) -> Outgoing:
    """Build the answer to a message that was refused; never with a traceback."""
    return writer.write("ERROR", orjson.dumps({"text": text, "traceback": None}), reqid=reqid)


def server_info(writer: MessageWriter, reqid: str, version: str) -> Outgoing:
    """Build the answer to SERVER-INFO-REQ; ``version`` is Bokeh's."""
    info = {"version_info": {"bokeh": version, "server": version}}
    return writer.write("SERVER-INFO-REPLY", orjson.dumps(info), reqid=reqid)
