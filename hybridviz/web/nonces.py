"""Nonces of a content security policy: what lets a page's own scripts and styles run.

An extension such as Flask-Talisman makes one for each request and gives templates ``csp_nonce()``;
that is asked here.
"""

import re

from flask import current_app
from markupsafe import escape

TAG = re.compile(rb"<(?:script|style)(?=[\s>])(?![^>]*\snonce=)")


def nonce() -> str:
    """Return the nonce of the answer that is being made; empty if none is needed."""
    make = current_app.jinja_env.globals.get("csp_nonce")
    return str(make() or "") if callable(make) else ""


def nonce_attribute() -> str:
    """Return the attribute for a tag, with a space before it; empty if none is needed."""
    value = nonce()
    return f' nonce="{escape(value)}"' if value else ""


def with_nonce(html: bytes) -> bytes:
    """Return a page whose scripts and styles carry the nonce. All of them are Bokeh's, ours, or of
    the app's own template: what documents hold is escaped in them.
    """
    attribute = nonce_attribute().encode()
    return TAG.sub(lambda match: match[0] + attribute, html) if attribute else html
