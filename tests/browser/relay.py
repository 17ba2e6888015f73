"""A TCP relay whose connections a test can cut, as a network does: server and page live on."""

import contextlib
import socket
import threading
from types import TracebackType


class Relay:
    """Listen on a free port and pass every connection on to another port of this machine."""

    def __init__(self, listener: socket.socket | None = None) -> None:
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self._target = 0
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.netloc = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.netloc}"

    def open_to(self, port: int) -> None:
        """Begin to pass connections on to ``port``."""
        self._target = port
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break all connections there are; new ones are passed on."""
        with self._lock:
            for end in self._sockets:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed by __exit__
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._target)) as far:
            with self._lock:
                self._sockets += [near, far]
            back = threading.Thread(target=self._pass, args=(far, near), daemon=True)
            back.start()
            self._pass(near, far)
            back.join()
            with self._lock:
                self._sockets = [end for end in self._sockets if end not in (near, far)]

    @staticmethod
    def _pass(source: socket.socket, sink: socket.socket) -> None:
        """Pass bytes on until either end is gone, then end both."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> "Relay":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
