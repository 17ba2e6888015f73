"""The HTML by which a cell shows an app: a frame that grows and shrinks with its content.

The page in the frame tells its height; it is on another port, so that a message must carry it.
"""

import json
from html import escape

FIRST_HEIGHT = 400
"""Pixels, until the page has told how high it is."""

FRAME = """<iframe id="hybridviz-{key}" src="{url}" allow="clipboard-write; fullscreen"
 style="width: 100%; height: {height}px; border: 0"></iframe>"""
FOLLOW = """<script>
window.addEventListener("message", ({{data}}) => {{
  const frame = document.getElementById("hybridviz-" + {key})
  if (frame != null && data != null && data.hybridviz === {key}) {{
    frame.style.height = data.height + "px"
  }}
}})
</script>"""
TELL = """<script>
(() => {{
  let told = 0
  const bottom = (el) => {{
    const {{top, height}} = el.getBoundingClientRect()
    return top + window.scrollY + Math.max(height, el.scrollHeight)
  }}
  // What floats above the page, such as a banner at its lower end, does not count.
  const floats = (el) => ["absolute", "fixed"].includes(getComputedStyle(el).position)
  const bottoms = () => [...document.body.children]
    .filter((el) => !floats(el))
    .flatMap((el) => [el, ...el.querySelectorAll("*")])
    .map(bottom)
  // The body is as high as the frame, and nothing tells when what is in it has another height.
  setInterval(() => {{
    const height = Math.ceil(Math.max(0, ...bottoms()))
    if (height > 0 && height !== told) {{
      told = height
      window.parent.postMessage({{hybridviz: {key}, height}}, "*")
    }}
  }}, 200)
}})()
</script></body>"""


def frame(url: str, key: str, height: int | None) -> str:
    """Return the HTML of a cell.

    Args:
        url: of the app's page.
        key: names the frame.
        height: in pixels; None for that of the page.
    """
    html = FRAME.format(key=key, url=escape(url), height=height or FIRST_HEIGHT)
    return html if height else html + FOLLOW.format(key=json.dumps(key))


def telling(page: str, key: str) -> str:
    """Return a page that tells its height to the cell around it."""
    return page.replace("</body>", TELL.format(key=json.dumps(key)), 1)
