"""Which cell is being run; the only place that knows IPython."""

import sys
from collections.abc import Callable
from typing import Any


def shell() -> Any:
    """Return the notebook's IPython shell; None if there is no notebook."""
    found = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return found if found is not None and hasattr(found, "kernel") else None


def present_cell(shell: Any) -> str:
    """Return what names the cell that is being run: its id or, where the notebook does not tell it
    (nbclassic), its code.
    """
    parent = shell.get_parent()
    return _name(parent["metadata"].get("cellId"), parent["content"].get("code", ""))


def before_each_cell(shell: Any, call: Callable[[str], object]) -> None:
    """Have ``call`` told the name of each cell that is about to be run."""

    def pre_run_cell(info: Any) -> None:
        call(_name(info.cell_id, info.raw_cell))

    shell.events.register("pre_run_cell", pre_run_cell)


def _name(ident: str | None, code: str | None) -> str:
    return f"id {ident}" if ident else f"code {code}"
