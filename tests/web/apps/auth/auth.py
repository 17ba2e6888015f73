"""People log in by a form and are known by a signed cookie; written as for ``bokeh serve``."""

from tornado.escape import url_escape
from tornado.web import RequestHandler

PASSWORDS = {"ada": "lovelace", "alan": "turing"}
login_url = "/login"
logout_url = "/logout"


def get_user(request_handler):
    name = request_handler.get_secure_cookie("who")
    return None if name is None else name.decode()


class Page(RequestHandler):
    title = "The club"

    def initialize(self):
        super().initialize()
        self.tries = 0

    def complaint(self):
        return self.get_query_argument("wrong", None)


class LoginHandler(Page):
    def get(self):
        self.render("login.html", title=self.title, complaint=self.complaint())

    async def post(self):
        name = self.get_body_argument("name", "")
        if self.knows(name, self.get_argument("password")):
            self.set_secure_cookie("who", name, expires_days=1)
            self.redirect(self.get_argument("next", "/"))
        else:
            self.redirect(f"{login_url}?wrong={url_escape('Nobody <knows> you')}")

    @staticmethod
    def knows(name, password):
        return PASSWORDS.get(name) == password


class LogoutHandler(Page):
    def get(self):
        self.clear_cookie("who")
        self.redirect("/login")
