"""Reading and changing a document as a request may: itself or, by a header, the visitor's own copy.

What is changed is kept, and shown where it is looked at. Called by the views of models and
documents.
"""

from flask import request

from hybridviz.errors import PatchError
from hybridviz.legacy_rest.copies import Copies, check_name
from hybridviz.legacy_rest.kinds import check_kinds
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.raw import Json, RawDocument
from hybridviz.legacy_rest.rights import Rights


class Edits:
    """See the module.

    Args:
        library: the documents.
        copies: visitors' copies.
        live: those that somebody looks at.
        rights: who may.
    """

    def __init__(
        self,
        library: Library,
        copies: Copies,
        live: LiveDocuments,
        rights: Rights,
    ) -> None:
        self._library = library
        self._copies = copies
        self._live = live
        self._rights = rights

    def read(self, docid: str) -> RawDocument:
        """Return a document, or the visitor's copy.

        Raises:
            DocumentNotFound: there is none.
            RightNeeded, TooManyFailures: the request may not read it.
            BadRequest: the name of the copy is none.
        """
        raw, copy = self._rights.read(docid), _copy_of(docid)
        return self._copies.view(raw, copy) if copy else raw

    def check_write(self, docid: str) -> None:
        """Check the right to change a document; that to read it is enough for a copy.

        Raises:
            DocumentNotFound, RightNeeded, TooManyFailures, BadRequest: see `read`.
        """
        if _copy_of(docid):
            self._rights.read(docid)
        else:
            self._rights.check_write(docid)

    def upsert(
        self, docid: str, specs: list[Json], retype: bool = False
    ) -> tuple[RawDocument, list[str]]:
        """Add or change models; all of them or none.

        Args:
            docid: the document.
            specs: the models.
            retype: whether a known model may be named with another type, which it does not get.

        Returns:
            The document then, and the ids of the models.

        Raises:
            PatchError, TooLarge: it cannot take them.
        """
        for spec in specs:
            check_kinds(spec)

        def upsert(raw: RawDocument) -> list[str]:
            if not retype:
                _check_types(raw, specs)
            return raw.upsert(specs)

        if copy := _copy_of(docid):
            seen, idents = self._copies.upsert(self._library.find(docid), copy, specs)
            self._live.update_copy(seen, copy, idents)
            return seen, idents
        raw, idents = self._library.change(docid, upsert)
        self._live.update(raw, idents)
        return raw, idents

    def remove(self, docid: str, ident: str) -> None:
        """Remove a model and the references to it; a copy stays as it is.

        Raises:
            PatchError: it is what the document shows.
        """
        self._rights.check_write(docid)
        raw, changed = self._library.change(docid, lambda raw: raw.remove(ident))
        self._live.update(raw, changed)

    def prune(self, docid: str) -> None:
        """Forget the models that nothing refers to; a copy has nothing to forget."""
        if not _copy_of(docid):
            self._library.change(docid, RawDocument.prune)


def _check_types(raw: RawDocument, specs: list[Json]) -> None:
    """Check whether models have the ids of others, as those of two scripts that both count.

    Raises:
        PatchError: one has.
    """
    types = {ident: model["type"] for ident, model in raw.models.items()}
    for spec in specs:
        if isinstance(spec, dict) and isinstance(spec.get("id"), str):
            known = types.setdefault(spec["id"], spec.get("type"))
            if known != spec.get("type"):
                raise PatchError(f"the id {spec['id']!r} is that of a {known} already")


def _copy_of(docid: str) -> str:
    """Return the name of the visitor's copy that the request is about, or nothing."""
    name = request.headers.get(f"temporary-{docid}", "")
    return check_name(name) if name else ""
