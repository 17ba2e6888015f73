"""What callbacks have raised, for the test to raise.

A server logs it and goes on. Here it is taken from the log, and from the sessions themselves, as an
app may have silenced the log.
"""

import logging

log = logging.getLogger("hybridviz")


class Failures(logging.Handler):
    """Collects exceptions, each once."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._raised: list[BaseException] = []

    def __len__(self) -> int:
        return len(self._raised)

    def add(self, error: BaseException) -> None:
        """Note an exception."""
        if not any(error is known for known in self._raised):
            self._raised.append(error)

    def emit(self, record: logging.LogRecord) -> None:
        """Note the exception that a record tells of."""
        if record.exc_info and record.exc_info[1] is not None:
            self.add(record.exc_info[1])

    def __enter__(self) -> "Failures":
        log.addHandler(self)
        return self

    def __exit__(self, *raised: object) -> None:
        log.removeHandler(self)

    def take(self) -> list[BaseException]:
        """Return what was raised since the last time."""
        raised, self._raised = self._raised, []
        return raised


def raise_all(raised: list[BaseException]) -> None:
    """Raise what callbacks have raised: one exception as it is, several as a group."""
    if len(raised) == 1:
        raise raised[0]
    if raised:
        raise BaseExceptionGroup("several callbacks have raised", raised)
