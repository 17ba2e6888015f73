"""A document as JSON, kept while nothing can have changed it: viewers that come together to one
session are given the same bytes.

A change tells itself, but code of the app may also write into an array that it has put into a
source; so its session forgets the snapshot whenever such code runs. All methods want the session
lock held.
"""

from time import perf_counter

from bokeh.document import Document

from hybridviz.core.changes import Encoded, encode_document, pull_reply
from hybridviz.core.fragments import Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.runtime.stages import ENCODE


class Snapshot:
    """The present content of one document."""

    def __init__(self) -> None:
        self._known: dict[bool, Encoded] = {}

    def forget(self) -> None:
        """Note that the document may be another from now on."""
        if self._known:
            self._known = {}

    def reply(
        self,
        document: Document,
        writer: MessageWriter,
        reqid: str,
        *,
        inline: bool,
        keep: bool,
    ) -> Outgoing:
        """Build the answer to a PULL-DOC-REQ.

        Args:
            document: the document.
            writer: writes the message.
            reqid: id of the request.
            inline: put arrays into the JSON as base64.
            keep: whether others are likely to ask for the same.
        """
        encoded = self._known.get(inline)
        if encoded is None:
            began = perf_counter()
            encoded = encode_document(document, writer.new_id, inline=inline)
            ENCODE.add(perf_counter() - began)
            if keep:
                self._known[inline] = encoded
        return pull_reply(encoded, writer, reqid)
