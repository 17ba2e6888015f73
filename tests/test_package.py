"""The public names of hybridviz, imported when they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

import hybridviz

ROOT = Path(__file__).parent.parent


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, hybridviz; dir(hybridviz); print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = {name.partition(".")[0] for name in result.stdout.split()}
    assert not {"flask", "gevent", "bokeh", "numpy"} & loaded


def test_every_public_name_is_there() -> None:
    for name in hybridviz.__all__:
        assert getattr(hybridviz, name) is not None
        assert name in dir(hybridviz)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="'hybridviz' has no attribute 'nonsense'"):
        _ = hybridviz.nonsense


def test_wsgi_is_one_object_and_patches_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, wsgi, hybridviz.wsgi; assert wsgi.app is hybridviz.wsgi.app;"
        "from gevent import monkey; assert not monkey.is_module_patched('socket')"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        check=True,
        env={"HYBRIDVIZ_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )


def test_wsgi_names_a_bad_variable() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"HYBRIDVIZ_PORT": "x", "PATH": "/usr/bin:/bin"},
    )
    last = result.stderr.splitlines()[-1]
    assert last.endswith("ConfigError: HYBRIDVIZ_PORT must be a whole number, not 'x'")
