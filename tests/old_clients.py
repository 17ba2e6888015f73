"""Real clients of Bokeh 0.10 and 0.11, each a process of a Python 2.7 of its own.

scripts/old_clients.sh makes their environments; where it finds no Python 2.7, no test asks for one.
"""

import os
import subprocess
import time
from pathlib import Path

from tests.servers import ROOT

PYTHONS = {
    "010": ROOT / ".venv-bokeh010/bin/python",
    "011": ROOT / ".venv-bokeh011/bin/python",
}
SCRIPTS = Path(__file__).parent / "browser" / "old_clients"
FOUND = all(python.exists() for python in PYTHONS.values())
"""Whether both are on this machine."""
PATIENCE = 30.0
"""Seconds in which a script must do what is waited for, on a busy machine."""


class OldScript:
    """One script that runs.

    Args:
        name: of a file of `SCRIPTS`, which ends with the version of Bokeh.
        url: of the server.
        directory: where what it writes goes.
    """

    def __init__(self, name: str, url: str, directory: Path) -> None:
        self._output = directory / f"{name}.txt"
        self._opened = directory / f"{name}.url"
        browser = directory / f"{name}.sh"
        browser.write_text(f'#!/bin/sh\necho "$1" > {self._opened}\n')
        browser.chmod(0o755)
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [PYTHONS[name[-3:]], "-u", SCRIPTS / f"{name}.py", url],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    **kept,
                    "BROWSER": f"{browser} %s",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "HOME": str(directory),
                },
            )

    @property
    def output(self) -> str:
        """What it has written so far."""
        return self._output.read_text()

    def page(self) -> str:
        """Return the URL of the page that it opens."""
        self.wait(lambda: self._opened.exists() and self._opened.read_text().endswith("\n"))
        return self._opened.read_text().strip()

    def go(self) -> None:
        """Write the line that it waits for."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        self._process.stdin.flush()

    def expect(self, line: str) -> None:
        """Wait until it has written a line."""
        self.wait(lambda: line in self.output.splitlines(), line)

    def wait(self, condition: object, what: str = "its page") -> None:
        assert callable(condition)
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}:\n{self.output}"
            time.sleep(0.05)

    def finish(self) -> None:
        """Wait for its end, which must be a good one."""
        assert self._process.wait(PATIENCE) == 0, self.output

    def end(self) -> None:
        """End it, if it still runs."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
