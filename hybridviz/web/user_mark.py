"""The mark of a user in a page's token: where the server has forgotten whose page it was, such as
after a new start, the token still opens a session for that user alone.
"""

import hmac
from hashlib import sha256
from typing import Any

MARK = "hybridviz-user"
"""Where it is in a token's payload."""
LENGTH = 24
"""Characters, of four bits each."""


def user_mark(user: Any, key: bytes) -> str:
    """Return the mark of a user; empty for nobody, and for one who is neither text nor number:
    only equality tells these apart.
    """
    if not isinstance(user, str | int | float):
        return ""
    named = f"{type(user).__name__}:{user}".encode()
    return hmac.new(key, b"hybridviz-user:" + named, sha256).hexdigest()[:LENGTH]
