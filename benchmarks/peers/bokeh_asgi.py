"""Bokeh 3.10's ASGI application over the apps in BENCHMARK_APPS; uvicorn runs it."""

import os
from pathlib import Path

from bokeh.server.asgi import BokehASGI

app = BokehASGI(
    {
        f"/{Path(path).stem}": path
        for path in os.environ["BENCHMARK_APPS"].split(os.pathsep)
        if path
    },
    extra_websocket_origins=[os.environ["BENCHMARK_ORIGIN"]],
)
