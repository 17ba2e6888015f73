"""A script's session with a running server, ours and Bokeh's own: all arrives, and once."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.io import curdoc
from bokeh.models import Slider

from hybridviz.client import ClientSession, pull_session, push_session
from tests.client.conftest import model, some_document, until
from tests.servers import ROOT, Server

Keep = Callable[[ClientSession], ClientSession]


def pushed(url: str, ident: str, keep: Keep, **more: Any) -> ClientSession:
    return keep(push_session(some_document(), ident, url + "/slider", **more))


def test_changes_arrive_once_in_both_directions(server: Server, keep: Keep) -> None:
    first = pushed(server.url, "both", keep)
    second = keep(pull_session("both", server.url + "/slider"))
    heard: list[tuple[str, int]] = []
    model(first, "slider").on_change("value", lambda a, o, new: heard.append(("first", new)))
    model(second, "slider").on_change("value", lambda a, o, new: heard.append(("second", new)))
    told: list[object] = []
    assert first.document is not None and second.document is not None
    first.document.on_change(lambda event: told.append(event.setter))

    model(first, "slider").value = 5
    until(lambda: ("second", 5) in heard)
    model(second, "slider").value = 8
    until(lambda: ("first", 8) in heard)
    for session in (first, second, first):
        session.force_roundtrip()

    assert sorted(heard) == [("first", 5), ("first", 8), ("second", 5), ("second", 8)]
    assert len(told) == 2


def test_arrays_streams_and_patches(server: Server, keep: Keep) -> None:
    first = pushed(server.url, "arrays", keep)
    second = keep(pull_session("arrays", server.url + "/slider"))
    source = model(first, "source")
    source.data = {
        "x": np.arange(100_000, dtype="float64"),
        "t": np.full(100_000, "2020", "M8[ms]"),
    }
    source.stream({"x": np.array([np.nan]), "t": np.array(["2021"], "M8[ms]")})
    source.patch({"x": [(0, 7.0)]})
    source.data["x"] = source.data["x"] * 2
    first.force_roundtrip()
    got = model(second, "source")
    until(lambda: len(got.data["x"]) == 100_001 and got.data["x"][0] == 14.0)
    np.testing.assert_array_equal(got.data["x"], source.data["x"])
    assert got.data["x"][1] == 2.0 and np.isnan(got.data["x"][-1])


def test_new_models_go_both_ways(ours: Server, keep: Keep) -> None:
    # `bokeh serve` 3.10 sends other clients, its own too, a reference without the model.
    first = pushed(ours.url, "models", keep)
    second = keep(pull_session("models", ours.url + "/slider"))
    assert first.document is not None and second.document is not None
    first.document.add_root(Slider(start=0, end=1, value=0, name="mine"))
    until(lambda: second.document.get_model_by_name("mine"))
    second.document.add_root(Slider(start=0, end=1, value=0, name="theirs"))
    until(lambda: first.document.get_model_by_name("theirs"))
    model(first, "theirs").value = 1
    until(lambda: model(second, "theirs").value == 1)
    first.document.title = "changed"
    until(lambda: second.document.title == "changed")


def test_pulled_app_follows_its_callbacks(server: Server, keep: Keep) -> None:
    session = keep(pull_session(url=server.url + "/slider"))
    model(session, "slider").value = 7
    until(lambda: model(session, "label").text == "7")
    assert list(model(session, "source").data["x"]) == [7, 7, 7]


def test_periodic_callback_drives_twenty_updates(server: Server, keep: Keep) -> None:
    first = pushed(server.url, "periodic", keep)
    second = keep(pull_session("periodic", server.url + "/slider"))
    slider, seen = model(first, "slider"), []
    model(second, "slider").on_change("value", lambda attr, old, new: seen.append(new))
    threads: set[threading.Thread] = set()

    def step() -> None:
        threads.add(threading.current_thread())
        slider.value += 1
        if slider.value == 21:
            first.force_roundtrip()  # a callback may wait for the server
            first.close()

    assert first.document is not None
    first.document.add_periodic_callback(step, 50)
    first.loop_until_closed()
    until(lambda: len(seen) == 20)
    assert seen == list(range(2, 22)) and threads == {threading.main_thread()}
    assert not first.connected


def test_timers_wait_for_the_loop_and_keep_their_order(ours: Server, keep: Keep) -> None:
    document = Document()
    seen: list[str] = []
    document.add_next_tick_callback(lambda: seen.append("before 1"))
    document.add_next_tick_callback(lambda: seen.append("before 2"))
    session = keep(push_session(document, url=ours.url))
    document.add_next_tick_callback(lambda: seen.append("after"))
    removed = document.add_timeout_callback(lambda: seen.append("removed"), 1)
    document.remove_timeout_callback(removed)

    async def end() -> None:
        seen.append("timeout")
        session.close()

    document.add_timeout_callback(end, 50)
    session.force_roundtrip()
    assert seen == []
    session.loop_until_closed()
    assert seen == ["before 1", "before 2", "after", "timeout"]
    assert document.session_callbacks == []


def test_timers_run_in_the_background_when_asked_to(ours: Server, keep: Keep) -> None:
    document = Document()
    ran = threading.Event()
    keep(push_session(document, url=ours.url, background=True))
    document.add_next_tick_callback(ran.set)
    assert ran.wait(10)


def test_clicks_reach_the_script(ours: Server, keep: Keep) -> None:
    document = some_document()
    clicks: list[str] = []
    document.get_model_by_name("button").on_click(lambda: clicks.append("before"))
    session = keep(push_session(document, "clicks", ours.url))
    document.get_model_by_name("button").on_click(lambda: clicks.append(curdoc() is document))

    from tests.interop.wire import Wire

    with Wire(f"{ours.url}?bokeh-session-id=clicks", path="/ws") as browser:
        ids = browser.pull()
        browser.patch(
            {
                "kind": "MessageSent",
                "msg_type": "bokeh_event",
                "msg_data": {
                    "type": "event",
                    "name": "button_click",
                    "values": {"type": "map", "entries": [["model", {"id": ids["button"]}]]},
                },
            }
        )
        until(lambda: len(clicks) == 2)
        session.force_roundtrip()
    assert clicks == ["before", True]


def test_what_a_callback_changes_arrives_as_one_and_last_value_last(
    ours: Server, keep: Keep
) -> None:
    first = pushed(ours.url, "nested", keep)
    second = keep(pull_session("nested", ours.url + "/slider"))
    mine, theirs = model(first, "slider"), model(second, "slider")

    def limit(attr: str, old: int, new: int) -> None:
        mine.value = min(new, 50)

    mine.on_change("value", limit)
    theirs.value = 99
    until(lambda: theirs.value == 50)
    mine.value = 80
    until(lambda: mine.value == 50)
    first.force_roundtrip()
    second.force_roundtrip()
    assert (mine.value, theirs.value) == (50, 50)


def test_what_callbacks_raise_is_logged_and_the_session_goes_on(
    ours: Server, keep: Keep, caplog: pytest.LogCaptureFixture
) -> None:
    first = pushed(ours.url, "raises", keep)
    second = keep(pull_session("raises", ours.url + "/slider"))
    slider = model(first, "slider")

    def fail(attr: str, old: int, new: int) -> None:
        raise ZeroDivisionError(f"at {new}")

    slider.on_change("value", fail)
    model(second, "slider").value = 3
    until(lambda: "at 3" in caplog.text)
    with pytest.raises(ZeroDivisionError):  # the script's own change: it is told
        slider.value = 4
    first.force_roundtrip()
    until(lambda: model(second, "slider").value == 4)


def test_coroutines_and_unlocked_callbacks(ours: Server, keep: Keep) -> None:
    import asyncio

    from bokeh.document import without_document_lock

    document = some_document()
    session = keep(push_session(document, url=ours.url, background=True))
    slider, seen = document.get_model_by_name("slider"), []

    async def later() -> None:
        await asyncio.sleep(0)
        slider.value = 2
        session.force_roundtrip()
        seen.append("async")

    @without_document_lock
    async def unlocked() -> None:
        await asyncio.sleep(0)
        document.add_next_tick_callback(lambda: seen.append("from unlocked"))

    document.add_next_tick_callback(later)
    document.add_next_tick_callback(unlocked)
    until(lambda: sorted(seen) == ["async", "from unlocked"])
    assert slider.value == 2


def test_server_info(server: Server, keep: Keep) -> None:
    from bokeh import __version__

    session = pushed(server.url, "info", keep)
    assert session.request_server_info()["version_info"]["bokeh"] == __version__


def test_connect_comes_before_push_or_pull(server: Server, keep: Keep) -> None:
    session = keep(ClientSession("early", server.url + "/slider"))
    with pytest.raises(RuntimeError, match="connect"):
        session.check_connection_errors()
    session.connect()
    session.connect()
    session.check_connection_errors()
    assert session.connected and session.document is None
    assert "version_info" in session.request_server_info()
    with pytest.raises(RuntimeError, match="push or pull"):
        session.loop_until_closed()

    document = some_document()
    session.push(document)
    session.force_roundtrip()
    assert session.connected and session.document is document
    viewer = keep(pull_session("early", server.url + "/slider"))
    model(viewer, "slider").value = 5
    until(lambda: model(session, "slider").value == 5)


def test_bokehs_session_has_no_public_name_that_is_not_here_or_in_the_guide() -> None:
    from bokeh.client.session import ClientSession as Theirs

    guide = (ROOT / "docs" / "scripts.md").read_text("utf-8")
    names = {name for name in dir(Theirs) if not name.startswith("_")}
    missing = sorted(names - set(dir(ClientSession)))
    assert "connect" in names and [name for name in missing if f"`{name}`" not in guide] == []


def test_a_document_has_one_session(ours: Server, keep: Keep) -> None:
    document = some_document()
    first = keep(push_session(document, "one", ours.url))
    second = keep(push_session(document, "two", ours.url))
    assert not first.connected and second.connected
    with pytest.raises(ValueError, match="one document"):
        second.push(Document())


def test_a_closed_session_leaves_the_document_as_it_was(ours: Server, keep: Keep) -> None:
    document = some_document()
    slider, seen = document.get_model_by_name("slider"), []
    with push_session(document, url=ours.url) as session:
        slider.on_change("value", lambda attr, old, new: seen.append(new))
    session.close()
    session.loop_until_closed()
    slider.value = 3
    assert seen == [3] and type(document.callbacks).__name__ == "DocumentCallbackManager"
    with pytest.raises(Exception, match="closed"):
        session.force_roundtrip()


def test_push_again_and_pull_again(ours: Server, keep: Keep) -> None:
    first = pushed(ours.url, "again", keep)
    second = keep(pull_session("again", ours.url + "/slider"))
    document = second.document
    assert first.document is not None and document is not None
    first.document.clear()
    first.document.add_root(Slider(start=0, end=1, value=0, name="other"))
    first.push()
    second.pull()
    assert second.document is document
    assert [root.name for root in document.roots] == ["other"]
    model(first, "other").value = 1
    until(lambda: model(second, "other").value == 1)
