"""The session of an app of today, pulled by Bokeh 0.11: a change of it, and what it leads to."""

from __future__ import print_function

import sys

from bokeh.client import pull_session

session = pull_session(session_id="shared", url=sys.argv[1])
slider = session.document.get_model_by_name("slider")
label = session.document.get_model_by_name("label")
label.on_change("text", lambda attr, old, new: print("heard", new))
slider.on_change("value", lambda attr, old, new: print("moved", new))
print("pulled", slider.value)
sys.stdin.readline()
slider.value = 7
session.loop_until_closed()
