"""How a setting is declared, and what follows from that: its names in the environment, on the
command line and in the docs, and what it makes of a text.

Knows no setting; ``config`` declares them.
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, field, fields
from typing import Any

from hybridviz.errors import ConfigError

PREFIX = "HYBRIDVIZ_"


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


def docs_table(settings: type[Any]) -> str:
    """Return a class of settings as a Markdown table, for docs/settings.md."""
    rows = ["| Variable, Flask config key | Flag | Default | Meaning |", "|---|---|---|---|"]
    for item in fields(settings):
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


def convert(item: Field[Any], value: Any, source: str) -> Any:
    """Turn text, or a value of a Flask config, into the type of the field's default."""
    if isinstance(value, str) and not isinstance(item.default, str):
        value = _parse(item, value, source)
    elif isinstance(item.default, tuple) and isinstance(value, list | tuple):
        value = tuple(value)
    elif isinstance(item.default, str) and isinstance(value, os.PathLike):
        value = os.fspath(value)
    check(item, value, source)
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


def check(item: Field[Any], value: Any, source: str) -> None:
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
