"""A buyer's orders."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask_login import current_user

from example_marketplace.extensions import db
from example_marketplace.models import Order
from example_marketplace.money import settlements_of
from example_marketplace.views.who import signed_in, this_buyer

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("")
@signed_in
def index() -> str:
    orders = this_buyer().orders
    return render_template("orders/index.html", orders=orders, settlements=settlements_of(orders))


@bp.get("/<int:order_id>")
@signed_in
def show(order_id: int) -> str:
    order = db.get_or_404(Order, order_id)
    if not current_user.is_staff and order.buyer != this_buyer():
        abort(404)
    return render_template("orders/show.html", order=order, settlement=settlements_of([order]).get(order.id))
