"""What Panel apps find at Panel's own server and must find here: three things that its server does
for a document once an app has filled it. Nothing happens unless the app has imported Panel.

Panel ties a session to the thread that has run its app, and puts off for ever what runs in another:
here each callback may be in a greenlet or thread of its own, with the document locked.
"""

import sys
from functools import partial
from typing import Any

from bokeh.document import Document

FILES = "static/extensions/panel/"
"""Where Panel's own files are, below the server's root."""


def adopt_panel(document: Document, route: str) -> None:
    """Make a document that a Panel app has filled a session of this server.

    Args:
        document: the app's.
        route: URL path of the app; Panel's files are named relative to it.
    """
    panel: Any = sys.modules.get("panel")
    if panel is None or document not in panel.state._thread_id_:
        return
    del panel.state._thread_id_[document]
    document.on_event("document_ready", partial(panel.state._schedule_on_load, document))
    files = "../" * route.strip("/").count("/") + FILES
    document.template_variables.update(dist_url=files, theme_name=panel.config.theme)
    for root in document.roots:
        panel.io.resources.patch_model_css(root, dist_url=files)
