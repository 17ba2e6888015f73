"""Writes scripts/legacy_models.json: types and attributes of Bokeh 0.10.0 and 0.11.1, and what a
missing attribute meant to the BokehJS of the time.

Run it as ``python -m scripts.legacy_models 0.10=FILE 0.11=FILE``. Each file is what a walk over the
models of that version has found: ``{"models": {TYPE: {"props": {NAME: {"bokehjs_default": VALUE,
"python_default": VALUE}}}}}``; it is not needed again, as those versions change no more.
"""

import json
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
PYTHON_ONLY = frozenset({"session"})
"""Attributes that no client sends."""
LATE = frozenset({"DatePicker.value"})
"""Attributes whose default was the time of day."""


def read() -> dict[str, dict[str, dict[str, Any]]]:
    """Return version, type, attribute and old default; a list with it, or an empty one.

    An attribute without a default is ``[]``, one whose default is ``x`` is ``[x]``.
    """
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(FILE.read_text())
    return found


def _compact(models: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        kind: {
            name: [prop["bokehjs_default"]]
            if "bokehjs_default" in prop and f"{kind}.{name}" not in LATE
            else []
            for name, prop in sorted(model["props"].items())
            if name not in PYTHON_ONLY
        }
        for kind, model in sorted(models.items())
    }


def main(arguments: list[str]) -> None:
    """Write the file from those of the two versions."""
    versions = {}
    for argument in arguments:
        version, _, path = argument.partition("=")
        versions[version] = _compact(json.loads(Path(path).read_text())["models"])
    text = ",\n".join(
        f"{json.dumps(version)}: {{\n"
        + ",\n".join(
            f"{json.dumps(kind)}: {json.dumps(found, separators=(',', ':'))}"
            for kind, found in models.items()
        )
        + "\n}"
        for version, models in versions.items()
    )
    FILE.write_text("{" + text + "}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
