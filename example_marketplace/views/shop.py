"""The catalogue."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from example_marketplace.extensions import db
from example_marketplace.models import Product, Seller

bp = Blueprint("shop", __name__)
PER_PAGE = 24


@bp.get("/")
def index() -> str:
    words = request.args.get("q", "").strip()[:80]
    query = select(Product).where(Product.is_offered).options(joinedload(Product.seller)).order_by(Product.title)
    if words:
        query = query.join(Seller).where(or_(_contains(Product.title, words), _contains(Seller.name, words)))
    page = db.paginate(query, per_page=PER_PAGE, max_per_page=PER_PAGE)
    return render_template("shop/index.html", page=page, words=words)


@bp.get("/products/<int:product_id>")
def product(product_id: int) -> str:
    found = db.get_or_404(Product, product_id)
    if not found.is_offered:
        abort(404)
    return render_template("shop/product.html", product=found)


@bp.get("/sellers/<int:seller_id>")
def seller(seller_id: int) -> str:
    return render_template("shop/seller.html", seller=db.get_or_404(Seller, seller_id))


def _contains(column: Any, words: str) -> Any:  # noqa: ANN401 - any text column
    return column.icontains(words, autoescape=True)
