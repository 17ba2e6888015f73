"""Where browsers reach a kernel's port, by what the user or JupyterHub says."""

from typing import Any

import pytest

from hybridviz.errors import ConfigError
from hybridviz.notebook.place import place_of


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (None, "http://localhost:81"),
        ("http://lab.example.org:8888", "http://lab.example.org:81"),
        ("https://lab.example.org/lab?x=1", "https://lab.example.org:81"),
        ("localhost:8888", "http://localhost:81"),
        ("http://[::1]:8888", "http://[::1]:81"),
        ("/user/ada/proxy/{port}/", "/user/ada/proxy/81"),
        ("https://hub.org/user/ada/proxy/{port}", "https://hub.org/user/ada/proxy/81"),
        (lambda port: f"https://p{port}.example.org/", "https://p81.example.org"),
    ],
)
def test_what_the_cell_says(given: Any, place: str) -> None:
    assert place_of(given, 81) == place


def test_what_is_configured_and_what_the_hub_says() -> None:
    assert place_of(None, 81, hub="/user/ada/") == "/user/ada/proxy/81"
    assert place_of(None, 81, "http://here:1", hub="/user/ada/") == "http://here:81"
    assert place_of("http://there:1", 81, "http://here:1") == "http://there:81"


@pytest.mark.parametrize("given", ["ftp://host/{port}", "", "//", lambda port: "nowhere"])
def test_what_is_no_place(given: Any) -> None:
    with pytest.raises(ConfigError, match="is no place: give the notebook's URL"):
        place_of(given, 81)
