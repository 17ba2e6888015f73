"""Live apps in the cells of a notebook, served by its kernel: what ``hybridviz.io.show(app)`` does.

Threads of the kernel's process run them; nothing is monkey-patched, no signal is taken.
"""

from hybridviz.notebook.showing import show_app

__all__ = ("show_app",)
