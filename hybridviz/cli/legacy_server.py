"""``hybridviz legacy-server``: the command ``bokeh-server`` of Bokeh 0.10, by its own flags.

Each flag is mapped to settings or refused with a reason. Source: bokeh/server/__init__.py of
0.10.0.
"""

from dataclasses import fields
from typing import Any

import click

from hybridviz.cli.refused import REFUSED_OLD
from hybridviz.cli.serve import option_of, patch_process, start
from hybridviz.config import Settings
from hybridviz.declaration import flag
from hybridviz.errors import ConfigError

STORES = {"memory": "memory:", "shelve": "sqlite:", "redis": "redis://127.0.0.1:{port}"}
"""What the backends are today."""
ALSO = ("--data-dir", "--host", "--legacy-open-to", "--log-level", "--upload-token")
"""Flags of ``serve`` that are there too: who lets others in needs them."""


class LegacyServerCommand(click.Command):
    """A command that says of some options why they are refused."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for text in args:
            name = text.partition("=")[0]
            if name in REFUSED_OLD:
                raise click.UsageError(f"{name} is refused: {REFUSED_OLD[name]}", ctx)
        return super().parse_args(ctx, args)


@click.command(
    cls=LegacyServerCommand,
    params=[option_of(item, name) for item in fields(Settings) if (name := flag(item)) in ALSO],
    epilog="What is not given comes from the environment, as for hybridviz serve.",
)
@click.option("--ip", metavar="ADDRESS", help="Network address to listen on.")
@click.option("--port", "--bokeh-port", type=int, metavar="N", help="Port to listen on.")
@click.option("--url-prefix", metavar="PATH", help="URL path before all routes.")
@click.option("--https", is_flag=True, help="Speak HTTPS.")
@click.option("--https-certfile", metavar="PATH", help="Certificate; needs --https.")
@click.option("--https-keyfile", metavar="PATH", help="Key of the certificate; needs --https.")
@click.option("-m", "--multi-user", is_flag=True, help="Have users, who log in.")
@click.option(
    "--backend",
    type=click.Choice([*STORES]),
    help="Where documents are kept: a database in the data directory (shelve, or none given),"
    " Redis, or the memory of the process.",
)
@click.option("--redis-port", type=int, metavar="N", help="Port of Redis.  [default 7001]")
@click.option("--no-start-redis", is_flag=True, help="Use a Redis that is there, as always here.")
@click.option("--dev", is_flag=True, help="Keep documents in memory; tell all in the log.")
@click.option("-d", "--debug", is_flag=True, help="Tell all in the log.")
@click.option("-v", "--verbose", is_flag=True, help="Tell all in the log.")
def legacy_server(**given: Any) -> int:
    """Serve clients of Bokeh 0.10, by the flags of its bokeh-server. Their documents are listed at
    /bokeh/.
    """
    patch_process()
    return start(settings_of(given, Settings.from_env()), show=False)


def settings_of(given: dict[str, Any], settings: Settings) -> Settings:
    """Return ``settings`` with what the flags of ``bokeh-server`` give in their place.

    Args:
        given: by parameter name what was given for each flag; None or False if it was not.
        settings: those of the environment.

    Raises:
        ConfigError: flags do not go together, or a value is wrong.
    """
    _check(given)
    talks = given["debug"] or given["verbose"] or given["dev"]
    backend = given["backend"] or ("memory" if given["dev"] else None)
    flags = {
        "--address": given["ip"],
        "--port": given["port"],
        "--prefix": given["url_prefix"],
        "--ssl-certfile": given["https_certfile"],
        "--ssl-keyfile": given["https_keyfile"],
        "--multi-user": given["multi_user"] or None,
        "--store": STORES[backend].format(port=given["redis_port"] or 7001) if backend else None,
        "--log-level": given["log_level"] or ("debug" if talks else None),
    }
    flags |= {
        name: given[item.name]
        for item in fields(Settings)
        if (name := flag(item)) in ALSO and name != "--log-level"
    }
    return settings.updated_from_flags(
        {name: value for name, value in flags.items() if value is not None}
    )


def _check(given: dict[str, Any]) -> None:
    """Check whether flags go together.

    Raises:
        ConfigError: they do not.
    """
    files = given["https_certfile"] or given["https_keyfile"]
    if given["https"] and not given["https_certfile"]:
        raise ConfigError("--https needs --https-certfile")
    if files and not given["https"]:
        raise ConfigError("--https-certfile and --https-keyfile need --https")
    if given["redis_port"] is not None and given["backend"] != "redis":
        raise ConfigError("--redis-port needs --backend redis")
    if given["no_start_redis"] and given["backend"] != "redis":
        raise ConfigError("--no-start-redis needs --backend redis")
    if given["dev"] and given["backend"] not in (None, "memory"):
        raise ConfigError("--dev keeps documents in memory: it and --backend cannot both be given")
