"""What hybridviz needs of Bokeh that Bokeh does not publish. The only package, with ``accel``, that
touches names beginning with an underscore there; tests/test_bokeh_internals.py holds each of them
for every supported version.

Knows documents, models and their JSON. Knows no session, socket or lock.
"""

from hybridviz.bokeh_internals.current import curdoc_of, make_curdoc_local
from hybridviz.bokeh_internals.json import (
    PatchDeserializer,
    PatchSerializer,
    ReferenceSerializer,
)
from hybridviz.bokeh_internals.live import (
    DocumentListener,
    LiveCallbacks,
    callbacks_of,
    collecting_once,
    empty_modules,
    give_back,
    listener_of,
    live_document,
    move_content,
    release_document,
    take_over,
    viewers_know,
    viewers_know_all,
)
from hybridviz.bokeh_internals.models import append_rows, has_columns, is_unset, set_prepared

__all__ = (
    "DocumentListener",
    "LiveCallbacks",
    "PatchDeserializer",
    "PatchSerializer",
    "ReferenceSerializer",
    "append_rows",
    "callbacks_of",
    "collecting_once",
    "curdoc_of",
    "empty_modules",
    "give_back",
    "has_columns",
    "is_unset",
    "listener_of",
    "live_document",
    "make_curdoc_local",
    "move_content",
    "release_document",
    "set_prepared",
    "take_over",
    "viewers_know",
    "viewers_know_all",
)
