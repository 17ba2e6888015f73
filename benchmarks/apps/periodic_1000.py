"""A source that a periodic callback changes every second."""

from benchmarks.parts import periodic_app

periodic_app(1000)
