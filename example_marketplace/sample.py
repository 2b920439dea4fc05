"""Sample people, products and orders, the same every time.

Twelve makers with four products each, forty shops that buy from them, and any number of orders. Nothing is drawn by
lot: every choice follows from a number, so that two demos can be compared line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from example_marketplace.models import Buyer, Order, Product, Seller, User

PASSWORD = "open-market"  # noqa: S105 - the sign-in of made-up people on a laptop
STAFF_EMAIL = "staff@openmarket.example"

MAKERS: tuple[tuple[str, str, tuple[tuple[str, str, int], ...]], ...] = (
    (
        "Blue Kiln Pottery",
        "Stoneware from a wood-fired kiln, glazed in three blues.",
        (
            ("Harbour mug", "mug", 2450),
            ("Breakfast bowl", "bowl", 3275),
            ("Sea plate", "bowl", 3890),
            ("Ink jar", "mug", 1999),
        ),
    ),
    (
        "Alder & Ash",
        "Chairs and stools that come apart again with one key.",
        (
            ("Three-leg stool", "chair", 11900),
            ("Reading chair", "chair", 34950),
            ("Step stool", "chair", 7415),
            ("Peg rail", "frame", 4205),
        ),
    ),
    (
        "Lantern Yard",
        "Lamps of folded brass and paper.",
        (
            ("Desk lamp", "lamp", 8925),
            ("Folded lantern", "lamp", 3333),
            ("Wall light", "lamp", 12675),
            ("Night light", "lamp", 2781),
        ),
    ),
    (
        "Elm Street Press",
        "Small books, printed and bound by hand.",
        (
            ("Field notes", "book", 1245),
            ("Bird ledger", "book", 1875),
            ("Tide tables", "book", 999),
            ("Blank quarto", "book", 2260),
        ),
    ),
    (
        "Fern & Field",
        "Plants that forgive, in pots that drain.",
        (
            ("Potted fern", "leaf", 1895),
            ("Olive seedling", "leaf", 2765),
            ("Herb tray", "leaf", 1549),
            ("Moss garden", "leaf", 4120),
        ),
    ),
    (
        "Cedar Row Soaps",
        "Cold-stirred soap, six weeks on the shelf before it leaves.",
        (
            ("Cedar bar", "soap", 695),
            ("Oat bar", "soap", 645),
            ("Shaving soap", "soap", 1185),
            ("Soap dish", "bowl", 1430),
        ),
    ),
    (
        "Indigo Thread",
        "Scarves and cloth from one loom and one vat.",
        (
            ("Vat scarf", "scarf", 5475),
            ("Tea towel", "scarf", 1835),
            ("Table runner", "scarf", 6205),
            ("Darning kit", "bag", 1177),
        ),
    ),
    (
        "Kestrel Leather",
        "Bags that are repaired for free, for ever.",
        (
            ("Market bag", "bag", 9650),
            ("Key fob", "ring", 1405),
            ("Card sleeve", "bag", 2915),
            ("Tool roll", "bag", 6745),
        ),
    ),
    (
        "Juniper Paper",
        "Frames, cards and wrapping from cotton rag.",
        (
            ("Card set", "frame", 1365),
            ("Rag frame", "frame", 4585),
            ("Wrapping sheets", "frame", 849),
            ("Wall calendar", "frame", 2215),
        ),
    ),
    (
        "Silver Birch Studio",
        "Rings and pins out of old spoons.",
        (
            ("Spoon ring", "ring", 3625),
            ("Leaf pin", "ring", 2937),
            ("Knot ring", "ring", 4811),
            ("Bell charm", "ring", 1733),
        ),
    ),
    (
        "Dovetail Works",
        "Boxes with joints that you may look at.",
        (
            ("Letter box", "box", 5295),
            ("Tea chest", "box", 7879),
            ("Pencil tray", "box", 2119),
            ("Card index", "box", 8447),
        ),
    ),
    (
        "Salt Marsh Table",
        "Bowls and boards for a long table.",
        (
            ("Salt bowl", "bowl", 2363),
            ("Bread board", "frame", 4757),
            ("Mixing bowl", "bowl", 5839),
            ("Spice box", "box", 3101),
        ),
    ),
)
BUYERS = tuple(
    f"{name} {kind}"
    for kind in ("Coffee House", "Books & Tea", "Guest House", "Corner Store", "Design Studio")
    for name in ("Avery", "Bellweather", "Calloway", "Dunmore", "Eastlake", "Fairfax", "Greenway", "Holloway")
)
ROUTING_NUMBERS = ("021000021", "011401533", "091000019", "122105155")
SEVEN_APART, THIRTEEN_APART = 7, 13


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in the sample."""

    sellers: list[Seller]
    buyers: list[Buyer]
    products: list[Product]


@dataclass(frozen=True, slots=True, repr=False)
class SampleAccount:
    """A made-up bank account; its numbers are passed on and kept nowhere, and not shown by repr either."""

    routing_number: str
    account_number: str


def account(place: int) -> SampleAccount:
    """Return the bank account of the person at a place in the sample; no two have the same number."""
    return SampleAccount(ROUTING_NUMBERS[place % len(ROUTING_NUMBERS)], str(730_000_000_041 + place * 1_618_033_987))


def add_people(session: Session) -> People:
    """Add staff, sellers with their products, and buyers; they all sign in with the same made-up password."""
    staff = User(email=STAFF_EMAIL, is_staff=True)
    staff.set_password(PASSWORD)
    session.add(staff)
    sellers = [_seller(name, about, staff.password_hash) for name, about, _ in MAKERS]
    products = [
        Product(seller=seller, title=title, picture=picture, price_cents=cents, description=f"{title}. {about}")
        for seller, (_, about, offers) in zip(sellers, MAKERS, strict=True)
        for title, picture, cents in offers
    ]
    buyers = [_buyer(company, staff.password_hash) for company in BUYERS]
    session.add_all([*sellers, *products, *buyers])
    session.flush()
    return People(sellers, buyers, products)


def place_order(people: People, place: int) -> Order:
    """Return the order at a place in the sample: one to four lines, every fifth with two lines of one seller."""
    order = Order(items=[])
    wanted = [(place * THIRTEEN_APART + line * 17) % len(people.products) for line in range(1 + place % 4)]
    if place % 5 == 0:
        wanted = [*wanted[:3], _neighbour(wanted[0], wanted)]
    for line, number in enumerate(dict.fromkeys(wanted)):
        order.add(people.products[number], 1 + (place + line) % 3)
    order.add_shipping()
    order.buyer = people.buyers[place * SEVEN_APART % len(people.buyers)]
    return order


def emails() -> tuple[str, str, str]:
    """Return who may sign in to look around: staff, a seller, a buyer."""
    return STAFF_EMAIL, _email(MAKERS[0][0]), _email(BUYERS[0])


def _neighbour(number: int, taken: Sequence[int]) -> int:
    """Return another product of the same seller; each seller has four in a row."""
    first = number - number % 4
    return next(other for other in range(first, first + 4) if other not in taken)


def _seller(name: str, about: str, password_hash: str) -> Seller:
    email = _email(name)
    return Seller(name=name, email=email, about=about, user=User(email=email, password_hash=password_hash))


def _buyer(company: str, password_hash: str) -> Buyer:
    email = _email(company)
    return Buyer(company=company, email=email, user=User(email=email, password_hash=password_hash))


def _email(name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return "-".join(words) + "@openmarket.example"
