"""Everything, pushed by Bokeh 0.11 and kept in step."""

import sys

import everything
from bokeh.client import push_session
from bokeh.document import Document
from bokeh.models.layouts import VBox

document = Document()
document.add_root(VBox(children=everything.children))
everything.listen(lambda tell: lambda attr, old, new: tell(new))
session = push_session(document, session_id="everything", url=sys.argv[1])
session.show()
session.loop_until_closed()
