"""How many interactions a second a test with `hybridviz.testing` can do.

    python -m benchmarks.interactions

Each sets a value in the stand-in browser; through the whole protocol it reaches the app, whose
callback changes something, which comes back. CPU time counts, as for all that runs in one thread.
"""

import time
from pathlib import Path
from typing import Any

from bokeh.document import Document
from bokeh.models import Div, Slider

from hybridviz.testing import VizClient

COUNT = 2000
ROUNDS = 3
SLIDERS = Path(__file__).parent.parent / "examples" / "sliders.py"


def small(document: Document) -> None:
    """A slider whose callback writes a text."""
    slider, text = Slider(start=0, end=100, value=0, name="amplitude"), Div()
    slider.on_change("value", lambda attr, old, new: text.update(text=str(new)))
    document.add_root(slider)
    document.add_root(text)


def rate(app: Any) -> tuple[float, float]:
    """Return interactions a second, of CPU time and by the clock on the wall, of the best round."""
    with VizClient(app) as client:
        page = client.open()
        found = []
        for _ in range(ROUNDS):
            cpu, wall = time.process_time(), time.perf_counter()
            for step in range(COUNT):
                page.set("amplitude", value=step % 50 / 10)
            elapsed = time.process_time() - cpu, time.perf_counter() - wall
            found.append((COUNT / elapsed[0], COUNT / elapsed[1]))
    return max(found)


def main() -> None:
    """Print the figures of a small app and of an example."""
    print(f"{'app':<22} {'per s of CPU':>14} {'per s':>8}")
    for name, app in {"slider and text": small, "examples/sliders.py": SLIDERS}.items():
        cpu, wall = rate(app)
        print(f"{name:<22} {cpu:>14,.0f} {wall:>8,.0f}")


if __name__ == "__main__":
    main()
