"""The code of a notebook. Format: nbformat 4, and 3 with its worksheets."""

import ast
import json
from typing import Any

MAGIC = ("%", "!", "?")
"""What IPython's own lines begin with."""


def code_cells(text: str) -> list[tuple[int, str]]:
    """Return number and text of each code cell, numbers counted from 1 over all cells.

    IPython's magics and shell lines are left out: nobody would see what they show.

    Raises:
        ValueError: the text is no notebook, or one of another language.
    """
    try:
        notebook = json.loads(text)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        language = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
        found = [(n, _code(cell)) for n, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ValueError("this is no notebook of nbformat 3 or 4") from None
    if language != "python":
        raise ValueError(f"this is a notebook of {language}; only Python can be served")
    return [(number, _without_magics(code)) for number, code in found]


def _code(cell: dict[str, Any]) -> str:
    source = cell["source"] if "source" in cell else cell["input"]
    return source if isinstance(source, str) else "".join(source)


def _without_magics(code: str) -> str:
    """Return the cell as it is if it is plain Python, else without the lines that IPython adds to
    the language; line numbers stay.
    """
    try:
        ast.parse(code)
    except SyntaxError:
        if code.lstrip().startswith("%%"):
            return ""
        return "".join(map(_plain_line, code.splitlines(keepends=True)))
    return code


def _plain_line(line: str) -> str:
    text = line.strip()
    if not text.startswith(MAGIC) and not text.endswith("?"):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass\n"
