"""The slider app with a callback that computes for 200 ms."""

from benchmarks.parts import slider_app

slider_app(work=0.2)
