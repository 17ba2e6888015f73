"""``hybridviz json`` and ``hybridviz html``: an app's document in a file, without a server."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import orjson
from bokeh.document import Document
from bokeh.embed import file_html
from bokeh.resources import Resources

from hybridviz.appload.app import App
from hybridviz.appload.loader import load_apps
from hybridviz.core.documents import document_json
from hybridviz.errors import AppLoadError

STDIO = "-"


def _options(command: Callable[..., None]) -> Callable[..., None]:
    options: list[Callable[..., Any]] = [
        click.argument("apps", nargs=-1, required=True, metavar="APP..."),
        click.option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write, for one APP; - is standard output.",
        ),
        click.option("--args", metavar="TEXT", multiple=True, help="An argument of the app."),
    ]
    for option in options:
        command = option(command)
    return command


@click.command("json")
@_options
@click.option("--indent", type=click.IntRange(0, 16), help="Spaces of each level; default none.")
def json_(
    apps: tuple[str, ...], output: str | None, args: tuple[str, ...], indent: int | None
) -> None:
    """Write the document of each APP as JSON, to APP.json or --output.

    APP is a script, a notebook, a directory, MODULE:FUNCTION, or - for a script on standard input.
    """
    for name, document in _documents(apps, output, args):
        _write(name, output, "json", _indented(document_json(document), indent))


@click.command()
@_options
@click.option(
    "--resources",
    type=click.Choice(["cdn", "inline"]),
    default="cdn",
    help="Where the page has BokehJS from; default cdn.",
)
@click.option("--show", is_flag=True, help="Open the page in a browser.")
def html(
    apps: tuple[str, ...], output: str | None, args: tuple[str, ...], resources: str, show: bool
) -> None:
    """Write the document of each APP as a page of its own, to APP.html or --output.

    APP is a script, a notebook, a directory, MODULE:FUNCTION, or - for a script on standard input.
    """
    if show and output == STDIO:
        raise click.UsageError("--show needs a file: give --output another name than -")
    for name, document in _documents(apps, output, args):
        page = file_html(document, Resources(mode=resources), document.title)  # type: ignore[arg-type]
        path = _write(name, output, "html", page.encode())
        if show:
            click.launch(str(path))


def _documents(
    apps: tuple[str, ...], output: str | None, args: tuple[str, ...]
) -> Iterator[tuple[str, Document]]:
    if output is not None and len(apps) > 1:
        raise click.UsageError("--output takes one APP; without it each has a file of its own")
    with _sources(apps) as sources:
        for app in load_apps(sources, args):
            yield app.route.strip("/").replace("/", "-") or "index", _run(app)


@contextmanager
def _sources(apps: tuple[str, ...]) -> Iterator[list[str]]:
    with TemporaryDirectory() as directory:
        script = Path(directory) / "stdin.py"
        if STDIO in apps:
            script.write_bytes(sys.stdin.buffer.read())
        yield [str(script) if app == STDIO else app for app in apps]


def _run(app: App) -> Document:
    document = Document()
    try:
        app.run(document)
    except AppLoadError as error:
        raise click.ClickException(str(error)) from None
    if not document.roots:
        raise click.ClickException(f"app {app.route} adds nothing to curdoc()")
    return document


def _indented(body: bytes, indent: int | None) -> bytes:
    if indent is None:
        return body + b"\n"

    return json.dumps(orjson.loads(body), indent=indent, ensure_ascii=False).encode() + b"\n"


def _write(name: str, output: str | None, suffix: str, body: bytes) -> Path:
    path = Path(output or f"{name}.{suffix}")
    if output == STDIO:
        sys.stdout.buffer.write(body)
        return path
    try:
        path.write_bytes(body)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
    click.echo(f"wrote {path}", err=True)
    return path
