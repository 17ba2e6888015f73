"""Uploads of old clients and what they become: the files below tests/data/legacy.

``python -m scripts.legacy_golden`` writes, for each recorded upload there, the text that its
translation is held against (golden/NAME.txt): look at its changes before you commit them.
``python -m scripts.legacy_golden cut RECORDINGS NAME...`` makes uploads from recordings of real
clients, with long lists cut.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bokeh.core.property.singletons import Undefined
from bokeh.core.property.vectorization import Field, Value
from bokeh.model import Model

from hybridviz.errors import PatchError
from hybridviz.legacy_rest.answers import number
from hybridviz.legacy_rest.patches import apply_patch, document_json, document_of, empty
from hybridviz.legacy_rest.raw import RawDocument, new_document
from hybridviz.legacy_rest.translation import Translator

DATA = Path(__file__).parent.parent / "tests" / "data" / "legacy"
GOLDEN = DATA / "golden"
LONGEST = 6
"""Values of a column that are kept."""


def names() -> list[str]:
    """Return the names of the recorded uploads."""
    return sorted(path.stem for path in DATA.glob("*.json"))


def recorded(name: str) -> RawDocument:
    """Return a recorded upload: a list of models of 0.10, or what a client of 0.11 has pushed."""
    content = json.loads((DATA / f"{name}.json").read_text())
    if isinstance(content, dict):
        return document_of(name, content)
    raw = new_document(name, "defaultuser")
    raw.context = next(model["id"] for model in content if model["type"] == "PlotContext")
    raw.upsert(content)
    return raw


def snapshot(raw: RawDocument) -> str:
    """Return the translation of a document as text: its models with what is set of them."""
    translator = Translator(raw)
    waiting: list[Model] = list(translator.roots())
    numbers: dict[str, str] = {}
    lines = ["roots: " + ", ".join(_name(model, numbers) for model in waiting)]
    lines += [f"notice: {notice}" for notice in translator.notices]
    done: set[str] = set()
    while waiting:
        model = waiting.pop(0)
        if model.id in done:
            continue
        done.add(model.id)
        lines.append(_name(model, numbers))
        for name, value in sorted(_set_properties(model)):
            waiting += _models(value)
            lines.append(f"  {name}: {_text(value, numbers)}")
    return "\n".join(lines) + "\n"


def _set_properties(model: Model) -> Iterator[tuple[str, Any]]:
    for name, value in model.properties_with_values(include_defaults=False).items():
        if value is not Undefined and name not in ("id", "tags") and value not in ([], {}):
            yield name, value


def _name(model: Model, numbers: dict[str, str]) -> str:
    kind = type(model).__name__
    alike = sum(name.startswith(f"{kind}#") for name in numbers.values())
    return numbers.setdefault(model.id, f"{kind}#{alike + 1}")


def _models(value: Any) -> list[Model]:
    if isinstance(value, Model):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list | tuple):
        return [model for part in parts for model in _models(part)]
    return []


def _text(value: Any, numbers: dict[str, str]) -> str:
    if isinstance(value, Model):
        return _name(value, numbers)
    if isinstance(value, Value):
        return _text(value.value, numbers) + _units(value)
    if isinstance(value, Field):
        return f"@{value.field}{_units(value)}"
    if isinstance(value, dict):
        parts = [f"{name}={_text(part, numbers)}" for name, part in value.items()]
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_text(part, numbers) for part in value) + "]"
    if hasattr(value, "dtype"):
        return f"{value.dtype}{list(value.shape)}"
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) < 100 else f"{text[:60]}... ({len(text)})"


def _units(spec: Any) -> str:
    return f" {spec.units}" if isinstance(spec.units, str) else ""


def uploaded(recording: Path) -> Any:
    """Return what was uploaded in a recording: models of 0.10, or a document of 0.11."""
    models: dict[str, Any] = {}
    raw = empty(recording.stem, recording.stem)
    for exchange in json.loads(recording.read_text(), parse_int=number)["exchanges"]:
        for message in exchange.get("websocket", {}).get("messages", []):
            raw = _after(raw, message)
        if exchange["request"]["path"].endswith("/bulkupsert"):
            for model in exchange["request"]["body"]["json"]:
                models[model["id"]] = model
    return list(models.values()) or document_json(raw)


def _after(raw: RawDocument, message: Any) -> RawDocument:
    """Return a document of 0.11 after one message."""
    kind = message.get("header", {}).get("msgtype")
    if kind in ("PUSH-DOC", "PULL-DOC-REPLY") and message["content"]["doc"]["roots"]["references"]:
        return document_of(raw.id, message["content"])
    if kind == "PATCH-DOC":
        with suppress(PatchError):  # of a client that has pulled what was not recorded
            apply_patch(raw, message["content"])
    return raw


def _shorter(value: Any, within: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _shorter(part, name) for name, part in value.items()}
    if not isinstance(value, list):
        return value
    is_data = all(part is None or isinstance(part, int | float | str | list) for part in value)
    kept = value[:LONGEST] if is_data and within != "options" else value
    return [_shorter(part, within) for part in kept]


def main(arguments: list[str]) -> None:
    """Cut recordings, if asked to, and write what all become."""
    if arguments[:1] == ["cut"]:
        for name in arguments[2:]:
            content = _shorter(uploaded(Path(arguments[1]) / f"{name}.json"))
            version = "-0.11" if isinstance(content, dict) else ""
            text = json.dumps(content, separators=(",", ":"))
            (DATA / f"{name}{version}.json").write_text(text + "\n")
    GOLDEN.mkdir(exist_ok=True)
    for name in names():
        (GOLDEN / f"{name}.txt").write_text(snapshot(recorded(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
