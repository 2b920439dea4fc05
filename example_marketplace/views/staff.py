"""What staff see: all orders, where their money is, and the door to the back office."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug import Response

from example_marketplace.database import ask_for_write_lock
from example_marketplace.extensions import billcom, db
from example_marketplace.models import Order
from example_marketplace.money import settlements_of
from example_marketplace.views.who import signed_in, staff_only
from flask_billcom.errors import BillcomError

bp = Blueprint("staff", __name__, url_prefix="/staff")
PER_PAGE = 50


@bp.before_request
@signed_in
def _staff_only() -> None:
    staff_only()


@bp.get("")
def index() -> str:
    page = db.paginate(
        select(Order).options(joinedload(Order.buyer), selectinload(Order.items)).order_by(Order.id.desc()),
        per_page=PER_PAGE,
        max_per_page=PER_PAGE,
    )
    return render_template(
        "staff/index.html", page=page, settlements=settlements_of(page.items), status=billcom.status()
    )


@bp.post("/orders/<int:order_id>/ship")
def ship(order_id: int) -> Response:
    """Ship all of an order, which settles it."""
    ask_for_write_lock()
    order = db.get_or_404(Order, order_id, with_for_update=True)
    order.ship()
    try:
        billcom.settle(order)
        db.session.commit()
    except BillcomError as error:
        db.session.rollback()
        current_app.logger.warning("order %s is not settled: %s", order_id, error)
        flash(f"Order {order_id} cannot be settled: {error}", "bad")
    else:
        flash(f"Order {order_id} is shipped and settled.", "good")
    return redirect(url_for("staff.index"))
