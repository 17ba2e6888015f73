"""The table of Panel's options in the docs against Panel's own parser.

Left out where Panel cannot be installed: it does not take Bokeh 3.10 yet.
"""

import re

from panel.command.serve import Serve

from tests.cli.test_options import bokeh_options, own_options
from tests.servers import ROOT


def test_every_option_of_panel_is_told_of() -> None:
    named = (names for names, _ in Serve.args)
    flat = {n for names in named for n in ((names,) if isinstance(names, str) else names)}
    only = {name for name in flat if name.startswith("--")} - bokeh_options()
    text = (ROOT / "docs/options.md").read_text().partition("## Options of `panel serve`")[2]
    told = set(re.findall(r"^\| `(--[\w-]+)` \|", text, re.M))
    assert told and told == only - own_options()
