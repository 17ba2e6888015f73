"""``hybridviz migrate``: an old script in the names of today."""

import difflib
import tokenize
from pathlib import Path

import click

from hybridviz.compat.migrate import migrated


@click.command()
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output", "-o", metavar="FILE", help="Write the whole new script there; - shows it."
)
def migrate(script: Path, output: str | None) -> None:
    """Print how SCRIPT, of Bokeh 0.7 to 0.12, changes to use the names of today, as a diff.

    What has no simple spelling today is named on standard error, with its line.
    """
    try:
        with tokenize.open(script) as file:
            before = file.read()
        after, notes = migrated(before, str(script))
    except SyntaxError as error:
        raise click.ClickException(
            f"{script}, line {error.lineno}: {error.msg}; if it is Python 2, run 2to3 on it first"
        ) from None
    for note in notes:
        click.echo(f"{script}: {note}", err=True)
    if output is None:
        lines = before.splitlines(True), after.splitlines(True)
        click.echo("".join(difflib.unified_diff(*lines, str(script), str(script))), nl=False)
    elif output == "-":
        click.echo(after, nl=False)
    else:
        Path(output).write_text(after, "utf-8")
