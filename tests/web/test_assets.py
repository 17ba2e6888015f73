"""Files: versions, caching, compression, and nothing from outside their folder."""

import gzip
import os
from pathlib import Path

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from hybridviz.appload.loader import RESERVED
from hybridviz.errors import ConfigError
from hybridviz.web.assets import FOREVER, LARGE, PIECE, REVALIDATE, AssetFolder
from tests.web.conftest import Serve

SCRIPT = b"let x = 1;\n" * 100
PICTURE = b"png" * 1000


class Counted:
    """A way to run functions that counts them."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, call: object, data: bytes) -> bytes:
        self.calls += 1
        return call(data)  # type: ignore[operator,no-any-return]


@pytest.fixture
def offload() -> Counted:
    return Counted()


@pytest.fixture
def folder(tmp_path: Path, offload: Counted) -> AssetFolder:
    root = tmp_path / "root"
    (root / "js").mkdir(parents=True)
    (root / "js" / "a.js").write_bytes(SCRIPT)
    (root / "small.css").write_bytes(b"a{}")
    (root / "image.png").write_bytes(PICTURE)
    (tmp_path / "secret.js").write_text("secret")
    return AssetFolder(root, offload)


@pytest.fixture
def client(folder: AssetFolder) -> FlaskClient:
    app = Flask("files", static_folder=None)

    @app.get("/f/<path:name>")
    def file(name: str) -> Response:
        return folder.respond(name, request)

    return app.test_client()


GZIP = {"Accept-Encoding": "br, gzip"}


def test_a_file_is_compressed_once(client: FlaskClient, offload: Counted) -> None:
    for _ in range(2):
        response = client.get("/f/js/a.js", headers=GZIP)
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.data) == SCRIPT
        assert response.mimetype == "text/javascript"
        assert "Accept-Encoding" in response.headers["Vary"]
    assert offload.calls == 1


@pytest.mark.parametrize("accepted", [{}, {"Accept-Encoding": "gzip;q=0"}])
def test_who_takes_no_gzip_gets_none(client: FlaskClient, accepted: dict[str, str]) -> None:
    response = client.get("/f/js/a.js", headers=accepted)
    assert "Content-Encoding" not in response.headers
    assert response.data == SCRIPT
    assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("name", ["small.css", "image.png"])
def test_what_is_not_worth_it_is_not_compressed(client: FlaskClient, name: str) -> None:
    response = client.get(f"/f/{name}", headers=GZIP)
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers


def test_only_the_right_version_is_cached_for_good(
    client: FlaskClient, folder: AssetFolder
) -> None:
    name = folder.versioned("js/a.js")
    assert name.startswith("js/a.js?v=")
    assert client.get(f"/f/{name}").headers["Cache-Control"] == FOREVER
    assert client.get("/f/js/a.js").headers["Cache-Control"] == REVALIDATE
    assert client.get("/f/js/a.js?v=old").headers["Cache-Control"] == REVALIDATE


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_an_unchanged_file_is_not_sent_again(client: FlaskClient, headers: dict[str, str]) -> None:
    tag = client.get("/f/js/a.js", headers=headers).headers["ETag"]
    again = client.get("/f/js/a.js", headers={**headers, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    other = client.get("/f/js/a.js", headers={**headers, "If-None-Match": '"other"'})
    assert other.status_code == 200


def test_an_unchanged_file_is_not_even_read(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = client.get("/f/image.png").headers["ETag"]
    for name in ("open", "read_bytes"):
        monkeypatch.setattr(Path, name, None)
    again = client.get("/f/image.png", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head("/f/image.png").headers["Content-Length"] == "3000"


@pytest.mark.parametrize(
    ("asked", "told", "data"),
    [
        ("bytes=0-1", "bytes 0-1/3000", PICTURE[:2]),
        ("bytes=1-2000", "bytes 1-2000/3000", PICTURE[1:2001]),
        ("bytes=2990-", "bytes 2990-2999/3000", PICTURE[2990:]),
        ("bytes=2990-9999", "bytes 2990-2999/3000", PICTURE[2990:]),
        ("bytes=-5", "bytes 2995-2999/3000", PICTURE[-5:]),
    ],
)
def test_a_range_is_sent(client: FlaskClient, asked: str, told: str, data: bytes) -> None:
    response = client.get("/f/image.png", headers={"Range": asked, **GZIP})
    assert (response.status_code, response.headers["Content-Range"]) == (206, told)
    assert response.data == data and response.content_length == len(data)


@pytest.mark.parametrize("asked", ["", "bytes=a-b", "pages=0-1", "bytes=0-1,4-5"])
def test_what_is_no_single_range_is_ignored(client: FlaskClient, asked: str) -> None:
    response = client.get("/f/image.png", headers={"Range": asked})
    assert (response.status_code, response.data) == (200, PICTURE)
    assert response.headers["Accept-Ranges"] == "bytes"


def test_a_range_that_is_not_there_is_refused(client: FlaskClient) -> None:
    response = client.get("/f/image.png", headers={"Range": "bytes=3000-"})
    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */3000")


def test_a_range_of_another_version_is_all_of_this_one(client: FlaskClient) -> None:
    tag = client.get("/f/image.png").headers["ETag"]
    asked = {"Range": "bytes=0-1"}
    assert client.get("/f/image.png", headers={"If-Range": tag, **asked}).status_code == 206
    assert client.get("/f/image.png", headers={"If-Range": '"old"', **asked}).data == PICTURE


def test_what_is_compressed_has_no_ranges(client: FlaskClient) -> None:
    response = client.get("/f/js/a.js", headers={"Range": "bytes=0-1", **GZIP})
    assert response.status_code == 200 and "Accept-Ranges" not in response.headers
    assert gzip.decompress(response.data) == SCRIPT


@pytest.mark.parametrize("name", ["film.mp4", "table.json"])
def test_a_large_file_is_never_read_as_a_whole(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / "root" / name
    with path.open("wb") as file:
        file.truncate(LARGE)
    monkeypatch.setattr(Path, "read_bytes", None)
    response = client.get(f"/f/{name}", headers=GZIP)
    sizes = [len(piece) for piece in response.iter_encoded()]
    assert (max(sizes), sum(sizes)) == (PIECE, LARGE)
    before = response.headers["ETag"]
    os.utime(path, ns=(1, 1))
    assert client.head(f"/f/{name}").headers["ETag"] != before


def test_compressed_and_plain_have_different_tags(client: FlaskClient) -> None:
    plain, packed = client.get("/f/js/a.js"), client.get("/f/js/a.js", headers=GZIP)
    assert plain.headers["ETag"] != packed.headers["ETag"]


def test_a_changed_file_has_another_version(
    client: FlaskClient, folder: AssetFolder, tmp_path: Path
) -> None:
    before = folder.versioned("js/a.js")
    client.get("/f/js/a.js", headers=GZIP)
    path = tmp_path / "root" / "js" / "a.js"
    path.write_bytes(SCRIPT * 2)
    os.utime(path, ns=(1, 1))
    assert folder.versioned("js/a.js") != before
    assert gzip.decompress(client.get("/f/js/a.js", headers=GZIP).data) == SCRIPT * 2


def test_head_has_no_body(client: FlaskClient) -> None:
    response = client.head("/f/js/a.js", headers=GZIP)
    assert (response.status_code, response.data) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "name",
    [
        "../secret.js",
        "js/../../secret.js",
        "%2e%2e/secret.js",
        "..%2fsecret.js",
        "js",
        "",
        "js/a.js%00",
        "js/a.js/b",
        "nope.js",
        "a" * 5000,
    ],
    ids=range(10),
)
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/f/{name}").status_code == 404


def test_a_name_that_is_not_there_has_no_version(folder: AssetFolder) -> None:
    assert folder.versioned("nope.js") == "nope.js"


def test_bokehjs_is_that_of_the_installed_package(serve: Serve) -> None:
    client = serve().test_client()
    response = client.get("/static/js/bokeh.min.js", headers=GZIP)
    assert b"bokeh" in gzip.decompress(response.data)[:3000].lower()
    assert client.get("/static/../__init__.py").status_code == 404


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_folder_cannot_be_at_a_route_of_the_servers_own(
    serve: Serve, tmp_path: Path, name: str
) -> None:
    for route in (name, f"/{name}/", f"{name}/more"):
        with pytest.raises(ConfigError, match=f"/{route.strip('/')} is used by the server itself"):
            serve(static_dirs=(f"{route}={tmp_path}",), store="memory:")


def test_files_of_extensions(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bokeh.embed.bundle import extension_dirs

    (tmp_path / "ext.js").write_text("1")
    monkeypatch.setitem(extension_dirs, "ext", tmp_path)
    client = serve().test_client()
    assert client.get("/static/extensions/ext/ext.js").data == b"1"
    assert client.get("/static/extensions/other/ext.js").status_code == 404
