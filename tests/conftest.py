"""What holds for every test: none is skipped, none fails for the time it took, and sizes grow with
``--soak``.
"""

import signal
from collections.abc import Generator
from importlib.util import find_spec

import pytest
from hypothesis import settings

pytest_plugins = ("hybridviz.testing.plugin",)

collect_ignore = [] if find_spec("panel") else ["cli/test_panel_options.py"]

# Hypothesis fails an example that takes more than 200 ms, as any may on a busy machine.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start, also where the tests run in the background: a
    shell has them ignore it there, and their children inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run tests with their larger sizes")


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """Tell whether tests shall take their larger sizes (`make soak`)."""
    return bool(request.config.getoption("--soak"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failure: what is not run is not known to work."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which this suite does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped test module into an error."""
    report = yield
    if report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped, which this suite does not allow: {report.longrepr}"
    return report
