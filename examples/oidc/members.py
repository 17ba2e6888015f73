"""People log in at an identity provider, by OpenID Connect with Authlib; a live app greets them.

pip install hybridviz authlib
OIDC_ISSUER=https://idp.example OIDC_CLIENT_ID=… OIDC_CLIENT_SECRET=… flask --app members run
"""

from authlib.integrations.flask_client import OAuth
from bokeh.document import Document
from bokeh.models import Div
from flask import Flask, redirect, request, session, url_for

from hybridviz import HybridViz

oauth = OAuth()
viz = HybridViz(get_user=lambda: session.get("user"), login_url="login", logout_url="logout")


@viz.app("/hello")
def hello(document: Document) -> None:
    user = document.session_context.user
    document.add_root(Div(text=f"Hello, {user}!", name="greeting"))


def create_app(config: dict[str, object] | None = None) -> Flask:
    """Make the site. Config keys: OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, SECRET_KEY."""
    app = Flask(__name__)
    app.config.from_prefixed_env("OIDC", loads=str)
    app.config.from_mapping(config or {})
    oauth.init_app(app)
    viz.init_app(app)
    oauth.register(
        "idp",
        overwrite=True,
        server_metadata_url=f"{app.config['OIDC_ISSUER']}/.well-known/openid-configuration",
        client_id=app.config["OIDC_CLIENT_ID"],
        client_secret=app.config["OIDC_CLIENT_SECRET"],
        client_kwargs={"scope": "openid"},
    )

    @app.get("/login")
    def login():
        session["next"] = request.args.get("next", "/hello")
        return oauth.idp.authorize_redirect(url_for("callback", _external=True))

    @app.get("/callback")
    def callback():
        token = oauth.idp.authorize_access_token()
        session["user"] = token["userinfo"]["sub"]
        page = session.pop("next", "/hello")
        return redirect(page if page.startswith("/") and not page.startswith("//") else "/hello")

    @app.get("/logout")
    def logout():
        viz.end_sessions(session.pop("user", None))
        return "You have left."

    return app
