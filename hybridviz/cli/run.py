"""``hybridviz run``: a script as Python would run it, with the names of old Bokeh if it has any."""

import ast
import builtins
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import click

from hybridviz.appload.notebook import code_cells
from hybridviz.compat import OldNames, allow_helpers
from hybridviz.compat.rewrite import has_old_names
from hybridviz.errors import ClientError


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(script: Path, args: tuple[str, ...]) -> None:
    """Run SCRIPT, of today or of Bokeh 0.7 to 0.12, with ARGS as its arguments."""
    sys.argv[:] = [str(script), *args]
    sys.path.insert(0, str(script.absolute().parent))
    allow_helpers(script.parent)
    module = ModuleType("__main__")
    module.__file__ = str(script)
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    try:
        _execute(script, module)
    except ClientError as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        _show(error)
        sys.exit(1)


def _execute(script: Path, module: ModuleType) -> None:
    names = OldNames()
    trees = [ast.parse(code, str(script)) for code in _parts(script)]
    old = any(map(has_old_names, trees))
    if old:
        names.add_to(module.__dict__)
    for tree in trees:
        plain = compile(tree, str(script), "exec", dont_inherit=True) if not old else None
        exec(plain or names.compile(tree, str(script)), module.__dict__)


def _parts(script: Path) -> Sequence[str | bytes]:
    if script.suffix == ".ipynb":
        return [code for _, code in code_cells(script.read_text("utf-8"))]
    return [script.read_bytes()]


def _show(error: Exception) -> None:
    """Print what was raised as Python does, without our own frames before the script's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__") != "__main__":
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)
