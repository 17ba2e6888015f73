"""Apps that a real kernel serves: what they may be, who gets at them, when they end."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from hybridviz import pull_session
from hybridviz.io import show
from tests.kernels import Kernel, running_kernel

FRAME = re.compile(r'<iframe[^>]* src="(http://localhost:\d+/)([\w-]{43})/"')
APP = """
from bokeh.models import Slider
from hybridviz.io import show
seen, ended = [], []
def app(document):
    slider = Slider(start=0, end=9, value=1, name="slider")
    slider.on_change("value", lambda attr, old, new: seen.append(new))
    document.add_root(slider)
    document.on_session_destroyed(lambda context: ended.append(1))
"""
SCRIPT = "from bokeh.plotting import curdoc\ncurdoc().title = 'A script'\n"


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        assert kernel.run(APP) == ""
        yield kernel


def urls(kernel: Kernel) -> list[str]:
    """Return the URLs of the apps that the last cell has shown."""
    found = [FRAME.search(html) for html in kernel.html]
    return [f"{match[1]}{match[2]}/" for match in found if match]


def shown(kernel: Kernel) -> str:
    """Return the URL of the one app that the last cell has shown."""
    [url] = urls(kernel)
    return url


def status(url: str) -> int:
    return requests.get(url, timeout=20).status_code


def test_callbacks_run_in_the_kernel(kernel: Kernel) -> None:
    assert kernel.run("show(app)") == ""
    with pull_session(url=shown(kernel)) as session:
        assert session.document is not None
        session.document.get_model_by_name("slider").value = 5  # type: ignore[union-attr]
        session.force_roundtrip()
    assert kernel.run("print(seen)") == "[5]\n"


def test_what_an_app_may_be(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "main.py").write_text(SCRIPT.replace("A script", "A folder"))
    cell = f"""
from pathlib import Path
from bokeh.application import Application
from bokeh.application.handlers import FunctionHandler
show({str(tmp_path / "script.py")!r}, height=300)
show(Path({str(tmp_path / "folder")!r}))
show(Application(FunctionHandler(lambda document: document.set_title("An application"))))
show(lambda document: document.set_title("A lambda"))
"""
    assert kernel.run(cell) == ""
    assert "height: 300px" in kernel.html[0] and "addEventListener" not in kernel.html[0]
    pages = [requests.get(url, timeout=20).text for url in urls(kernel)]
    assert [re.findall("<title>(.*)</title>", page)[0] for page in pages] == [
        "A script",
        "A folder",
        "An application",
        "A lambda",
    ]


def test_only_who_knows_the_key_gets_in(kernel: Kernel) -> None:
    kernel.run("show(app)")
    server, key = shown(kernel).rstrip("/").rsplit("/", 1)
    assert status(f"{server}/{key}/") == 200
    assert status(f"{server}/user/ada/proxy/{key}/") == 200
    for path in ("", key[:-1], key[:-1] + "~", "a" * 43, "api/documents", "ws"):
        answer = requests.get(f"{server}/{path}", timeout=20)
        assert answer.status_code == 404 and "Run the cell" in answer.text, path


@pytest.mark.parametrize("ident", ["", "0123-abcd"], ids=["by its code", "by its id"])
def test_a_cell_that_runs_again_ends_what_it_had(kernel: Kernel, ident: str) -> None:
    kernel.run("show(app); show(app)", ident)
    old = urls(kernel)
    assert [status(url) for url in old] == [200, 200]
    kernel.run("show(app)", "another cell")
    other = shown(kernel)
    assert status(other) == 200
    again = "pass" if ident else "show(app); show(app)"
    assert kernel.run(again, ident) == ""
    assert [status(url) for url in old] == [404, 404]
    assert status(other) == 200
    assert kernel.run("print(ended)") == "[1, 1]\n"


def test_an_interrupted_cell_ends_no_app(kernel: Kernel) -> None:
    kernel.run("show(app)")
    url = shown(kernel)
    kernel.start("import time; time.sleep(60)")
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.rest()
    assert status(url) == 200


def test_the_end_of_the_kernel_ends_sessions_properly(tmp_path: Path) -> None:
    mark = tmp_path / "ended"
    with running_kernel() as kernel:
        kernel.run(APP.replace("ended.append(1)", f"open({str(mark)!r}, 'w').close()"))
        kernel.run("show(app)")
        assert status(shown(kernel)) == 200
        assert not mark.exists()
    assert mark.exists()


def test_an_app_that_raises_says_so_under_its_cell(kernel: Kernel) -> None:
    kernel.run("def broken(document):\n    1 / 0\nshow(broken)")
    answer = requests.get(shown(kernel), timeout=20)
    assert answer.status_code == 500
    assert "ZeroDivisionError" in kernel.run("import time; time.sleep(0.2)")


def test_what_cannot_be_shown_is_told(kernel: Kernel) -> None:
    assert "there is no file nowhere.py" in kernel.run("show('nowhere.py')")
    assert "is no place: give the notebook" in kernel.run("show(app, notebook_url='ftp://x')")
    with pytest.raises(RuntimeError, match="hybridviz serve --show"):
        show(lambda document: None)
