"""Show what each recording of an old client comes to, in today's Chromium.

    python -m scripts.legacy_pictures RECORDINGS --out /tmp/pictures

RECORDINGS is a folder of recordings of Bokeh 0.10 or 0.11. Their documents are put into a store, a
server on it shows them. Leaves a picture of each and `sheet.png` with all, and prints what the
browser complained of and what could not be shown; exits with 1 if anything was not drawn.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from selenium.webdriver.remote.webdriver import WebDriver

from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.patches import document_of
from hybridviz.legacy_rest.raw import RawDocument, new_document
from hybridviz.legacy_rest.translation import notices_of
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.stores import open_store
from scripts.bokeh_examples import answers, chromium, wait
from scripts.legacy_golden import uploaded
from scripts.old_examples import Seen, sheet
from tests.browser.tab import IDLE
from tests.servers import free_port

QUOTA = 1 << 30
PROBE = "probe"
"""How recordings of odd and wrong requests are called, which come to no document."""
DRAW = 20.0
"""Seconds that a document may take to be drawn."""


def document(recording: Path) -> RawDocument | None:
    """Return the document that a recording ends with; None if none was uploaded."""
    content = uploaded(recording)
    if isinstance(content, dict):
        return document_of(recording.stem, content) if content["doc"]["roots"]["root_ids"] else None
    raw = new_document(recording.stem, "defaultuser")
    raw.upsert(content)
    contexts = [model["id"] for model in content if model["type"] == "PlotContext"]
    raw.context = next(iter(contexts), raw.context)
    return raw if contexts else None


def show(driver: WebDriver, url: str, seen: Seen) -> None:
    """Open one document, and note what is wrong with it."""
    driver.get(url)
    seen.drawn = wait(DRAW, lambda: bool(driver.execute_script(IDLE)))
    time.sleep(0.3)  # for what is drawn at last
    driver.save_screenshot(str(seen.picture))
    log = driver.get_log("browser")
    seen.errors += [entry["message"] for entry in log if entry["level"] in ("WARNING", "SEVERE")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    paths = [p for p in sorted(options.recordings.glob("*.json")) if not p.stem.startswith(PROBE)]
    found = {path.stem: document(path) for path in paths}
    documents = {name: raw for name, raw in found.items() if raw is not None}
    with TemporaryDirectory() as scratch:
        store = open_store("sqlite:", Path(scratch), QUOTA, time.time)
        library = Library(store, ThreadRuntime())
        for raw in documents.values():
            library.save(raw)
        store.close()
        seen = pictures(documents, scratch, options.out)
    sheet(seen, options.out / "sheet.png")
    for item in seen:
        print(item.example, "drawn" if item.drawn else "NOT DRAWN", *item.errors, sep="; ")
    print("without a document:", *sorted(found.keys() - documents.keys()))
    return 0 if all(item.drawn for item in seen) else 1


def pictures(documents: dict[str, RawDocument], data: str, out: Path) -> list[Seen]:
    """Serve a store, and show each of its documents."""
    port, found = free_port(), []
    command = [sys.executable, "-m", "hybridviz", "serve", "--port", str(port), "--data-dir", data]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server, chromium() as driver:
        wait(60.0, lambda: answers(f"http://127.0.0.1:{port}"))
        for name, raw in documents.items():
            seen = Seen(name, out / f"{name}.png")
            seen.errors += [f"notice: {notice}" for notice in notices_of(raw)]
            show(driver, f"http://127.0.0.1:{port}/bokeh/doc/{raw.id}/{raw.context}", seen)
            found.append(seen)
        server.terminate()
    return found


if __name__ == "__main__":
    sys.exit(main())
