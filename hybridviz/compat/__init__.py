"""The Python names of Bokeh 0.7 to 0.12 over today's bokeh, for old scripts run unchanged.

Nothing of the process is changed: a script that uses an old name is compiled with its calls and
attributes of old names bridged, and imports through an ``__import__`` of its own. All other code
sees bokeh as it is. The way of a script:

    code > `rewrite` finds old names and bridges them > `names.OldNames` executes it
    its imports > `modules` > `table`: what took whose place      its objects > `models`, `glyphs`
"""

from hybridviz.compat.helpers import allow_helpers
from hybridviz.compat.names import OldNames, OldNameWarning
from hybridviz.compat.notebook import enable

__all__ = ("OldNameWarning", "OldNames", "allow_helpers", "enable")
