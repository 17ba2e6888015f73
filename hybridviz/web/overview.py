"""Who is on a server, for its own operator: a list of sessions for ``flask hybridviz sessions``.

The request shows a stamp made with the server's key, a minute old at most. Ids are cut short: whole
ones would open sessions.
"""

from collections.abc import Mapping

from flask import Response, abort, jsonify, request
from itsdangerous import BadSignature, TimestampSigner

from hybridviz.web.served import ServedApp

PATH = "/_hybridviz/sessions"
HEADER = "Hybridviz-Stamp"
SALT = "hybridviz-sessions"
MAX_AGE = 60
"""Seconds for which a stamp is good."""
SHOWN = 8
"""Characters of a session id."""


def sign(key: bytes) -> str:
    """Return a stamp."""
    return TimestampSigner(key, SALT).sign(b"sessions").decode()


class Overview:
    """The view.

    Args:
        served: the apps.
        key: the secret that signs stamps.
    """

    def __init__(self, served: Mapping[str, ServedApp], key: bytes) -> None:
        self._served = served
        self._signer = TimestampSigner(key, SALT)

    def view(self) -> Response:
        """Answer all live sessions."""
        try:
            self._signer.unsign(request.headers.get(HEADER, ""), max_age=MAX_AGE)
        except BadSignature:
            abort(403)
        return jsonify(
            sessions=[
                {
                    "app": session.route,
                    "id": session.id[:SHOWN],
                    "user": None if (user := session.context.owner) is None else str(user),
                    "viewers": len(session.viewers),
                }
                for served in self._served.values()
                for session in served.registry
            ]
        )
