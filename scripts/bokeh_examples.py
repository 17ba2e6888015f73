"""Run apps under `bokeh serve` and under `hybridviz serve`, and compare what a browser gets.

    python -m scripts.bokeh_examples --out /tmp/compared ~/bokeh/examples/server/app

Each app runs alone in a process of either server. Chromium opens it, sets its widgets one by one,
and takes pictures. Leaves a table, `table.md`, the details, `details.json`, and one picture of both
for each app: Bokeh's server on the left, ours on the right, below them after the widgets.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import requests
from PIL import Image, ImageChops
from selenium.common import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.conftest import FLAGS
from tests.browser.tab import IDLE
from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).with_name("bokeh_examples.js")
SERVERS = ("bokeh", "hybridviz")
OPTIONS = {"server_auth": ("--enable-xsrf-cookies", "--auth-module", "auth.py")}
FILES = {"server_auth": "app.py"}  # of directories that are not apps, but hold one
START, DRAW, ANSWER = 90.0, 30.0, 8.0  # seconds, at most
QUIET = 1.5  # seconds without a change, after which an answer is taken to be complete
MISTAKE = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Exit)\b.*", re.MULTILINE)
LOGIN = """
const name = document.querySelector("input[name=username]")
if (name == null) return false
name.value = document.querySelector("input[name=password]").value = "bokeh"
name.form.submit()
return true
"""

State = dict[str, list[str]]  # "model id.property": the model's type, the property, shape, value


@dataclass(slots=True)
class Visit:
    """What a browser saw of one app on one server."""

    drawn: bool = False
    title: str = ""
    models: dict[str, int] = field(default_factory=dict)
    start: list[list[str]] = field(default_factory=list)
    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    console: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="apps, or directories of apps")
    parser.add_argument("--out", type=Path, required=True, help="directory for what is found")
    parser.add_argument("--only", nargs="*", help="names of apps")
    parser.add_argument("--widgets", type=int, default=4, help="how many to set (default: 4)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    found = {}
    for app in find_apps(options.paths):
        if options.only and name_of(app) not in options.only:
            continue
        visits = [visit(app, server, options.widgets, options.out) for server in SERVERS]
        screens = join_pictures(app.stem, options.out)
        found[name_of(app)] = [asdict(each) for each in visits]
        (options.out / "details.json").write_text(json.dumps(found, indent=1))
        with (options.out / "table.md").open("a") as table:
            table.write(row := table_row(name_of(app), *visits, screens))
        print(row, end="", flush=True)


def find_apps(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield scripts, notebooks and app directories: the paths themselves, or what is in them."""
    for path in paths:
        if path.name in FILES:
            yield path / FILES[path.name]
        elif path.suffix in (".py", ".ipynb") or (path / "main.py").exists():
            yield path
        elif path.is_dir():
            yield from find_apps(sorted(path.iterdir()))


def name_of(app: Path) -> str:
    return app.parent.name if app.parent.name in FILES else app.stem


# -- one app on one server


def visit(app: Path, server: str, widgets: int, out: Path) -> Visit:
    """Serve an app, look at it, use it."""
    seen = Visit()
    log = out / f"{name_of(app)}-{server}.log"
    with serving(app, server, log) as url, chromium() as driver:
        try:
            use(driver, f"{url}/{app.stem}", seen, widgets, out / f"{app.stem}-{server}")
        except WebDriverException as failure:
            seen.console.append(f"the browser gave up: {str(failure).splitlines()[0]}")
        seen.console += errors(driver, url)
    seen.log = sorted(set(MISTAKE.findall(log.read_text())))
    return seen


@contextmanager
def serving(app: Path, server: str, log: Path) -> Iterator[str]:
    """Run a server with one app and yield its URL once it answers, or has ended."""
    port, data = free_port(), log.with_suffix(".data")
    command = [sys.executable, "-m", server, "serve", "--port", str(port)]
    command += [*OPTIONS.get(app.parent.name, ()), str(app.resolve())]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "HYBRIDVIZ_DATA_DIR": str(data)}
    with log.open("w") as to:
        process = subprocess.Popen(
            command, cwd=app.resolve().parent, env=environment, stdout=to, stderr=to
        )
    try:
        url = f"http://localhost:{port}"
        wait(START, lambda: process.poll() is not None or answers(url))
        yield url
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    try:
        requests.get(url + "/", timeout=20, allow_redirects=False)
    except requests.ConnectionError:
        return False
    return True


@contextmanager
def chromium() -> Iterator[WebDriver]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = ChromeService(executable_path=shutil.which("chromedriver"))
    with Chrome(options=options, service=service) as driver:
        yield driver


def use(driver: WebDriver, url: str, seen: Visit, widgets: int, picture: Path) -> None:
    """Open a page, set its widgets in turn and note what each changes."""
    driver.get(url)
    if driver.execute_script(LOGIN):
        wait(DRAW, lambda: driver.execute_script("return document.readyState") == "complete")
        driver.get(url)
    seen.drawn = wait(DRAW, lambda: bool(driver.execute_script(IDLE)))
    before = settled(driver)
    seen.title = driver.title
    seen.start = sorted(before.values())
    kinds = Counter(kind for kind, attribute, _, _ in seen.start if attribute == "id")
    seen.models = dict(sorted(kinds.items()))
    driver.save_screenshot(f"{picture}-1.png")
    for number in range(widgets):
        what = ask(driver, "change", number)
        if what is None:
            break
        after = settled(driver)
        seen.answers[f"{number + 1}. {what}"] = differences(before, after)
        before = after
    driver.save_screenshot(f"{picture}-2.png")


def ask(driver: WebDriver, function: str, *arguments: object) -> Any:
    """Call a function of bokeh_examples.js in the page."""
    return driver.execute_script(
        f"{SCRIPT.read_text()}; return {function}(...arguments)", *arguments
    )


def settled(driver: WebDriver) -> State:
    """Return the document's state once nothing has changed for a while, or at the latest then."""
    end, since = time.monotonic() + ANSWER, time.monotonic()
    state: State = ask(driver, "state")
    while time.monotonic() < min(end, since + QUIET):
        time.sleep(0.2)
        now = ask(driver, "state")
        if now != state:
            state, since = now, time.monotonic()
    return state


def differences(before: State, after: State) -> list[list[str]]:
    """Return what is new or other in the state after, and of what has gone its name."""
    changed = [entry for key, entry in after.items() if entry != before.get(key)]
    gone = [[*before[key][:2], "gone", ""] for key in before.keys() - after.keys()]
    return sorted(changed + gone)


def errors(driver: WebDriver, url: str) -> list[str]:
    """Return the errors in the console, without what differs from server to server."""
    entries = [
        entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"
    ]
    return sorted({re.sub(r"\d+:\d+ ", "", entry.replace(url, "")) for entry in entries})


def wait(timeout: float, condition: Any) -> bool:
    end = time.monotonic() + timeout
    while not (fulfilled := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return bool(fulfilled)


# -- both servers


def agreement(left: list[list[str]], right: list[list[str]]) -> str:
    """Say how far two lists of (type, property, shape, value) are the same."""
    for width, what in ((4, "values"), (3, "shapes"), (2, "properties")):
        if Counter(tuple(e[:width]) for e in left) == Counter(tuple(e[:width]) for e in right):
            return f"same {what}"
    kinds = [{f"{kind}.{attribute}" for kind, attribute, *_ in side} for side in (left, right)]
    return f"DIFFERENT: {', '.join(sorted(kinds[0] ^ kinds[1])) or 'how many'}"


def table_row(name: str, bokeh: Visit, ours: Visit, screens: str) -> str:
    notes = ["same models" if bokeh.models == ours.models else "OTHER MODELS"]
    notes += [] if bokeh.title == ours.title else [f"title {ours.title!r}, not {bokeh.title!r}"]
    notes.append(f"at start {agreement(bokeh.start, ours.start)}")
    for what in bokeh.answers | ours.answers:
        left, right = bokeh.answers.get(what), ours.answers.get(what)
        same = "ONLY ONE HAS IT" if left is None or right is None else agreement(left, right)
        notes.append(f"{what}: {same} ({len(left or ())} changes)")
    notes += [f"console of ours only: {e}" for e in ours.console if e not in bokeh.console]
    notes += [f"log of ours only: {e}" for e in ours.log if e not in bokeh.log]
    cells = [name, summary(bokeh), summary(ours), "; ".join([*notes, screens])]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def summary(visit: Visit) -> str:
    words = [f"{sum(visit.models.values())} models" if visit.drawn else "**does not run**"]
    words += [f"{len(visit.console)} in the console"] if visit.console else []
    words += visit.log
    return "; ".join(words)


def join_pictures(name: str, out: Path) -> str:
    """Put the pictures of both servers into one file, and say how much of them differs."""
    pairs = [[out / f"{name}-{server}-{i}.png" for server in SERVERS] for i in (1, 2)]
    shots = [[Image.open(p).convert("RGB") for p in pair if p.exists()] for pair in pairs]
    if not all(len(pair) == 2 for pair in shots):
        return "no pictures"
    width, height = shots[0][0].size
    joined = Image.new("RGB", (2 * width + 10, 2 * height + 10), "red")
    shares = []
    for y, (left, right) in enumerate(shots):
        joined.paste(left, (0, y * (height + 10)))
        joined.paste(right, (width + 10, y * (height + 10)))
        other = ImageChops.difference(left, right).convert("L").histogram()
        shares.append(f"{100 * (1 - other[0] / sum(other)):.2f} %")
    joined.save(out / f"{name}.png")
    return f"pixels that differ: {' and '.join(shares)}"


if __name__ == "__main__":
    main()
