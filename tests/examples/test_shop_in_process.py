"""How the shop itself is tested: by `hybridviz.testing`, without a server and a browser."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hybridviz.errors import PageRefused
from hybridviz.testing import VizClient
from tests.examples.shop import SHOP

REVENUE, BY_CATEGORY = "/plots/revenue", "/plots/categories"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(SHOP))
    from shop import create_app  # type: ignore[import-not-found]

    database = f"sqlite:///{tmp_path / 'shop.db'}"
    app = create_app(
        {"SQLALCHEMY_DATABASE_URI": database, "TESTING": True, "HYBRIDVIZ_STORE": "memory:"}
    )
    yield app
    app.extensions["hybridviz"].close()
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def logged_in(client: VizClient, name: str, password: str) -> VizClient:
    visitor = client.visitor()
    answer = visitor.http.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 302
    return visitor


@pytest.fixture
def ada(viz_client: VizClient) -> Iterator[VizClient]:
    with logged_in(viz_client, "ada", "lovelace") as visitor:
        yield visitor


@pytest.fixture
def eve(viz_client: VizClient) -> Iterator[VizClient]:
    with logged_in(viz_client, "eve", "apple") as visitor:
        yield visitor


def test_the_page_has_two_live_plots(ada: VizClient) -> None:
    revenue, categories = ada.open_all("/")
    assert (revenue.title, categories.title) == ("Revenue", "Categories")
    assert len(revenue["days"].data["sum"]) == 90


def test_the_mean_follows_the_slider(ada: VizClient) -> None:
    page = ada.open(REVENUE)
    assert page.slide("window", 1) is not None
    page.set("window", value=1)
    assert list(page["days"].data["mean"]) == pytest.approx(list(page["days"].data["sum"]))


def test_a_sale_is_seen_by_its_seller_alone(ada: VizClient, eve: VizClient) -> None:
    hers, others = ada.open(BY_CATEGORY), eve.open(BY_CATEGORY)
    assert hers["categories"].data["sum"] != others["categories"].data["sum"]
    ada.http.post("/sales", data={"category": "Toys", "amount": "1000"})
    assert hers.changes.of("categories", "data") and not others.changes


def test_strangers_are_sent_to_the_login(viz_client: VizClient) -> None:
    with pytest.raises(PageRefused, match="/login.* no live document"):
        viz_client.open("/")


def test_a_session_is_useless_to_others(ada: VizClient, eve: VizClient) -> None:
    page = ada.open(REVENUE)
    with pytest.raises(PageRefused, match="another user's"):
        eve.open(REVENUE, session_id=page.session_id)


def test_a_user_of_flask_login_may_be_given(viz_client: VizClient, ada: VizClient) -> None:
    with viz_client.visitor(user=1) as visitor:
        page = visitor.open(REVENUE)
        assert page.session.context.user == "1"


def test_a_logout_ends_sessions(ada: VizClient) -> None:
    page = ada.open(REVENUE)
    ada.http.post("/logout")
    page.settle()
    assert page.closed is not None
