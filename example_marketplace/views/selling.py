"""A seller's own pages: what he offers, what he has to ship, what he is owed and was paid."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug import Response

from example_marketplace.database import ask_for_write_lock
from example_marketplace.extensions import billcom, db
from example_marketplace.forms import NewProduct
from example_marketplace.models import Order, OrderItem, Product
from example_marketplace.money import money_of, settlements_of
from example_marketplace.views.who import signed_in, this_seller
from flask_billcom.errors import BillcomError
from flask_billcom.money import to_cents

bp = Blueprint("selling", __name__, url_prefix="/selling")
RECENT = 50


@bp.get("")
@signed_in
def index() -> str:
    """Show the seller his money and his work."""
    seller = this_seller()
    orders = db.session.scalars(
        select(Order)
        .where(Order.items.any(OrderItem.seller_id == seller.id))
        .options(selectinload(Order.items))
        .order_by(Order.shipped_at.is_not(None), Order.id.desc())
        .limit(RECENT)
    ).all()
    balance, payouts = money_of(seller)
    return render_template(
        "selling/index.html",
        seller=seller,
        orders=orders,
        settlements=settlements_of(orders),
        balance=balance,
        payouts=payouts,
    )


@bp.post("/orders/<int:order_id>/ship")
@signed_in
def ship(order_id: int) -> Response:
    """Mark the seller's items as sent; the last seller's items ship the order, and that settles it."""
    ask_for_write_lock()
    seller = this_seller()
    order = db.get_or_404(Order, order_id, with_for_update=True)
    if not order.items_of(seller):
        abort(404)
    order.ship(by=seller)
    try:
        if order.is_shipped:
            billcom.settle(order)
        db.session.commit()
    except BillcomError as error:
        db.session.rollback()
        current_app.logger.warning("order %s is not settled: %s", order_id, error)
        flash(f"Order {order_id} cannot be settled: {error}", "bad")
    else:
        flash(f"Your items of order {order_id} are on their way.", "good")
    return redirect(url_for("selling.index"))


@bp.route("/products/new", methods=["GET", "POST"])
@signed_in
def new_product() -> str | Response:
    seller = this_seller()
    form = NewProduct()
    if not form.validate_on_submit():
        return render_template("selling/product.html", form=form)
    ask_for_write_lock()
    product = Product(
        seller=seller,
        title=form.title.data,
        description=form.description.data or "",
        picture=form.picture.data,
        price_cents=to_cents(form.price.data),
    )
    db.session.add(product)
    db.session.commit()
    flash(f"{product.title} is in the catalogue.", "good")
    return redirect(url_for("selling.index"))


@bp.post("/products/<int:product_id>/offer")
@signed_in
def offer(product_id: int) -> Response:
    """Take a product out of the catalogue, or put it back."""
    ask_for_write_lock()
    product = db.get_or_404(Product, product_id)
    if product.seller != this_seller():
        abort(404)
    product.is_offered = not product.is_offered
    db.session.commit()
    return redirect(url_for("selling.index"))
