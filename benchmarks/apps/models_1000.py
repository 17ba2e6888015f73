"""The slider in a document of 1,000 models."""

from benchmarks.parts import sized_app

sized_app(1000)
