"""Live documents: what happens to them is told to a `DocumentListener`, and how they end."""

import inspect
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from bokeh.core.has_props import HasProps, _default_resolver
from bokeh.document import Document
from bokeh.document.callbacks import DocumentCallbackManager
from bokeh.document.events import (
    DocumentChangedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
    SessionCallbackAdded,
    SessionCallbackRemoved,
)
from bokeh.events import Event, ModelEvent
from bokeh.model import Model

from hybridviz.bokeh_internals.held import tell_rows_once, whole

CACHED = ("properties", "descriptors", "properties_with_refs", "dataspecs")
"""What Bokeh 3.9 caches of classes, by methods of ``HasProps``."""


class DocumentListener(Protocol):
    """Who is told what happens to a live document."""

    def document_changed(self, event: DocumentPatchedEvent) -> None:
        """Take note of a change, before any callback of the app sees it."""

    def invoke(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call one callback of the app, and await it if it is a coroutine."""

    def callback_added(self, callback: Any) -> None:
        """Start a periodic, timeout or next-tick callback; from any thread."""

    def callback_removed(self, callback: Any) -> None:
        """Stop such a callback; from any thread."""


class LiveCallbacks(DocumentCallbackManager):
    """The callback side of a live document.

    Differs from Bokeh's own in three ways. The listener hears of a change before the callbacks that
    the change triggers, so that what they change in turn comes after it. Callbacks may be
    coroutines. Callbacks that are added or removed reach the listener at once, from any thread and
    under a hold.
    """

    def __init__(self, document: Document, listener: DocumentListener) -> None:
        super().__init__(document)
        self._listener: DocumentListener | None = listener

    def notify_change(
        self,
        model: Model,
        attr: str,
        old: Any,
        new: Any,
        hint: DocumentPatchedEvent | None = None,
        setter: Any = None,
        callback_invoker: Any = None,
    ) -> None:
        document = self._document()
        if document is None:
            return
        if attr == "name":
            document.models.update_name(model, old, new)
        if hint is None:
            value = model.lookup(attr).get_value(model)
            hint = ModelChangedEvent(document, model, attr, value, setter)
        elif hint.setter is None:
            hint.setter = setter
        if attr in model._callbacks:
            hint.callback_invoker = lambda: self._call_model(model, attr, old, new)
        self.trigger_on_change(hint)

    def _call_model(self, model: Model, attr: str, old: Any, new: Any) -> None:
        callbacks: Any = model._callbacks.get(attr, ())
        for callback in tuple(callbacks):
            if callback in callbacks:  # else one before it has removed it
                self.invoke(callback, attr, old, new)

    def notify_event(self, model: Model, event: ModelEvent, callback_invoker: Any) -> None:
        for callback in tuple(model._event_callbacks.get(event.event_name, ())):
            self.invoke(callback, *(() if _takes_nothing(callback) else (event,)))

    def trigger_event(self, event: Event) -> None:
        if isinstance(event, ModelEvent) and event.model is not None:
            event.model._trigger_event(event)
        for callback in self.event_callbacks_for_event_name(event.event_name):
            self.invoke(callback, event)

    def trigger_message(self, kind: str, data: Any) -> None:
        """Call what ``on_message`` has registered for ``kind``; events arrive as kind
        ``bokeh_event``.
        """
        for callback in tuple(self._message_callbacks.get(kind, ())):
            if callback == self.trigger_event:
                callback(data)
            else:
                self.invoke(callback, data)

    def trigger_on_change(self, event: DocumentChangedEvent) -> None:
        if self._hold is not None:
            super().trigger_on_change(event)
            return
        if self._listener is not None and isinstance(event, DocumentPatchedEvent):
            self._listener.document_changed(event)
        if event.callback_invoker is not None:
            event.callback_invoker()
        for callback in self.change_callbacks():
            self.invoke(callback, event)

    def unhold(self) -> None:
        self._held_events = tell_rows_once(self._held_events)
        super().unhold()

    def tell_rows_whole(self) -> None:
        """Note that somebody has the document as it is, who will hear of what is held back all the
        same: no row shall come to him twice.
        """
        self._held_events = [whole(event) for event in self._held_events]

    def invoke(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call one callback of the app by way of the listener."""
        if self._listener is not None:
            self._listener.invoke(callback, *args)

    def add_session_callback(
        self, callback_obj: Any, callback: Callable[[], Any], one_shot: bool
    ) -> Any:
        callback_obj._callback = callback
        self._session_callbacks.add(callback_obj)
        if self._listener is not None:
            self._listener.callback_added(callback_obj)
        self._tell(SessionCallbackAdded, callback_obj)
        return callback_obj

    def remove_session_callback(self, callback_obj: Any) -> None:
        if not self.forget_session_callback(callback_obj):
            raise ValueError("the callback has already run or been removed")
        if self._listener is not None:
            self._listener.callback_removed(callback_obj)
        self._tell(SessionCallbackRemoved, callback_obj)

    def forget_session_callback(self, callback_obj: Any) -> bool:
        """Drop a callback that is about to run once; return whether it was there."""
        try:
            self._session_callbacks.remove(callback_obj)
        except KeyError:
            return False
        return True

    def _tell(self, kind: type[Any], callback_obj: Any) -> None:
        document = self._document()
        if document is not None:
            for callback in self.change_callbacks():
                callback(kind(document, callback_obj))

    def silence(self) -> None:
        """Tell the listener nothing more and call no callback any more."""
        self._listener = None
        self._session_callbacks.clear()


def live_document(listener: DocumentListener, session_context: Any) -> Document:
    """Make an empty document whose changes and callbacks are told to ``listener``."""
    document = Document()
    document.callbacks = LiveCallbacks(document, listener)
    document._session_context = weakref.ref(session_context)
    return document


def take_over(document: Document, listener: DocumentListener) -> None:
    """Let a document that is in use be told to ``listener`` from now on; all callbacks that it has
    are kept.
    """
    callbacks: Any = document.callbacks
    callbacks.remove_on_message("bokeh_event", callbacks.trigger_event)
    callbacks.__class__ = LiveCallbacks
    callbacks._listener = listener
    callbacks.on_message("bokeh_event", callbacks.trigger_event)


def give_back(document: Document) -> None:
    """Undo `take_over`: the document is again as Bokeh makes one, with its callbacks."""
    callbacks: Any = document.callbacks
    callbacks.remove_on_message("bokeh_event", callbacks.trigger_event)
    del callbacks._listener
    callbacks.__class__ = DocumentCallbackManager
    callbacks.on_message("bokeh_event", callbacks.trigger_event)


def listener_of(document: Document) -> DocumentListener | None:
    """Return who is told what happens to a document, or None."""
    return getattr(document.callbacks, "_listener", None)


def callbacks_of(document: Document) -> LiveCallbacks:
    """Return the callback side of a document made by `live_document`."""
    return cast(LiveCallbacks, document.callbacks)


def release_document(document: Document) -> None:
    """Cut a finished document loose from its listener and its models from it.

    Unlike ``Document.destroy`` it does not force a garbage collection, which would stop every
    session.
    """
    callbacks_of(document).silence()
    document._session_context = None
    modules = {module.__name__ for module in document.modules._modules}
    for name in modules:
        sys.modules.pop(name, None)
    _forget_classes(modules)
    models = tuple(document.models)
    document._roots.clear()
    document.models._models = {}
    document.models._new_models.clear()
    for model in models:
        model.destroy()


def empty_modules(document: Document) -> None:
    """Empty the modules of a finished document, when no code of theirs runs any more: an array or a
    large frame that a script has kept is gone with its session, not with some later search for
    garbage.
    """
    for module in document.modules._modules:
        module.__dict__.clear()


def _forget_classes(modules: set[str]) -> None:
    """Forget the models that modules have defined: Bokeh keeps every class for ever, though the
    code of an app defines its own anew for each session.
    """
    known = cast(Any, _default_resolver)._known_models
    defined = [name for name, cls in known.items() if cls.__module__ in modules]
    for name in defined:
        gone = known.pop(name)
        if not name.startswith(gone.__module__):  # code for the browser: the name is the class's
            for cls in _classes_named(name):
                known[name] = cls
    if defined:
        for function in CACHED:
            clear = getattr(getattr(HasProps, function), "cache_clear", None)
            if clear is not None:  # Bokeh 3.9; a later one has no caches that outlive a class
                clear()


def _classes_named(name: str) -> list[type[HasProps]]:
    """Return the classes of a name that sessions still have, the youngest of a base last; Bokeh
    keeps one only.
    """
    found, bases = [], [HasProps]
    while bases:
        classes = bases.pop().__subclasses__()
        bases += classes
        found += [cls for cls in classes if cls.__qualified_model__ == name]
    return [cls for cls in found if cls.__module__ in sys.modules]


def move_content(source: Document, target: Document) -> None:
    """Make the content of one document that of another, whose own is removed."""
    source._destructively_move(target)


@contextmanager
def collecting_once(document: Document) -> Iterator[None]:
    """Around the filling of a new document with many roots: its models are collected at the end,
    and not anew for each root. Nobody may view it yet.
    """
    document.models._push_freeze()
    try:
        yield
    finally:
        document.models._pop_freeze()


def _takes_nothing(callback: Callable[..., Any]) -> bool:
    parameters = inspect.signature(callback).parameters.values()
    named = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    return not any(p.kind not in named and p.default is p.empty for p in parameters)


def viewers_know(document: Document, models: Iterable[Model]) -> None:
    """Note that every viewer has the bodies of these models."""
    document.models._new_models.difference_update(models)


def viewers_know_all(document: Document) -> None:
    """Note that every viewer has the bodies of all models."""
    document.models._new_models.clear()
