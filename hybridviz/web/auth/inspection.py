"""What an auth module's code asks of a RequestHandler, read from its source, so that what
`Exchange` does not have is told at the start and not to the first visitor.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hybridviz.errors import ConfigError

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class Uses:
    """What functions use of their first argument, an exchange.

    Attributes:
        names: attributes that are read.
        assigned: attributes that are assigned.
        inherited: names asked of ``super()``.
        request: attributes read from its ``request``.
        templates: those it renders, as far as they are named in the code.
    """

    names: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    inherited: set[str] = field(default_factory=set)
    request: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)

    def add(self, function: FunctionNode) -> None:
        """Add what one function uses."""
        arguments = [*function.args.posonlyargs, *function.args.args]
        if arguments:
            for node in ast.walk(function):
                self._look_at(node, arguments[0].arg)

    def _look_at(self, node: ast.AST, me: str) -> None:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="render" | "render_string"),
                args=[ast.Constant(value=str(template)), *_],
            ) if name == me:
                self.templates.add(template)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=context) if name == me:
                (self.names if isinstance(context, ast.Load) else self.assigned).add(attribute)
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id=name), attr="request"), attr=attribute
            ) if name == me:
                self.request.add(attribute)
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=attribute):
                self.inherited.add(attribute)


def uses_of_class(kinds: Iterable[type]) -> Uses:
    """Return what the methods in the bodies of classes use.

    Raises:
        ConfigError: the source of one cannot be found.
    """
    uses = Uses()
    for kind in kinds:
        for node in _parse(kind).body:
            if isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, FunctionNode) and not _is_static(method):
                        uses.add(method)
    return uses


def uses_of_function(function: Callable[..., Any]) -> Uses:
    """Return what a function uses of its first argument; nothing of one that is no ``def``.

    Raises:
        ConfigError: its source cannot be found.
    """
    uses = Uses()
    if inspect.isfunction(function) and function.__name__ != "<lambda>":
        for node in _functions(_parse(function)):
            uses.add(node)
    return uses


def _functions(tree: ast.Module) -> Iterator[FunctionNode]:
    return (node for node in tree.body if isinstance(node, FunctionNode))


def _is_static(method: FunctionNode) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in method.decorator_list)


def _parse(thing: Any) -> ast.Module:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError, SyntaxError) as error:
        raise ConfigError(
            f"the source of {thing.__qualname__} cannot be read, so that nobody knows what it"
            f" needs: {error}"
        ) from None
