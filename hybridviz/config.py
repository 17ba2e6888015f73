"""Every setting, once: its name, type, default and help drive the Flask config keys, the
environment variables, the configuration file, the command-line flags and the table in
docs/settings.md.

The only module that reads ``os.environ``.
"""

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from hybridviz.declaration import check, convert, flag, setting, split_paths, variable
from hybridviz.errors import ConfigError

MIB = 1024 * 1024

CONFIG = "HYBRIDVIZ_CONFIG"
"""The variable that names the configuration file."""


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
        " `*` accepts any, and stands for one part of a name as in `*.example.com`.",
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
        False,
        "Read changed apps again, with the open pages; show tracebacks and output in them.",
        flag="dev",
    )
    warm: bool = setting(
        False, "Keep a session of each app ready for its next visitor.", flag="warm"
    )
    reuse_sessions: bool = setting(
        False, "The same, but only once an app has had its first visitor.", flag="reuse-sessions"
    )
    log_level: str = setting(
        "info",
        "Least severity that is logged; `None` means `info`, as in Bokeh.",
        flag="log-level",
        choices=("trace", "debug", "info", "warning", "error", "critical", "None"),
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
    store: str = setting(
        "sqlite:",
        "Where uploaded documents survive: sqlite:, sqlite:///PATH, redis://HOST or memory:.",
        flag="store",
        metavar="URL",
    )
    store_quota: int = setting(
        1024 * MIB,
        "Most bytes of all uploaded documents together.",
        flag="store-quota",
        metavar="BYTES",
        low=1,
    )
    document_lifetime: int = setting(
        0,
        "Days after which uploaded documents that nobody has changed are removed; 0 for never.",
        flag="document-lifetime",
        metavar="DAYS",
        low=0,
    )
    max_upload_size: int = setting(
        256 * MIB,
        "Largest document, or body of a request that changes one, in bytes.",
        flag="max-upload-size",
        metavar="BYTES",
        low=1,
    )
    upload_token: str = setting(
        "",
        "Token by which programs on other machines may upload; best given by the environment.",
        repr=False,
        flag="upload-token",
        metavar="TOKEN",
    )
    private_documents: bool = setting(
        False, "Have uploaded documents read only by who may write them.", flag="private-documents"
    )
    multi_user: bool = setting(
        False,
        "Have clients and pages of Bokeh 0.10 log in; each user has documents of their own.",
        flag="multi-user",
    )
    legacy_open_to: tuple[str, ...] = setting(
        (),
        "Addresses, as 192.0.2.0/24, from which clients of Bokeh 0.10 and 0.11, which send no"
        " token, may upload; may be repeated.",
        flag="legacy-open-to",
        metavar="CIDR",
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
    metrics: bool = setting(
        False, "Answer /metrics, for Prometheus; keep it from the public.", flag="metrics"
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
    basic_auth: str = setting(
        "",
        "Users and passwords: a file with lines USER:HASH, or USER:PASSWORD, better given by the"
        " variable.",
        repr=False,
        flag="basic-auth",
        metavar="PATH",
    )
    user_header: str = setting(
        "",
        "Header in which a proxy names the user it has authenticated; needs trusted proxies.",
        flag="user-header",
        metavar="NAME",
    )
    trusted_proxies: tuple[str, ...] = setting(
        (),
        "Address or network whose user header is believed, or `unix`; may be repeated.",
        flag="trusted-proxies",
        metavar="ADDRESS",
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
    accel: bool = setting(
        True, "Make and write models by faster equals of Bokeh's own functions; see performance.md."
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

    notebook_url: str = setting(
        "",
        "Where browsers reach servers in notebooks: the notebook's URL, or a URL or path with"
        " `{port}` in it.",
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            check(item, getattr(self, item.name), item.name)
        for name in ("prefix", "root_path"):
            object.__setattr__(self, name, _slashed(getattr(self, name)))
        _check_networks(self.legacy_open_to)
        if self.legacy_open_to and self.multi_user:
            raise ConfigError(
                "legacy_open_to and multi_user cannot both be given: with several users it is"
                " their keys that let old clients upload"
            )
        for kind in ("headers", "cookies"):
            if getattr(self, f"include_{kind}") and getattr(self, f"exclude_{kind}"):
                raise ConfigError(f"include_{kind} and exclude_{kind} cannot both be given")

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, config: str | None = None
    ) -> "Settings":
        """Read the settings from environment variables, ``HYBRIDVIZ_*``, and what these leave open
        from a file.

        Args:
            environ: the variables; by default those of this process.
            config: path of the file; by default ``HYBRIDVIZ_CONFIG``.

        Raises:
            ConfigError: a value cannot be read; the text names the variable.
        """
        environ = os.environ if environ is None else environ
        path = config or environ.get(CONFIG, "")
        settings = cls().updated_from_file(path) if path else cls()
        return settings.updated_from_env(environ)

    def updated_from_file(self, path: str) -> "Settings":
        """Return a copy in which the keys of a TOML file replace values. Keys are the names of
        flags without their dashes, or of fields.

        Raises:
            ConfigError: the file cannot be read, or has a key or a value that is none.
        """
        import tomllib  # only few servers have such a file

        try:
            found = tomllib.loads(Path(path).read_text())
        except OSError as error:
            raise ConfigError(
                f"the configuration {path} cannot be read: {error.strerror}"
            ) from None
        except ValueError as error:
            raise ConfigError(f"the configuration {path} is not TOML: {error}") from None
        names = {key.replace("-", "_"): value for key, value in found.items()}
        unknown = names.keys() - {name for item in fields(self) for name in _keys(item)}
        if unknown:
            raise ConfigError(f"the configuration {path} has an unknown key {min(unknown)}")
        return self._updated(names, lambda item: next((k for k in _keys(item) if k in names), None))

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
                changes[item.name] = convert(item, given[key], key)
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


def jupyterhub_prefix() -> str:
    """Return JupyterHub's path of the server that this kernel belongs to; empty elsewhere."""
    return os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "")


def prometheus_directory() -> str:
    """Return the directory in which worker processes add up their metrics; empty if each is alone.

    Where prometheus_client itself looks for it, once for all when it is imported.
    """
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")


def _keys(item: Field[Any]) -> tuple[str, ...]:
    """Return the keys of a setting in a configuration file."""
    return (item.name, (flag(item) or "").lstrip("-").replace("-", "_"))


def _check_networks(networks: tuple[str, ...]) -> None:
    for text in networks:
        try:
            ip_network(text)
        except ValueError as error:
            raise ConfigError(
                f"legacy_open_to must be addresses as 192.0.2.0/24: {error}"
            ) from None


def _slashed(path: str) -> str:
    """Return a URL path with one slash before it and none behind it; empty if there is nothing."""
    bare = path.strip("/")
    return f"/{bare}" if bare else ""
