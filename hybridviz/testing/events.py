"""Events of the user interface as BokehJS sends them: MessageSent with the kind ``bokeh_event``.

Models are references in them. Knows no connection.
"""

import inspect
from typing import Any

from bokeh.events import Event

from hybridviz.bokeh_internals import ReferenceSerializer
from hybridviz.core.changes import dump


def event_content(event: Event) -> bytes:
    """Return the content of a PATCH-DOC that brings one event."""
    rep = {"type": "event", "name": event.event_name, "values": _values(event)}
    sent = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": rep}
    return dump({"events": [sent]})


def _values(event: Event) -> Any:
    """Encode what the event's constructor takes: the server makes the event again by it."""
    names = list(inspect.signature(type(event)).parameters)
    return ReferenceSerializer().encode({name: getattr(event, name) for name in names})
