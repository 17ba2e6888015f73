"""The command ``hybridviz``. Every failure that a user can cause is one line on stderr.

Exit status: 0 done or stopped by SIGTERM or Ctrl-C, 1 it could not be done (such as a port in use),
2 the command or a setting is wrong, 130 interrupted before the server was up.
"""

from collections.abc import Sequence

import click

from hybridviz import __version__
from hybridviz.cli.secret import secret
from hybridviz.cli.serve import serve
from hybridviz.errors import ConfigError


@click.group(invoke_without_command=True)
@click.version_option(__version__, prog_name="hybridviz")
@click.pass_context
def command(context: click.Context) -> None:
    """Serve live Bokeh apps."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


command.add_command(serve)
command.add_command(secret)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        args: what follows the program's name; by default that of this process.

    Returns:
        The exit status.
    """
    try:
        status = command.main(args, prog_name="hybridviz", standalone_mode=False)
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
