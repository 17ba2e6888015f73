"""Visitors' copies of documents that they may read but not change: what differs from them.

Kept in memory, the latest ones, each of bounded size: anybody may make one. Knows no request.
"""

import re
from collections import OrderedDict
from typing import Any
from uuid import uuid4

from hybridviz.errors import BadRequest, TooLarge
from hybridviz.legacy_rest.raw import Json, RawDocument, encoded

MAX_COPIES = 200
"""Most copies that are kept."""
MAX_SIZE = 2 * 1024 * 1024
"""Most bytes of JSON of one copy's differences."""
NAME = re.compile(r"temporary[\w-]{0,80}", re.ASCII)
"""Names of copies, which clients make."""


class Copies:
    """All copies, by the ids of their documents and their names."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], dict[str, Json]] = OrderedDict()

    def view(self, raw: RawDocument, name: str) -> RawDocument:
        """Return a document as a copy has it; changing it changes neither."""
        seen = raw.apart()
        for ident, model in self._kept.get((raw.id, name), {}).items():
            known = seen.models.get(ident, {"attributes": {}})
            attributes = known["attributes"] | model["attributes"]
            seen.models[ident] = {**model, **known, "attributes": attributes}
        return seen

    def upsert(
        self, raw: RawDocument, name: str, specs: list[Any]
    ) -> tuple[RawDocument, list[str]]:
        """Add or change models of a copy; all of them or none.

        Returns:
            The document as the copy has it, and the ids of the models.

        Raises:
            PatchError: one of them is no model.
            TooLarge: the copy would differ by too much.
        """
        seen = self.view(raw, name)
        idents = seen.upsert(specs)
        own = dict(self._kept.get((raw.id, name), {}))
        for spec in specs:
            kind, ident = seen.models[spec["id"]]["type"], spec["id"]
            before = own.get(ident, {"attributes": {}})["attributes"]
            attributes = {**before, **spec["attributes"], "id": ident, "doc": raw.id}
            own[ident] = {"type": kind, "id": ident, "attributes": attributes}
        self._keep((raw.id, name), own)
        return seen, idents

    def _keep(self, key: tuple[str, str], own: dict[str, Json]) -> None:
        if len(encoded(own)) > MAX_SIZE:
            raise TooLarge(f"a copy of a document differs from it by at most {MAX_SIZE} bytes")
        self._kept[key] = own
        self._kept.move_to_end(key)
        if len(self._kept) > MAX_COPIES:
            self._kept.popitem(last=False)


def new_name() -> str:
    """Return the name of a new copy, which nobody guesses."""
    return f"temporary-{uuid4().hex.upper()}"


def check_name(name: str) -> str:
    """Return the name of a copy as a client gives it.

    Raises:
        BadRequest: it is none.
    """
    if not NAME.fullmatch(name):
        raise BadRequest("the name of a copy begins with temporary and has letters, digits and -")
    return name
