"""Fixtures for tests in a real browser: ``browser`` opens tabs, ``serve`` starts servers.

A test ends with an error if the browser's console shows one, and leaves a screenshot under
``screenshots/`` if it fails.
"""

import shutil
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.remote.webdriver import WebDriver

from tests import old_clients
from tests.browser.blog import Blog
from tests.browser.tab import Tab
from tests.servers import ROOT, Server

APPS = Path(__file__).parent / "apps"
SCREENSHOTS = ROOT / "screenshots"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--no-first-run",
    "--window-size=1280,900",
)
FAILED = pytest.StashKey[bool]()


collect_ignore = [
    *([] if find_spec("panel") else ["test_panel.py"]),
    *([] if old_clients.FOUND else ["test_old_clients.py"]),
]


class Serve(Protocol):
    """The type of the fixture ``serve``."""

    def __call__(self, *apps: Path | str, kind: str = "serve", **options: Any) -> Server: ...


class Browser:
    """The tabs of one test and what their consoles said."""

    def __init__(self, driver: WebDriver) -> None:
        self._driver = driver
        self._home = driver.current_window_handle
        self._used = False

    def tab(self) -> Tab:
        """Open a new tab."""
        if self._used:
            self._driver.switch_to.new_window("tab")
        self._used = True
        return Tab(self._driver, self._driver.current_window_handle)

    def open(self, url: str) -> Tab:
        """Open a new tab with a document in it and wait until it is drawn."""
        return self.tab().open(url)

    def console_errors(self) -> list[str]:
        """Return, once, the errors that the console has shown since the last call."""
        entries = self._driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def screenshots(self, stem: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        for number, handle in enumerate(self._driver.window_handles):
            self._driver.switch_to.window(handle)
            self._driver.save_screenshot(str(SCREENSHOTS / f"{stem}-{number}.png"))

    def close(self) -> None:
        """Close all tabs but the first, which is emptied."""
        for handle in self._driver.window_handles:
            self._driver.switch_to.window(handle)
            if handle != self._home:
                self._driver.close()
        self._driver.switch_to.window(self._home)
        self._driver.get("about:blank")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember for the fixtures whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def driver() -> Iterator[WebDriver]:
    """A headless Chromium."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = ChromeService(executable_path=shutil.which("chromedriver"))
    with Chrome(options=options, service=service) as chrome:
        yield chrome


@pytest.fixture
def browser(driver: WebDriver, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser without tabs; at its end there must be no errors in the console."""
    driver.get_log("browser")
    browser = Browser(driver)
    yield browser
    if request.node.stash.get(FAILED, False):
        browser.screenshots(request.node.name.replace("/", "-"))
    errors = browser.console_errors()
    browser.close()
    assert not errors


@pytest.fixture
def serve(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Start servers; each must stop in time after the test. A failed test shows their logs."""
    with ExitStack() as stack:

        def start(*apps: Path | str, kind: str = "serve", **options: Any) -> Server:
            files = [app if "=" in str(app) else APPS / app for app in apps]
            server = Server(kind, files, tmp_path, **options)
            stack.callback(server.kill)
            stack.callback(server.stop)
            stack.callback(lambda: print(server.log))
            return server

        yield start


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[Blog]:
    folder = tmp_path / "blog"
    folder.mkdir()
    blog = Blog(folder)
    yield blog
    blog.server.shutdown()
    blog.server.server_close()
