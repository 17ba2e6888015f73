"""``hybridviz static``: BokehJS for another web server to hand out, or handed out here."""

import shutil
from pathlib import Path

import click
from bokeh.util.paths import static_path
from werkzeug.exceptions import NotFound
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from hybridviz.cli.listening import listen
from hybridviz.config import Settings


@click.command()
@click.option("--output", "-o", metavar="DIRECTORY", help="Copy the files there, and end.")
@click.option("--port", type=click.IntRange(0, 65535), default=5006, help="Default 5006.")
@click.option("--address", default="127.0.0.1", help="Default 127.0.0.1.")
def static(output: str | None, port: int, address: str) -> None:
    """Serve Bokeh's own JavaScript and CSS at /static, or copy them for nginx to serve."""
    if output is not None:
        _copy(Path(output))
        return
    files = SharedDataMiddleware(NotFound(), {"/static": str(static_path())})
    listener = listen(Settings(address=address, port=port))
    server = make_server(address, port, files, threaded=True, fd=listener.fileno())
    click.echo(f"Serving BokehJS at http://{address}:{server.port}/static/js/bokeh.min.js")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _copy(directory: Path) -> None:
    try:
        shutil.copytree(static_path(), directory, dirs_exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"cannot copy to {directory}: {error}") from None
    click.echo(f"copied BokehJS to {directory}")
