"""A document as JSON, kept while nothing can have changed it: viewers that come together to one
session are given the same bytes.

A change tells itself, but code of the app may also write into an array that it has put into a
source; so its session forgets the snapshot whenever such code runs. One that was taken long before
it is asked for is looked at again first: code of other sessions may have written into what they
share. All methods want the session lock held.
"""

from collections.abc import Callable
from time import perf_counter

from bokeh.document import Document

from hybridviz.core.ahead import Ahead
from hybridviz.core.changes import Encoded, encode_document, pull_reply
from hybridviz.core.fragments import Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.runtime.stages import ENCODE


class Snapshot:
    """The present content of one document."""

    def __init__(self) -> None:
        self._known: dict[bool, Encoded] = {}
        self._ahead: Ahead | None = None

    def forget(self) -> None:
        """Note that the document may be another from now on."""
        if self._known:
            self._known = {}
        self._ahead = None

    def take_ahead(self, document: Document, new_id: Callable[[], str]) -> None:
        """Encode the document for a viewer that will come later, with arrays beside the JSON.

        Args:
            document: the document.
            new_id: makes ids of arrays.
        """
        self._ahead = Ahead.of(document, new_id)

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
        encoded = self._known.get(inline) or self._made_ahead(document, inline)
        if encoded is None:
            began = perf_counter()
            encoded = encode_document(document, writer.new_id, inline=inline)
            ENCODE.add(perf_counter() - began)
        if keep:
            self._known[inline] = encoded
        return pull_reply(encoded, writer, reqid)

    def _made_ahead(self, document: Document, inline: bool) -> Encoded | None:
        ahead, self._ahead = self._ahead, None
        if ahead is None or inline or not ahead.is_current(document):
            return None
        return ahead.encoded
