"""The extension in Flask applications: factories, several applications, declarations, templates."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import Div
from flask import Blueprint, Flask, render_template_string

from hybridviz import HybridViz
from hybridviz.errors import AppNotFound, ConfigError
from tests.web.conftest import CAN_UPGRADE

MakeFlask = Callable[..., Flask]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeFlask]:
    """Make Flask applications; what is served inside them is closed after the test."""
    made: list[Flask] = []

    def make(name: str = "site", **config: Any) -> Flask:
        app = Flask(name, instance_path=str(tmp_path / name))
        app.config.update(SECRET_KEY="s" * 32, TESTING=True, **config)
        made.append(app)
        return app

    yield make
    for app in made:
        if "hybridviz" in app.extensions:
            app.extensions["hybridviz"].close()


def fill(document: Document) -> None:
    document.add_root(Div(text="hello", name="hello"))


def get(app: Flask, path: str, **options: Any) -> Any:
    return app.test_client().get(path, environ_overrides=CAN_UPGRADE, **options)


def sessions(app: Flask, route: str) -> list[Any]:
    return list(app.extensions["hybridviz"].served[route].registry)


def test_three_lines_serve_a_function(make: MakeFlask) -> None:
    app = make()
    viz = HybridViz(app)
    viz.app("/sliders")(fill)
    assert '"token":"' in get(app, "/sliders").text
    (session,) = sessions(app, "/sliders")
    assert session.document.get_model_by_name("hello") is not None


def test_one_object_serves_the_applications_of_a_factory(make: MakeFlask) -> None:
    viz = HybridViz()

    @viz.app("/sliders")
    def sliders(document: Document) -> None:
        fill(document)

    apps = [make(name) for name in ("one", "two")]
    for app in apps:
        viz.init_app(app)
    assert sliders.__name__ == "sliders"
    assert get(apps[0], "/sliders").status_code == 200
    assert (len(sessions(apps[0], "/sliders")), len(sessions(apps[1], "/sliders"))) == (1, 0)
    page = re.findall(r'"token":"([^"]+)"', get(apps[0], "/sliders").text)[0]
    refused = get(apps[1], f"/sliders?bokeh-token={page}")
    assert refused.status_code == 403  # each application has a key of its own


def test_declarations_after_init_app_are_served_too(make: MakeFlask, tmp_path: Path) -> None:
    script = tmp_path / "report.py"
    script.write_text(
        "from bokeh.io import curdoc\nfrom bokeh.models import Div\n"
        "curdoc().add_root(Div(text=str(curdoc().session_context.request.arguments['number'])))"
    )
    app = make(HYBRIDVIZ_PREFIX="/plots")
    viz = HybridViz(app)
    viz.add_app("/report/<int:number>", script)
    assert get(app, "/plots/report/7").status_code == 200
    assert get(app, "/plots/report/x").status_code == 404
    (session,) = sessions(app, "/report/<int:number>")
    assert session.document.roots[0].text == "[b'7']"


def test_no_app_can_be_declared_once_requests_are_answered(make: MakeFlask) -> None:
    app = make()
    viz = HybridViz(app)
    get(app, "/")
    with pytest.raises(ConfigError, match="before the first request"):
        viz.add_app("/late", fill)


def test_mistakes_of_declarations_are_told(make: MakeFlask) -> None:
    viz = HybridViz()
    viz.add_app("/a", fill)
    viz.add_app("/a", fill)
    with pytest.raises(ConfigError, match="two apps would both be served at /a"):
        viz.init_app(make("twice"))
    app = make()
    HybridViz(app)
    with pytest.raises(ConfigError, match="has a HybridViz already"):
        HybridViz(app)
    with pytest.raises(ConfigError, match="must be a function of the user"):
        HybridViz(make("rule")).add_app("/x", fill, access=True)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="takes 'project', which is no variable part"):
        HybridViz(make("parts")).add_app("/x/<id>", fill, access=lambda user, project: True)
    with pytest.raises(ConfigError, match="need get_user"):
        HybridViz(login_url="/login")


def test_it_lives_beside_the_pages_of_the_application(make: MakeFlask) -> None:
    app = make()
    pages = Blueprint("pages", "pages", url_prefix="/site")
    pages.add_url_rule("/", "home", lambda: "home")
    app.register_blueprint(pages)
    HybridViz(app, apps={"/": fill, "/b": fill}, settings=None)
    assert get(app, "/site/").text == "home"
    assert '"token":"' in get(app, "/").text
    assert get(app, "/nowhere").text.startswith("<!doctype html>")


def test_an_app_may_be_the_first_page(make: MakeFlask) -> None:
    viz = HybridViz()
    viz.app("/")(fill)
    before = make("before")
    viz.init_app(before)
    after = make("after")
    HybridViz(after).app("/")(fill)
    for app in (before, after):
        for _ in range(2):
            assert '"token":"' in get(app, "/").text
        assert "token" in get(app, "/autoload.js?bokeh-autoload-element=x").text
        assert len(sessions(app, "/")) == 1
        with pytest.raises(ConfigError, match="before the first request"):
            app.extensions["hybridviz"].add(fill, "/", None)


# -- in templates

PAGE = """<html><head>{{ hybridviz_resources() }}</head>
<body>{{ hybridviz_document("/sliders", city="Bern") }}</body></html>"""


def test_a_template_shows_an_app(make: MakeFlask) -> None:
    app = make(HYBRIDVIZ_PREFIX="/plots")
    HybridViz(app).app("/sliders")(fill)
    app.add_url_rule("/", "home", lambda: render_template_string(PAGE))
    page = get(app, "/", base_url="http://localhost/mounted").text
    assert "<script>" not in page and "&lt;" not in page and "token" not in page
    element, url = re.findall(r'<div id="([^"]+)"></div>\n<script src="([^"]+)" defer>', page)[0]
    assert url.startswith("/mounted/plots/sliders/autoload.js?")
    assert re.search(r'src="/mounted/plots/\S*bokeh.min.js', page)
    answer = get(app, url.replace("&amp;", "&").removeprefix("/mounted"))
    assert answer.status_code == 200 and f'"elementid":"{element}"' in answer.text
    (session,) = sessions(app, "/sliders")
    assert session.context.request.arguments == {"city": [b"Bern"]}
    assert session.context.request.path == "/plots/sliders"


@pytest.mark.parametrize("tag", ['("/report/<int:id>", id=7)', '("/report/7")'])
def test_a_template_fills_the_variable_parts(make: MakeFlask, tag: str) -> None:
    app = make()
    HybridViz(app).app("/report/<int:id>")(fill)
    app.add_url_rule(
        "/p", "p", lambda: render_template_string(f"{{{{ hybridviz_document{tag} }}}}")
    )
    assert 'src="/report/7/autoload.js?' in get(app, "/p").text


@pytest.mark.parametrize(
    ("tag", "complaint"),
    [
        ('("/nowhere")', "no app is served at /nowhere; there are /report/<int:id>"),
        ('("/report/<int:id>")', "needs its variable parts"),
    ],
)
def test_a_template_that_names_no_app_says_so(make: MakeFlask, tag: str, complaint: str) -> None:
    app = make()
    HybridViz(app).app("/report/<int:id>")(fill)
    with app.test_request_context("/"), pytest.raises(AppNotFound, match=re.escape(complaint)):
        render_template_string(f"{{{{ hybridviz_document{tag} }}}}")


# -- verbs


def test_verbs_mean_the_current_application_or_the_only_one(make: MakeFlask) -> None:
    viz = HybridViz()
    viz.app("/a")(fill)
    with pytest.raises(ConfigError, match="serves 0 applications"):
        viz.update_sessions("/a", lambda document: None)
    one, two = make("one"), make("two")
    viz.init_app(one)
    get(one, "/a")

    def rename(document: Document) -> None:
        document.roots[0].text = "new"

    viz.update_sessions("/a", rename)
    (session,) = sessions(one, "/a")
    assert session.document.roots[0].text == "new"
    viz.init_app(two)
    with pytest.raises(ConfigError, match=r"within app.app_context\(\)"):
        viz.update_sessions("/a", rename)
    with two.app_context():
        viz.update_sessions("/a", rename)


def test_run_serves_by_the_settings(make: MakeFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make(HYBRIDVIZ_PORT=7001)
    asked: list[Any] = []
    monkeypatch.setattr(app, "run", lambda *args, **options: asked.append((args, options)))
    viz = HybridViz()
    viz.run(app)
    viz.run(app, port=7002, debug=True)
    assert asked == [
        (("127.0.0.1", 7001), {"threaded": True}),
        (("127.0.0.1", 7002), {"threaded": True, "debug": True}),
    ]
