"""Old names in a script's syntax tree: whether there are any, and the bridges put in their place.

    p.plot_width = 300      becomes     __old_of__(p).plot_width = 300
    figure(plot_width=300)  becomes     __old_call__(figure)(plot_width=300)

A bridge looks at its object when it runs; what is no old Bokeh passes as it is.
"""

import ast
import re

from hybridviz.compat.glyphs import METHODS, OPTIONS, draws
from hybridviz.compat.properties import CONVERTED, DROPPED, RENAMED, REPLACED, took
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
    "add autosave callback context default_value formats js_on_click legends names on_click"
    " on_change plot session sources style ticker type".split(),
)
"""Attributes that many objects have: alone they do not make a script an old one."""
SIGNS = ATTRIBUTES - COMMON
WORDS = (
    "autosave callback default_value formats legend legends logo names plot render_mode responsive"
    " session source sources style type webgl"
).split()
"""Options that many functions have: they are old ones only of what Bokeh has by that name."""
KEYWORD_SIGNS = KEYWORDS.difference(CONVERTED, WORDS)
TOLD = ("clicks", "selected")
"""Properties that callbacks were told of, and that no model has in that form today."""


def has_old_names(tree: ast.AST) -> bool:
    """Return whether code may use a name, or a meaning, that Bokeh has no more."""
    nodes = list(ast.walk(tree))
    return any(map(_is_sign, nodes)) or _reverses_palettes(nodes)


def bridge(tree: ast.Module) -> ast.Module:
    """Return the code with its old names bridged; it needs the two bridges among its builtins."""
    bridged: ast.Module = ast.fix_missing_locations(_Bridges().visit(tree))
    return bridged


def may_be_of_model(node: ast.Attribute) -> bool:
    """Return whether an attribute with an old name can be a model's: what ``self`` has is the
    script's own, and a toolbar has its logo today.
    """
    return last_name(node.value) not in ("self", "toolbar")


def is_old_glyph(call: ast.Call) -> bool:
    """Return whether a call can be that of a glyph method in a way of old.

    Not so ``data.hex()``, ``turtle.circle(9)``, ``np.square(x)`` and ``np.cross(x, y)``.
    """
    name, keywords = last_name(call.func), {keyword.arg for keyword in call.keywords}
    if not isinstance(call.func, ast.Attribute) or name not in METHODS:
        return False
    if name == "circle" and ("radius" in keywords or len(call.args) > 2):
        return False
    several = len(call.args) > 1 or any(isinstance(arg, ast.Starred) for arg in call.args)
    return (several or bool(keywords)) and last_name(call.func.value) not in ("np", "numpy")


def is_legend(function: str, keyword: ast.keyword) -> bool:
    """Return whether an option is the old legend of a glyph; that of pandas is true or false."""
    switch = isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)
    return keyword.arg == "legend" and draws(function) and not switch


def last_name(node: ast.expr) -> str:
    """Return a variable's name, or that of the last attribute that is asked for."""
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))


def _is_sign(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module=str(module), level=0) if _is_bokeh(module):
            return _is_old_module(module) or any(_is_old(module, a.name) for a in node.names)
        case ast.Import():
            return any(_is_bokeh(a.name) and _is_old_module(a.name) for a in node.names)
        case ast.Attribute(attr=attr):
            return (attr in SIGNS and may_be_of_model(node)) or attr in ALL_NAMES
        case ast.Call():
            return _is_old_call(node)
        case ast.Name(id=name):
            return name in ALL_NAMES
        case ast.Constant(value=str(text)):
            return OLD_TOOL.search(text) is not None or is_old(text)
    return False


def _is_old_call(call: ast.Call) -> bool:
    match call.func, call.args:
        case (ast.Attribute(attr="trigger"), [_, _, _, *_]):
            return True
        case (ast.Attribute(attr="on_change"), [ast.Constant(value=value), *_]) if value in TOLD:
            return True
    if is_old_glyph(call) or _has_values(call):
        return True
    name, keywords = last_name(call.func), {keyword.arg for keyword in call.keywords}
    if name in OTHERS or (name == "Circle" and "radius" not in keywords):
        return True
    return any(_is_old_option(name, keyword) for keyword in call.keywords)


def _has_values(call: ast.Call) -> bool:
    """Return whether a glyph method may be given values beside a source."""
    if not isinstance(call.func, ast.Attribute) or not call.args:
        return False
    sourced = any(keyword.arg == "source" for keyword in call.keywords)
    return sourced and isinstance(call.args[0], ast.Name)


def _is_old_option(function: str, keyword: ast.keyword) -> bool:
    name = keyword.arg
    if name is None or name in ("names", "style"):
        return False
    return name in KEYWORD_SIGNS or took(function, name) or is_legend(function, keyword)


def _reverses_palettes(nodes: list[ast.AST]) -> bool:
    """Return whether palettes may be reversed in place, which only lists can be."""
    reverses = any(isinstance(node, ast.Attribute) and node.attr == "reverse" for node in nodes)
    imported = (name for node in nodes for name in _imported(node))
    return reverses and any(name.startswith("bokeh.palettes") for name in imported)


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.ImportFrom(module=str(module)):
            return [f"{module}.{alias.name}" for alias in node.names]
        case ast.Import():
            return [alias.name for alias in node.names]
    return []


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
        if keywords & KEYWORDS or None in keywords or last_name(node.func) in CALLED:
            node.func = _called(CALL, node.func)
        return node


def _called(name: str, value: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(name, ast.Load()), [value], [])
    return ast.fix_missing_locations(ast.copy_location(call, value))
