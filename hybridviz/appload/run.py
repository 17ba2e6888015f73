"""One run of an app's code: what it sees of the process, and how its failure is reported."""

from collections.abc import Callable, Sequence
from pathlib import Path

from bokeh.document import Document

from hybridviz.appload.argv import argv_in_place
from hybridviz.appload.failure import load_error
from hybridviz.appload.guards import install_guards
from hybridviz.appload.panel import adopt_panel
from hybridviz.appload.running import Running, running
from hybridviz.bokeh_internals import curdoc_of, make_curdoc_local
from hybridviz.errors import AppLoadError


def run_app(
    route: str,
    argv: Sequence[str],
    document: Document,
    code: Callable[[Document], object],
    file: Path | None,
) -> None:
    """Call ``code(document)`` as the app of that route.

    Args:
        route: URL path of the app.
        argv: its ``sys.argv``.
        document: its ``curdoc()``.
        code: the app.
        file: where the app's code is, if known.

    Raises:
        AppLoadError: the code raised, or called ``sys.exit``.
    """
    make_curdoc_local()
    install_guards()
    failure: AppLoadError | None = None
    token = running.set(Running(route, list(argv)))
    try:
        with argv_in_place(), curdoc_of(document):
            code(document)
            adopt_panel(document, route)
    except (Exception, SystemExit) as error:
        failure = load_error(route, error, file)
    finally:
        running.reset(token)
    if failure is not None:
        # Raised only here, so that it does not keep the app's exception, frames and document alive.
        raise failure
