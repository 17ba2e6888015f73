"""The views of users: register, log in and out, by forms of pages or, with ``api``, for scripts.

A page that fails is led back to its form, which says why; the texts stand here, so that no URL can
make a form say anything else.
"""

import logging
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request

from hybridviz.errors import BadRequest, HybridVizError, LoginRefused, RightNeeded, UserTaken
from hybridviz.legacy_rest.answers import Bodies, json_answer
from hybridviz.legacy_rest.identity import Identity
from hybridviz.legacy_rest.users import User, Users
from hybridviz.web.auth.module import is_relative
from hybridviz.web.documents.access import Access

log = logging.getLogger("hybridviz.audit")

TEXTS = {
    "login": "There is no user of that name and password.",
    "taken": "Somebody has that name already.",
    "differ": "The two passwords differ.",
    "bad": "That name or password cannot be used.",
}
"""What a form says, by the argument ``failed``."""


class UserViews:
    """See the module.

    Args:
        users: all users.
        identity: whose the request is.
        access: tells own pages from others.
        bodies: what requests bring.
        mount: returns the URL path below which the server is.
    """

    def __init__(
        self,
        users: Users,
        identity: Identity,
        access: Access,
        bodies: Bodies,
        mount: Callable[[], str],
    ) -> None:
        self._users = users
        self._identity = identity
        self._access = access
        self._bodies = bodies
        self._mount = mount

    def login_page(self) -> Response:
        """Answer the form to log in."""
        return self._form("login")

    def register_page(self) -> Response:
        """Answer the form to register."""
        return self._form("register")

    def login(self) -> Response:
        """Log a user in by name and password."""
        form = self._own_form()
        name, password = _field(form, "username"), _field(form, "password")
        try:
            user = self._identity.log_in(name, password=password)
        except LoginRefused as error:
            return self._fail(form, "login", "login", error)
        return self._welcome(form, user)

    def register(self) -> Response:
        """Make a user, and log them in."""
        form = self._own_form()
        name, password = _field(form, "username"), _field(form, "password")
        if "api" not in form and password != _field(form, "password_confirm"):
            return self._back("register", "differ")
        try:
            user = self._users.register(name, password)
        except UserTaken as error:
            return self._fail(form, "register", "taken", error)
        except BadRequest as error:
            return self._fail(form, "register", "bad", error)
        log.info("= user %r registered from %s", user.name, request.remote_addr)
        return self._welcome(form, user)

    def login_by_key(self) -> Response:
        """Log a user in by the key of their scripts, as these have a browser do."""
        name, key = request.args.get("username", ""), request.args.get("userapikey", "")
        try:
            user = self._identity.log_in(name, key=key or "-")
        except LoginRefused:
            return self._back("login", "login")
        return self._welcome({}, user)

    def logout(self) -> Response:
        """Log the user out."""
        response = self._to("/bokeh/")
        self._identity.forget(response)
        return response

    def _own_form(self) -> dict[str, str]:
        """Return the fields of the form that was sent.

        Raises:
            RightNeeded: another site's page has sent it.
        """
        if not self._access.is_own_page(request):
            raise RightNeeded("this form takes nothing from pages of other sites")
        return self._bodies.form()

    def _form(self, kind: str) -> Response:
        page = render_template(
            f"hybridviz/legacy_{kind}.html",
            mount=self._mount(),
            problem=TEXTS.get(request.args.get("failed", "")),
            next=_safe(request.args.get("next", "")),
        )
        response = Response(page, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response

    def _welcome(self, form: Mapping[str, str], user: User) -> Response:
        """Answer somebody who is logged in now."""
        if form.get("api"):
            response = json_answer({"status": True, "userapikey": user.apikey})
        else:
            response = self._to(_safe(form.get("next", "")) or "/bokeh/")
        self._identity.remember(response, user)
        return response

    def _fail(
        self, form: Mapping[str, str], page: str, reason: str, error: HybridVizError
    ) -> Response:
        log.warning("! %s of %s failed: %s", page, request.remote_addr, error)
        if form.get("api"):
            return json_answer({"status": False, "error": str(error)})
        return self._back(page, reason, form.get("next", ""))

    def _back(self, page: str, reason: str, wanted: str = "") -> Response:
        kept = f"&{urlencode({'next': wanted})}" if wanted else ""
        return self._to(f"/bokeh/{page}?failed={reason}{kept}")

    def _to(self, path: str) -> Response:
        response = make_response(redirect(f"{self._mount()}{path}"))
        response.headers["Cache-Control"] = "no-store"
        return response


def _field(form: Mapping[str, str], name: str) -> str:
    """Return a field of a form.

    Raises:
        BadRequest: it is not there.
    """
    if name not in form:
        raise BadRequest(f"the form lacks the field {name}")
    return form[name]


def _safe(url: str) -> str:
    """Return a path of this server, below where it is mounted; nothing for any other URL."""
    is_path = url.startswith("/") and is_relative(url) and "\\" not in url and url.isprintable()
    return url if is_path else ""
