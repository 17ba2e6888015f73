"""Old names in a notebook: from the next cell on."""

import ast
import sys

from hybridviz.compat.names import OldNames
from hybridviz.compat.rewrite import bridge


class CellBridges:
    """Bridges each cell before IPython compiles it."""

    def visit(self, tree: ast.Module) -> ast.Module:
        """Return the cell with its old names bridged."""
        return bridge(tree)


def enable() -> None:
    """Give the cells that follow in this notebook the names of old Bokeh. Idempotent.

    Raises:
        RuntimeError: this is no notebook; scripts need no change: ``hybridviz run SCRIPT``.
    """
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if not shell:
        raise RuntimeError("enable() is for notebooks; start a script by: hybridviz run SCRIPT")
    if any(isinstance(item, CellBridges) for item in shell.ast_transformers):
        return
    shell.ast_transformers.append(CellBridges())
    OldNames().add_to(shell.user_ns)
