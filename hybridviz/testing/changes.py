"""What a browser has received, as changes that people can read and tests can assert on.

Made of the events of the browser's own document. Knows no connection.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bokeh.document.events import (
    ColumnDataChangedEvent,
    ColumnsPatchedEvent,
    ColumnsStreamedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
    RootAddedEvent,
    RootRemovedEvent,
    TitleChangedEvent,
)

from hybridviz.testing.document_text import brief, label, type_name


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One change that has arrived.

    Attributes:
        kind: ``set``, ``stream``, ``patch``, ``title``, ``root added``, ``root removed`` or
            ``message``.
        name: of the model, or else its type; empty for one of the document.
        type: the model's type.
        attr: the property.
        value: the new value; of a stream the new rows, of a patch the patches.
    """

    kind: str
    name: str
    type: str
    attr: str
    value: Any

    def __str__(self) -> str:
        place = f"{self.name}.{self.attr}" if self.name else self.attr
        match self.kind:
            case "stream":
                rows = len(next(iter(self.value.values()), ()))
                return f"{place} + {rows} {'row' if rows == 1 else 'rows'}"
            case "patch":
                cells = ", ".join(
                    f"{column}[{_place(index)}] = {brief(value)}"
                    for column, patches in self.value.items()
                    for index, value in patches
                )
                return f"{place}: {cells}"
            case "root added" | "root removed":
                return f"{self.kind}: {brief(self.value)}"
        return f"{place} = {brief(self.value)}"

    __repr__ = __str__


class Changes(list[Change]):
    """Changes in the order in which they arrived."""

    def of(self, name: str, attr: str | None = None) -> "Changes":
        """Return those of one model, by its name or type, and perhaps of one property."""
        return Changes(
            change
            for change in self
            if name in (change.name, change.type) and attr in (None, change.attr)
        )

    def since(self, count: int) -> "Changes":
        """Return all but the first ``count``."""
        return Changes(self[count:])

    @property
    def lines(self) -> list[str]:
        """The changes as people read them, such as ``amplitude.value = 4``."""
        return [str(change) for change in self]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def change_of(event: DocumentPatchedEvent) -> Change | None:
    """Return what an event of the browser's document says; None if it is none that people see."""
    match event:
        case ColumnsStreamedEvent():
            return _of_model("stream", event, event.data)
        case ColumnsPatchedEvent():
            return _of_model("patch", event, event.patches)
        case ColumnDataChangedEvent():
            return _of_model("set", event, getattr(event.model, event.attr))
        case ModelChangedEvent():
            return _of_model("set", event, event.new)
        case TitleChangedEvent():
            return Change("title", "", "", "title", event.title)
        case RootAddedEvent():
            return Change("root added", "", "", "roots", event.model)
        case RootRemovedEvent():
            return Change("root removed", "", "", "roots", event.model)
    return None


def messages_in(events: Iterable[dict[str, Any]]) -> Changes:
    """Return the messages that a PATCH-DOC brings to scripts in the browser."""
    return Changes(
        Change("message", "", "", str(event.get("msg_type")), event.get("msg_data"))
        for event in events
        if event.get("kind") == "MessageSent"
    )


def _of_model(kind: str, event: Any, value: Any) -> Change:
    return Change(kind, label(event.model), type_name(event.model), event.attr, value)


def _place(index: Any) -> str:
    if isinstance(index, slice):
        return f"{index.start or 0}:{'' if index.stop is None else index.stop}"
    return ", ".join(map(_place, index)) if isinstance(index, list | tuple) else str(index)
