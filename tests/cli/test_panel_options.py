"""The table of Panel's options in the docs against Panel's own parser.

Left out where Panel cannot be installed: it does not take Bokeh 3.10 yet.
"""

import json
import re
import subprocess
import sys

from tests.cli.test_options import bokeh_options, own_options
from tests.servers import ROOT

# In a process of its own: an import of Panel changes what all pages of a process load.
LIST = """
import json
from panel.command.serve import Serve
named = [[names] if isinstance(names, str) else list(names) for names, _ in Serve.args]
print(json.dumps(sum(named, [])))
"""


def test_every_option_of_panel_is_told_of() -> None:
    done = subprocess.run([sys.executable, "-c", LIST], capture_output=True, check=True)
    flat = json.loads(done.stdout.splitlines()[-1])
    only = {name for name in flat if name.startswith("--")} - bokeh_options()
    text = (ROOT / "docs/options.md").read_text().partition("## Options of `panel serve`")[2]
    text = text.partition("\n## ")[0]
    told = set(re.findall(r"^\| `(--[\w-]+)` \|", text, re.M))
    assert told and told == only - own_options()
