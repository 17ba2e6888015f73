"""The WSGI application for servers such as gunicorn, configured by ``HYBRIDVIZ_*`` variables.

Never monkey-patches: a worker class that wants greenlets does so before it loads this module.
"""

from hybridviz.config import Settings
from hybridviz.logs import configure_logging
from hybridviz.web.extension import create_app

settings = Settings.from_env()
configure_logging(settings.log_level, settings.log_format)
app = create_app(settings)
