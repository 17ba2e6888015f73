"""How hybridviz is installed; the tools are configured in pyproject.toml.

static/ lies beside the package in a clone, and in it, as ``hybridviz.static``, once it is
installed.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

INIT = Path(__file__).parent / "hybridviz" / "__init__.py"
VERSION = re.search(r'^__version__ = "(.+)"$', INIT.read_text(), re.MULTILINE)
assert VERSION is not None

setup(
    name="hybridviz",
    version=VERSION[1],
    description="A Flask and gevent server for live Bokeh apps",
    python_requires=">=3.11",
    packages=[*find_packages(include=["hybridviz", "hybridviz.*"]), "hybridviz.static"],
    package_dir={"hybridviz.static": "static"},
    package_data={
        "hybridviz": ["py.typed"],
        "hybridviz.static": ["*.css", "*.js", "*.svg"],
        "hybridviz.web": ["templates/hybridviz/*.html"],
    },
    install_requires=[
        "blinker>=1.6",
        "bokeh>=3.9,<3.11",
        "click>=8",
        "flask>=3",
        "flask-sock>=0.7",
        "gevent>=24",
        "gevent-websocket>=0.10",
        "itsdangerous>=2",
        "numpy>=1.26",
        "orjson>=3",
        "prometheus-client>=0.20",
        "requests>=2",
        "simple-websocket>=1",
        "wsproto>=1.2",
        "xyzservices>=2021.9.1",
    ],
    extras_require={
        "arrow": ["pyarrow"],
        "gunicorn": ["gunicorn>=23"],
        "redis": ["redis>=5"],
        "shop": ["flask-login>=0.6.3", "flask-sqlalchemy>=3.1"],
        "test": [
            "apscheduler>=3.10,<4",
            "authlib>=1.3",
            "cachelib",
            "flask-caching>=2",
            "flask-httpauth>=4.8",
            "flask-limiter>=3",
            "flask-login>=0.6.3",
            "flask-session>=0.8",
            "flask-sqlalchemy>=3.1",
            "flask-talisman>=1.1",
            "flask-wtf>=1.2",
            "gunicorn>=23",
            "hypothesis",
            "ipykernel",
            "jupyter-server-proxy>=4",
            "mypy",
            "nbclassic>=1",
            # The newest Panel does not take Bokeh 3.10, which Python 3.12 is tested with.
            "panel>=1.9; python_version < '3.12'",
            "pyarrow",
            "pytest>=8",
            "pytest-timeout",
            "pytest-xdist",
            "redis>=5",
            "ruff",
            "selenium>=4",
            "setuptools>=77",
            "types-requests",
            "websocket-client",
        ],
    },
    entry_points={
        "console_scripts": ["hybridviz = hybridviz.cli:main"],
        # By the module's own name, so that pytest_plugins may name it as well.
        "pytest11": ["hybridviz.testing.plugin = hybridviz.testing.plugin"],
    },
)
