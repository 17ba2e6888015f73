"""The WSGI application for servers such as gunicorn, configured by ``HYBRIDVIZ_*`` variables.

Never monkey-patches: a worker class that wants greenlets does so before it loads this module.
"""

import hybridviz
from hybridviz import accel
from hybridviz.config import Settings
from hybridviz.logs import configure_logging

settings = Settings.from_env()
configure_logging(settings.log_level, settings.log_format)
if settings.accel:
    accel.install()  # before `create_app` imports Bokeh's models: see `accel.signatures`
app = hybridviz.create_app(settings)
