"""From an exception in an app's code to the one error that the server shows and logs."""

import traceback
from pathlib import Path
from types import TracebackType

from hybridviz.errors import AppLoadError


def load_error(route: str, error: BaseException, file: Path | None) -> AppLoadError:
    """Describe what an app raised.

    Args:
        route: URL path of the app.
        error: what was caught around its code.
        file: the app's file; errors are located in it or below its directory, if they can be.
    """
    trace = _from_app(error.__traceback__)
    filename, line = _place(error, traceback.extract_tb(trace), file)
    text = "".join(traceback.format_exception(type(error), error, trace)).rstrip()
    return AppLoadError(route, _reason(error), filename, line, text)


def _from_app(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the frames of this package, which stand above those of the app."""
    while trace and trace.tb_frame.f_globals.get("__name__", "").startswith(f"{__package__}."):
        trace = trace.tb_next
    return trace


def _reason(error: BaseException) -> str:
    """Return type and message as one line; a syntax error's quoted source comes before its own."""
    lines = traceback.format_exception_only(error)
    return next(line for line in lines if not line.startswith(" ")).splitlines()[0]


def _place(
    error: BaseException, frames: traceback.StackSummary, file: Path | None
) -> tuple[str | None, int | None]:
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno
    own = [frame for frame in frames if file is not None and _is_own(Path(frame.filename), file)]
    for frame in reversed(own or frames):
        return frame.filename, frame.lineno
    return (str(file) if file else None), None


def _is_own(candidate: Path, file: Path) -> bool:
    # An environment is often kept beside the app: what is installed in it is not the app's code.
    return file.parent in candidate.parents and "site-packages" not in candidate.parts
