"""What a script shows to a server: its session's id, tokens that open the session, and headers.

Knows no connection and no document.
"""

import time
from collections.abc import Mapping

from bokeh.util.token import generate_session_id

from hybridviz.config import Settings
from hybridviz.core.tokens import make_token, plain_token, sign_id

TOKEN_SECONDS = 300
"""For how long a token opens a new session; each attempt to connect makes its own."""


class Credentials:
    """What opens one session.

    Args:
        session_id: its name; by default a random one.
        secret_key: signs ids and tokens; by default that of the settings, without one they are
            plain.
        headers: further headers of the handshake; they count more than the upload token.
        settings: have the key and the upload token.

    Attributes:
        session_id: the session's id.
        headers: those of the handshake.
    """

    def __init__(
        self,
        session_id: str | None,
        secret_key: str | None,
        headers: Mapping[str, str] | None,
        settings: Settings,
    ) -> None:
        self._key = (secret_key or settings.secret_key).encode()
        self.session_id = session_id or self._new_id()
        self.headers = {**_authorization(settings.upload_token), **(headers or {})}

    def _new_id(self) -> str:
        plain = generate_session_id(signed=False)
        return sign_id(plain, self._key) if self._key else plain

    def token(self) -> str:
        """Make a token that opens the session."""
        expires = time.time() + TOKEN_SECONDS
        if self._key:
            return make_token(self.session_id, self._key, expires)
        return plain_token(self.session_id, expires)


def _authorization(upload_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {upload_token}"} if upload_token else {}
