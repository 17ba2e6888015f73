"""Every setting, once: its name, type, default and help drive the Flask config keys, the
environment variables, the command-line flags and the table in docs/settings.md.

The only module that reads ``os.environ``.
"""

import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from hybridviz.errors import ConfigError

PREFIX = "HYBRIDVIZ_"

MIB = 1024 * 1024


def split_names(text: str) -> list[str]:
    """Split at commas and white space."""
    return text.replace(",", " ").split()


def split_paths(text: str) -> list[str]:
    """Split at ends of lines or, if there is only one, at each ``os.pathsep`` that is not part of a
    route's ``<int:id>``; white space may be part of a path.
    """
    lines = text.strip().splitlines()
    parts = lines if len(lines) > 1 else re.split(f"{os.pathsep}(?![^<]*>)", text.strip())
    return [part for part in parts if part.strip()]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of a setting besides its name, type and default.

    Attributes:
        help: one line for ``--help`` and the docs.
        flag: name of its ``serve`` flag without dashes; None if it has none.
        env: its variable's name after ``HYBRIDVIZ_``; by default the field's name in capitals.
        metavar: what ``--help`` calls its value.
        choices: the texts it may be; empty if any.
        low, high: the range of a number, both included.
        split: turns the text of a list into its parts.
    """

    help: str
    flag: str | None = None
    env: str | None = None
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    split: Callable[[str], Iterable[str]] = split_names


def setting(default: Any, help: str, *, repr: bool = True, **more: Any) -> Any:
    """Declare one setting of `Settings`; see `Declaration`. Secrets stay out of its ``repr``."""
    return field(default=default, repr=repr, metadata={"declaration": Declaration(help, **more)})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one server. Times named ``*_ms`` are milliseconds, sizes are bytes."""

    apps: tuple[str, ...] = setting(
        (),
        "Paths of the apps to serve, or `MODULE:FUNCTION`, each with `/ROUTE=` before it if wanted;"
        " joined by `:`, or one per line.",
        split=split_paths,
    )
    args: tuple[str, ...] = setting(
        (),
        "What the apps see as sys.argv[1:]; the flag comes last and takes all that follows.",
        flag="args",
        metavar="ARG...",
        split=shlex.split,
    )
    address: str = setting(
        "127.0.0.1", "Network address to listen on.", flag="address", metavar="ADDRESS"
    )
    port: int = setting(
        5006, "Port to listen on; 0 takes any free one.", flag="port", low=0, high=65535
    )
    hosts: tuple[str, ...] = setting(
        (),
        "Host header to accept, HOST[:PORT]; may be repeated. `*` accepts any.",
        flag="host",
        metavar="HOST",
    )
    allow_websocket_origin: tuple[str, ...] = setting(
        (),
        "Origin that may open websockets, HOST[:PORT] or SCHEME://HOST[:PORT]; may be repeated."
        " `*` accepts any.",
        flag="allow-websocket-origin",
        metavar="ORIGIN",
    )
    data_dir: str = setting(
        "",
        "Directory for what must outlive the process; .hybridviz if none is given.",
        flag="data-dir",
        metavar="PATH",
    )
    secret_key: str = setting(
        "",
        "Key that signs session tokens; if none is given, one is made in the data directory.",
        repr=False,
    )
    dev: bool = setting(
        False, "Show tracebacks in the browser and re-read changed apps.", flag="dev"
    )
    log_level: str = setting(
        "info",
        "Least severity that is logged.",
        flag="log-level",
        choices=("debug", "info", "warning", "error"),
    )
    log_format: str = setting(
        "text", "How the log is written.", flag="log-format", choices=("text", "json")
    )
    keep_alive_ms: int = setting(
        37_000,
        "Milliseconds of silence after which a websocket is pinged; 0 turns pings off.",
        flag="keep-alive",
        env="KEEP_ALIVE",
        metavar="MS",
        low=0,
    )
    unused_session_lifetime_ms: int = setting(
        60_000,
        "Milliseconds that a session without viewers is kept.",
        flag="unused-session-lifetime",
        env="UNUSED_SESSION_LIFETIME",
        metavar="MS",
        low=0,
    )
    websocket_max_message_size: int = setting(
        20 * MIB,
        "Largest websocket message that is accepted, in bytes.",
        flag="websocket-max-message-size",
        metavar="BYTES",
        low=1,
    )
    session_token_expiration: int = setting(
        300,
        "Seconds for which a page may open its websocket.",
        flag="session-token-expiration",
        metavar="SECONDS",
        low=1,
    )
    prefix: str = setting(
        "", "URL path before the routes of all apps, such as /plots.", flag="prefix", metavar="PATH"
    )
    root_path: str = setting(
        "",
        "URL path that a proxy in front takes away before it hands requests on.",
        flag="root-path",
        metavar="PATH",
    )
    index: str = setting(
        "", "A Jinja template for the list of apps at /.", flag="index", metavar="PATH"
    )
    disable_index: bool = setting(False, "Show no list of apps at /.", flag="disable-index")
    disable_index_redirect: bool = setting(
        False, "Show the list also of a single app.", flag="disable-index-redirect"
    )
    use_xheaders: bool = setting(
        False,
        "Believe X-Forwarded-For and X-Forwarded-Proto; only behind a proxy that sets them.",
        flag="use-xheaders",
    )
    ico_path: str = setting(
        "", "File shown as the site's icon; `none` for no icon.", flag="ico-path", metavar="PATH"
    )
    static_dirs: tuple[str, ...] = setting(
        (),
        "Further folders of files to serve, ROUTE=PATH; may be repeated.",
        flag="static-dirs",
        metavar="ROUTE=PATH",
    )
    liveness: bool = setting(
        False, "Answer /liveness, for load balancers and supervisors.", flag="liveness"
    )
    setup: str = setting(
        "", "Script that runs once, before the apps are loaded.", flag="setup", metavar="PATH"
    )
    session_ids: str = setting(
        "unsigned",
        "Whose session ids are taken: anybody's, signed ones, or signed ones and no page without.",
        flag="session-ids",
        choices=("unsigned", "signed", "external-signed"),
    )
    auth_module: str = setting(
        "", "Python file that tells who a visitor is.", flag="auth-module", metavar="PATH"
    )
    cookie_secret: str = setting(
        "",
        "Key that signs cookies of the auth module; better given by the variable.",
        repr=False,
        flag="cookie-secret",
        metavar="SECRET",
    )
    enable_xsrf_cookies: bool = setting(
        False,
        "Take forms of the auth module only from this server's own pages.",
        flag="enable-xsrf-cookies",
    )
    ssl_certfile: str = setting(
        "", "Certificate; the server then speaks HTTPS.", flag="ssl-certfile", metavar="PATH"
    )
    ssl_keyfile: str = setting(
        "", "Key of the certificate, if not in the same file.", flag="ssl-keyfile", metavar="PATH"
    )
    ssl_password: str = setting("", "Password of the certificate's key.", repr=False)
    unix_socket: str = setting(
        "", "Unix socket to listen on, instead of a port.", flag="unix-socket", metavar="PATH"
    )
    log_file: str = setting(
        "", "File that the log is appended to; by default stderr.", flag="log-file", metavar="PATH"
    )
    stats_log_frequency_ms: int = setting(
        0,
        "Milliseconds between two lines in the log about sessions; 0 for none.",
        flag="stats-log-frequency",
        env="STATS_LOG_FREQUENCY",
        metavar="MS",
        low=0,
    )
    mem_log_frequency_ms: int = setting(
        0,
        "Milliseconds between two lines in the log about memory; 0 for none.",
        flag="mem-log-frequency",
        env="MEM_LOG_FREQUENCY",
        metavar="MS",
        low=0,
    )
    include_headers: tuple[str, ...] = setting(
        (), "Request headers that apps see, and no others.", flag="include-headers", metavar="NAME"
    )
    exclude_headers: tuple[str, ...] = setting(
        (), "Request headers that apps do not see.", flag="exclude-headers", metavar="NAME"
    )
    include_cookies: tuple[str, ...] = setting(
        (), "Cookies that apps see, and no others.", flag="include-cookies", metavar="NAME"
    )
    exclude_cookies: tuple[str, ...] = setting(
        (), "Cookies that apps do not see.", flag="exclude-cookies", metavar="NAME"
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            _check(item, getattr(self, item.name), item.name)
        for name in ("prefix", "root_path"):
            object.__setattr__(self, name, _slashed(getattr(self, name)))
        for kind in ("headers", "cookies"):
            if getattr(self, f"include_{kind}") and getattr(self, f"exclude_{kind}"):
                raise ConfigError(f"include_{kind} and exclude_{kind} cannot both be given")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from environment variables, ``HYBRIDVIZ_*``.

        Args:
            environ: the variables; by default those of this process.

        Raises:
            ConfigError: a value cannot be read; the text names the variable.
        """
        return cls().updated_from_env(os.environ if environ is None else environ)

    def updated_from_env(self, environ: Mapping[str, str]) -> "Settings":
        """Return a copy in which the variables that are set, and not empty, replace values."""
        return self._updated({key: text for key, text in environ.items() if text}, variable)

    def updated_from_mapping(self, config: Mapping[str, Any]) -> "Settings":
        """Return a copy in which the keys ``HYBRIDVIZ_*`` of a Flask config replace values."""
        return self._updated(config, variable)

    def updated_from_flags(self, given: Mapping[str, Any]) -> "Settings":
        """Return a copy in which flags such as ``--port`` replace values."""
        return self._updated(given, flag)

    def _updated(
        self, given: Mapping[str, Any], name: Callable[[Field[Any]], str | None]
    ) -> "Settings":
        changes = {}
        for item in fields(self):
            key = name(item)
            if key is not None and key in given:
                changes[item.name] = _convert(item, given[key], key)
        return replace(self, **changes)

    @property
    def keep_alive(self) -> float | None:
        """Seconds between pings, or None when they are off."""
        return self.keep_alive_ms / 1000 or None

    @property
    def unused_session_lifetime(self) -> float:
        """Seconds that a session without viewers is kept."""
        return self.unused_session_lifetime_ms / 1000

    @property
    def data_path(self) -> Path:
        """The data directory as a path."""
        return Path(self.data_dir or ".hybridviz")


def _slashed(path: str) -> str:
    """Return a URL path with one slash before it and none behind it; empty if there is nothing."""
    bare = path.strip("/")
    return f"/{bare}" if bare else ""


def declaration(item: Field[Any]) -> Declaration:
    """Return what one field of `Settings` was declared with."""
    found: Declaration = item.metadata["declaration"]
    return found


def variable(item: Field[Any]) -> str:
    """Return the environment variable of a field of `Settings`; also its Flask config key."""
    return PREFIX + (declaration(item).env or item.name.upper())


def flag(item: Field[Any]) -> str | None:
    """Return the flag of a field of `Settings` with its dashes, or None."""
    name = declaration(item).flag
    return f"--{name}" if name else None


def docs_table() -> str:
    """Return the settings as a Markdown table, for docs/settings.md."""
    rows = ["| Variable, Flask config key | Flag | Default | Meaning |", "|---|---|---|---|"]
    for item in fields(Settings):
        name = f"`{shown}`" if (shown := flag(item)) else ""
        choices = ", ".join(f"`{choice}`" for choice in declaration(item).choices)
        meaning = declaration(item).help + (f" One of {choices}." if choices else "")
        rows.append(f"| `{variable(item)}` | {name} | {default_text(item)} | {meaning} |")
    return "\n".join(rows) + "\n"


def default_text(item: Field[Any]) -> str:
    """Return the default of a field of `Settings` as the environment would give it."""
    if isinstance(item.default, bool):
        return str(item.default).lower()
    return "" if item.default == () else str(item.default)


def _convert(item: Field[Any], value: Any, source: str) -> Any:
    """Turn text, or a value of a Flask config, into the type of the field's default."""
    if isinstance(value, str) and not isinstance(item.default, str):
        value = _parse(item, value, source)
    elif isinstance(item.default, tuple) and isinstance(value, list | tuple):
        value = tuple(value)
    elif isinstance(item.default, str) and isinstance(value, os.PathLike):
        value = os.fspath(value)
    _check(item, value, source)
    return value


def _parse(item: Field[Any], text: str, source: str) -> Any:
    if isinstance(item.default, bool):
        return _parse_bool(text, source)
    if isinstance(item.default, int):
        return _parse_int(text, source)
    try:
        return tuple(declaration(item).split(text))
    except ValueError as error:
        raise ConfigError(f"{source} cannot be split, {error}: {text!r}") from None


def _parse_bool(text: str, source: str) -> bool:
    lowered = text.strip().lower()
    if lowered in ("1", "true", "yes", "on"):
        return True
    if lowered in ("", "0", "false", "no", "off"):
        return False
    raise ConfigError(f"{source} must be true or false, not {text!r}")


def _parse_int(text: str, source: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{source} must be a whole number, not {text!r}") from None


def _check(item: Field[Any], value: Any, source: str) -> None:
    known = declaration(item)
    kind: type = type(item.default)
    parts = value if isinstance(value, tuple) else ()
    fits = type(value) is kind
    if not fits or not all(isinstance(part, str) for part in parts):
        wanted = "tuple[str, ...]" if kind is tuple else kind.__name__
        raise ConfigError(f"{source} must be of type {wanted}, not {type(value).__name__}")
    if known.choices and value not in known.choices:
        raise ConfigError(f"{source} must be one of {', '.join(known.choices)}, not {value!r}")
    too_low = known.low is not None and value < known.low
    if too_low or (known.high is not None and value > known.high):
        limit = f"at least {known.low}" if known.high is None else f"{known.low} to {known.high}"
        raise ConfigError(f"{source} must be {limit}, not {value}")
