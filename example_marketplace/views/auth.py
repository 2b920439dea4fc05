"""Sign in, out and up."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select
from werkzeug import Response

from example_marketplace.database import ask_for_write_lock
from example_marketplace.extensions import billcom, db, login
from example_marketplace.forms import SignIn, SignUp
from example_marketplace.models import Buyer, User
from example_marketplace.views.who import signed_in

bp = Blueprint("auth", __name__)

login.login_view = "auth.sign_in"
login.login_message = "Please sign in first."
login.login_message_category = "info"


@login.user_loader  # type: ignore[untyped-decorator]  # Flask-Login ships no types
def user_of(user_id: str) -> User | None:
    """Return the user that a session cookie names."""
    return db.session.get(User, int(user_id))


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response:
    form = SignIn()
    if form.validate_on_submit():
        user = db.session.scalar(select(User).where(User.email == form.email.data.strip().lower()))
        if user is not None and user.has_password(form.password.data):
            login_user(user)
            return redirect(_next(user))
        flash("E-mail or password is wrong.", "bad")
    return render_template("auth/sign_in.html", form=form)


@bp.route("/sign-up", methods=["GET", "POST"])
def sign_up() -> str | Response:
    form = SignUp()
    if form.validate_on_submit():
        ask_for_write_lock()
        email = form.email.data.strip().lower()
        if db.session.scalar(select(User.id).where(User.email == email)) is None:
            user = User(email=email, buyer=Buyer(company=form.company.data, email=email))
            user.set_password(form.password.data)
            db.session.add(user)
            billcom.sync_party(user.buyer)
            db.session.commit()
            login_user(user)
            return redirect(_next(user))
        flash("This e-mail has an account; please sign in.", "bad")
    return render_template("auth/sign_up.html", form=form)


@bp.post("/sign-out")
@signed_in
def sign_out() -> Response:
    logout_user()
    return redirect(url_for("shop.index"))


def _next(user: User) -> str:
    """Return where to go after signing in: back where he came from, within this shop only."""
    wanted = request.args.get("next", "")
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        return wanted
    if user.is_staff:
        return url_for("staff.index")
    return url_for("selling.index") if user.seller else url_for("shop.index")


@bp.app_context_processor
def _roles() -> dict[str, object]:
    signed_in = current_user.is_authenticated
    return {
        "is_staff": signed_in and current_user.is_staff,
        "is_seller": signed_in and current_user.seller is not None,
        "is_buyer": signed_in and current_user.buyer is not None,
    }
