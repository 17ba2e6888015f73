"""The slider app with a callback that waits 100 ms."""

from benchmarks.parts import slider_app

slider_app(wait=0.1)
