"""The slider app with 1,000 points, 16 kB an update."""

from benchmarks.parts import slider_app

slider_app(points=1000)
