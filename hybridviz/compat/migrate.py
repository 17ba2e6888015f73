"""Old names replaced by today's in the text of a script; everything else stays as it is written."""

import ast
import re
from dataclasses import dataclass
from io import StringIO

from hybridviz.compat.glyphs import ELLIPSES
from hybridviz.compat.properties import DROPPED, RENAMED, REPLACED, took
from hybridviz.compat.rewrite import (
    KEYWORD_SIGNS,
    is_legend,
    is_old_glyph,
    last_name,
    may_be_of_model,
)
from hybridviz.compat.table import MODULES, gone, old_name

SPELLING = re.compile(r"(?P<module>[a-z_.]+)\.(?P<name>\w+)(?P<call>\(.*\))?")
AFTER = re.compile(r"#.*")
"""A comment after the last argument of a call."""
CLIENT = ("bokeh.client", "bokeh.client.session")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A piece of text in place of another.

    Attributes:
        start, end: where the other is, in characters.
        text: the piece.
    """

    start: int
    end: int
    text: str


def migrated(source: str, name: str = "script") -> tuple[str, list[str]]:
    """Return a script with the names of today.

    Args:
        source: the script.
        name: of its file.

    Returns:
        The new text, and what is left to its author, each with its line.

    Raises:
        SyntaxError: it is no Python 3.
    """
    migration = _Migration(source)
    migration.visit(ast.parse(source, name))
    text = source
    for edit in sorted(migration.edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text, migration.notes


class _Migration(ast.NodeVisitor):
    def __init__(self, source: str) -> None:
        self._source = source
        self._uploads = "output_server" in source
        self._lines = [0]
        for line in StringIO(source, newline=""):  # no ends of lines but Python's
            self._lines.append(self._lines[-1] + len(line))
        self._renamed: dict[str, str] = {}
        self._others: set[str] = set()
        self.edits: list[Edit] = []
        self.notes: list[str] = []

    def visit_Module(self, node: ast.Module) -> None:
        self.generic_visit(node)
        if "add_root" in self._source or "show(" in self._source.replace(".show(", ""):
            return
        pushes = [part for part in node.body if _calls(part, "push_session", "push")]
        made = [name for part in node.body for name in _made(part)]
        if pushes and made:
            start = self._offset(pushes[0].lineno, 0)
            lines = "".join(f"curdoc().add_root({name})\n" for name in made)
            self.edits.append(Edit(start, start, lines))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if module.partition(".")[0] != "bokeh":
            self._others.update(alias.asname or alias.name for alias in node.names)
        homes: dict[str, list[str]] = {}
        for alias in node.names:
            home, name = self._home(node, module, alias)
            homes.setdefault(home, []).append(name)
        if homes != {module: [_written(alias) for alias in node.names]}:
            indent = "\n" + " " * node.col_offset
            lines = (f"from {home} import {', '.join(names)}" for home, names in homes.items())
            self._replace(node, indent.join(lines))

    def _home(self, node: ast.ImportFrom, module: str, alias: ast.alias) -> tuple[str, str]:
        if module in CLIENT:
            return "hybridviz.client", _written(alias)
        if why := gone(module, alias.name):
            self._note(node, why)
        old = old_name(module, alias.name)
        found = old and SPELLING.fullmatch(old.modern)
        if old and not old.quiet and not found:
            self._note(node, f"{alias.name}: use {old.modern}")
        if not old or not found or (old.quiet and not self._uploads):
            if module in MODULES:
                self._note(node, f"{module} is no more: {old.modern if old else alias.name}")
            return module, _written(alias)
        if found["call"]:
            self._note(node, f"{alias.name} is {old.modern}")
            return module, _written(alias)
        if alias.asname:
            return found["module"], f"{found['name']} as {alias.asname}"
        self._renamed[alias.name] = found["name"]
        return found["module"], found["name"]

    def visit_Name(self, node: ast.Name) -> None:
        if self._renamed.get(node.id, node.id) != node.id:
            self._replace(node, self._renamed[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        if node.attr in RENAMED and node.attr not in ("type", "style") and may_be_of_model(node):
            self._rename_end(node, node.attr, RENAMED[node.attr])
        elif node.attr in DROPPED and node.attr not in ("names", "plot", "session"):
            self._note(node, f"{node.attr}: {DROPPED[node.attr]}")

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        last = last_name(node.func)
        function = "" if isinstance(node.func, ast.Name) and last in self._others else last
        sourced = any(keyword.arg == "source" for keyword in node.keywords)
        for keyword in node.keywords:
            if is_legend(function, keyword):
                self._legend(keyword, sourced)
            elif keyword.arg:
                self._keyword(keyword, keyword.arg, function)
        if is_old_glyph(node):
            self._glyph(node, last)

    def _legend(self, node: ast.keyword, sourced: bool) -> None:
        if sourced:
            self._note(node, "legend: is it a text (legend_label) or a column (legend_field)?")
        else:
            self._rename_start(node, "legend", "legend_label")

    def _keyword(self, node: ast.keyword, name: str, function: str) -> None:
        if not took(function, name):
            if name in KEYWORD_SIGNS and name in RENAMED:
                self._note(node, f"{name}: write {RENAMED[name]} if it comes to a model of Bokeh")
        elif name in RENAMED and "." not in RENAMED[name]:
            self._rename_start(node, name, RENAMED[name])
        elif name in RENAMED:
            self._note(node, f"{name}: set {RENAMED[name]} once the model is made")
        elif name in REPLACED and name != "callback":
            self._note(node, f"{name}: use {REPLACED[name][1]}")

    def _glyph(self, node: ast.Call, name: str) -> None:
        if name in ELLIPSES:
            self._rename_end(node.func, name, ELLIPSES[name])
            return
        self._rename_end(node.func, name, "scatter")
        if name != "circle":
            end = self._end_of_arguments(node)
            self.edits.append(Edit(end, end, f', marker="{name}"'))

    def _end_of_arguments(self, node: ast.Call) -> int:
        """Return where the last argument of a call ends: a comma, a comment, lines may follow."""
        arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        last = max(self._offset(part.end_lineno, part.end_col_offset) for part in arguments)
        close = self._offset(node.end_lineno, node.end_col_offset) - 1
        rest = AFTER.sub(lambda comment: " " * len(comment[0]), self._source[last:close])
        return last + len(rest.rstrip(", \\\f\t\r\n"))

    def _rename_start(self, node: ast.keyword, old: str, new: str) -> None:
        start = self._offset(node.lineno, node.col_offset)
        self.edits.append(Edit(start, start + len(old), new))

    def _rename_end(self, node: ast.expr, old: str, new: str) -> None:
        end = self._offset(node.end_lineno, node.end_col_offset)
        self.edits.append(Edit(end - len(old), end, new))

    def _replace(self, node: ast.stmt | ast.expr, text: str) -> None:
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno, node.end_col_offset)
        self.edits.append(Edit(start, end, text))

    def _offset(self, line: int | None, column: int | None) -> int:
        """Return a place in characters; the tree counts columns in bytes of UTF-8."""
        assert line is not None and column is not None
        start, end = self._lines[line - 1], self._lines[line]
        return start + len(self._source[start:end].encode()[:column].decode())

    def _note(self, node: ast.stmt | ast.expr | ast.keyword, text: str) -> None:
        self.notes.append(f"line {node.lineno}: {text}")


def _calls(node: ast.stmt, *names: str) -> bool:
    """Return whether a statement calls a function of one of these names."""
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(getattr(call.func, "id", "") in names for call in calls)


def _made(node: ast.stmt) -> list[str]:
    """Return the variables to which a statement assigns a new figure."""
    if not isinstance(node, ast.Assign) or not _calls(node, "figure"):
        return []
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def _written(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
