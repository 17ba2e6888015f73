"""The tables, and the sellers and sales that a new shop starts with."""

from datetime import date, timedelta
from random import Random

from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash

CATEGORIES = ("Books", "Garden", "Kitchen", "Music", "Toys")
SELLERS = {"ada": "lovelace", "eve": "apple"}
DAYS = 90


class Base(DeclarativeBase):
    pass


database = SQLAlchemy(model_class=Base)


class Seller(database.Model, UserMixin):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]

    def has_password(self, password: str) -> bool:
        return check_password_hash(self.password_hash, password)


class Sale(database.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    day: Mapped[date]
    category: Mapped[str]
    amount: Mapped[float]


def sales_by_day(seller_id: int) -> dict[date, float]:
    """Return a seller's revenue of each day that had any, in order."""
    found = select(Sale.day, func.sum(Sale.amount)).where(Sale.seller_id == seller_id)
    return dict(database.session.execute(found.group_by(Sale.day).order_by(Sale.day)).all())


def sales_by_category(seller_id: int, since: date) -> dict[str, float]:
    """Return a seller's revenue of each category since a day."""
    found = select(Sale.category, func.sum(Sale.amount)).where(
        Sale.seller_id == seller_id, Sale.day >= since
    )
    sums = dict(database.session.execute(found.group_by(Sale.category)).all())
    return {category: sums.get(category, 0.0) for category in CATEGORIES}


def fill_if_empty() -> None:
    """Make the tables and the first sellers; another worker may be doing the same."""
    try:
        database.create_all()
        if database.session.scalar(select(func.count(Seller.id))):
            return
        for name, password in SELLERS.items():
            seller = Seller(name=name, password_hash=generate_password_hash(password))
            database.session.add(seller)
            database.session.flush()
            database.session.add_all(_first_sales(seller))
        database.session.commit()
    except (IntegrityError, OperationalError):
        database.session.rollback()


def _first_sales(seller: Seller) -> list[Sale]:
    chance = Random(seller.name)
    start = date.today() - timedelta(days=DAYS - 1)
    liked = chance.sample(CATEGORIES, len(CATEGORIES))
    sales = []
    for day in range(DAYS):
        for _ in range(chance.randint(3, 9)):
            category = liked[min(chance.randrange(5), chance.randrange(5))]
            amount = round(chance.lognormvariate(3.2 + day / 200, 0.5), 2)
            sales.append(
                Sale(
                    seller_id=seller.id,
                    day=start + timedelta(days=day),
                    category=category,
                    amount=amount,
                )
            )
    return sales
