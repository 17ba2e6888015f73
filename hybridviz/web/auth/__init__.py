"""Users: who they are is told by a Python file of the operator's, as ``bokeh serve`` has it."""
