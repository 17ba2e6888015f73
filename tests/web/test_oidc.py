"""examples/oidc against an identity provider made here: a small one, that speaks what OpenID
Connect's code flow needs.
"""

import runpy
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.interop.wire import TIMEOUT
from tests.servers import ROOT
from tests.web.test_sockets import Live, close_of, pull
from tests.web.test_users import Person

CLIENT, SECRET = "plots", "client-secret"


def provider() -> Flask:
    """Make an identity provider at which everybody is who they say they are."""
    app = Flask("provider")
    key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
    codes: dict[str, dict[str, str]] = {}

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Any:
        issuer = request.host_url.rstrip("/")
        return jsonify(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize",
            token_endpoint=f"{issuer}/token",
            jwks_uri=f"{issuer}/keys",
            id_token_signing_alg_values_supported=["RS256"],
        )

    @app.get("/authorize")
    def authorize() -> Any:
        asked = request.args
        code = f"code{len(codes)}"
        codes[code] = {"sub": request.cookies["name"], "nonce": asked["nonce"]}
        back = urlencode({"code": code, "state": asked["state"]})
        return redirect(f"{asked['redirect_uri']}?{back}")

    @app.post("/token")
    def token() -> Any:
        shown = request.authorization
        assert shown is not None and (shown.username, shown.password) == (CLIENT, SECRET)
        now = int(time.time())
        claims = {"iss": request.host_url.rstrip("/"), "aud": CLIENT, "iat": now, "exp": now + 60}
        signed = jwt.encode(
            {"alg": "RS256", "kid": "k1"}, claims | codes.pop(request.form["code"]), key
        )
        return jsonify(access_token="a", token_type="Bearer", id_token=signed)

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(keys=[key.as_dict(private=False)])

    app.extensions["hybridviz"] = type("Nothing", (), {"close": staticmethod(lambda: None)})
    return app


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    idp = Live(provider())
    config = {
        "OIDC_ISSUER": f"http://{idp.host}",
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "SECRET_KEY": "s" * 32,
        "HYBRIDVIZ_DATA_DIR": str(tmp_path),
    }
    create_app = runpy.run_path(str(ROOT / "examples/oidc/members.py"))["create_app"]
    live = Live(create_app(config))
    yield live
    live.stop()
    idp.stop()


def enter(site: Live, name: str) -> Person:
    person = Person(site)
    # Both servers are at 127.0.0.1, whose cookies know no port.
    person.browser.cookies.set("name", name)
    page = person.browser.get(f"http://{site.host}/hello", timeout=TIMEOUT)
    assert page.status_code == 200 and page.url == f"http://{site.host}/hello", page.text
    return person


def test_who_comes_from_the_provider_is_known_to_the_app(site: Live) -> None:
    assert enter(site, "ada").sees("/hello") == "Hello, ada!"
    assert enter(site, "eve").sees("/hello") == "Hello, eve!"


def test_stranger_and_forged_answers_get_nothing(site: Live) -> None:
    stranger, ada = Person(site), enter(site, "ada")
    assert stranger.get("/hello").headers["Location"] == "/login?next=%2Fhello"
    token = ada.token("/hello")
    assert "nobody is logged in" in stranger.refusal(token, "/hello/ws")
    with pytest.raises(requests.HTTPError):
        answer = stranger.get("/callback?code=code0&state=forged")
        answer.raise_for_status()
    assert stranger.get("/hello").status_code == 302


def test_logout_ends_the_session(site: Live) -> None:
    ada = enter(site, "ada")
    socket = ada.connect(ada.token("/hello"), "/hello/ws")
    pull(socket)
    assert ada.get("/logout").text == "You have left."
    assert close_of(socket) == (4002, "the user has logged out")
    assert ada.get("/hello").status_code == 302
