"""Under which names a server is reached, and what it says about that when it starts."""

from collections.abc import Sequence
from urllib.parse import quote

from bokeh import __version__ as bokeh_version

from hybridviz import __version__
from hybridviz.config import Settings

ANY_ADDRESS = ("", "0.0.0.0", "::")


def own_hosts(address: str, port: int) -> tuple[str, ...]:
    """Return the Host headers of a server that is reached directly."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if address not in ANY_ADDRESS:
        names.append(_bracketed(address))
    return tuple(f"{name}:{port}" for name in dict.fromkeys(names))


def public_url(settings: Settings, route: str) -> str:
    """Return a URL of the server that its own Host check lets pass.

    Args:
        settings: with the port that it really listens on and the hosts that it accepts.
        route: URL path.
    """
    local = settings.address in (*ANY_ADDRESS, "127.0.0.1")
    host = f"{'localhost' if local else _bracketed(settings.address)}:{settings.port}"
    if settings.hosts and not {host, "*"} & set(settings.hosts):
        host = settings.hosts[0]
    scheme, usual = ("https", ":443") if settings.ssl_certfile else ("http", ":80")
    path = quote(settings.root_path + settings.prefix + route)
    return f"{scheme}://{host.removesuffix(usual)}{path}"


def banner(settings: Settings, routes: Sequence[str]) -> str:
    """Return what is printed once the server accepts connections."""
    if settings.unix_socket:
        return f"hybridviz {__version__} with Bokeh {bokeh_version} at {settings.unix_socket}"
    lines = [f"hybridviz {__version__} with Bokeh {bokeh_version}", ""]
    if not routes:
        lines.append("No apps are served; waiting for scripts to connect at")
    lines += [f"  {public_url(settings, route)}" for route in routes or ["/"]]
    return "\n".join([*lines, "", "Press Ctrl-C to stop."])


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
