"""examples/flask_embed under each server: the page, and the websocket that it opens."""

import re
import shutil
from pathlib import Path

import pytest
import requests

from tests.examples.shop import COMMANDS, SiteServer
from tests.interop.wire import TIMEOUT, Wire
from tests.servers import ROOT


@pytest.mark.parametrize("kind", COMMANDS)
def test_page_shows_the_live_app(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "site"  # where its instance folder may be made
    shutil.copytree(ROOT / "examples" / "flask_embed", folder)
    server = SiteServer(kind, folder, tmp_path, "embed")
    try:
        page = requests.get(server.url, timeout=TIMEOUT).text
        assert "bokeh.min.js" in page
        (url,) = re.findall(r'src="(/sea/autoload.js[^"]+)"', page)
        script = requests.get(server.url + url.replace("&amp;", "&"), timeout=TIMEOUT).text
        (token,) = re.findall(r'"token":"([^"]+)"', script)
        with Wire(f"{server.url}/sea", token) as wire:
            slider = wire.pull()["days"]
            wire.patch({"kind": "ModelChanged", "model": {"id": slider}, "attr": "value", "new": 9})
            header, content = wire.reply()
            assert header["msgtype"] == "PATCH-DOC"
            assert content["events"][0]["kind"] in ("ColumnDataChanged", "ModelChanged")
    finally:
        server.stop()
