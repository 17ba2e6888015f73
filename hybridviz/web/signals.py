"""What a server tells whoever listens in its process: blinker signals, as Flask's own.

The sender is the Flask application; ``session_context`` is what apps know by that name. Receivers
run in an application context of their own. What one raises is logged and harms nobody.
"""

from blinker import Namespace

_signals = Namespace()

session_created = _signals.signal("hybridviz-session-created")
"""A session is there, its document filled: ``session_context``."""
session_destroyed = _signals.signal("hybridviz-session-destroyed")
"""A session has ended: ``session_context``."""
connection_opened = _signals.signal("hybridviz-connection-opened")
"""A browser shows a session: ``session_context``."""
connection_lost = _signals.signal("hybridviz-connection-lost")
"""A browser shows it no more: ``session_context``."""
document_changed = _signals.signal("hybridviz-document-changed")
"""A document has changed, and is locked: ``session_context``, ``event``."""
callback_error = _signals.signal("hybridviz-callback-error")
"""A callback of an app has raised: ``session_context``, ``error``."""
