"""What one session shows of a raw document: all of it or one model, itself or a visitor's copy.

Pure. A window's id is that of its session, so that a page finds its document again after a restart
of the server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from bokeh.models.ui import UIElement

from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation.types import todays_class

MAX_START = 100
"""Longest id of a model that is shown alone."""


@dataclass(frozen=True, slots=True)
class Window:
    """One view of a document.

    Attributes:
        docid: id of the document.
        start: id of the one model that is shown; empty for what the document shows.
        copy: name of the visitor's copy that is shown and changed; empty for the document itself.
    """

    docid: str
    start: str = ""
    copy: str = ""

    @property
    def ident(self) -> str:
        """The id of its session."""
        parts = (self.docid, self.start, self.copy)
        return ":".join(quote(part, safe="") for part in parts) if any(parts[1:]) else self.docid

    def of(self, raw: RawDocument) -> RawDocument:
        """Return a document as this window shows it: the same one, or one of its own."""
        if not self.start:
            return raw
        seen = raw.apart()
        context = seen.models[raw.context]
        kind = raw.models[self.start]["type"] if self.start in raw.models else ""
        children = [{"type": kind, "id": self.start}] if kind else []
        attributes = {**context["attributes"], "children": children}
        seen.models[raw.context] = {**context, "attributes": attributes}
        return seen


def window_of(ident: str, has: Callable[[str], bool]) -> Window | None:
    """Return the window of a session; None if it shows no document of old clients.

    Args:
        ident: the session's id.
        has: tells whether there is a document of an id.
    """
    if has(ident):
        return Window(ident)
    parts = [unquote(part) for part in ident.split(":")]
    return Window(*parts) if len(parts) == 3 and has(parts[0]) else None


def window_on(raw: RawDocument, start: str, copy: str = "") -> Window:
    """Return the window on one model, or on the whole document if it cannot be shown alone."""
    model = raw.models.get(start)
    if model is None or start == raw.context or len(start) > MAX_START:
        return Window(raw.id, copy=copy)
    cls = todays_class(model["type"], model["attributes"])
    alone = cls is not None and issubclass(cls, UIElement)
    return Window(raw.id, start if alone else "", copy)
