"""Changes under a hold, told when it ends: a column that is told whole is told as it is then,
rows that were appended meanwhile included.
"""

from collections.abc import Sequence

from bokeh.document.events import (
    ColumnDataChangedEvent,
    ColumnsPatchedEvent,
    ColumnsStreamedEvent,
    DocumentChangedEvent,
    ModelChangedEvent,
)

PARTIAL = (ColumnsStreamedEvent, ColumnsPatchedEvent)
WHOLE = (ColumnDataChangedEvent, ModelChangedEvent)
COLUMNS = (ColumnDataChangedEvent, *PARTIAL)


def whole(event: DocumentChangedEvent) -> DocumentChangedEvent:
    """Return an event that tells all columns of the source of which a given one tells some, or
    rows; any other event as it is.
    """
    if not isinstance(event, COLUMNS):
        return event
    return ColumnDataChangedEvent(
        event.document,
        event.model,
        event.attr,
        setter=event.setter,
        callback_invoker=event.callback_invoker,
    )


def tell_rows_once(events: Sequence[DocumentChangedEvent]) -> list[DocumentChangedEvent]:
    """Return held events such that no row is told twice: by an event that tells columns as they are
    at the end, and by one that appends or replaces rows.
    """
    told = {event.model.id for event in events if isinstance(event, WHOLE) and event.attr == "data"}
    return [
        whole(event) if isinstance(event, COLUMNS) and event.model.id in told else event
        for event in events
    ]
