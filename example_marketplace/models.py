"""The shop's own tables: people, products, orders. None of them knows Bill.com.

    User -- Buyer  -- Order -- OrderItem -- Product -- Seller -- User

A user may be a buyer, a seller, both or staff. An item copies title, price and fee from its product, so that an order
stays what it was when it was placed. Money is integer cents; the properties give Decimal dollars.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.security import check_password_hash, generate_password_hash

from example_marketplace.clock import now
from example_marketplace.extensions import Model
from flask_billcom.money import from_cents, percent_of

FEE_PERCENT = Decimal(10)
SHIPPING_CENTS = 690
FREE_SHIPPING_FROM_CENTS = 6000


class User(Model):
    """Somebody who signs in."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    is_staff: Mapped[bool] = mapped_column(default=False)
    buyer: Mapped[Buyer | None] = relationship(back_populates="user")
    seller: Mapped[Seller | None] = relationship(back_populates="user")

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie."""
        return str(self.id)

    def set_password(self, password: str) -> None:
        """Keep the salted hash of a password."""
        self.password_hash = generate_password_hash(password)

    def has_password(self, password: str) -> bool:
        """Tell whether this is the user's password."""
        return check_password_hash(self.password_hash, password)


class Buyer(Model):
    """Who pays for orders."""

    __tablename__ = "buyer"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    company: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(120))
    user: Mapped[User] = relationship(back_populates="buyer")
    orders: Mapped[list[Order]] = relationship(back_populates="buyer", order_by="Order.id.desc()")


class Seller(Model):
    """Who is paid for products."""

    __tablename__ = "seller"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(400), default="")
    user: Mapped[User] = relationship(back_populates="seller")
    products: Mapped[list[Product]] = relationship(back_populates="seller", order_by="Product.title")


class Product(Model):
    """What a seller offers."""

    __tablename__ = "product"
    __table_args__ = (CheckConstraint("price_cents > 0", name="price_cents"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(String(600), default="")
    picture: Mapped[str] = mapped_column(String(20), default="box")
    """The name of a drawing in templates/pictures.html."""
    price_cents: Mapped[int]
    is_offered: Mapped[bool] = mapped_column(default=True)
    seller: Mapped[Seller] = relationship(back_populates="products")

    @property
    def price(self) -> Decimal:
        """The price of one piece in dollars."""
        return from_cents(self.price_cents)


class Order(Model):
    """What a buyer bought at once, from one or several sellers; it is settled when all of it has shipped."""

    __tablename__ = "order"

    id: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey("buyer.id"), index=True)
    placed_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    shipped_at: Mapped[datetime | None] = mapped_column(DateTime)
    shipping_cents: Mapped[int] = mapped_column(default=0)
    buyer: Mapped[Buyer] = relationship(back_populates="orders")
    items: Mapped[list[OrderItem]] = relationship(
        back_populates="order", order_by="OrderItem.id", cascade="all, delete-orphan"
    )

    def add(self, product: Product, quantity: int = 1) -> OrderItem:
        """Add pieces of a product at today's price and fee."""
        item = OrderItem(product=product, seller=product.seller, title=product.title, quantity=quantity)
        item.set_price(product.price_cents)
        self.items.append(item)
        return item

    def add_shipping(self) -> None:
        """Charge the marketplace's own shipping for a small order."""
        goods = sum(item.total_cents for item in self.items)
        self.shipping_cents = SHIPPING_CENTS if goods < FREE_SHIPPING_FROM_CENTS else 0

    def ship(self, by: Seller | None = None) -> None:
        """Mark one seller's items as sent, or all of them; the last item ships the order."""
        for item in self.items:
            if item.shipped_at is None and by in (None, item.seller):
                item.shipped_at = now()
        if self.items and all(item.shipped_at for item in self.items):
            self.shipped_at = self.shipped_at or now()

    def items_of(self, seller: Seller) -> list[OrderItem]:
        """Return what of this order a seller has to send."""
        return [item for item in self.items if item.seller_id == seller.id]

    @property
    def is_shipped(self) -> bool:
        """Whether everything has been sent."""
        return self.shipped_at is not None

    @property
    def shipping(self) -> Decimal:
        """What the marketplace charges for shipping, in dollars."""
        return from_cents(self.shipping_cents)

    @property
    def total(self) -> Decimal:
        """What the buyer pays, in dollars."""
        return sum((item.total for item in self.items), self.shipping)


class OrderItem(Model):
    """One line of an order."""

    __tablename__ = "order_item"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    quantity: Mapped[int] = mapped_column(default=1)
    unit_cents: Mapped[int]
    fee_cents: Mapped[int] = mapped_column(default=0)
    shipped_at: Mapped[datetime | None] = mapped_column(DateTime)
    order: Mapped[Order] = relationship(back_populates="items")
    product: Mapped[Product] = relationship()
    seller: Mapped[Seller] = relationship()

    def set_price(self, unit_cents: int) -> None:
        """Set the price of one piece; the marketplace's fee follows from it."""
        self.unit_cents = unit_cents
        self.fee_cents = percent_of(self.total_cents, FEE_PERCENT)

    @property
    def total_cents(self) -> int:
        """What the buyer pays for this line, in cents."""
        return self.unit_cents * self.quantity

    @property
    def total(self) -> Decimal:
        """What the buyer pays for this line, in dollars."""
        return from_cents(self.total_cents)

    @property
    def fee(self) -> Decimal:
        """What the marketplace keeps of this line, in dollars."""
        return from_cents(self.fee_cents)
