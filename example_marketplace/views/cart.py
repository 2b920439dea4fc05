"""The cart, kept in the visitor's signed cookie as product id and quantity, and the order made from it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from sqlalchemy import select
from werkzeug import Response

from example_marketplace.database import ask_for_write_lock
from example_marketplace.extensions import db
from example_marketplace.models import Order, Product
from example_marketplace.views.who import signed_in, this_buyer

bp = Blueprint("cart", __name__, url_prefix="/cart")
MOST = 20


def quantities() -> dict[int, int]:
    """Return the quantity of each product in the cart."""
    return {int(key): int(value) for key, value in session.get("cart", {}).items()}


@bp.get("")
def show() -> str:
    return render_template("cart.html", order=_draft())


@bp.post("/<int:product_id>")
def put(product_id: int) -> Response:
    """Set a product's quantity; nought takes it out."""
    product = db.get_or_404(Product, product_id)
    quantity = request.form.get("quantity", 1, type=int)
    if not 0 <= quantity <= MOST or not product.is_offered:
        abort(400)
    kept = {str(key): value for key, value in quantities().items() if key != product_id}
    session["cart"] = kept | ({str(product_id): quantity} if quantity else {})
    if quantity:
        flash(f"{product.title} is in your cart.", "good")
    return redirect(url_for("cart.show"))


@bp.post("/order")
@signed_in
def order() -> Response:
    """Place the order."""
    ask_for_write_lock()
    placed = _draft()
    if not placed.items:
        flash("Your cart is empty.", "bad")
        return redirect(url_for("cart.show"))
    placed.buyer = this_buyer()
    db.session.add(placed)
    db.session.commit()
    session.pop("cart", None)
    flash(f"Thank you. Order {placed.id} is placed; you are charged when it has shipped.", "good")
    return redirect(url_for("orders.show", order_id=placed.id))


def _draft() -> Order:
    wanted = quantities()
    products = db.session.scalars(
        select(Product).where(Product.id.in_(wanted), Product.is_offered).order_by(Product.title)
    )
    draft = Order(items=[])
    with db.session.no_autoflush:
        for product in products:
            draft.add(product, wanted[product.id])
    if draft.items:
        draft.add_shipping()
    return draft


@bp.app_context_processor
def _in_cart() -> dict[str, int]:
    return {"in_cart": sum(quantities().values())}
