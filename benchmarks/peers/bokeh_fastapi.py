"""bokeh-fastapi over the apps in BENCHMARK_APPS; uvicorn runs it."""

import os
from pathlib import Path

from bokeh.application import Application
from bokeh.application.handlers import ScriptHandler
from bokeh_fastapi import BokehFastAPI
from fastapi import FastAPI

app = FastAPI()
BokehFastAPI(
    {
        f"/{Path(path).stem}": Application(ScriptHandler(filename=path))
        for path in os.environ["BENCHMARK_APPS"].split(os.pathsep)
        if path
    },
    app=app,
    websocket_origins=[os.environ["BENCHMARK_ORIGIN"]],
)
