"""How hybridviz is installed; the tools are configured in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    name="hybridviz",
    version="0.1.0",
    description="A Flask and gevent server for live Bokeh apps",
    python_requires=">=3.11",
    packages=find_packages(include=["hybridviz", "hybridviz.*"]),
    install_requires=[
        "bokeh>=3.9,<3.11",
        "click>=8",
        "flask>=3",
        "flask-sock>=0.7",
        "gevent>=24",
        "gevent-websocket>=0.10",
        "itsdangerous>=2",
        "numpy>=1.26",
        "orjson>=3",
        "requests>=2",
        "simple-websocket>=1",
        "wsproto>=1.2",
    ],
    extras_require={
        "test": [
            "gunicorn>=23",
            "hypothesis",
            "mypy",
            "pytest>=8",
            "pytest-timeout",
            "pytest-xdist",
            "ruff",
            "selenium>=4",
            "types-requests",
            "websocket-client",
        ],
    },
    entry_points={"console_scripts": ["hybridviz = hybridviz.cli:main"]},
)
