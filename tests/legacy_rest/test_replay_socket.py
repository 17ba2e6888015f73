"""All recordings of Bokeh 0.11 are answered as its own server did; where not, this table says why.

Their documents in Chromium: tests/browser.
"""

import re
from pathlib import Path

import pytest

from tests.legacy_rest.conftest import SOCKET_RECORDINGS
from tests.legacy_rest.replay import Difference
from tests.legacy_rest.replay_socket import replay

PAGES = "GET /static/(css/.*|js/bokeh-compiler.*) 200 404"
DIFFERENCES = {
    "pages load today's BokehJS: the files of 0.11 are not here": PAGES,
    "there is an icon": "GET /favicon.ico 404 200",
    "HEAD is answered": "HEAD / 405 200",
    "clients of 0.10 are served too": "GET /bokeh/(ping|userinfo/) 404 200",
    "a refusal that comes behind the handshake is a close code": "handshake .* 403 101",
    "a type that is not known is kept and left out of the page": "PUSH-DOC .*Nosuch.*ERROR.*OK.*",
    "a buffer has an id": "PULL-DOC-REQ .* closed",
    "the callbacks of the recorded app are not here": r"told \('ModelChanged', '(ColumnDataSource|"
    r"Plot|Span)', '\w+'\) None",
    "the app was not recorded": "GET /fourier_animated 200 404",
    "what patches caused whose recording is cut": r"told \('ModelChanged', '(Plot|DataRange1d)',"
    r" '(above|start|end)'\) None",
    "models are not written anew with what their time took for defaults": r"told \('ModelChanged',"
    r" '(AnnularWedge|Circle|Rect)', '\w+'\) None",
    "tickers of a datetime ticker are not added": "PULL-DOC-REQ .*AdaptiveTicker.*YearsTicker.*",
    "types of which today has none do not come back from apps": "PULL-DOC-REQ .*ResizeTool.*",
}
"""Reasons, and patterns of what differs: the request, what was answered, what is."""


def explained(difference: Difference) -> bool:
    text = f"{difference.request} {difference.expected} {difference.found}"
    return any(re.fullmatch(pattern, text) for pattern in DIFFERENCES.values())


@pytest.mark.parametrize("name", sorted(path.stem for path in SOCKET_RECORDINGS.glob("*.json")))
def test_recordings_are_answered_as_they_were(name: str, tmp_path: Path) -> None:
    differences = replay(SOCKET_RECORDINGS / f"{name}.json", tmp_path)
    assert [found for found in differences if not explained(found)] == []
    log = "\n".join(path.read_text() for path in tmp_path.glob("serve-*.log"))
    assert "Traceback" not in log
