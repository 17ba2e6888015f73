"""Documents and values as JSON: a model that the other end knows becomes a reference."""

import sys
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, cast

import numpy as np
from bokeh.core.property.wrappers import PropertyValueColumnData, PropertyValueDict
from bokeh.core.serialization import Buffer, Deserializer, Serializer
from bokeh.document import Document
from bokeh.model import Model
from bokeh.util.serialization import BINARY_ARRAY_TYPES

TEXTS = frozenset({str, type(None)})
OWN_ENCODING = TEXTS | {bool}
DICTS = frozenset({dict, PropertyValueDict, PropertyValueColumnData})
"""Types that are dictionaries to Bokeh. ``accel`` has the same list: it comes before Bokeh's models
are imported, and this package imports them.
"""
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

    defines = False
    """Whether bodies of models were encoded."""

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
        if not self.defines:
            self.defines, self._kept = True, list[Any]()
        self._kept.append(obj)  # else another object might get its address, and so its reference

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
