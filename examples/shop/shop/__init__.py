"""A shop whose sellers see their own sales, live: Flask with blueprints, Flask-Login, SQLAlchemy.

hybridviz is one more extension. Config keys may be given in the environment with ``SHOP_`` before
them, such as ``SHOP_SECRET_KEY``.
"""

import secrets
from typing import Any

from flask import Flask

from shop import account, plots, sales
from shop.models import database, fill_if_empty


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """Make the shop; its database is made and filled if there is none."""
    app = Flask(__name__, instance_relative_config=True)
    app.config["SECRET_KEY"] = secrets.token_hex()  # logins end with the process unless one is set
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
    app.config.from_prefixed_env("SHOP")
    app.config.from_mapping(config or {})
    database.init_app(app)
    account.logins.init_app(app)
    plots.viz.init_app(app)
    app.register_blueprint(account.pages)
    app.register_blueprint(sales.pages)
    with app.app_context():
        fill_if_empty()
    return app
