"""The import rule of the house, held by parsing every module of hybridviz/ without importing it.

A layer imports itself and the layers listed for it here, no others, wherever in the file the import
stands. Some outside packages may be imported in the named places only.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "hybridviz"

GROUND = {"errors", "declaration", "config", "data_directory", "logs", "old_javascript"}
INNER = GROUND | {"core", "runtime", "stores", "bokeh_internals", "accel"}
MIDDLE = INNER | {"sessions", "cluster"}
OUTER = MIDDLE | {"ws", "appload"}
WEB = OUTER | {"web", "legacy_rest"}
TOP = WEB | {"notebook", "io", "client", "cli", "compat", "deploy", "wsgi", "static"}

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "declaration": {"errors"},
    "config": {"declaration", "errors"},
    "data_directory": {"errors"},
    "logs": set(),
    "old_javascript": set(),
    "bokeh_internals": GROUND,
    "accel": GROUND | {"bokeh_internals"},
    "core": GROUND | {"bokeh_internals", "accel"},
    "runtime": GROUND,
    "stores": GROUND,
    "sessions": INNER | {"cluster"},
    "cluster": INNER | {"sessions"},
    "ws": MIDDLE | {"appload"},
    "appload": MIDDLE | {"ws", "compat", "io"},
    "web": WEB,
    "legacy_rest": WEB,
    "client": INNER - {"stores"},
    # Upwards, when a cell shows an app: only then is a server loaded.
    "io": INNER - {"stores"} | {"client", "notebook"},
    "notebook": WEB,
    "compat": {"io", "client", "bokeh_internals"} | GROUND,
    "static": set(),
    "testing": TOP,
    "deploy": TOP,
    "cli": TOP | {""},
    "wsgi": GROUND | {"", "accel", "web"},
    "__main__": {"cli"},
    "": {"client", "config", "io", "runtime", "sessions", "web"},
}

# Outside packages with few places that may import them: prefixes of module names.
PLACES: dict[str, tuple[str, ...]] = {
    "flask": ("hybridviz.web.", "hybridviz.legacy_rest."),
    "flask_sock": ("hybridviz.web.", "hybridviz.ws."),
    "gevent": (
        "hybridviz.runtime.greenlets",
        "hybridviz.runtime.greenlet_loop",
        "hybridviz.ws.",
        "hybridviz.cli.serve",
        "hybridviz.cli.stopping",
    ),
    "geventwebsocket": ("hybridviz.ws.", "hybridviz.web.", "hybridviz.cli.serve"),
    "tornado": (),
    "bokeh.server": (),
    "bokeh.client": (),
}


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module imports, and where."""

    module: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.module} imports {self.target} in line {self.line}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(name: str) -> str:
    """Return the layer of a module: the part after ``hybridviz``, empty for the package itself."""
    return name.split(".")[1] if "." in name else ""


def imports_of(name: str, tree: ast.AST, is_package: bool) -> Iterator[Import]:
    """Yield each imported name in full, so that ``from a import b`` gives ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(name, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                parents = name.split(".")
                kept = parents[: len(parents) - node.level + is_package]
                origin = ".".join([*kept, origin] if origin else kept)
            yield from (Import(name, f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


MODULES = sorted(PACKAGE.rglob("*.py"))
IMPORTS = [
    item
    for path in MODULES
    for item in imports_of(module_name(path), parse(path), path.name == "__init__.py")
]


def is_within(target: str, package: str) -> bool:
    return target == package or target.startswith(package + ".")


def target_layer(target: str) -> str:
    """Return the layer of an imported name; a name of the package itself has the layer ``""``."""
    first = layer(target)
    return first if first in MAY_IMPORT else ""


def breaks_layers(item: Import) -> bool:
    if not is_within(item.target, "hybridviz"):
        return False
    source, target = layer(item.module), target_layer(item.target)
    return source != target and target not in MAY_IMPORT[source]


def breaks_places(item: Import) -> bool:
    return any(
        is_within(item.target, package) and not f"{item.module}.".startswith(places)
        for package, places in PLACES.items()
    )


def reads_environment(tree: ast.AST) -> bool:
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    imported = {item.target for item in imports_of("", tree, is_package=False)}
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return bool({f"os.{name}" for name in names} & (imported | used))


def test_every_layer_is_in_the_table() -> None:
    assert {layer(module_name(path)) for path in MODULES} <= set(MAY_IMPORT)


def test_layers_import_only_what_lies_below() -> None:
    assert [str(item) for item in IMPORTS if breaks_layers(item)] == []


def test_outside_packages_stay_in_their_places() -> None:
    assert [str(item) for item in IMPORTS if breaks_places(item)] == []


def test_only_config_reads_the_environment() -> None:
    readers = [module_name(path) for path in MODULES if reads_environment(parse(path))]
    assert readers == ["hybridviz.config"]


@pytest.mark.parametrize("name", ["hybridviz", "hybridviz.config", "hybridviz.core"])
def test_importing_loads_neither_flask_nor_gevent(name: str) -> None:
    code = f"import sys, {name}; print(*{{m.partition('.')[0] for m in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert not {"flask", "gevent", "tornado"} & set(result.stdout.split())


@pytest.mark.parametrize(
    ("module", "code", "broken"),
    [
        ("hybridviz.core.x", "from hybridviz.sessions import session", True),
        ("hybridviz.core.x", "from hybridviz import web", True),
        ("hybridviz.core.x", "from .. import web", True),
        ("hybridviz.core.x", "def f():\n    import hybridviz.ws.connection", True),
        ("hybridviz.client.x", "from hybridviz.sessions.session import Session", True),
        ("hybridviz.sessions.x", "from hybridviz.core import patch", False),
        ("hybridviz.sessions.x", "from .outbox import Outbox", False),
        ("hybridviz.web.x", "import hybridviz.testing", True),
        ("hybridviz.client.x", "from hybridviz.testing import VizClient", True),
        ("hybridviz.cli.x", "import hybridviz.web", False),
    ],
)
def test_the_rule_on_layers_bites(module: str, code: str, broken: bool) -> None:
    found = list(imports_of(module, ast.parse(code), is_package=False))
    assert any(map(breaks_layers, found)) is broken


@pytest.mark.parametrize(
    ("module", "code", "broken"),
    [
        ("hybridviz.core.x", "import flask", True),
        ("hybridviz.web.x", "import flask", False),
        ("hybridviz.sessions.x", "from gevent.lock import RLock", True),
        ("hybridviz.runtime.greenlets", "import gevent", False),
        ("hybridviz.web.x", "from bokeh import server", True),
        ("hybridviz.client.x", "import bokeh.client.session", True),
        ("hybridviz.cli.x", "import tornado.ioloop", True),
        ("hybridviz.web.x", "from bokeh.document import Document", False),
    ],
)
def test_the_rule_on_places_bites(module: str, code: str, broken: bool) -> None:
    found = list(imports_of(module, ast.parse(code), is_package=False))
    assert any(map(breaks_places, found)) is broken


@pytest.mark.parametrize(
    "code", ["import os\nos.environ['A']", "from os import environ", "import os\nos.getenv('A')"]
)
def test_the_rule_on_the_environment_bites(code: str) -> None:
    assert reads_environment(ast.parse(code))
