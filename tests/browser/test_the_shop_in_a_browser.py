"""A first walk through the example shop in a real browser, wide and on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from example_marketplace import create_app, sample
from example_marketplace.extensions import db

pytestmark = pytest.mark.needs("chromium")

STAFF, POTTER, BUYER = sample.emails()
WIDE, PHONE = {"width": 1200, "height": 850}, {"width": 390, "height": 844}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the shop with its sample people and return its address."""
    for name in [name for name in os.environ if name.startswith("FLASK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FLASK_INSTANCE_PATH", str(tmp_path / "instance"))
    app = create_app()
    with app.app_context():
        sample.add_people(db.session())
        db.session.commit()
        engine = db.engine
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


@pytest.fixture
def visitor(page: Page) -> Iterator[Page]:
    """Give a page that must not complain in its console."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def sign_in(page: Page, shop: str, email: str) -> None:
    page.goto(f"{shop}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(sample.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_somebody_buys_and_the_seller_ships(visitor: Page, shop: str, size: dict[str, int]) -> None:
    visitor.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
    visitor.goto(shop)
    visitor.get_by_role("link", name="Harbour mug").click()
    visitor.get_by_label("Pieces").fill("2")
    visitor.get_by_role("button", name="Put into cart").click()
    visitor.get_by_role("link", name="Sign up").click()
    visitor.get_by_label("Your name or company").fill("Nora Newcomer")
    visitor.get_by_label("E-mail").fill("nora@example.com")
    visitor.get_by_label("Password", exact=True).fill("a-long-secret")
    visitor.get_by_label("Password again").fill("a-long-secret")
    visitor.get_by_role("main").get_by_role("button", name="Sign up").click()
    visitor.get_by_role("button", name="Place order").click()
    expect(visitor.get_by_role("heading", name="Order 1")).to_be_visible()
    expect(visitor.get_by_text("$55.90")).to_be_visible()
    visitor.get_by_role("button", name="Sign out").click()

    sign_in(visitor, shop, POTTER)
    visitor.get_by_role("button", name="Ship").click()

    expect(visitor.get_by_role("status")).to_have_text("Your items of order 1 are on their way.")
    expect(visitor.get_by_text("Settled")).to_be_visible()
    expect(visitor.get_by_text("$44.10", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    ("email", "paths"),
    [
        (None, ["/", "/products/1", "/sellers/1", "/cart", "/sign-in", "/sign-up"]),
        (BUYER, ["/orders", "/account", "/account/buyer/bank"]),
        (POTTER, ["/selling", "/selling/products/new", "/account/seller/bank"]),
        (STAFF, ["/staff"]),
    ],
)
def test_no_page_is_wider_than_the_screen(
    visitor: Page, shop: str, size: dict[str, int], email: str | None, paths: list[str]
) -> None:
    visitor.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
    if email is not None:
        sign_in(visitor, shop, email)

    for path in paths:
        visitor.goto(f"{shop}{path}")

        assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert visitor.get_by_role("heading", level=1).count() == 1, path
