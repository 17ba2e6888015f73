"""From a URL to a store."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hybridviz.data_directory import DataDirectory
from hybridviz.errors import ConfigError
from hybridviz.stores.base import Store
from hybridviz.stores.memory import MemoryStore
from hybridviz.stores.sqlite import SqliteStore

FILE = "documents.sqlite"
FORMS = "sqlite:, sqlite:///PATH, redis://HOST[:PORT][/DATABASE], rediss://... or memory:"


def open_store(url: str, data_dir: Path, quota: int, clock: Callable[[], float]) -> Store:
    """Open the store that a URL names.

    Args:
        url: one of `FORMS`.
        data_dir: where the file of ``sqlite:`` is.
        quota: most bytes of all bodies together.
        clock: Unix time in seconds.

    Raises:
        ConfigError: the URL is none, or the store cannot be used.
    """
    parts = urlsplit(url)
    if url == "memory:":
        return MemoryStore(quota, clock)
    if url == "sqlite:":
        return SqliteStore(DataDirectory(data_dir).path / FILE, quota, clock)
    if parts.scheme == "sqlite" and not parts.netloc and parts.path.startswith("/"):
        return SqliteStore(Path(unquote(parts.path)), quota, clock)
    if parts.scheme in ("redis", "rediss") and parts.hostname:
        return _open_redis(url, quota, clock)
    raise ConfigError(f"{url!r} is no store: give {FORMS}")


def _open_redis(url: str, quota: int, clock: Callable[[], float]) -> Store:
    try:
        from hybridviz.stores.redis import RedisStore
    except ImportError:
        raise ConfigError("a store in Redis needs: pip install 'hybridviz[redis]'") from None
    return RedisStore(url, quota, clock)
