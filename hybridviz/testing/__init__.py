"""For tests of apps: a client in the test's own process that stands in for the browser.

No socket, no browser, no thread; time passes when the test says so. pytest finds the fixtures of
``plugin`` by itself.
"""

from hybridviz.testing.changes import Change, Changes
from hybridviz.testing.client import VizClient
from hybridviz.testing.page import Page
from hybridviz.testing.snapshot import snapshot

__all__ = ("Change", "Changes", "Page", "VizClient", "snapshot")
