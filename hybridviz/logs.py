"""How the log is written: as text for people or as one JSON object a line for machines.

Called once by an entry point, the command line or wsgi.py; a library must leave logging alone.
"""

import json
import logging
from datetime import UTC, datetime
from typing import TextIO

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LEVELS: dict[str, int | str] = {"trace": 9, "None": logging.INFO}
"""What logging itself does not know: the number that Bokeh has for traces, and what its server logs
if it is given no level.
"""


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON: time (UTC), level, logger, message, exception."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def configure_logging(level: str, style: str, stream: TextIO | None = None) -> None:
    """Send the log of the whole process, the apps' included, to one stream.

    Does nothing if the process has set up its log already.

    Args:
        level: least severity, as in `Settings`.
        style: text or json.
        stream: where to; by default stderr.
    """
    if logging.root.handlers:
        return
    output = logging.StreamHandler(stream)
    output.setFormatter(JsonLines() if style == "json" else logging.Formatter(TEXT))
    logging.root.addHandler(output)
    logging.root.setLevel(LEVELS.get(level, level.upper()))
