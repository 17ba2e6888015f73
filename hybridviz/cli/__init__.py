"""The command ``hybridviz``. Every failure that a user can cause is one line on stderr.

Exit status: 0 done or stopped by SIGTERM or Ctrl-C, 1 it could not be done (such as a port in use),
2 the command or a setting is wrong, 130 interrupted before the server was up.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hybridviz import __version__
from hybridviz.cli.export import html, json_
from hybridviz.cli.info import info
from hybridviz.cli.migrate import migrate
from hybridviz.cli.run import run
from hybridviz.cli.secret import secret
from hybridviz.cli.serve import serve
from hybridviz.cli.static import static
from hybridviz.errors import ConfigError


@click.group(invoke_without_command=True)
@click.version_option(__version__, prog_name="hybridviz")
@click.pass_context
def command(context: click.Context) -> None:
    """Serve live Bokeh apps."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _part in (serve, run, migrate, json_, html, static, info, secret):
    command.add_command(_part)


SCRIPTS = (".py", ".ipynb")
"""What ``hybridviz FILE`` runs."""


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        args: what follows the program's name; by default that of this process.

    Returns:
        The exit status.
    """
    given = list(sys.argv[1:] if args is None else args)
    if given and Path(given[0]).suffix in SCRIPTS and given[0] not in command.commands:
        given = ["run", *given]
    try:
        status = command.main(given, prog_name="hybridviz", standalone_mode=False)
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except ConfigError as error:
        return _complain(str(error), 2)
    except (click.Abort, KeyboardInterrupt):
        return 130
    return status if isinstance(status, int) else 0


def _complain(message: str, status: int) -> int:
    click.echo(f"hybridviz: {' '.join(message.split())}", err=True)
    return status
