"""Where uploaded documents survive: SQLite, Redis, or nothing but memory."""

from hybridviz.stores.base import Entry, Store, Stored
from hybridviz.stores.opening import open_store

__all__ = ("Entry", "Store", "Stored", "open_store")
