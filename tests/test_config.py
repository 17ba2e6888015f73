"""Settings from the environment, Flask configs and flags; their docs."""

import os
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from hybridviz.cli import command
from hybridviz.config import Settings
from hybridviz.declaration import declaration, docs_table, flag, variable
from hybridviz.errors import ConfigError

ROOT = Path(__file__).parent.parent


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_env({"HOME": "/x", "HYBRIDVIZ_PORT": ""}) == Settings()
    assert Settings().port == 5006
    assert Settings().data_path == Path(".hybridviz")


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRIDVIZ_PORT", "7001")
    assert Settings.from_env().port == 7001


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("HYBRIDVIZ_APPS", f"a b.py{os.pathsep}c.py{os.pathsep}", "apps", ("a b.py", "c.py")),
        ("HYBRIDVIZ_ARGS", "--title 'two words' -n 3", "args", ("--title", "two words", "-n", "3")),
        ("HYBRIDVIZ_HOSTS", "a:80, b  [::1]:5006", "hosts", ("a:80", "b", "[::1]:5006")),
        ("HYBRIDVIZ_ALLOW_WEBSOCKET_ORIGIN", "*", "allow_websocket_origin", ("*",)),
        ("HYBRIDVIZ_PORT", "0", "port", 0),
        ("HYBRIDVIZ_DEV", "Yes", "dev", True),
        ("HYBRIDVIZ_DEV", "0", "dev", False),
        ("HYBRIDVIZ_KEEP_ALIVE", "1500", "keep_alive", 1.5),
        ("HYBRIDVIZ_KEEP_ALIVE", "0", "keep_alive", None),
        ("HYBRIDVIZ_UNUSED_SESSION_LIFETIME", "250", "unused_session_lifetime", 0.25),
        ("HYBRIDVIZ_DATA_DIR", "/srv/x", "data_path", Path("/srv/x")),
    ],
)
def test_a_variable_is_read(name: str, text: str, field: str, value: object) -> None:
    assert getattr(Settings.from_env({name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("HYBRIDVIZ_PORT", "http", "HYBRIDVIZ_PORT must be a whole number, not 'http'"),
        ("HYBRIDVIZ_PORT", "65536", "HYBRIDVIZ_PORT must be 0 to 65535, not 65536"),
        ("HYBRIDVIZ_KEEP_ALIVE", "-1", "HYBRIDVIZ_KEEP_ALIVE must be at least 0, not -1"),
        ("HYBRIDVIZ_DEV", "maybe", "HYBRIDVIZ_DEV must be true or false, not 'maybe'"),
        ("HYBRIDVIZ_LOG_FORMAT", "xml", "HYBRIDVIZ_LOG_FORMAT must be one of text, json, not"),
        ("HYBRIDVIZ_ARGS", "it's", "HYBRIDVIZ_ARGS cannot be split, No closing quotation"),
    ],
)
def test_a_bad_variable_is_named(name: str, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env({name: text})
    assert complaint in str(caught.value)


def test_a_flask_config_may_hold_values_or_text() -> None:
    settings = Settings().updated_from_mapping(
        {
            "HYBRIDVIZ_APPS": ["a.py"],
            "HYBRIDVIZ_PORT": 80,
            "HYBRIDVIZ_DEV": "true",
            "HYBRIDVIZ_DATA_DIR": Path("/srv"),
            "DEBUG": True,
        }
    )
    assert settings == Settings(apps=("a.py",), port=80, dev=True, data_dir="/srv")


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("HYBRIDVIZ_PORT", None, "HYBRIDVIZ_PORT must be of type int, not NoneType"),
        ("HYBRIDVIZ_PORT", True, "HYBRIDVIZ_PORT must be of type int, not bool"),
        ("HYBRIDVIZ_HOSTS", [1], "HYBRIDVIZ_HOSTS must be of type tuple[str, ...], not tuple"),
        ("HYBRIDVIZ_SECRET_KEY", b"s3cret", "HYBRIDVIZ_SECRET_KEY must be of type str, not bytes"),
    ],
)
def test_a_value_of_a_wrong_type_is_named(key: str, value: object, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings().updated_from_mapping({key: value})
    assert str(caught.value) == complaint


def test_a_bad_value_in_code_is_named_by_its_field() -> None:
    with pytest.raises(ConfigError, match="^log_level must be one of trace, debug"):
        Settings(log_level="loud")


def test_the_key_is_not_shown() -> None:
    assert "s3cret" not in repr(Settings(secret_key="s3cret"))


def test_the_docs_hold_the_table() -> None:
    """Write ``declaration.docs_table(Settings)`` into docs/settings.md when this fails."""
    assert docs_table(Settings) in (ROOT / "docs" / "settings.md").read_text()


def test_every_setting_is_documented() -> None:
    table = docs_table(Settings)
    shown = CliRunner().invoke(command, ["serve", "--help"]).output.split()
    for item in fields(Settings):
        assert f"| `{variable(item)}` |" in table
        assert declaration(item).help.endswith(".")
        if name := flag(item):
            assert f"| `{name}` |" in table
            assert name in shown


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a.py:b c.py", ("a.py", "b c.py")),
        ("/report/<int:n>=a.py:b.py", ("/report/<int:n>=a.py", "b.py")),
        ("package.module:make\nb.py\n", ("package.module:make", "b.py")),
    ],
)
def test_apps_are_split(text: str, paths: tuple[str, ...]) -> None:
    assert Settings.from_env({"HYBRIDVIZ_APPS": text}).apps == paths


def test_a_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "hybridviz.toml"
    file.write_text(
        'apps = ["a.py", "b.py"]\nport = 80\nallow-websocket-origin = ["*"]\nkeep-alive = 1500\n'
        'dev = true\nsecret_key = "s"\naddress = "::"\n'
    )
    given = {"HYBRIDVIZ_CONFIG": str(file), "HYBRIDVIZ_ADDRESS": "0.0.0.0"}
    assert Settings.from_env(given) == Settings(
        apps=("a.py", "b.py"),
        port=80,
        allow_websocket_origin=("*",),
        keep_alive_ms=1500,
        dev=True,
        secret_key="s",
        address="0.0.0.0",
    )
    assert Settings.from_env({}, config=str(file)).address == "::"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("colour = 1", "has an unknown key colour"),
        ("port = ", "is not TOML"),
        ("port = 70000", "port must be 0 to 65535"),
        ('port = "http"', "port must be a whole number"),
        ("apps = [1]", "apps must be of type"),
        ("dev = 1", "dev must be of type bool"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "hybridviz.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        Settings().updated_from_file(str(file))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="none.toml cannot be read: No such file"):
        Settings.from_env({}, config="none.toml")
