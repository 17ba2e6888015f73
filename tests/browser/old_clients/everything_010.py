"""Everything, uploaded by Bokeh 0.10 and polled."""

import sys

import everything
from bokeh.browserlib import view
from bokeh.document import Document
from bokeh.models.widgets import VBox
from bokeh.session import Session

document = Document()
session = Session(root_url=sys.argv[1])
session.use_doc("everything")
session.load_document(document)
document.add(VBox(children=everything.children))
everything.listen(lambda tell: lambda obj, attr, old, new: tell(new))
session.store_document(document)
view(session.object_link(document.context))
session.poll_document(document, interval=0.1)
