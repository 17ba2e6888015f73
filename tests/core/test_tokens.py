"""Tokens: written and read back, understood by Bokeh, and refused when touched."""

import base64
import json
import zlib
from typing import Any

import pytest
from bokeh.util import token as bokeh_token
from hypothesis import given
from hypothesis import strategies as st

from hybridviz.core.tokens import (
    MAX_PAYLOAD,
    MAX_TOKEN,
    OPENS,
    PACKED,
    make_token,
    read_token,
)
from hybridviz.errors import TokenRefused

KEY = b"a key"
NOW = 1_700_000_000.0


def encode(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


ARGUMENTS = st.dictionaries(st.text(max_size=9), st.lists(st.binary(max_size=9), max_size=3))


@given(st.text(min_size=1, max_size=60), ARGUMENTS)
def test_what_is_written_is_read_back(session_id: str, arguments: dict[str, list[bytes]]) -> None:
    token = make_token(session_id, KEY, NOW + 300, {"arguments": arguments})
    claims = read_token(token, KEY, NOW)
    assert (claims.session_id, claims.signed, claims.expired) == (session_id, True, False)
    assert claims.expires == NOW + 300
    if set(arguments) != {"bytes"}:  # Bokeh's format cannot tell that from an encoded value
        assert claims.payload == {"arguments": arguments}


def test_bokeh_reads_ours() -> None:
    token = make_token("abc", KEY, NOW, {"arguments": {"a": [b"1"]}})
    assert bokeh_token.get_session_id(token) == "abc"
    payload = bokeh_token.get_token_payload(token)
    assert payload == {"session_expiry": int(NOW), "arguments": {"a": [b"1"]}}


def test_what_a_token_opens_stands_beside_what_apps_put_into_it() -> None:
    token = make_token("abc", KEY, NOW, {OPENS: "/b", "a": 1}, opens="/a")
    assert read_token(token, KEY, NOW).opens == "/a"
    assert bokeh_token.get_session_id(token) == "abc"
    assert bokeh_token.get_token_payload(token)["a"] == 1
    assert read_token(make_token("abc", KEY, NOW, {OPENS: "/b"}), KEY, NOW).opens == ""


@pytest.mark.parametrize("signed", [True, False])
def test_we_read_bokehs(signed: bool) -> None:
    token = bokeh_token.generate_jwt_token(
        "abc", secret_key=KEY, signed=signed, extra_payload={"arguments": {"a": [b"1"]}}
    )
    claims = read_token(token, KEY, NOW)
    assert (claims.session_id, claims.signed) == ("abc", signed)
    assert claims.payload == {"arguments": {"a": [b"1"]}}


def test_an_old_token_is_read_and_says_so() -> None:
    token = make_token("abc", KEY, NOW)
    assert not read_token(token, KEY, NOW).expired
    assert read_token(token, KEY, NOW + 1).expired


GOOD = make_token("abc", KEY, NOW)
BODY = GOOD.partition(".")[0]
CLAIMS = {"session_id": "abc", "session_expiry": NOW}


@pytest.mark.parametrize(
    "token",
    [
        make_token("abc", b"another key", NOW),
        GOOD + "x",
        GOOD[:-1],
        BODY + ".",
        BODY + ".é",
        encode({**CLAIMS, "session_id": "other"}) + "." + GOOD.partition(".")[2],
        GOOD + "." + GOOD,
    ],
)
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused, match="not signed"):
        read_token(token, KEY, NOW)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a",
        "é",
        "!!!!",
        encode([]),
        encode(None),
        encode({"session_id": "abc"}),
        encode({"session_expiry": 1}),
        encode({**CLAIMS, "session_id": ""}),
        encode({**CLAIMS, "session_id": 3}),
        encode({**CLAIMS, "session_expiry": None}),
        encode({**CLAIMS, "session_expiry": "soon"}),
        encode({**CLAIMS, OPENS: 5}),
        encode({**CLAIMS, PACKED: 5}),
        encode({**CLAIMS, PACKED: "AAAA"}),
        encode({**CLAIMS, PACKED: encode(zlib.compress(b"[]"))}) + "",
        encode({**CLAIMS, PACKED: encode(zlib.compress(b"{}")[:-1])}),
        encode({**CLAIMS, PACKED: encode(zlib.compress(b" " * (MAX_PAYLOAD + 1)))}),
        encode({**CLAIMS, PACKED: encode(zlib.compress(b"1"))}),
        encode(b"[" * 4000),
        encode(b"\xff"),
    ],
)
def test_a_malformed_token_is_refused(body: str) -> None:
    with pytest.raises(TokenRefused, match="malformed"):
        read_token(body, KEY, NOW)


def test_a_long_token_is_refused() -> None:
    with pytest.raises(TokenRefused, match="too long"):
        read_token("x" * (MAX_TOKEN + 1), KEY, NOW)


def test_a_token_carries_only_json_and_bytes() -> None:
    with pytest.raises(TypeError, match="object"):
        make_token("abc", KEY, NOW, {"a": object()})
