"""``hybridviz serve``: from flags, environment and files to `Settings`, and on to the server.

The flags are made of the declarations in config.py; click only takes the command line apart.
"""

import gc
from dataclasses import Field, fields
from glob import glob
from typing import Any

import click

from hybridviz.cli.refused import REFUSED
from hybridviz.config import Settings
from hybridviz.declaration import declaration, default_text, flag, variable
from hybridviz.errors import ConfigError

ARGS = "--args"


class ServeCommand(click.Command):
    """A command with one more option, ``--args``, that takes all that follows it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        tail = None
        if ARGS in args:
            start = args.index(ARGS)
            args, tail = args[:start], tuple(args[start + 1 :])
        for text in args:
            name = text.partition("=")[0]
            if name in REFUSED:
                raise click.UsageError(f"{name} is refused: {REFUSED[name]}", ctx)
        rest = super().parse_args(ctx, _several(args))
        ctx.params["args"] = tail
        return rest


SEVERAL = ("--include-headers", "--exclude-headers", "--include-cookies", "--exclude-cookies")
"""Flags that take all that follows up to the next flag, as in Bokeh."""


def _several(args: list[str]) -> list[str]:
    """Write out such a flag before each of its values."""
    written: list[str] = []
    taking = ""
    for text in args:
        if text.startswith("-"):
            taking = text if text in SEVERAL else ""
            written += [] if taking else [text]
        else:
            written += [taking, text] if taking else [text]
    return written


def option_of(item: Field[Any], name: str) -> click.Option:
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


OPTIONS = [option_of(item, name) for item in fields(Settings) if (name := flag(item))]


@click.command(
    cls=ServeCommand,
    params=OPTIONS,
    epilog="A variable in brackets is the environment's name of the same setting; flags win over"
    " the environment, and that over the file."
    " SIGTERM and Ctrl-C end all sessions and exit with status 0 within 5 seconds.",
)
@click.option("--show", is_flag=True, help="Open the app, or the list of apps, in a browser.")
@click.option("--glob", "globbed", is_flag=True, help="Take FILES as patterns such as apps/*.py.")
@click.option("--config", metavar="PATH", help="File of these settings, in TOML.")
@click.option(
    "--profile", metavar="PATH", help="File that tells at the end where the server's time went."
)
@click.option("--use-config", metavar="PATH", help="File of Bokeh's own settings, in YAML.")
@click.argument("files", nargs=-1, metavar="[FILES]...")
def serve(
    files: tuple[str, ...],
    show: bool,
    globbed: bool,
    config: str | None,
    use_config: str | None,
    profile: str | None,
    **given: Any,
) -> int:
    """Serve each of FILES as a live app: scripts, notebooks, directories, MODULE:FUNCTION; with
    /ROUTE= before it at that URL.

    Without FILES the server waits for scripts that connect to it.
    """
    patch_process()
    files = _matches(files) if globbed else files
    settings = settings_of(files, given, Settings.from_env(config=config))
    if use_config is not None:
        _use_config(use_config)
    return start(settings, show, profile)


def patch_process() -> None:
    """Make sockets and threads of this process gevent's; before anything that uses them is
    imported.
    """
    from gevent import monkey

    monkey.patch_all()


def start(settings: Settings, show: bool, profile: str | None = None) -> int:
    """Import the server and run it; see `run_server`. The process must be patched already."""
    gc.disable()  # until all is there: nothing that is imported is garbage, looking takes 0.1 s
    try:
        if settings.accel:
            from hybridviz import accel

            accel.install()  # before Bokeh's models are imported: see `accel.signatures`

        from hybridviz.cli.server import run_server

        return run_server(settings, show, profile)
    finally:
        gc.enable()  # also if it could not start


def _use_config(path: str) -> None:
    from bokeh.settings import settings

    try:
        settings.load_config(path)
    except Exception as error:  # YAML's own errors too
        raise ConfigError(f"the file of settings {path} cannot be used: {error}") from None


def _matches(patterns: tuple[str, ...]) -> tuple[str, ...]:
    found = [sorted(glob(pattern)) for pattern in patterns]
    for pattern, files in zip(patterns, found, strict=True):
        if not files:
            raise ConfigError(f"the pattern {pattern} matches nothing")
    return tuple(file for files in found for file in files)


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
