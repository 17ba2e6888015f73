"""A web server of another origin, whose one page shows what is served here."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.browser.tab import Tab

PAGE = "<!doctype html><title>Blog</title><h1>Before</h1><div>{tag}</div><p>After</p>"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


class Blog:
    """A web server of another origin, with one page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        self.origin = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, tab: Tab, tag: str) -> Tab:
        (self._folder / "page.html").write_text(PAGE.format(tag=tag))
        return tab.load(f"{self.origin}/page.html")
