"""How an app introduces itself without being run: the title in its code, a picture beside it."""

import ast
from pathlib import Path

PICTURES = (".png", ".svg", ".jpg", ".jpeg", ".webp", ".gif")


def written_title(code: ast.AST) -> str:
    """Return the text that the code gives as ``curdoc().title = "..."``; empty if there is none."""
    for node in ast.walk(code):
        match node:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Call(func=function), attr="title")],
                value=ast.Constant(value=str(title)),
            ) if _is_curdoc(function):
                return title
    return ""


def _is_curdoc(function: ast.expr) -> bool:
    match function:
        case ast.Name(id="curdoc") | ast.Attribute(attr="curdoc"):
            return True
    return False


def picture(base: Path) -> Path | None:
    """Return the picture that has this path but for its suffix."""
    candidates = (base.with_name(base.name + suffix) for suffix in PICTURES)
    return next((path for path in candidates if path.is_file()), None)
