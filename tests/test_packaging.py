"""The page assets are found however hybridviz is installed: as a wheel, editable, or not at all."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SITE = sysconfig.get_path("purelib")

# Prints the folder of the assets, once the server has proved to find all that it needs.
PROBE = """
from hybridviz.wsgi import app
from hybridviz.web.assets import own_folder
client = app.test_client()
for name in ("connection.js", "connection.css", "page.css", "favicon.svg"):
    assert client.get("/_hybridviz/" + name).status_code == 200, name
assert client.get("/").status_code == 200
print(own_folder())
"""


def run(command: Sequence[str | Path], cwd: Path, path: Path | None = None) -> str:
    """Run a program and return what it prints."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HYBRIDVIZ_")
    }
    environment |= {"PYTHONPATH": str(path or ""), "HYBRIDVIZ_DATA_DIR": str(cwd / "data")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def pip(*arguments: str | Path, cwd: Path) -> None:
    """Run pip without the network."""
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    run([sys.executable, "-m", "pip", *arguments, *offline], cwd)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files, without what lies about in a used clone."""
    clone = tmp_path_factory.mktemp("packaging") / "clone"
    clone.mkdir()
    for name in ("setup.py", "pyproject.toml", "wsgi.py"):
        shutil.copy(ROOT / name, clone)
    for name in ("hybridviz", "static"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    return clone


@pytest.fixture(scope="module")
def installed(clone: Path) -> Path:
    """A folder with the wheel installed into it."""
    source, target = clone.parent / "source", clone.parent / "installed"
    shutil.copytree(clone, source)  # a build leaves files behind
    pip("install", "--target", target, source, cwd=clone.parent)
    return target


def test_wheel(installed: Path, tmp_path: Path) -> None:
    found = run([sys.executable, "-c", PROBE], tmp_path, installed)
    assert Path(found) == installed / "hybridviz" / "static"
    assert (installed / "hybridviz" / "py.typed").is_file()


def test_wheel_holds_the_program(installed: Path, tmp_path: Path) -> None:
    command = [sys.executable, installed / "bin" / "hybridviz", "--version"]
    assert run(command, tmp_path, installed).startswith("hybridviz")


FIXTURE = """
def test_it(viz_open):
    assert viz_open(lambda document: document.set_title("Packed")).title == "Packed"
"""


def test_pytest_finds_the_fixtures_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FIXTURE)
    assert "1 passed" in run([sys.executable, "-m", "pytest", "-q"], tmp_path, installed)


def test_clone(clone: Path) -> None:
    assert Path(run([sys.executable, "-c", PROBE], clone)) == clone / "static"


def test_clone_before_the_wheel(clone: Path, installed: Path) -> None:
    found = run([sys.executable, "-c", PROBE], clone, installed)  # the working directory is first
    assert Path(found) == clone / "static"


def test_editable(clone: Path, tmp_path: Path) -> None:
    source, place = tmp_path / "source", tmp_path / "environment"
    shutil.copytree(clone, source)
    venv.create(place)
    python = place / "bin" / "python"
    site = run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], tmp_path)
    Path(site, "dependencies.pth").write_text(f"{SITE}\n")
    pip("--python", python, "install", "--editable", source, cwd=tmp_path)
    assert Path(run([python, "-c", PROBE], tmp_path)) == source / "static"
