"""The fixtures that pytest finds by itself once hybridviz is installed.

Imports nothing of hybridviz until a test asks for it: pytest loads this module in every project.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from hybridviz.testing import Page, VizClient

NO_APP = """viz_client does not know your application: a fixture app, or viz_app, must return it

    @pytest.fixture
    def viz_app():
        return create_app()  # or "path/of/script.py", or a function that fills a document
"""


class OpenApp(Protocol):
    """What the fixture ``viz_open`` is."""

    def __call__(self, app: Any, url: str = "/", **options: Any) -> "Page": ...


@pytest.fixture
def viz_app(request: pytest.FixtureRequest) -> Any:
    """The application under test: that of the fixture ``app``, unless a fixture of this name says
    otherwise.
    """
    try:
        return request.getfixturevalue("app")
    except pytest.FixtureLookupError:
        raise pytest.UsageError(NO_APP) from None


@pytest.fixture
def viz_client(viz_app: Any) -> Iterator["VizClient"]:
    """A visitor of the application under test; see `hybridviz.testing.VizClient`."""
    from hybridviz.testing import VizClient

    with VizClient(viz_app) as client:
        yield client


@pytest.fixture
def viz_open() -> Iterator[OpenApp]:
    """A function that opens an app alone: ``viz_open("script.py")`` returns its page.

    Takes what `hybridviz.testing.VizClient` takes as its application, then what its ``open`` takes.
    """
    from hybridviz.testing import VizClient

    with ExitStack() as stack:

        def open_app(app: Any, url: str = "/", **options: Any) -> "Page":
            return stack.enter_context(VizClient(app)).open(url, **options)

        yield open_app
