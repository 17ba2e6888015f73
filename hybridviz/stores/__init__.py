"""Where uploaded documents survive: SQLite, Redis, or nothing but memory."""

from hybridviz.stores.base import Entry, Store, Stored

__all__ = ("Entry", "Store", "Stored")
