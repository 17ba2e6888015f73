"""``flask hybridviz``: apps, sessions of a server that runs, doctor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bokeh.document import Document
from flask import Flask

from hybridviz import HybridViz
from hybridviz.web.overview import HEADER, PATH
from tests.web.conftest import CAN_UPGRADE
from tests.web.test_sockets import Live, pull
from tests.web.test_users import Person, add_login


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = Flask("site", instance_path=str(tmp_path))
    app.secret_key = "s" * 32
    yield app
    app.extensions["hybridviz"].close()


def run(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["hybridviz", *args])
    return result.exit_code, result.output


def empty(document: Document) -> None:
    pass


def test_apps_are_listed_with_their_rules(app: Flask) -> None:
    app.config["HYBRIDVIZ_PREFIX"] = "/plots"
    viz = HybridViz(app)
    viz.app("/a")(empty)
    viz.app("/b/<int:id>", access=lambda user: False)(empty)
    assert run(app, "apps") == (
        0,
        "/plots/a  FunctionApp  open to everybody\n"
        "/plots/b/<int:id>  FunctionApp  open by its access rule\n",
    )
    add_login(app)
    assert "/plots/a  FunctionApp  open to all who are logged in\n" in run(app, "apps")[1]


def test_sessions_of_the_running_server(app: Flask) -> None:
    HybridViz(app).app("/app")(empty)
    add_login(app)
    live = Live(app)
    url = f"http://{live.host}"
    try:
        assert run(app, "sessions", "--url", url) == (0, "0 sessions\n")
        ada = Person(live, "ada")
        pull(ada.connect(ada.token("/app?bokeh-session-id=secret-session-id")))
        code, text = run(app, "sessions", "--url", f"{url}/")
        assert (code, text) == (0, "/app  secret-s…  user ada  viewers 1\n1 session\n")
        for stamp in ("", "forged"):
            assert ada.get(PATH, headers={HEADER: stamp}).status_code == 403
    finally:
        live.stop()
    code, text = run(app, "sessions", "--url", url)
    assert code == 1 and "no server answers" in text and "--url" in text


def test_sessions_of_a_server_with_another_key(app: Flask, tmp_path: Path) -> None:
    HybridViz(app)
    other = Flask("other", instance_path=str(tmp_path / "other"))
    HybridViz(other)
    live = Live(other)
    try:
        code, text = run(app, "sessions", "--url", f"http://{live.host}")
    finally:
        live.stop()
    assert code == 1 and "answers 403" in text and "HYBRIDVIZ_SECRET_KEY" in text


def test_doctor_is_content(app: Flask) -> None:
    HybridViz(app).app("/app")(empty)
    code, text = run(app, "doctor")
    assert code == 0 and "!!" not in text
    assert "app /app can be read" in text and "there are no users" in text
    assert app.test_client().get("/app", environ_overrides=CAN_UPGRADE).status_code == 200


def test_doctor_says_what_to_do(app: Flask, tmp_path: Path) -> None:
    app.config["HYBRIDVIZ_ALLOW_WEBSOCKET_ORIGIN"] = "*"
    app.secret_key = "short"
    broken = tmp_path / "broken.py"
    broken.write_text("def")
    HybridViz(app, apps=[broken])
    add_login(app)
    app.login_manager.login_view = None  # type: ignore[attr-defined]
    code, text = run(app, "doctor")
    assert code == 1
    for advice in (
        "!!  app /broken failed to load: SyntaxError",
        "set login_manager.login_view",
        "SECRET_KEY is short: set one of 16 characters",
        "name origins instead of `*`",
    ):
        assert advice in text


def test_doctor_misses_apps(app: Flask) -> None:
    HybridViz(app)
    code, text = run(app, "doctor")
    assert code == 1 and "declare one by viz.app or viz.add_app" in text
