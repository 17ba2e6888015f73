"""A document encoded before anybody asks for it, and whether it is still that document.

Models tell of their changes. Arrays, lists and other values that an app has put into them do not:
a module's array may be in the documents of several sessions, and the callback of any writes into
it. So these are found while encoding, and looked at again before the bytes are used.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from typing import Any

import numpy as np
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.document import Document
from bokeh.model import Model

from hybridviz.bokeh_internals import PatchSerializer
from hybridviz.core.changes import Encoded, data_models, dump, encode_with

TELLING = (Model, PropertyValueContainer)
"""Values whose changes the document hears of."""
NUMBERS = (bool, Enum, float, int, np.generic)
TIMES = (datetime.date, datetime.time, datetime.timedelta)
FIXED = (*NUMBERS, *TIMES, bytes, str, tuple, type, type(None))
"""Values that cannot change; what a tuple holds is looked at by itself."""
CERTAIN = (*TELLING, *FIXED)


@dataclass(frozen=True, slots=True)
class Ahead:
    """An encoded document.

    Attributes:
        encoded: its JSON and arrays.
        silent: what was found in it that may change without telling.
        digest: of what was there then.
    """

    encoded: Encoded
    silent: Sequence[Any]
    digest: bytes

    @classmethod
    def of(cls, document: Document, new_id: Callable[[], str]) -> "Ahead":
        """Encode a whole document. Call with the session lock held.

        Args:
            document: the document.
            new_id: makes ids of arrays.
        """
        serializer = _Finder(document, new_id, whole=True)
        encoded = encode_with(serializer, document)
        return cls(encoded, serializer.silent, _digest(document, serializer.silent))

    def is_current(self, document: Document) -> bool:
        """Return whether a document that has told of no change would be encoded alike now."""
        return _digest(document, self.silent) == self.digest


class _Finder(PatchSerializer):
    """Encodes, and notes the outermost values that may change without telling."""

    def __init__(self, document: Document, new_id: Callable[[], str], *, whole: bool) -> None:
        super().__init__(document, new_id, whole=whole)
        self.silent: list[Any] = []
        self._inside = False

    def encode(self, obj: Any) -> Any:
        if self._inside or isinstance(obj, CERTAIN):
            return super().encode(obj)
        self.silent.append(obj)
        self._inside = True
        try:
            return super().encode(obj)
        finally:
            self._inside = False


def _digest(document: Document, values: Sequence[Any]) -> bytes:
    """Return a digest of what values are encoded as, with the classes of data that apps define."""
    serializer = PatchSerializer(document, lambda: "", whole=True)
    digest = blake2b(dump([serializer.encode(value) for value in (data_models(), *values)]))
    for _, data in serializer.arrays:
        digest.update(data)
    return digest.digest()
