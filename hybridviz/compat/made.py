"""Plots and layouts that joined ``curdoc()`` when they were made, up to Bokeh 0.11.

They are remembered, and join a document only that is still empty when somebody wants to see it;
from then on it is filled as it was then, or else nothing is remembered for it any more.
"""

from weakref import WeakKeyDictionary, WeakSet

from bokeh.document import Document
from bokeh.io import curdoc
from bokeh.model import Model

_made: WeakKeyDictionary[Document, list[Model]] = WeakKeyDictionary()
_filled: WeakSet[Document] = WeakSet()
_done: WeakSet[Document] = WeakSet()
"""Documents that somebody has wanted to see, whose content is their scripts' own."""


def remember(model: Model) -> None:
    """Keep a model that was made; those that it has inside are its own now."""
    document = curdoc()
    if document in _done:
        return
    inside = model.references()
    if document in _filled:
        for root in [root for root in document.roots if root in inside]:
            document.remove_root(root)
        document.add_root(model)
        return
    others = [other for other in _made.get(document, ()) if other not in inside]
    _made[document] = [*others, model]


def add_made(document: Document) -> None:
    """Add to an empty document what was made for it."""
    made = _made.pop(document, [])
    if made and not document.roots:
        _filled.add(document)
        for model in made:
            document.add_root(model)
    elif document not in _filled:
        _done.add(document)
