"""The HTML page that shows a session's document, made with Bokeh's own templates.

Knows documents, tokens and URLs. Knows no request, session or registry. Called by ``pages``.
"""

import logging
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from bokeh.document import Document
from bokeh.embed.bundle import Bundle, Script, ScriptRef, bundle_for_objs_and_resources
from bokeh.embed.elements import html_page_for_render_items
from bokeh.embed.util import RenderItem
from bokeh.resources import Resources
from bokeh.util.serialization import make_globally_unique_css_safe_id

from hybridviz.errors import ExtensionFailed
from hybridviz.web.assets import AssetFolder

log = logging.getLogger("hybridviz.web")

NEEDLESS = 'Bokeh.set_log_level("info");'
"""An inline script that sets what is set already; policies of pages may forbid it."""

Page = tuple[bytes, bytes]
"""A page without its token: what comes before it, what comes after."""


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where a page finds its files.

    Attributes:
        mount: URL path under which the application is mounted, without a slash at its end.
        prefix: what stands before ``static/`` for BokehJS; empty or with a slash at its end.
        bokeh: BokehJS's files.
        own: our files.
        extra: HTML that is loaded before these.
    """

    mount: str
    prefix: str
    bokeh: AssetFolder
    own: AssetFolder
    extra: str = ""

    def own_url(self, name: str) -> str:
        """Return the URL of one of our files."""
        return f"{quote(self.mount)}/_hybridviz/{self.own.versioned(name)}"

    def bokeh_bundle(self, server: str = "", *, needs_custom: bool = False) -> Bundle:
        """Return BokehJS and all extensions; if one of these cannot be compiled, BokehJS alone, so
        that only the app that has brought it is harmed.

        Args:
            server: scheme and host before the paths, for pages that come from elsewhere.
            needs_custom: whether the page shows models with code of their own.

        Raises:
            ExtensionFailed: that code cannot be compiled.
        """
        root = f"{server}{quote(self.mount)}/{self.prefix}"
        resources = Resources(mode="server", root_url=root, path_versioner=self.bokeh.versioned)
        try:
            bundle = bundle_for_objs_and_resources(None, resources)
            bundle.js_raw = [code for code in bundle.js_raw if code != NEEDLESS]
            return bundle
        except (Exception, SystemExit) as error:  # Bokeh's compiler ends the process
            log.error("! models with code of their own cannot be compiled: %r", error)
            if needs_custom:
                raise ExtensionFailed(
                    "the app has models with code of their own that cannot be compiled here: the"
                    " log says why; node.js may be missing"
                ) from None
        return _bokeh_alone(resources)

    def bundle(self, *, needs_custom: bool = False) -> tuple[str, str]:
        """Return the HTML that loads all scripts, and all styles; see `bokeh_bundle`.

        Ours come first: the script must see the websocket that BokehJS opens.
        """
        js, css = self.bokeh_bundle(needs_custom=needs_custom)
        script = f'<script src="{self.own_url("connection.js")}"></script>\n'
        style = f'<link rel="stylesheet" href="{self.own_url("connection.css")}">\n'
        return self.extra + script + js, style + css


def has_custom_models(document: Document) -> bool:
    """Return whether a document has models with code of their own for the browser."""
    return any(hasattr(type(model), "__implementation__") for model in document.models)


def _bokeh_alone(resources: Resources) -> Bundle:
    bundle = Bundle()
    for artifact in (*map(ScriptRef, resources.js_files), *map(Script, resources.js_raw)):
        bundle.add(artifact)
    return bundle


def page_of_document(document: Document, token: str, links: PageLinks) -> str:
    """Return the page of a document that an app has filled, by the document's own template."""
    item = RenderItem(token=token, roots=document.roots, use_for_title=True)
    return html_page_for_render_items(
        links.bundle(needs_custom=has_custom_models(document)),
        {},
        [item],
        document.title,
        template=document.template,
        template_variables=document.template_variables,
    )


def page_without_roots(title: str, links: PageLinks) -> Page:
    """Return a page that shows whatever roots its document will have, split around the token."""
    mark = secrets.token_hex(16)
    element = make_globally_unique_css_safe_id()
    item = RenderItem(token=mark, elementid=element, use_for_title=True)
    html = html_page_for_render_items(links.bundle(), {}, [item], title)
    head, tail = html.split(mark)
    return head.encode(), tail.encode()
