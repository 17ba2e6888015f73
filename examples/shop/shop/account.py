"""Where sellers log in and out: Flask-Login, as in any application."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import LoginManager, login_user, logout_user
from sqlalchemy import select

from shop.models import Seller, database

logins = LoginManager()
logins.login_view = "account.login"
logins.login_message = ""
pages = Blueprint("account", __name__)


@logins.user_loader
def load(ident: str) -> Seller | None:
    return database.session.get(Seller, int(ident))


@pages.route("/login", methods=["GET", "POST"])
def login() -> Any:
    if request.method == "POST":
        seller = database.session.scalar(select(Seller).filter_by(name=request.form["name"]))
        if seller is not None and seller.has_password(request.form["password"]):
            login_user(seller)
            return redirect(url_for("sales.overview"))
        flash("Name or password is wrong.")
    return render_template("login.html")


@pages.post("/logout")
def logout() -> Any:
    logout_user()  # ends the seller's live sessions too
    return redirect(url_for("account.login"))
