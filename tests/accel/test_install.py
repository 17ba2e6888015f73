"""When Bokeh's functions are replaced, when not, and what is left of it."""

import inspect
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import bokeh
import bokeh.model
import pytest
from bokeh.core.has_props import HasProps
from bokeh.models import Slider

from hybridviz import accel
from hybridviz.accel.install import REPLACEMENTS, VERSIONS


@pytest.fixture(autouse=True)
def _own_functions_afterwards() -> Iterator[None]:
    accel.uninstall()
    yield
    accel.uninstall()


def found() -> list[Any]:
    places = [(place, item.name) for item in REPLACEMENTS for place in item.places]
    functions = [place.__dict__[name] for place, name in places]
    return [getattr(function, "__func__", function) for function in functions]


def test_every_name_is_one_of_bokeh() -> None:
    for function in found():
        assert inspect.unwrap(function).__module__.startswith("bokeh.")


def test_the_installed_version_is_known() -> None:
    assert bokeh.__version__.rpartition(".")[0] in VERSIONS


def test_all_is_replaced_once_and_given_back() -> None:
    own = found()
    assert accel.install()
    ours = found()
    assert not any(new is old for new, old in zip(ours, own, strict=True))
    assert accel.install() and found() == ours
    accel.uninstall()
    assert found() == own


def test_a_replacement_looks_like_the_original() -> None:
    signature = inspect.signature(HasProps.properties_with_values)
    accel.install()
    assert inspect.signature(HasProps.properties_with_values) == signature
    assert "properties_with_values" in HasProps.properties_with_values.__qualname__


def test_an_unknown_version_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    own = found()
    with caplog.at_level(logging.WARNING):
        assert not accel.install("3.11.0") and not accel.install("3.11.0")
    assert found() == own and caplog.text.count("Bokeh 3.11.0 is not known here") == 1


def test_what_another_package_has_replaced_is_left_to_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def apply_theme(self: Any, property_values: Any) -> None: ...

    monkeypatch.setattr(HasProps, "apply_theme", apply_theme)
    with caplog.at_level(logging.INFO):
        assert accel.install()
    assert HasProps.__dict__["apply_theme"] is apply_theme
    assert "apply_theme" in caplog.text


def test_empty_containers_are_made_when_they_are_read() -> None:
    accel.install()
    slider: Any = Slider(start=0, end=1, value=0)
    assert "tags" not in slider._unstable_default_values
    tags = slider.tags
    assert slider.tags is tags and tags == []
    tags.append("new")
    assert slider.tags == ["new"] and slider._property_values["tags"] is tags


def test_a_changed_default_of_a_property_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    accel.install()
    assert Slider(start=0, end=1, value=0).step == 1
    monkeypatch.setattr(Slider.step.property, "_default", 0.5)
    assert Slider(start=0, end=1, value=0).step == 0.5


SERVER = """
import sys
from bokeh.core.has_props import HasProps
from hybridviz.config import Settings
from hybridviz.web.extension import create_app
create_app(Settings.from_env(), [])
print(HasProps.__init__.__code__.co_filename)
"""


@pytest.mark.parametrize(("switch", "place"), [("1", "hybridviz/accel/"), ("0", "bokeh/core/")])
def test_a_server_replaces_them_unless_told_not_to(switch: str, place: str, tmp_path: Any) -> None:
    environment = {"HYBRIDVIZ_ACCEL": switch, "HYBRIDVIZ_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", SERVER]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert place in answer.stdout


def test_a_script_that_only_imports_hybridviz_keeps_bokehs_own() -> None:
    code = (
        "import hybridviz.client\nfrom bokeh.core.has_props import HasProps\n"
        "print(HasProps.__init__.__code__.co_filename)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "bokeh/core/" in answer.stdout
