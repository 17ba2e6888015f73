"""Plots and layouts that joined ``curdoc()`` when they were made, up to Bokeh 0.11.

They are remembered, and join a document only that is still empty when somebody wants to see it.
"""

from weakref import WeakKeyDictionary

from bokeh.document import Document
from bokeh.io import curdoc
from bokeh.model import Model

_made: WeakKeyDictionary[Document, list[Model]] = WeakKeyDictionary()


def remember(model: Model) -> None:
    """Keep a model that was made; those that it has inside are its own now."""
    inside = model.references()
    others = [other for other in _made.get(curdoc(), ()) if other not in inside]
    _made[curdoc()] = [*others, model]


def add_made(document: Document) -> None:
    """Add to an empty document what was made for it."""
    made = _made.pop(document, [])
    if not document.roots:
        for model in made:
            document.add_root(model)
