"""The shop's forms; each carries a CSRF token.

A bank account passes through its form once: nothing is filled in again after an error, and browsers are told to keep
nothing.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[import-untyped]  # WTForms ships no types
    BooleanField,
    DecimalField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (  # type: ignore[import-untyped]  # as above
    EqualTo,
    InputRequired,
    Length,
    NumberRange,
    Regexp,
    ValidationError,
)

PICTURES = ("box", "mug", "bowl", "lamp", "chair", "book", "leaf", "soap", "scarf", "bag", "ring", "frame")
ROUTING_WEIGHTS = (3, 7, 1) * 3


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The base of all forms."""


def _email(label: str) -> Any:  # noqa: ANN401 - WTForms ships no types
    pattern = Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message="This is not an e-mail address.")
    return StringField(
        label, [InputRequired(), Length(max=120), pattern], render_kw={"type": "email", "autocomplete": "email"}
    )


class SignIn(Form):
    email = _email("E-mail")
    password = PasswordField("Password", [InputRequired()], render_kw={"autocomplete": "current-password"})


class SignUp(Form):
    company = StringField(
        "Your name or company", [InputRequired(), Length(max=80)], render_kw={"autocomplete": "organization"}
    )
    email = _email("E-mail")
    password = PasswordField(
        "Password", [InputRequired(), Length(min=10, max=200)], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        "Password again",
        [InputRequired(), EqualTo("password", message="The passwords differ.")],
        render_kw={"autocomplete": "new-password"},
    )


class BuyerProfile(Form):
    company = StringField("Name or company", [InputRequired(), Length(max=80)])
    email = _email("E-mail for invoices")


class SellerProfile(Form):
    name = StringField("Shop name", [InputRequired(), Length(max=80)])
    email = _email("E-mail for payouts")
    about = TextAreaField("About", [Length(max=400)], render_kw={"rows": 3})


class NewProduct(Form):
    title = StringField("Title", [InputRequired(), Length(max=80)])
    description = TextAreaField("Description", [Length(max=600)], render_kw={"rows": 3})
    picture = SelectField("Picture", choices=list(PICTURES))
    price = DecimalField(
        "Price in dollars",
        [InputRequired(), NumberRange(min=Decimal("0.01"), max=Decimal(99999))],
        places=2,
        render_kw={"inputmode": "decimal"},
    )

    def validate_price(self, field: Any) -> None:  # noqa: ANN401 - WTForms ships no types
        if field.data is not None and field.data != field.data.quantize(Decimal("0.01")):
            raise ValidationError("At most two decimal places.")


def _digits(label: str, low: int, high: int) -> Any:  # noqa: ANN401 - WTForms ships no types
    message = f"{low} digits." if low == high else f"{low} to {high} digits."
    return StringField(
        label,
        [InputRequired(), Regexp(rf"^[0-9]{{{low},{high}}}$", message=message)],
        render_kw={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false", "value": ""},
    )


class BankAccount(Form):
    name_on_account = StringField(
        "Name on the account", [InputRequired(), Length(max=80)], render_kw={"autocomplete": "off"}
    )
    routing_number = _digits("Routing number", 9, 9)
    account_number = _digits("Account number", 4, 17)
    kind = RadioField("Kind", choices=["Checking", "Savings"], default="Checking")

    def validate_routing_number(self, field: Any) -> None:  # noqa: ANN401 - WTForms ships no types
        if not re.fullmatch(r"[0-9]{9}", field.data or ""):
            return
        weighted = (int(digit) * weight for digit, weight in zip(field.data, ROUTING_WEIGHTS, strict=True))
        if sum(weighted) % 10:
            raise ValidationError("This is not a routing number; please compare it with your cheque or bank's page.")


class BuyerBankAccount(BankAccount):
    consent = BooleanField(
        "I authorise this marketplace to debit this account for my orders. I can take this back at any time.",
        [InputRequired(message="Without your consent we send you invoices instead; leave this page then.")],
    )
