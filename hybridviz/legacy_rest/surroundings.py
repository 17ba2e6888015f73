"""What the server of old clients is given by the server around it, by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bokeh.document import Document
from flask import Response

from hybridviz.config import Settings
from hybridviz.runtime.base import Runtime
from hybridviz.sessions import Session
from hybridviz.stores import Store
from hybridviz.web.documents.access import Access

if TYPE_CHECKING:
    from hybridviz.legacy_rest.embeds import Script


@dataclass(frozen=True, slots=True)
class Ground:
    """What it stands on.

    Attributes:
        store: where documents and users survive.
        runtime: runs what waits.
        settings: limits, and whether there are users.
        fill_other: fills sessions of other documents.
        end: ends a session of the document space.
    """

    store: Store
    runtime: Runtime
    settings: Settings
    fill_other: Callable[[Document], object]
    end: Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class Front:
    """What it shows people, and whom it lets in.

    Attributes:
        access: who may upload.
        key: signs the cookies of users.
        page: answers the page of a document, by the id of its session.
        script: puts a document into a page of another site.
        check_space: raises if this server has no place for documents.
    """

    access: Access
    key: bytes
    page: Callable[[str], Response]
    script: "Script"
    check_space: Callable[[], object]
