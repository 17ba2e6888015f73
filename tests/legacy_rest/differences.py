"""Where our answers are not the old server's: each a row, also in docs/legacy.md.

A row says which requests it is about, by method and path, what the old server answered, and what
ours does. What is not in the table must be equal.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One difference.

    Attributes:
        method: of the requests; a regular expression.
        path: of the requests, without their query; a regular expression.
        was: the old status.
        now: ours.
        reason: why.
    """

    method: str
    path: str
    was: int
    now: int
    reason: str

    def fits(self, method: str, path: str, was: int) -> bool:
        bare = path.partition("?")[0]
        return bool(
            self.was == was and re.fullmatch(self.method, method) and re.fullmatch(self.path, bare)
        )


UNKNOWN = "there is no such document or model: the old server failed"
BROKEN = "the body is no list of models: the old server failed"
ASSETS = "pages are today's and load today's BokehJS"
USERS = "a server without users has no such pages: the old one failed"
DONE = "the old server failed to do it"
KEPT = "types and attributes that are not known are kept as they came: the old server failed"
APPLETS = "applets are apps today"

ANY = ".*"
ROWS = [
    Row(ANY, "/bokeh/(bb|doc|bokehinfo|objinfo|getdocapikey)/nosuch.*", 500, 404, UNKNOWN),
    Row("POST", "/bokeh/nosuch/publish", 500, 404, UNKNOWN),
    Row("GET", "/bokeh/bb/[^/]+/[^/]+/nosuch/", 500, 404, UNKNOWN),
    Row("GET", "/bokeh/objinfo/[^/]+/nosuch", 500, 404, UNKNOWN),
    Row("POST", "/bokeh/bb/[^/]+/bulkupsert", 500, 400, BROKEN),
    Row("POST", "/bokeh/bb/[^/]+/bulkupsert", 500, 422, BROKEN),
    Row("POST", "/bokeh/bb/[^/]+/bulkupsert", 500, 200, KEPT),
    Row("GET", "/bokeh/bb/[^/]+/", 500, 200, "a plot without its ToolEvents poisons nothing"),
    Row("DELETE", "/bokeh/bb/[^/]+/[^/]+/[^/]+/", 500, 200, DONE),
    Row("POST", "/bokeh/bb/[^/]+/[^/]+/", 500, 200, DONE),
    Row("GET", "/bokeh/userinfo/", 500, 401, "a key without a user's name is nobody's"),
    Row(ANY, "/bokeh/(login|logout|register)", 500, 404, USERS),
    Row("GET", "/bokeh/sampleerror", 500, 404, "it was there to fail"),
    Row("GET", "/(bokehjs|static)/.*", 200, 404, ASSETS),
    Row("GET", "/bokeh/jsgenerate/.*", 200, 404, APPLETS),
    Row("GET", "/bokeh/favicon.ico", 200, 404, "it is at /favicon.ico"),
    Row("GET", "/favicon.ico", 404, 200, "there is one now"),
]

APPLET = [
    Row("GET", "/bokeh/sliders/", 200, 404, APPLETS),
    Row("GET|PUT", "/bokeh/(objinfo|bb)/.*", 200, 404, APPLETS),
]
"""Of the one recording whose document an applet made, which nobody uploads."""


EMPTY = "a type without instances"
GONE = "what was removed is gone"


def other_shape(method: str, path: str, removed: bool) -> bool:
    """Return whether the table has an answer of another JSON shape.

    Args:
        method, path: of the request.
        removed: whether a model was removed before, which the old server failed to do.
    """
    bare = path.partition("?")[0]
    if method != "GET":
        return False
    gone = removed and re.fullmatch("/bokeh/bb/[^/]+/", bare)
    return bool(gone or re.fullmatch("/bokeh/bb/[^/]+/Nosuch/", bare))


def allowed(method: str, path: str, was: int, now: int, applet: bool = False) -> bool:
    """Return whether the table has an answer that is not the old one."""
    rows = ROWS + (APPLET if applet else [])
    return any(row.fits(method, path, was) and row.now == now for row in rows)
