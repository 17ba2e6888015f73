"""Run examples of old Bokeh under hybridviz and look at them: the table in docs/old_scripts.md.

    git clone https://github.com/bokeh/bokeh ~/bokeh
    python -m scripts.old_examples --bokeh ~/bokeh --out /tmp/old

The examples are taken out of the tags of that repository, run unchanged, and shown in Chromium.
Leaves `table.md`, a picture of each, `sheet.png` with all of them, and what each wrote.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import environ
from pathlib import Path

from bokeh.util.paths import static_path
from PIL import Image, ImageDraw
from selenium.webdriver.remote.webdriver import WebDriver

from scripts.bokeh_examples import answers, chromium, wait
from tests.browser.tab import IDLE

ROOT = Path(__file__).resolve().parent.parent
URL = "http://localhost:5006"
START, DRAW = 60.0, 20.0  # seconds, at most
WATCH = 2.0  # seconds between the two looks that tell whether a page moves
EXAMPLES = {
    "0.10.0": (
        "plotting/file/bollinger.py plotting/file/brewer.py plotting/file/correlation.py"
        " plotting/file/elements.py plotting/file/hover.py plotting/file/legend.py"
        " plotting/file/les_mis.py plotting/file/linked_brushing.py plotting/file/markers.py"
        " plotting/file/texas.py plotting/server/animated.py plotting/server/hover.py"
        " plotting/server/line_animate.py plotting/server/line_animate_widget.py"
        " plotting/server/scatter.py plotting/server/simple_stream.py glyphs/anscombe.py"
        " glyphs/buttons_server.py glyphs/calendars.py glyphs/line_animate.py"
        " glyphs/widgets_server.py"
    ),
    "0.11.1": (
        "plotting/file/bollinger.py plotting/file/color_scatter.py plotting/file/line_compare.py"
        " plotting/file/slider.py plotting/server/animated.py plotting/server/fourier_animated.py"
        " plotting/server/line_animate.py plotting/server/line_animate_widget.py"
        " plotting/server/selection_histogram.py models/widgets_server.py"
        " app/selection_histogram.py app/sliders.py app/timeout.py app/ohlc"
    ),
    "0.12.16": (
        "plotting/file/bar_stacked.py plotting/file/box_annotation.py plotting/file/histogram.py"
        " plotting/file/periodic.py plotting/file/stocks.py plotting/file/vector.py"
        " models/file/gauges.py models/file/sliders.py app/crossfilter app/sliders.py app/weather"
    ),
}
"""Tag, and scripts below ``examples/``: those of files, of servers, and apps."""


@dataclass(slots=True)
class Seen:
    """What came of one example.

    Attributes:
        example: tag and path.
        picture: what a browser showed.
        drawn: whether plots or widgets appeared.
        moves: whether they change by themselves.
        errors: lines of the browser's console.
        names: number of old names that were reported.
        failure: the last line of the script, if it failed.
    """

    example: str
    picture: Path
    drawn: bool = False
    moves: bool = False
    errors: list[str] = field(default_factory=list)
    names: int = 0
    failure: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bokeh", type=Path, required=True, help="clone of bokeh/bokeh")
    parser.add_argument("--out", type=Path, required=True, help="an empty directory")
    parser.add_argument("--only", default="", help="part of an example's name")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seen = []
    with chromium() as driver:
        for tag, path in examples(options.bokeh, options.out):
            if options.only in f"{tag} {path}":
                seen.append(look(driver, options.out / tag / "examples" / path, tag, path))
                print(row(seen[-1]), flush=True)
    lines = ["| Example | Shows | Old names | Notes |", "| --- | --- | --- | --- |"]
    (options.out / "table.md").write_text("\n".join([*lines, *map(row, seen)]) + "\n")
    sheet(seen, options.out / "sheet.png")
    print(f"{sum(item.drawn and not item.failure for item in seen)} of {len(seen)} show")


def examples(repository: Path, out: Path) -> Iterator[tuple[str, str]]:
    """Take the examples out of the repository; yield tag and path of each."""
    for tag, paths in EXAMPLES.items():
        directory = out / tag
        if not directory.exists():
            directory.mkdir()
            packed = subprocess.run(
                ["git", "-C", repository, "archive", tag, "examples"],
                capture_output=True,
                check=True,
            )
            subprocess.run(["tar", "x"], cwd=directory, input=packed.stdout, check=True)
        for path in paths.split():
            yield tag, path


def look(driver: WebDriver, script: Path, tag: str, path: str) -> Seen:
    """Run one example and look at what it shows."""
    name = f"{tag}-{path.removesuffix('.py').replace('/', '-')}"
    picture = script.parents[len(Path(path).parts) + 1] / f"{name}.png"
    found = Seen(f"{tag} {path}", picture)
    log = picture.with_suffix(".log")
    is_app = path.startswith("app/")
    with serving(log, [script] if is_app else []):
        if is_app:
            watch(driver, f"{URL}/{script.stem}", found)
        else:
            run(driver, script, log, found)
    text = log.read_text()
    found.names = len(set(re.findall(r"OldNameWarning: (.*) is an old name", text)))
    return found


def run(driver: WebDriver, script: Path, log: Path, found: Seen) -> None:
    """Run a script and open the page that it opens."""
    opened = log.with_suffix(".url")
    opened.unlink(missing_ok=True)
    recorder = log.with_suffix(".sh")
    recorder.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    recorder.chmod(0o755)
    with log.open("a") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "hybridviz", "run", script.name],
            cwd=script.parent,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**environ, "BROWSER": f"{recorder} %s", "PYTHONPATH": str(ROOT)},
        )
        wait(START, lambda: opened.exists() or process.poll() is not None)
        wait(3.0, opened.exists)
        if opened.exists():
            watch(driver, local(opened.read_text().split()[0]), found)
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        elif process.returncode:
            lines = [line for line in log.read_text().splitlines() if line[:1].strip()]
            found.failure = lines[-1] if lines else "failed"


def local(url: str) -> str:
    """Return the URL of a page that needs no network for BokehJS."""
    if url.startswith("file:"):
        page = Path(url.removeprefix("file://"))
        folder = static_path().as_posix() if isinstance(static_path(), Path) else static_path()
        text = re.sub(
            r"https://cdn\.bokeh\.org/bokeh/\w+/(bokeh[-\w]*?)-\d[\d.]*(\.min\.js)",
            rf"file://{folder}/js/\1\2",
            page.read_text(),
        )
        page.write_text(re.sub(r' integrity="[^"]*"| crossorigin="[^"]*"', "", text))
    return url


def watch(driver: WebDriver, url: str, found: Seen) -> None:
    """Open a page, wait until it is drawn, and see whether it moves."""
    driver.get_log("browser")
    driver.get(url)
    found.drawn = wait(DRAW, lambda: bool(driver.execute_script(IDLE)))
    time.sleep(WATCH)
    before = driver.get_screenshot_as_png()
    time.sleep(WATCH)
    driver.save_screenshot(str(found.picture))
    found.moves = before != found.picture.read_bytes()
    entries = driver.get_log("browser")
    found.errors = [entry["message"][:120] for entry in entries if entry["level"] == "SEVERE"]


@contextmanager
def serving(log: Path, apps: list[Path]) -> Iterator[None]:
    log.unlink(missing_ok=True)
    with log.open("a") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "hybridviz", "serve", "--store", "memory:", *apps],
            cwd=apps[0].parent if apps else ROOT,
            stdout=file,
            stderr=file,
            env={**environ, "PYTHONPATH": str(ROOT)},
        )
        try:
            wait(START, lambda: answers(URL))
            yield
        finally:
            process.terminate()
            process.wait(20)


def row(seen: Seen) -> str:
    shows = "no" if not seen.drawn or seen.failure else "yes, it moves" if seen.moves else "yes"
    notes = seen.failure.replace("|", "/")[:140]
    if seen.errors:
        notes += f" console: {seen.errors[0]}"
    return f"| {seen.example} | {shows} | {seen.names} | {notes.strip()} |"


def sheet(seen: list[Seen], path: Path) -> None:
    """Join the pictures, small, five in a row."""
    width, height = 384, 270
    joined = Image.new("RGB", (5 * width, -(-len(seen) // 5) * (height + 16)), "white")
    pen = ImageDraw.Draw(joined)
    for number, item in enumerate(seen):
        place = number % 5 * width, number // 5 * (height + 16)
        pen.text((place[0] + 4, place[1] + 2), item.example, fill="red")
        if item.picture.exists():
            small = Image.open(item.picture).convert("RGB").resize((width - 4, height))
            joined.paste(small, (place[0], place[1] + 16))
    joined.save(path)


if __name__ == "__main__":
    main()
