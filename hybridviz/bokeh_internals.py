"""What hybridviz needs of Bokeh that Bokeh does not publish. The only module, with ``accel``, that
touches names beginning with an underscore there; tests/test_bokeh_internals.py holds each of them
for every supported version.

Knows documents, models and their JSON. Knows no session, socket or lock: a `DocumentListener` is
told what happens.
"""

import contextvars
import inspect
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any, Protocol, cast

import bokeh.io.doc
import numpy as np
from bokeh.core.has_props import HasProps, _default_resolver
from bokeh.core.property.wrappers import PropertyValueColumnData, PropertyValueDict
from bokeh.core.serialization import Buffer, Deserializer, Serializer, UnknownReferenceError
from bokeh.document import Document
from bokeh.document.callbacks import DocumentCallbackManager
from bokeh.document.events import (
    DocumentChangedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
    SessionCallbackAdded,
    SessionCallbackRemoved,
)
from bokeh.document.locking import UnlockedDocumentProxy
from bokeh.events import Event, ModelEvent
from bokeh.model import Model
from bokeh.util.serialization import BINARY_ARRAY_TYPES

__all__ = ("UnknownReferenceError",)


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
        for callback in tuple(model._callbacks.get(attr, ())):
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


_CACHED = ("properties", "descriptors", "properties_with_refs", "dataspecs")
"""What Bokeh 3.9 caches of classes, by methods of ``HasProps``."""


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


def _forget_classes(modules: set[str]) -> None:
    """Forget the models that modules have defined: Bokeh keeps every class for ever, though the
    code of an app defines its own anew for each session.
    """
    known = cast(Any, _default_resolver)._known_models
    defined = [name for name, cls in known.items() if cls.__module__ in modules]
    for name in defined:
        del known[name]
    if defined:
        for function in _CACHED:
            clear = getattr(getattr(HasProps, function), "cache_clear", None)
            if clear is not None:  # Bokeh 3.9; a later one has no caches that outlive a class
                clear()


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
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return not any(p.kind in positional and p.default is p.empty for p in parameters)


TEXTS = frozenset({str, type(None)})
OWN_ENCODING = TEXTS | {bool}
DICTS = frozenset({dict, PropertyValueDict, PropertyValueColumnData})
BINARY_ARRAYS = {dtype: dtype.name for dtype in BINARY_ARRAY_TYPES}
NUMBERS = frozenset({float, int, bool})
SCALARS = TEXTS | NUMBERS
MAX_INT = 2**53 - 1
"""The largest whole number that JavaScript can tell from its neighbours."""


class PatchSerializer(Serializer):
    """Encode changes of a live document: a model the viewers know becomes a reference.

    Args:
        document: the live document.
        new_id: makes ids of binary buffers.
        inline: put arrays into the JSON as base64 instead of into ``arrays``.
        whole: encode all models with their bodies, as for a viewer who knows none.
        copy: copies the contiguous bytes of an array.
    """

    def __init__(
        self,
        document: Document,
        new_id: Callable[[], str],
        *,
        inline: bool = False,
        whole: bool = False,
        copy: Callable[[memoryview], bytes | memoryview] = memoryview.tobytes,
    ) -> None:
        super().__init__(deferred=not inline)
        self._copy = copy
        self.arrays: list[tuple[str, bytes | memoryview]] = []
        self._document = document
        self._unknown = document.models._new_models
        self._whole = whole
        self._new_id = new_id

    def get_ref(self, obj: Any) -> Any:
        ref = self._references.get(id(obj))
        if ref is None and not self._whole and isinstance(obj, Model):
            if obj.document is self._document and obj not in self._unknown:
                return obj.ref
        return ref

    def add_ref(self, obj: Any, ref: Any) -> None:
        super().add_ref(obj, ref)
        if not self._whole:
            self._unknown.discard(obj)
        self.defines = True

    defines = False
    """Whether bodies of models were encoded."""

    def encode(self, obj: Any) -> Any:
        """Encode a value. What is most often sent needs no search for its kind: a text, None or a
        bool, which is its own encoding, an array, or a dictionary.
        """
        kind = type(obj)
        if kind in self._encoders:
            return super().encode(obj)
        if kind in OWN_ENCODING:
            return obj
        if kind is np.ndarray and obj.ndim:
            return self._encode_ndarray(obj)
        if kind in DICTS:
            return self._encode_dict(obj)
        return super().encode(obj)

    def _encode_ndarray(self, obj: Any) -> Any:
        """Encode an array; one that goes over the wire as it lies in memory needs no look at it."""
        name = BINARY_ARRAYS.get(obj.dtype) if type(obj) is np.ndarray else None
        if name is None or not obj.flags.c_contiguous:
            return super()._encode_ndarray(obj)
        data = self._encode_bytes(obj.data)
        shape = list(obj.shape)
        order = sys.byteorder
        return {"type": "ndarray", "array": data, "shape": shape, "dtype": name, "order": order}

    def _encode_list(self, obj: list[Any]) -> Any:
        """Encode a list; one of nothing but texts or ordinary numbers is its own encoding."""
        kinds = set(map(type, obj))
        if kinds.isdisjoint(self._encoders) and (kinds <= TEXTS or _are_ordinary(obj, kinds)):
            return list(obj)
        return super()._encode_list(obj)

    def _encode_bytes(self, obj: Any) -> Any:
        data = self._copy(obj) if isinstance(obj, memoryview) else bytes(obj)
        ident = self._new_id()
        if not self._deferred:
            return {"type": "bytes", "data": Buffer(cast(Any, ident), data).to_base64()}
        self.arrays.append((ident, data))
        return {"type": "bytes", "data": {"id": ident}}


def _are_ordinary(numbers: list[Any], kinds: set[type]) -> bool:
    if not kinds <= NUMBERS or not all(map(isfinite, numbers)):
        return False
    return int not in kinds or -MAX_INT < min(numbers) <= max(numbers) <= MAX_INT


class ReferenceSerializer(Serializer):
    """Encode values with every model as a reference, which says nothing of its content."""

    def __init__(self) -> None:
        super().__init__(deferred=False)

    def get_ref(self, obj: Any) -> Any:
        return obj.ref if isinstance(obj, Model) else super().get_ref(obj)


class PatchDeserializer(Deserializer):
    """Decode what a client sent, looking models up in the live document itself instead of in a copy
    of its table.

    Args:
        document: the live document.
        buffers: binary buffers by id; views that may be written to are taken over.
        setter: whom the properties of new models are set by.
    """

    def __init__(
        self, document: Document, buffers: Mapping[str, bytes | memoryview], setter: Any
    ) -> None:
        super().__init__(setter=setter)
        self.created: dict[str, Model] = {}
        self._references = cast(Any, _Overlay(self.created, document.models._models))
        self._buffers = {
            cast(Any, key): Buffer(cast(Any, key), data) for key, data in buffers.items()
        }

    def decode(self, obj: Any, buffers: Any = None) -> Any:
        """Decode one value; buffers stay for the next one."""
        return self._decode(obj)

    def _decode(self, obj: Any) -> Any:
        if type(obj) is list and SCALARS.issuperset(map(type, obj)):
            return list(obj)
        return super()._decode(obj)

    def _decode_bytes(self, obj: Any) -> bytes:
        data = super()._decode_bytes(obj)
        return data.tobytes() if isinstance(data, memoryview) else data

    def _decode_ndarray(self, obj: Any) -> Any:
        """Decode an array. From a view it is copied once, or not at all: a view that may be written
        to belongs to the first array that is decoded from it.
        """
        buffer = self._viewed(obj["array"])
        if buffer is None:
            return super()._decode_ndarray(obj)
        dtype, is_native = np.dtype(obj["dtype"]), obj["order"] == sys.byteorder
        array = np.frombuffer(buffer.data, dtype if is_native else dtype.newbyteorder())
        if not is_native or not array.flags.writeable:
            return super()._decode_ndarray(cast(Any, {**obj, "array": array}))
        buffer.data = memoryview(buffer.data).toreadonly()
        return array.reshape(obj["shape"]) if len(obj["shape"]) > 1 else array

    def _viewed(self, array: Any) -> Buffer | None:
        """Return the buffer that an array is in, if it is a view."""
        data = array.get("data") if isinstance(array, dict) else None
        ident: Any = data.get("id") if isinstance(data, dict) else None
        buffer = self._buffers.get(ident)
        return buffer if buffer is not None and isinstance(buffer.data, memoryview) else None

    def _decode_object_ref(self, obj: Any) -> Model:
        """Decode a new model. One that is here already is meant itself: ``bokeh.client`` sends the
        bodies of models that it has pulled along with those that refer to them.
        """
        known = self._references.get(obj["id"])
        return super()._decode_object_ref(obj) if known is None else known


class _Overlay(dict[Any, Any]):
    """New models by id, in front of those of a document."""

    def __init__(self, created: dict[str, Model], known: dict[Any, Model]) -> None:
        self._created = created
        self._known = known

    def get(self, key: Any, default: Any = None) -> Any:
        model = self._created.get(key)
        return self._known.get(key, default) if model is None else model

    def __setitem__(self, key: Any, model: Any) -> None:
        self._created[key] = model


def viewers_know(document: Document, models: Iterator[Model] | Any) -> None:
    """Note that every viewer has the bodies of these models."""
    document.models._new_models.difference_update(models)


def viewers_know_all(document: Document) -> None:
    """Note that every viewer has the bodies of all models."""
    document.models._new_models.clear()


class _ContextStack:
    """A stack whose content belongs to the running greenlet, thread or task; stands in for a global
    list.
    """

    def __init__(self) -> None:
        self._items: contextvars.ContextVar[tuple[Any, ...]] = contextvars.ContextVar(
            "curdocs", default=()
        )

    def append(self, item: Any) -> None:
        self._items.set((*self._items.get(), item))

    def pop(self) -> Any:
        *rest, last = self._items.get()
        self._items.set(tuple(rest))
        return last

    def __len__(self) -> int:
        return len(self._items.get())

    def __getitem__(self, index: int) -> Any:
        return self._items.get()[index]


def make_curdoc_local() -> None:
    """Let ``curdoc()`` be right in every greenlet, thread and task; Bokeh 3.9 keeps one list for
    the process.
    """
    if isinstance(bokeh.io.doc._PATCHED_CURDOCS, list):
        bokeh.io.doc._PATCHED_CURDOCS = cast(Any, _ContextStack())


@contextmanager
def curdoc_of(document: Document, callback: Callable[..., Any] | None = None) -> Iterator[None]:
    """Let ``curdoc()`` return ``document``, or Bokeh's unlocked proxy of it for a callback that
    asks for no lock.

    Call `make_curdoc_local` first, once.
    """
    nolock = getattr(callback, "nolock", False)
    current: Any = UnlockedDocumentProxy(document) if nolock else document
    stack = bokeh.io.doc._PATCHED_CURDOCS
    if isinstance(stack, contextvars.ContextVar):
        token = stack.set((*stack.get(), weakref.ref(current)))
        try:
            yield
        finally:
            stack.reset(token)
    else:
        stack.append(weakref.ref(current))
        try:
            yield
        finally:
            stack.pop()
