"""The command ``hybridviz``. Every failure that a user can cause is one line on stderr.

Exit status: 0 done or stopped by SIGTERM or Ctrl-C, 1 it could not be done (such as a port in use),
2 the command or a setting is wrong, 130 interrupted before the server was up.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from hybridviz import __version__
from hybridviz.errors import ConfigError

COMMANDS = {
    "serve": "hybridviz.cli.serve:serve",
    "legacy-server": "hybridviz.cli.legacy_server:legacy_server",
    "run": "hybridviz.cli.run:run",
    "migrate": "hybridviz.cli.migrate:migrate",
    "json": "hybridviz.cli.export:json_",
    "html": "hybridviz.cli.export:html",
    "static": "hybridviz.cli.static:static",
    "info": "hybridviz.cli.info:info",
    "secret": "hybridviz.cli.secret:secret",
}
"""Each command and where it is; imported when it is used, for ``serve`` patches the process first
of all.
"""


class Commands(click.Group):
    """The commands of the table above, in its order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attr = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), attr)
        return found


@click.group(cls=Commands, invoke_without_command=True)
@click.version_option(__version__, prog_name="hybridviz")
@click.pass_context
def command(context: click.Context) -> None:
    """Serve live Bokeh apps, and run scripts of every age."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


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
    if given and Path(given[0]).suffix in SCRIPTS and given[0] not in COMMANDS:
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
