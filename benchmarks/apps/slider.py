"""A small app: a slider whose callback replaces the data of a plot."""

from benchmarks.parts import slider_app

slider_app()
