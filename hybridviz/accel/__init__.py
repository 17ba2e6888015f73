"""Faster equals of Bokeh's own pure functions: making models, reading their defaults, finding what
they refer to, writing them as JSON.

With ``bokeh_internals`` the only code that touches Bokeh's private names. Every piece is compared
with the original by tests/accel, for each supported version of Bokeh. Knows no session or server.
"""

from hybridviz.accel.install import install, uninstall

__all__ = ("install", "uninstall")
