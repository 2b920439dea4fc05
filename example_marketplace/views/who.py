"""Who is asking: the signed-in user's own buyer or seller, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from flask import abort
from flask_login import current_user, login_required

from example_marketplace.models import Buyer, Seller

P = ParamSpec("P")
R = TypeVar("R")


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Send visitors who have not signed in to the sign-in page; Flask-Login's decorator with its type."""
    return cast("Callable[P, R]", login_required(view))


def this_buyer() -> Buyer:
    """Return the buyer who is signed in; refuse anybody else."""
    buyer: Buyer | None = current_user.buyer if current_user.is_authenticated else None
    return buyer if buyer is not None else abort(403)


def this_seller() -> Seller:
    """Return the seller who is signed in; refuse anybody else."""
    seller: Seller | None = current_user.seller if current_user.is_authenticated else None
    return seller if seller is not None else abort(403)


def staff_only() -> None:
    """Refuse everybody but staff."""
    if not (current_user.is_authenticated and current_user.is_staff):
        abort(403)
