"""Users of Flask-Login, where the application has it: its ``current_user``'s id.

A logout there ends the user's sessions at once. Flask-Login is imported only when the application
has it; which of the two extensions is there first does not matter.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, request

from hybridviz.errors import UserRequired
from hybridviz.web.auth.identity import Identity


class LoginIdentity(Identity):
    """The users of Flask-Login.

    Args:
        logged_out: called with the id of a user who logs out.
    """

    def __init__(self, logged_out: Callable[[str], object]) -> None:
        self._logged_out = logged_out
        self._listening = False

    @property
    def present(self) -> bool:
        """Whether the application has Flask-Login, and has not switched it off for its tests."""
        has_it = hasattr(current_app, "login_manager")
        return has_it and not current_app.config.get("LOGIN_DISABLED", False)

    def user(self) -> Any:
        from flask_login import current_user

        self._listen()
        return current_user.get_id() if current_user.is_authenticated else None

    def required(self) -> UserRequired:
        from flask_login import login_url

        view = current_app.login_manager.login_view  # type: ignore[attr-defined]
        return UserRequired(login_url(view, request.url) if view else "")

    def _listen(self) -> None:
        """Hear of logouts; sessions have users only after `user` was called."""
        if self._listening:
            return
        from flask_login import user_logged_out

        user_logged_out.connect(self._hear, current_app._get_current_object())  # type: ignore[attr-defined]
        self._listening = True

    def _hear(self, app: Flask, user: Any = None, **more: Any) -> None:
        if user is not None and user.is_authenticated:
            self._logged_out(user.get_id())
