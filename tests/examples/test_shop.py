"""examples/shop under every server: whose data is whose, live and after a crash."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hybridviz.web.handshakes import RECONNECT
from tests.examples.shop import COMMANDS, Seller, ShopServer, columns, entries
from tests.interop.wire import Refused

REVENUE, BY_CATEGORY = "/plots/revenue", "/plots/categories"


@pytest.fixture(scope="module", params=COMMANDS)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ShopServer]:
    server = ShopServer(request.param, tmp_path_factory.mktemp(request.param))
    yield server
    server.stop()


def pulled(seller: Seller) -> tuple[dict[str, Any], dict[str, Any]]:
    with seller.watch(REVENUE) as revenue, seller.watch(BY_CATEGORY) as categories:
        return columns(revenue, "days"), columns(categories, "categories")


def refusal(seller: Seller, route: str, token: str, path: str = "/ws") -> str:
    """Return why a websocket is refused: by status or, if the server has said 101, by 1008."""
    try:
        with seller.watch(route, token, path) as wire:
            closed = wire.close_frame()
            assert closed.code == 1008
            return closed.reason
    except Refused as refused:
        assert refused.status == 403
        return refused.text


def test_the_page_is_for_who_is_logged_in(shop: ShopServer) -> None:
    assert Seller(shop).get("/").headers["Location"] == "/login?next=%2F"
    wrong = Seller(shop)
    assert "wrong" in wrong.post("/login", name="ada", password="x").text
    ada = Seller(shop, "ada").get("/")
    assert ada.status_code == 200 and "Sales of ada" in ada.text
    assert "/plots/revenue/autoload.js?" in ada.text and "bokeh.min.js" in ada.text
    assert "token" not in ada.text


def test_two_sellers_at_once_see_their_own_sales(shop: ShopServer) -> None:
    ada, eve = Seller(shop, "ada"), Seller(shop, "eve")
    of_ada, of_eve = pulled(ada), pulled(eve)
    assert len(of_ada[0]["day"]) == 90 and len(of_ada[1]["category"]) == 5
    assert of_ada[0]["sum"] != of_eve[0]["sum"] and of_ada[1]["sum"] != of_eve[1]["sum"]
    assert (pulled(ada), pulled(eve)) == (of_ada, of_eve)


def test_a_sale_shows_in_the_windows_of_its_seller(shop: ShopServer) -> None:
    ada, eve = Seller(shop, "ada"), Seller(shop, "eve")
    with ada.watch(BY_CATEGORY) as hers, eve.watch(BY_CATEGORY) as others:
        before, unchanged = columns(hers, "categories"), columns(others, "categories")
        assert ada.post("/sales", category="Toys", amount="1000").status_code == 302
        header, content = hers.reply()
        assert header["msgtype"] == "PATCH-DOC"
        (event,) = content["events"]
        after = entries(event.get("data") or event["new"])
        assert after["sum"][4] == pytest.approx(before["sum"][4] + 1000)
        # Eve's next message is the answer to her own question.
        assert columns(others, "categories") == unchanged
    assert ada.post("/sales", category="Toys", amount="-1").status_code == 400
    assert Seller(shop).post("/sales", category="Toys", amount="1").status_code == 302


def test_callbacks_ask_the_database(shop: ShopServer) -> None:
    with Seller(shop, "ada").watch(REVENUE) as wire:
        days = columns(wire, "days")
        window = wire.pull()["window"]
        sent = wire.patch(
            {"kind": "ModelChanged", "model": {"id": window}, "attr": "value", "new": 1}
        )
        header, content = wire.reply()
        assert header["msgtype"] == "PATCH-DOC"
        means = entries(content["events"][0].get("data") or content["events"][0]["new"])["mean"]
        assert means == pytest.approx(days["sum"])
        assert wire.reply_to(sent)[0] == "OK"


def test_strangers_and_other_sellers_get_no_socket(shop: ShopServer) -> None:
    ada, eve, stranger = Seller(shop, "ada"), Seller(shop, "eve"), Seller(shop)
    token = ada.token(REVENUE)
    assert "nobody is logged in" in refusal(stranger, REVENUE, token)
    assert "another user's" in refusal(eve, REVENUE, token)
    forged = Seller(shop)
    forged.browser.cookies.set("session", "eyJfdXNlcl9pZCI6IjEifQ.forged.forged")
    assert "nobody is logged in" in refusal(forged, REVENUE, token)
    assert stranger.get(f"{REVENUE}/autoload.js?bokeh-autoload-element=x").status_code == 403
    assert stranger.get(REVENUE).status_code == 302


def test_logout_ends_the_sessions(shop: ShopServer) -> None:
    ada = Seller(shop, "ada")
    with ada.watch(REVENUE) as wire:
        columns(wire, "days")
        ada.post("/logout")
        closed = wire.close_frame()
        assert (closed.code, closed.reason) == (4002, "the user has logged out")


@pytest.mark.parametrize("kind", COMMANDS)
def test_after_a_crash_everybody_still_sees_their_own(kind: str, tmp_path: Path) -> None:
    shop = ShopServer(kind, tmp_path)
    try:
        ada, eve = Seller(shop, "ada"), Seller(shop, "eve")
        tokens = {seller: seller.token(REVENUE) for seller in (ada, eve)}
        seen = {}
        for seller in (ada, eve):
            with seller.watch(REVENUE, tokens[seller]) as wire:
                seen[seller] = columns(wire, "days")
        for process in reversed(shop.processes()):
            os.kill(process, signal.SIGKILL)
        shop.kill()
        shop.start()
        # Whoever tries first: a token of before opens nothing for another user.
        assert "another user's" in refusal(eve, REVENUE, tokens[ada])
        assert "nobody is logged in" in refusal(Seller(shop), REVENUE, tokens[ada])
        with ada.watch(REVENUE, tokens[ada], f"/ws?{RECONNECT}=1") as wire:
            assert wire.close_frame().code == 4001  # the page is to be loaded again
        for seller in (ada, eve):
            with seller.watch(REVENUE, tokens[seller]) as wire:
                assert columns(wire, "days") == seen[seller]
    finally:
        shop.kill()
