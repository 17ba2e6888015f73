"""The slider in a document of 100 models."""

from benchmarks.parts import sized_app

sized_app(100)
