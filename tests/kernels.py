"""A real IPython kernel, as notebooks have one, driven from a test."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.manager import KernelManager

TIMEOUT = 60.0


class Kernel:
    """A running kernel.

    Args:
        manager: what has started it.

    Attributes:
        html: what the last cell has displayed.
    """

    def __init__(self, manager: Any) -> None:
        self.html: list[str] = []
        self._manager = manager
        self._client = manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=TIMEOUT)
        self._asked = ""

    def run(self, cell: str, ident: str = "") -> str:
        """Run a cell; return what it printed and what it raised.

        Args:
            cell: its code.
            ident: its id, as JupyterLab tells it.
        """
        self.start(cell, ident)
        return self.rest()

    def start(self, cell: str, ident: str = "") -> None:
        """Start to run a cell."""
        content = {"code": cell, "silent": False, "store_history": True, "user_expressions": {}}
        metadata = {"cellId": ident} if ident else {}
        message = self._client.session.msg(
            "execute_request", {**content, "allow_stdin": False}, metadata=metadata
        )
        self._asked = message["header"]["msg_id"]
        self._client.shell_channel.send(message)

    def rest(self) -> str:
        """Wait until the cell is done; return what it printed and what it raised."""
        said, self.html = "", []
        while True:
            message = self._client.get_iopub_msg(timeout=TIMEOUT)
            content = message["content"]
            if message["msg_type"] == "stream":
                said += content["text"]
            elif message["msg_type"] == "error":
                said += "\n".join(content["traceback"])
            elif message["msg_type"] == "display_data":
                self.html.append(content["data"].get("text/html", ""))
            elif message["msg_type"] == "status" and self._ends(message):
                return said

    def _ends(self, status: Any) -> bool:
        """Return whether the cell is done; a kernel that starts up may still say so of that."""
        is_idle = status["content"]["execution_state"] == "idle"
        return is_idle and status["parent_header"].get("msg_id") == self._asked

    def interrupt(self) -> None:
        """Stop the cell that is running, as the button of notebooks does."""
        time.sleep(0.5)  # it must have begun
        self._manager.interrupt_kernel()

    def close(self) -> None:
        """End the connection, not the kernel."""
        self._client.stop_channels()


@contextmanager
def running_kernel() -> Iterator[Kernel]:
    """Start a kernel, and end it as notebooks do."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    kernel = Kernel(manager)
    yield kernel
    manager.shutdown_kernel()
    kernel.close()
    manager.cleanup_resources()
