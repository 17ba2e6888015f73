"""Documents inside pages of other sites: the script tag of ``bokeh.embed.autoload_server`` of 0.10.

The tag says which document and model it is about, and has a key; only the page sees that. So the
first script reads the tag and asks for a second one, which puts today's document in its place.
"""

import json
from collections.abc import Callable
from string import Template

from flask import Response, request

from hybridviz.errors import BadRequest, RightNeeded
from hybridviz.legacy_rest.copies import new_name
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.rights import shows
from hybridviz.legacy_rest.windows import window_on
from hybridviz.web.embedding import ELEMENT

LOADER = Template("""(function() {
  const tag = document.getElementById($element) || document.currentScript;
  if (tag == null) {
    console.error("hybridviz: there is no element " + $element);
    return;
  }
  const {bokehDocid: docid, bokehModelid: modelid, bokehDocapikey: key} = tag.dataset;
  const path = [docid, modelid].map(encodeURIComponent).join("/");
  const headers = key ? {"BOKEH-API-KEY": key} : {};
  fetch($base + "/bokeh/embed.js/" + path + "?element=" + encodeURIComponent(tag.id), {headers})
    .then(async (response) => {
      if (!response.ok) {
        throw new Error((await response.json()).error);
      }
      const script = document.createElement("script");
      script.textContent = await response.text();
      document.head.appendChild(script);
    })
    .catch((error) => {
      const box = document.createElement("p");
      box.textContent = "This plot cannot be shown here: " + error.message;
      tag.after(box);
      console.error("hybridviz: " + error.message);
    });
})();
""")

Script = Callable[[str, str, str], Response]
"""Answers the script that puts a session's document into an element: by the id of the session, that
of the element, and the URL below which the websocket is.
"""


class EmbedViews:
    """The views of both scripts.

    Args:
        library: the documents.
        script: see `Script`.
        mount: returns the URL path below which the server is.
    """

    def __init__(self, library: Library, script: Script, mount: Callable[[], str]) -> None:
        self._library = library
        self._script = script
        self._mount = mount

    def loader(self, elementid: str) -> Response:
        """Answer the script that the tag loads."""
        parts = {"element": _js(_checked(elementid)), "base": _js(self._base())}
        return Response(LOADER.substitute(parts), mimetype="application/javascript")

    def embed(self, docid: str, ident: str) -> Response:
        """Answer the script that shows a model. Who has the key to change the document sees the
        document itself; who has that to read it, or nothing for a published one, sees a copy.

        Raises:
            DocumentNotFound: there is none.
            RightNeeded: no key is shown, and it is not published.
        """
        raw = self._library.find(docid)
        if not (raw.published or shows(raw.apikey) or shows(raw.readonlyapikey)):
            raise RightNeeded("the tag has no key of the document, and it is not published")
        window = window_on(raw, ident, "" if shows(raw.apikey) else new_name())
        element = _checked(request.args.get("element", ""))
        return self._script(window.ident, element, f"{self._base()}/bokeh/embed")

    def _base(self) -> str:
        return f"{request.scheme}://{request.host}{self._mount()}"


def _checked(element: str) -> str:
    """Return the id of an element.

    Raises:
        BadRequest: it is none.
    """
    if not ELEMENT.fullmatch(element):
        raise BadRequest("the element has no id that can be used")
    return element


def _js(text: str) -> str:
    """Return a text as it stands in a script."""
    return json.dumps(text).replace("<", "\\u003c")
