"""Users of a Flask-HTTPAuth object, whichever of its schemes that speaks."""

from collections.abc import Callable
from typing import Any, Protocol

from flask import make_response

from hybridviz.errors import UserRequired
from hybridviz.web.auth.identity import Identity, comparable


class HttpAuth(Protocol):
    """What is needed of an object of Flask-HTTPAuth."""

    def login_required(self, view: Callable[[], Any]) -> Callable[[], Any]: ...

    def current_user(self) -> Any: ...


class HttpAuthIdentity(Identity):
    """The users of a Flask-HTTPAuth object.

    Args:
        auth: the object.
    """

    def __init__(self, auth: HttpAuth) -> None:
        self._auth = auth

    def user(self) -> Any:
        return self._ask()[0]

    def required(self) -> UserRequired:
        answer = self._ask()[1]
        challenge = "" if answer is None else answer.headers.get("WWW-Authenticate", "")
        return UserRequired(challenge=challenge)

    def _ask(self) -> tuple[Any, Any]:
        """Return the user, or the answer with which the object refuses the request."""
        reached: list[Any] = []

        def view() -> str:
            reached.append(comparable(self._auth.current_user()))
            return ""

        answer = self._auth.login_required(view)()
        return (reached[0], None) if reached else (None, make_response(answer))
