"""The slider app with a callback that waits 50 ms, as one that asks a database does."""

from benchmarks.parts import slider_app

slider_app(wait=0.05)
