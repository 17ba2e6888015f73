"""A source that a periodic callback changes every 50 ms."""

from benchmarks.parts import periodic_app

periodic_app(50)
