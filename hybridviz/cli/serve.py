"""``hybridviz serve``: from flags, environment and files to `Settings`, and on to the server.

The flags are made of the declarations in config.py; click only takes the command line apart.
"""

from dataclasses import Field, fields
from typing import Any

import click

from hybridviz.config import Settings, declaration, default_text, flag, variable

ARGS = "--args"


class ServeCommand(click.Command):
    """A command with one more option, ``--args``, that takes all that follows it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        tail = None
        if ARGS in args:
            start = args.index(ARGS)
            args, tail = args[:start], tuple(args[start + 1 :])
        rest = super().parse_args(ctx, args)
        ctx.params["args"] = tail
        return rest


def _option(item: Field[Any], name: str) -> click.Option:
    known = declaration(item)
    default = f"default {default_text(item)}, " if default_text(item) else ""
    metavar = f"[{'|'.join(known.choices)}]" if known.choices else known.metavar or "N"
    is_switch = isinstance(item.default, bool)
    return click.Option(
        [name, item.name],
        is_flag=is_switch,
        default=None,
        multiple=isinstance(item.default, tuple) and name != ARGS,
        callback=lambda context, option, value: None if value == () else value,
        metavar=None if is_switch else metavar,
        help=f"{known.help} [{default}{variable(item)}]",
    )


OPTIONS = [_option(item, name) for item in fields(Settings) if (name := flag(item))]


@click.command(
    cls=ServeCommand,
    params=OPTIONS,
    epilog="A variable in brackets is the environment's name of the same setting; a flag wins."
    " SIGTERM and Ctrl-C end all sessions and exit with status 0 within 5 seconds.",
)
@click.option("--show", is_flag=True, help="Open the app, or the list of apps, in a browser.")
@click.argument("files", nargs=-1, metavar="[FILES]...")
def serve(files: tuple[str, ...], show: bool, **given: Any) -> int:
    """Serve each of FILES, Python scripts, as a live app.

    Without FILES the server waits for scripts that connect to it.
    """
    from gevent import monkey  # before anything that uses sockets or threads is imported

    monkey.patch_all()

    from hybridviz.cli.server import run_server

    return run_server(settings_of(files, given, Settings.from_env()), show)


def settings_of(files: tuple[str, ...], given: dict[str, Any], settings: Settings) -> Settings:
    """Return ``settings`` with what the command line gives in their place.

    Args:
        files: paths of apps; none leaves those of ``settings``.
        given: by field name what was given for each flag; None if it was not.
        settings: those of the environment.

    Raises:
        ConfigError: a value is wrong; the text names its flag.
    """
    names = {item.name: flag(item) for item in fields(Settings)}
    flags = {
        name: given[field]
        for field, name in names.items()
        if name is not None and given.get(field) is not None
    }
    settings = settings.updated_from_flags(flags)
    return settings.updated_from_mapping({"HYBRIDVIZ_APPS": files}) if files else settings
