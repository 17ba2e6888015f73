"""A package with a file: Bokeh looks for extensions beside every module that defines models."""
