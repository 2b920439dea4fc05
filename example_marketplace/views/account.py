"""A user's own particulars and bank account.

The account number goes from the form straight through `billcom.add_bank_account` to Bill.com. The shop never stores or
logs it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug import Response

from example_marketplace.clock import today
from example_marketplace.database import ask_for_write_lock
from example_marketplace.extensions import billcom, db
from example_marketplace.forms import BankAccount, BuyerBankAccount, BuyerProfile, SellerProfile
from example_marketplace.models import Buyer, Seller
from example_marketplace.money import CONSENT, last_digits_of
from example_marketplace.views.who import signed_in, this_buyer, this_seller
from flask_billcom import Consent
from flask_billcom.errors import BillcomError, NotReady

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@signed_in
def index() -> str:
    buyer, seller = current_user.buyer, current_user.seller
    return render_template(
        "account/index.html",
        buyer_form=BuyerProfile(obj=buyer, prefix="buyer"),
        seller_form=SellerProfile(obj=seller, prefix="seller"),
        buyer_bank=last_digits_of(buyer),
        seller_bank=last_digits_of(seller),
    )


@bp.post("/buyer")
@signed_in
def save_buyer() -> Response:
    """Become a buyer, or change name and e-mail; Bill.com learns of it by itself."""
    form = BuyerProfile(prefix="buyer")
    if _is_good(form):
        ask_for_write_lock()
        buyer = current_user.buyer or Buyer(user=db.session.merge(current_user))
        form.populate_obj(buyer)
        db.session.add(buyer)
        billcom.sync_party(buyer)
        db.session.commit()
        flash("Saved.", "good")
    return redirect(url_for("account.index"))


@bp.post("/seller")
@signed_in
def save_seller() -> Response:
    """Become a seller, or change name and e-mail; Bill.com learns of it by itself."""
    form = SellerProfile(prefix="seller")
    if _is_good(form):
        ask_for_write_lock()
        seller = current_user.seller or Seller(user=db.session.merge(current_user))
        form.populate_obj(seller)
        db.session.add(seller)
        billcom.sync_party(seller)
        db.session.commit()
        flash("Saved.", "good")
    return redirect(url_for("account.index"))


@bp.route("/buyer/bank", methods=["GET", "POST"])
@signed_in
def buyer_bank() -> str | Response:
    """Take the account that a buyer is charged from, with his consent."""
    buyer, form = this_buyer(), BuyerBankAccount()
    if form.validate_on_submit() and _passed_on(buyer, form):
        return redirect(url_for("account.index"))
    return render_template("account/bank.html", form=form, title="The account you pay from", party=buyer.company)


@bp.route("/seller/bank", methods=["GET", "POST"])
@signed_in
def seller_bank() -> str | Response:
    """Take the account that a seller is paid to."""
    seller, form = this_seller(), BankAccount()
    if form.validate_on_submit() and _passed_on(seller, form):
        return redirect(url_for("account.index"))
    return render_template("account/bank.html", form=form, title="The account you are paid to", party=seller.name)


def _passed_on(party: Buyer | Seller, form: BankAccount) -> bool:
    try:
        billcom.add_bank_account(
            party,
            name_on_account=form.name_on_account.data,
            routing_number=form.routing_number.data,
            account_number=form.account_number.data,
            is_savings=form.kind.data == "Savings",
            actor=f"user {current_user.id}",
        )
        if isinstance(party, Buyer):
            billcom.authorize_charges(party, Consent(reference=CONSENT, date=today()), actor=f"user {current_user.id}")
    except NotReady:
        flash("We are introducing you to Bill.com at this moment. Please try again in a minute.", "bad")
    except BillcomError as error:
        current_app.logger.warning("a bank account was not taken: %s", type(error).__name__)
        flash("Bill.com did not take this account. Please try again later.", "bad")
    else:
        flash("Your bank account is in place.", "good")
        return True
    return False


def _is_good(form: Any) -> bool:  # noqa: ANN401 - WTForms ships no types
    if form.validate_on_submit():
        return True
    for name, errors in form.errors.items():
        flash(f"{form[name].label.text}: {errors[0]}", "bad")
    return False
