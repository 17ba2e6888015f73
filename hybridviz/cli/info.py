"""``hybridviz info``: the versions that a report of a defect should name."""

import platform
from importlib.metadata import PackageNotFoundError, version

import click
from bokeh.util.paths import static_path

import hybridviz

PACKAGES = ("bokeh", "flask", "gevent", "gevent-websocket", "gunicorn", "numpy", "panel", "redis")


@click.command()
@click.option("--static", is_flag=True, help="Print only the directory of BokehJS.")
def info(static: bool) -> None:
    """Print the versions of what is installed."""
    if static:
        click.echo(static_path())
        return
    for name, found in {
        "Python": platform.python_version(),
        "hybridviz": hybridviz.__version__,
        **{name: _version(name) for name in PACKAGES},
        "BokehJS": str(static_path()),
    }.items():
        click.echo(f"{name + ':':18} {found}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
