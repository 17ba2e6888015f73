"""``gunicorn wsgi:app`` and ``flask --app wsgi run``: the application of hybridviz.wsgi."""

from hybridviz.wsgi import app

__all__ = ("app",)
