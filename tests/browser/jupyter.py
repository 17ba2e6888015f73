"""A real Jupyter server with the classic notebook, as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.servers import free_port

START_TIMEOUT = 60.0


class Jupyter:
    """A server with one notebook of the given cells.

    Args:
        directory: where the notebook, the settings and the log are.
        cells: the notebook's code.
        prefix: URL path of the server, as JupyterHub gives one to each user; with it the kernels
            believe to be behind a hub.

    Attributes:
        prefix: that path.
    """

    def __init__(self, directory: Path, cells: list[str], prefix: str = "/") -> None:
        self.prefix = prefix
        self._port = free_port()
        self._base = f"http://localhost:{self._port}{prefix}"
        self._log = directory / "jupyter.log"
        book = {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "cells": [
                {
                    "cell_type": "code",
                    "source": cell,
                    "metadata": {},
                    "outputs": [],
                    "execution_count": None,
                }
                for cell in cells
            ],
        }
        (directory / "book.ipynb").write_text(json.dumps(book))
        environment = os.environ | {"HOME": str(directory)}
        if prefix != "/":
            environment["JUPYTERHUB_SERVICE_PREFIX"] = prefix
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "nbclassic", *self._options(prefix)],
                cwd=directory,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _options(self, prefix: str) -> list[str]:
        return [
            "--no-browser",
            "--allow-root",
            f"--port={self._port}",
            f"--ServerApp.base_url={prefix}",
            "--IdentityProvider.token=",
        ]

    def _wait(self) -> None:
        end = time.monotonic() + START_TIMEOUT
        while True:
            try:
                requests.get(f"{self._base}api", timeout=5).raise_for_status()
                return
            except requests.RequestException:
                assert self._process.poll() is None and time.monotonic() < end, self.log
                time.sleep(0.1)

    @property
    def log(self) -> str:
        """What the server and its kernels have written."""
        return self._log.read_text()

    @property
    def book(self) -> str:
        """The URL of the notebook."""
        return f"{self._base}notebooks/book.ipynb"

    def close(self) -> None:
        """End it and its kernels."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
