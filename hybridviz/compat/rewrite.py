"""Old names in a script's syntax tree: whether there are any, and the bridges put in their place.

    p.plot_width = 300      becomes     __old_of__(p).plot_width = 300
    figure(plot_width=300)  becomes     __old_call__(figure)(plot_width=300)

A bridge looks at its object when it runs; what is no old Bokeh passes as it is.
"""

import ast
import re

from hybridviz.compat.glyphs import METHODS, OPTIONS
from hybridviz.compat.properties import CONVERTED, DROPPED, RENAMED, REPLACED
from hybridviz.compat.table import ALL_NAMES, MODULES, REMOVALS, gone, old_name
from hybridviz.old_javascript import is_old

OLD_TOOL = re.compile(r"(^|,\s*)(resize|previewsave)(\s*,|$)")
OF = "__old_of__"
CALL = "__old_call__"


ATTRIBUTES = REMOVALS.union(
    RENAMED,
    DROPPED,
    REPLACED,
    CONVERTED,
    "add context js_on_click on_change on_click ticker".split(),
)
KEYWORDS = frozenset({*RENAMED, *DROPPED, *REPLACED, *CONVERTED, *OPTIONS})
CALLED = frozenset(
    "Callback Circle ColumnDataSource CustomJS Figure GridPlot HBox Icon Panel Plot Text VBox"
    " figure".split()
)
"""Classes whose calls can mean something else than today, whatever their keywords."""
OTHERS = frozenset({"Callback", "GridPlot", "HBox", "Panel", "VBox"})
"""Classes of which today's have the names, and little else."""
COMMON = REMOVALS.union(
    CONVERTED,
    "add callback context js_on_click names on_click on_change plot session style ticker"
    " type".split(),
)
"""Attributes that many objects have: alone they do not make a script an old one."""
SIGNS = ATTRIBUTES - COMMON
KEYWORD_SIGNS = KEYWORDS.difference(CONVERTED, ["names", "source", "style"])


def has_old_names(tree: ast.AST) -> bool:
    """Return whether code may use a name, or a meaning, that Bokeh has no more."""
    return any(map(_is_sign, ast.walk(tree)))


def bridge(tree: ast.Module) -> ast.Module:
    """Return the code with its old names bridged; it needs the two bridges among its builtins."""
    bridged: ast.Module = ast.fix_missing_locations(_Bridges().visit(tree))
    return bridged


def _is_sign(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module=str(module), level=0) if _is_bokeh(module):
            return _is_old_module(module) or any(_is_old(module, a.name) for a in node.names)
        case ast.Import():
            return any(_is_bokeh(a.name) and _is_old_module(a.name) for a in node.names)
        case ast.Attribute(attr=attr):
            return attr in SIGNS or attr in ALL_NAMES or attr == "reverse"
        case ast.Call(func=ast.Attribute(attr="trigger"), args=[_, _, _, *_]):
            return True
        case ast.Call(func=ast.Attribute(attr=attr)) if _is_old_glyph(attr, node):
            return True
        case ast.Call(func=function, keywords=keywords) if _last_name(function) == "Circle":
            return all(keyword.arg != "radius" for keyword in keywords)
        case ast.Call(func=function) if _last_name(function) in OTHERS:
            return True
        case ast.Name(id=name):
            return name in ALL_NAMES
        case ast.keyword(arg=str(name)):
            return name in KEYWORD_SIGNS
        case ast.Constant(value=str(text)):
            return text == "selected" or OLD_TOOL.search(text) is not None or is_old(text)
    return False


def _is_old_glyph(name: str, call: ast.Call) -> bool:
    """Return whether a method draws a marker, or is given values beside a source."""
    keywords = {keyword.arg for keyword in call.keywords}
    if name in METHODS and (name != "circle" or "radius" not in keywords):
        return True
    return "source" in keywords and bool(call.args) and isinstance(call.args[0], ast.Name)


def _is_bokeh(module: str) -> bool:
    return module == "bokeh" or module.startswith("bokeh.")


def _is_old_module(module: str) -> bool:
    return module in MODULES or gone(module) is not None


def _is_old(module: str, name: str) -> bool:
    old = old_name(module, name)
    if old is not None and (not old.quiet or module.startswith("bokeh.client")):
        return True
    inner = f"{module}.{name}"
    return inner != "bokeh.plotting.figure" and _is_old_module(inner)


class _Bridges(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in ATTRIBUTES and (node.attr != "data" or isinstance(node.ctx, ast.Store)):
            node.value = _called(OF, node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            node.func.value = _called(OF, node.func.value)
        keywords = {keyword.arg for keyword in node.keywords}
        if keywords & KEYWORDS or None in keywords or _last_name(node.func) in CALLED:
            node.func = _called(CALL, node.func)
        return node


def _called(name: str, value: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(name, ast.Load()), [value], [])
    return ast.fix_missing_locations(ast.copy_location(call, value))


def _last_name(node: ast.expr) -> str:
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))
