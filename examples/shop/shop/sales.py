"""The page of a seller, made with Jinja: figures, two live plots, a form for the next sale."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from shop.models import CATEGORIES, Sale, database, sales_by_category, sales_by_day
from shop.plots import show_new_sale

pages = Blueprint("sales", __name__)


@pages.get("/")
@login_required
def overview() -> Any:
    by_day = sales_by_day(current_user.id)
    by_category = sales_by_category(current_user.id, date.min)
    return render_template(
        "overview.html",
        total=sum(by_day.values()),
        best_day=max(by_day, key=lambda day: by_day[day], default=None),
        best_category=max(by_category, key=lambda name: by_category[name]),
        categories=CATEGORIES,
    )


@pages.post("/sales")
@login_required
def add() -> Any:
    category = request.form.get("category")
    amount = request.form.get("amount", type=float)
    if category not in CATEGORIES or amount is None or not 0 < amount < 1e6:
        abort(400, "a sale has a category and an amount")
    sale = Sale(
        seller_id=current_user.id, day=date.today(), category=category, amount=round(amount, 2)
    )
    database.session.add(sale)
    database.session.commit()
    show_new_sale(current_user.get_id())
    return redirect(url_for("sales.overview"))
