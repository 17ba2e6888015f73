"""Where browsers reach a port of the kernel's machine.

Directly on the machine of the notebook, or through its server (jupyter-server-proxy), as behind
JupyterHub. Pure functions over texts.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from hybridviz.errors import ConfigError

PlaceOf = str | Callable[[int], str]
"""A URL, or a function that makes one of a port."""

PORT = "{port}"
LOCAL = "http://localhost:{port}"
HUB = "{prefix}proxy/{{port}}"
"""Path of jupyter-server-proxy below that of a user's server."""


def place_of(given: PlaceOf | None, port: int, configured: str = "", hub: str = "") -> str:
    """Return the URL, or the path on the notebook's own host, at which browsers reach a port.

    Args:
        given: a URL or path with ``{port}`` in it; the URL of the notebook, as Bokeh takes it, on
            whose host the port then is; or a function of the port. None for what is configured.
        port: the port.
        configured: the setting ``notebook_url``; empty for none.
        hub: JupyterHub's path of this user's server; empty elsewhere.

    Raises:
        ConfigError: it is no URL.
    """
    if given is None:
        given = configured or (HUB.format(prefix=hub) if hub else LOCAL)
    place = given(port) if callable(given) else given
    if callable(given) or PORT in place:
        found = place.replace(PORT, str(port)).rstrip("/")
    else:
        found = _beside(place, port)
    parts = urlsplit(found)
    if not found.startswith("/") and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ConfigError(
            f"notebook_url={place!r} is no place: give the notebook's URL, such as"
            " http://localhost:8888, or a URL or path with {port} in it, or a function of the port"
        )
    return found


def _beside(notebook: str, port: int) -> str:
    """Return another port on the host of a notebook."""
    parts = urlsplit(notebook if "//" in notebook else f"http://{notebook}")
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}" if host else ""
