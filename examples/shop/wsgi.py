"""``flask run`` and ``gunicorn wsgi:app`` find the shop here."""

from shop import create_app

app = create_app()
