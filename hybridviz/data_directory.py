"""The directory for what must outlive a process, and the signing key in it.

Knows files only: not who signs what with the key. Called by whoever composes a server.
"""

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from hybridviz.errors import ConfigError

KEY_FILE = "secret_key"

KEY_BYTES = 32
"""Randomness of a key: as many bytes as the digest that signs with it."""


def new_key() -> str:
    """Make a random signing key."""
    return secrets.token_urlsafe(KEY_BYTES)


class DataDirectory:
    """A directory that only its owner may enter and that git leaves alone. Making one creates it.

    Args:
        path: where it is; missing parents are created too.
        make_key: makes the signing key, the first time that it is asked for.

    Raises:
        ConfigError: it cannot be created or written to.
    """

    def __init__(self, path: str | os.PathLike[str], make_key: Callable[[], str] = new_key) -> None:
        self.path = Path(path).absolute()
        self._make_key = make_key
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            ignored = self.path / ".gitignore"
            if not ignored.exists():
                ignored.write_text("*\n")
        except OSError as error:
            raise ConfigError(
                f"the data directory {self.path} cannot be used ({error.strerror}):"
                " choose another with --data-dir or HYBRIDVIZ_DATA_DIR"
            ) from None

    def secret_key(self) -> str:
        """Return the signing key; all processes that use this directory get the same one.

        Raises:
            ConfigError: the key cannot be read or made, is empty, or others can read it.
        """
        file = self.path / KEY_FILE
        try:
            if not file.exists():
                self._publish_key(file)
            return _read_key(file)
        except UnicodeDecodeError:
            raise ConfigError(f"the signing key {file} is not text: delete it") from None
        except OSError as error:
            raise ConfigError(
                f"the signing key {file} cannot be read or made ({error.strerror}):"
                " correct that, or give a key in HYBRIDVIZ_SECRET_KEY"
            ) from None

    def _publish_key(self, file: Path) -> None:
        # A link appears with its content and never replaces another: of several processes that
        # start at once one wins, and none reads a half-written key.
        draft = file.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(self._make_key() + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.link(draft, file)
        except FileExistsError:
            return
        finally:
            draft.unlink()


def _read_key(file: Path) -> str:
    with file.open() as stream:
        mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
        key = stream.read().strip()
    if mode & 0o077:
        raise ConfigError(
            f"others may read the signing key {file} (mode {mode:04o}):"
            f" run `chmod 600 {file}`, or delete it to have a new one made"
        )
    if not key:
        raise ConfigError(f"the signing key {file} is empty: delete it to have a new one made")
    return key
