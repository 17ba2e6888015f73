"""Run examples by real clients of Bokeh 0.10 and 0.11 against their own servers and ours.

    scripts/old_clients.sh
    python -m scripts.old_clients_examples --bokeh010 ~/bokeh-0.10.0 --bokeh011 ~/bokeh-0.11.1 \\
        --out /tmp/clients

Every example that talks to a server is run unchanged for some seconds, and the page that it opens,
or writes, is shown in Chromium. Examples name port 5006, so nothing else may listen there; some
need pandas for Python 2.7 (``--packages``) and Bokeh's sample data in ``--home``. Leaves
`table.md`, a picture of each, and what each wrote; `sheet.png` has all pictures of our server.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from selenium.common import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from scripts.bokeh_examples import answers, chromium, wait
from scripts.old_examples import sheet
from tests.browser.tab import IDLE

ROOT = Path(__file__).resolve().parent.parent
URL = "http://localhost:5006"
PAGES = 8000  # the port at which embed's examples expect their own pages
START, OPEN, DRAW = 60.0, 25.0, 20.0  # seconds, at most
WATCH = 1.5  # seconds between the two looks that tell whether a page moves
TALKS = re.compile(r"output_server|Session\(|cursession|push_session|pull_session")
FOLDERS = ("plotting/server", "glyphs", "models", "embed")
OLD_SHOWS = "return document.querySelectorAll('canvas, button, .slick-row').length > 0"
TRACE = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception)\b.*", re.MULTILINE)
ORIGINS = [f"--allow-websocket-origin=localhost:{port}" for port in (5006, PAGES)]
SERVERS = {
    "0.10.0": [".venv-bokeh010/bin/bokeh-server", "--backend=memory"],
    "0.11.1": [".venv-bokeh011/bin/bokeh", "serve", *ORIGINS],
    "hybridviz": [sys.executable, "-m", "hybridviz", "serve", "--store", "memory:", *ORIGINS],
}
USERS = {"0.10.0": "--multi-user", "hybridviz": "--multi-user"}
NEED_USERS = ("embed/publishing.py",)
PYTHONS = {
    "0.10.0": ROOT / ".venv-bokeh010/bin/python",
    "0.11.1": ROOT / ".venv-bokeh011/bin/python",
}


@dataclass(slots=True)
class Seen:
    """What came of one example on one server.

    Attributes:
        example: version and path.
        picture: what a browser showed.
        drawn: whether plots or widgets appeared.
        moves: whether they change by themselves.
        faults: of the script, the server's log and the browser's console.
    """

    example: str
    picture: Path
    drawn: bool = False
    moves: bool = False
    faults: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        what = "moves" if self.moves else "shows"
        return "; ".join([what if self.drawn else "**nothing**", *self.faults]).replace("|", "/")


@dataclass(frozen=True, slots=True)
class Bench:
    """What examples are run with.

    Attributes:
        out: where everything goes.
        home: home directory of the scripts.
        packages: further packages of Python 2.7.
    """

    out: Path
    home: Path
    packages: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bokeh010", type=Path, required=True, help="source tree of Bokeh 0.10.0")
    parser.add_argument("--bokeh011", type=Path, required=True, help="source tree of Bokeh 0.11.1")
    parser.add_argument("--out", type=Path, required=True, help="an empty directory")
    parser.add_argument("--home", type=Path, default=Path.home(), help="has .bokeh/data")
    parser.add_argument("--packages", default="", help="directory of packages of Python 2.7")
    parser.add_argument("--only", default="", help="regular expression of versions and paths")
    parser.add_argument("--no-peers", action="store_true", help="run our server only")
    options = parser.parse_args()
    bench = Bench(options.out.resolve(), options.home, options.packages)
    bench.out.mkdir(parents=True, exist_ok=True)
    trees = {"0.10.0": options.bokeh010, "0.11.1": options.bokeh011}
    seen = []
    with chromium() as driver, (bench.out / "table.md").open("a") as table:
        for version, path in examples(trees, bench.out):
            if not re.search(options.only, f"{version} {path}"):
                continue
            kinds = ["hybridviz"] if options.no_peers else [version, "hybridviz"]
            found = [look(driver, bench, version, path, kind) for kind in kinds]
            seen.append(found[-1])
            cells = " | ".join([f"{version} {path}", *(item.verdict for item in found)])
            print(f"| {cells} |", file=table, flush=True)
            print(f"| {cells} |", flush=True)
    sheet(seen, bench.out / "sheet.png")


def examples(trees: dict[str, Path], out: Path) -> Iterator[tuple[str, str]]:
    """Copy the examples; yield version and path of those that talk to a server."""
    for version, tree in trees.items():
        copy = out / version
        if not copy.exists():
            shutil.copytree(tree / "examples", copy)
        for folder in FOLDERS:
            for path in sorted((copy / folder).glob("*.py")):
                if TALKS.search(path.read_text()):
                    yield version, str(path.relative_to(copy))


def look(driver: WebDriver, bench: Bench, version: str, path: str, kind: str) -> Seen:
    """Run one example against one kind of server."""
    name = f"{version}-{path.removesuffix('.py').replace('/', '-')}-{kind}"
    found = Seen(f"{version} {path}", bench.out / f"{name}.png")
    log = bench.out / f"{name}.server.log"
    options = [USERS[kind]] if path in NEED_USERS else []
    with serving(kind, options, log):
        run(driver, bench, bench.out / version / path, PYTHONS[version], found)
    lines = log.read_text().splitlines()
    marks = ("Traceback", "! ", "ERROR", "CRITICAL")
    found.faults += [f"log: {line[:120]}" for line in lines if any(m in line for m in marks)][:3]
    return found


@contextmanager
def serving(kind: str, options: list[str], log: Path) -> Iterator[None]:
    with log.open("w") as file:
        process = subprocess.Popen(
            [*SERVERS[kind], *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        wait(START, lambda: process.poll() is not None or answers(URL))
        yield
    finally:
        process.terminate()
        process.wait(20)


def run(driver: WebDriver, bench: Bench, script: Path, python: Path, found: Seen) -> None:
    """Run a script, show the page that it opens or writes, and end it."""
    log, opened = found.picture.with_suffix(".log"), found.picture.with_suffix(".url")
    opened.unlink(missing_ok=True)
    recorder = found.picture.with_suffix(".sh")
    recorder.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    recorder.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "BROWSER": f"{recorder} %s",
        "HOME": str(bench.home),
        "PYTHONPATH": bench.packages,
        "PYTHONUNBUFFERED": "1",
    }
    started = time.time()
    with log.open("w") as file:
        process = subprocess.Popen(
            [python, script.name],
            cwd=script.parent,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=environment,
        )
        wait(OPEN, lambda: page(script, opened, started) or process.poll() is not None)
        time.sleep(0.5)
        url = page(script, opened, started)
        if url:
            watch(driver, script.parent, url, found)
        end(process, found)
    found.faults += [f"script: {line[:120]}" for line in TRACE.findall(log.read_text())][-1:]


def page(script: Path, opened: Path, started: float) -> str:
    """Return the URL that a script has opened, or that of the page that it has written."""
    if opened.exists() and opened.read_text().strip():
        return opened.read_text().split()[0]
    written = [path for path in script.parent.glob("*.html") if path.stat().st_mtime >= started]
    return f"http://localhost:{PAGES}/{written[0].name}" if written else ""


def watch(driver: WebDriver, folder: Path, url: str, found: Seen) -> None:
    """Open a page, wait until it is drawn, and see whether it moves."""
    command = [sys.executable, "-m", "http.server", str(PAGES), "--bind", "127.0.0.1"]
    quiet = subprocess.DEVNULL
    pages = subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        wait(START, lambda: answers(f"http://localhost:{PAGES}"))
        driver.get_log("browser")
        driver.get(url)
        shows = OLD_SHOWS if not found.picture.stem.endswith("hybridviz") else IDLE
        found.drawn = wait(DRAW, lambda: bool(driver.execute_script(shows)))
        time.sleep(WATCH)
        before = driver.get_screenshot_as_png()
        time.sleep(WATCH)
        driver.save_screenshot(str(found.picture))
        found.moves = before != found.picture.read_bytes()
        found.drawn = found.drawn and not blank(found.picture)
        found.faults += console(driver)
        driver.get("about:blank")
    except WebDriverException as failure:
        found.faults.append(f"browser: {str(failure).splitlines()[0]}")
    finally:
        pages.terminate()
        pages.wait(20)


def blank(picture: Path) -> bool:
    """Return whether a picture has one colour only."""
    colours = Image.open(picture).convert("RGB").getcolors(maxcolors=16)
    return colours is not None and len(colours) == 1


def console(driver: WebDriver) -> list[str]:
    entries = [e["message"] for e in driver.get_log("browser") if e["level"] == "SEVERE"]
    return [f"console: {entry[:120]}" for entry in entries if "favicon" not in entry][:2]


def end(process: "subprocess.Popen[bytes]", found: Seen) -> None:
    """Interrupt a script that still runs, as its user would."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    elif process.returncode:
        found.faults.append(f"the script ended with {process.returncode}")


if __name__ == "__main__":
    main()
