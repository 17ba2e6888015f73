"""The slider in a document of 10 models."""

from benchmarks.parts import sized_app

sized_app(10)
