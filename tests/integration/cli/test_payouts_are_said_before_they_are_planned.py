from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from flask_billcom.models import Operation
from flask_billcom.simulator import people
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


@pytest.fixture
def local(make_local: Callable[..., LocalShop]) -> LocalShop:
    """Give a shop that owes ann 9.00 and bob 5.00, both with bank accounts, all of it due."""
    made = make_local(BILLCOM_PAYMENTS_ENABLED=True, BILLCOM_RELEASE="on_settlement", BILLCOM_FLOAT_CENTS=100_000,
                      BILLCOM_PAYOUT_SCHEDULE="manual", BILLCOM_BANK_CHANGE_HOLD_DAYS=0)  # fmt: skip
    shop = made.shop
    with shop.app.app_context():
        shop.billcom.settle(shop.order(("ann", "10.00", "1.00"), ("bob", "5.00")))
        shop.db.session.commit()
    made.tick(3)
    made.trust()
    with shop.app.app_context():
        for seller in shop.db.session.query(shop.Seller):
            shop.billcom.add_bank_account(
                seller,
                account_number=f"40000000{seller.id}",
                routing_number="322271627",
                name_on_account=seller.name,
            )
    made.pass_days(7)
    made.tick(2)
    return made


def planned(local: LocalShop) -> list[int]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as rows:
        return sorted(rows.all(select(Operation.amount_cents).where(Operation.kind == "pay")))


def test_a_dry_run_plans_nothing(terminal: Terminal, local: LocalShop) -> None:
    result = terminal.run("pay", "run", "--dry-run")

    assert result.stdout.splitlines()[0] == "would pay 2 bills of 2 sellers, 14.00 dollars"
    assert planned(local) == []


def test_a_no_plans_nothing(terminal: Terminal, local: LocalShop) -> None:
    result = terminal.run("pay", "run", answer="n\n", code=1)

    assert "this pays 2 bills of 2 sellers, 14.00 dollars" in result.stderr
    assert planned(local) == []


def test_no_answer_is_a_no(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("pay", "run", answer="", code=1)

    assert planned(local) == []


def test_a_yes_plans_what_was_said(terminal: Terminal, local: LocalShop) -> None:
    result = terminal.run("pay", "run", answer="y\n")

    assert "planned 2 bills of 2 sellers, 14.00 dollars" in result.stdout
    assert planned(local) == [500, 900]


def test_with_yes_nobody_is_asked(terminal: Terminal, local: LocalShop) -> None:
    answer = terminal.json("pay", "run", "--yes")

    assert (answer["bills"], answer["amount"], answer["cents"]) == (2, "14.00", 1400)
    assert planned(local) == [500, 900]


def test_one_seller_is_paid_alone(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("pay", "now", "Seller", "2", "--yes")

    assert planned(local) == [500]


def test_a_held_seller_is_passed_over_with_the_reason(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("pay", "hold", "Seller", "1", "--reason", "identity")

    result = terminal.run("pay", "run", "--yes")

    assert "planned 1 bill of 1 seller," in result.stdout
    assert "identity" in result.stdout
    assert planned(local) == [500]


def test_a_payment_made_by_hand_is_adopted_after_a_yes(terminal: Terminal, local: LocalShop) -> None:
    by_hand = local.pays_by_hand()
    because = ("--reason", "Bea paid it")
    words = f"{by_hand} for the payout of FB-1-1, 9.00 dollars"

    assert terminal.run("pay", "adopt", by_hand, *because, "--dry-run").stdout == f"would take {words}\n"
    assert words in terminal.run("pay", "adopt", by_hand, *because, answer="n\n", code=1).stderr
    assert planned(local) == []
    assert terminal.run("pay", "adopt", by_hand, *because, "--yes").stdout == f"took {words}\n"
    assert planned(local) == [900]
    assert "FB-1-1 is done" in terminal.run("pay", "adopt", by_hand, *because, "--yes", code=1).stderr


def test_several_that_pay_a_bill_together_are_named_together(terminal: Terminal, local: LocalShop) -> None:
    payments = [local.pays_by_hand(cents=5_40), local.pays_by_hand(cents=3_60)]
    because = ("--reason", "Bea paid it")
    words = f"{', '.join(payments)} for the payout of FB-1-1, 9.00 dollars"

    assert "name it as well" in terminal.run("pay", "adopt", payments[0], *because, "--yes", code=1).stderr
    assert terminal.run("pay", "adopt", *payments, *because, "--dry-run").stdout == f"would take {words}\n"
    assert planned(local) == []
    assert terminal.run("pay", "adopt", *payments, *because, "--yes").stdout == f"took {words}\n"
    assert planned(local) == [5_40]
    assert "pay_part" in terminal.run("ops", "list", "--kind", "pay_part").stdout
    terminal.run("pay", "adopt", *because, code=2)


def pays_instead(local: LocalShop, dollars: str) -> str:
    """Let somebody set the first bill at Bill.com to another amount, and pay it so."""
    bill = local.simulator.books.bills[0]
    (line,) = bill["billLineItems"]
    values = {"billLineItems": [{"entity": "BillLineItem", "id": line.id, "amount": dollars}]}
    local.simulator.under_lock(lambda service: people.act(service, "edit", {"id": bill.id, "values": values}))
    return local.pays_by_hand()


def test_what_was_paid_with_another_amount_is_said_with_what_is_left(terminal: Terminal, local: LocalShop) -> None:
    by_hand = pays_instead(local, "4.00")
    because = ("--reason", "Bea paid it")
    words = f"{by_hand} for the payout of FB-1-1, 4.00 dollars; 5.00 more are still owed"

    assert "say --as-paid" in terminal.run("pay", "adopt", by_hand, *because, "--yes", code=1).stderr
    assert terminal.run("pay", "adopt", by_hand, "--as-paid", *because, "--dry-run").stdout == f"would take {words}\n"
    assert planned(local) == []
    assert terminal.run("pay", "adopt", by_hand, "--as-paid", *because, "--yes").stdout == f"took {words}\n"
    assert planned(local) == [400]


def test_what_was_paid_too_much_is_said_to_be_owed(terminal: Terminal, local: LocalShop) -> None:
    by_hand = pays_instead(local, "12.00")
    words = f"{by_hand} for the payout of FB-1-1, 12.00 dollars; the seller owes 3.00 of it"

    took = terminal.run("pay", "adopt", by_hand, "--as-paid", "--reason", "Bea paid it", "--yes")

    assert took.stdout == f"took {words}\n"


def test_what_is_paid_again_is_said_less_what_the_seller_owes(terminal: Terminal, local: LocalShop) -> None:
    payment, because = local.pays_by_hand(), ("--reason", "Bea paid it")
    terminal.run("pay", "adopt", payment, *because, "--yes")
    terminal.run("pay", "void", payment, *because, "--yes")
    local.tick(3)
    for _ in range(3):
        local.pass_days(1)
        local.tick(3)
    late = ("--reference", "late", "--reason", "nine days late")
    terminal.run("pay", "adjust", "fine", "Seller", "1", "4.00", *late, "--yes")
    words = "paid again by the next run: FB-1-1, 5.00 dollars, after 4.00 that the seller owes"

    assert terminal.run("pay", "again", payment, *because, "--dry-run").stdout == f"would be {words}\n"
    assert terminal.run("pay", "again", payment, *because, "--yes").stdout == f"will be {words}\n"


def test_the_kill_switch_stops_the_run_and_says_so(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("pay", "hold", "--everything", "--reason", "strange logins")

    result = terminal.run("pay", "run", "--yes", code=1)

    assert "strange logins" in result.stderr
    assert planned(local) == []


def test_a_release_asks_first(terminal: Terminal) -> None:
    terminal.run("pay", "hold", "Order", "1", "--reason", "complaint")

    terminal.run("pay", "release", "Order", "1", answer="n\n", code=1)

    assert terminal.run("pay", "release", "Order", "1", "--yes").stdout == "released: 1\n"


@pytest.mark.parametrize("words", [(), ("Seller",), ("Seller", "1", "--everything")])
def test_a_hold_needs_one_thing_to_be_on(terminal: Terminal, words: tuple[str, ...]) -> None:
    terminal.run("pay", "hold", *words, "--reason", "x", code=2)


def test_payments_that_are_switched_off_are_named(make_local: Callable[..., LocalShop]) -> None:
    result = Terminal(make_local()).run("pay", "run", "--yes", code=1)

    assert "BILLCOM_PAYMENTS_ENABLED" in result.stderr


@pytest.mark.parametrize("words", [("Seller", "1"), ("--everything",)])
@pytest.mark.parametrize("reason", ["", " "])
def test_a_hold_without_a_reason_is_refused(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    refused = terminal.run("pay", "hold", *words, "--reason", reason, code=1)

    assert "a hold needs" in refused.stderr
    assert terminal.json("status")["holds"] == []


def test_a_round_that_sends_nothing_says_why_payouts_wait(terminal: Terminal) -> None:
    terminal.run("pay", "hold", "--everything", "--reason", "strange logins")
    assert terminal.run("tick").stdout.endswith("nothing to send or look up; payouts wait: hold: strange logins\n")

    terminal.run("pay", "release", "--everything", "--yes")
    assert "payouts wait" not in terminal.run("tick").stdout

    terminal.run("pay", "run", "--yes")
    terminal.run("pay", "hold", "--everything", "--reason", "strange logins")
    assert terminal.run("tick").stdout.endswith("payouts wait: hold: strange logins\n")


def test_a_round_says_that_payouts_wait_because_payments_are_switched_off(
    make_local: Callable[..., LocalShop],
) -> None:
    local = make_local(BILLCOM_RELEASE="on_settlement")
    terminal = Terminal(local)
    terminal.run("settle", "Order", terminal.order(("ann", "10.00", "1.00")))
    local.tick(2)

    assert "payouts wait: payments are switched off; set BILLCOM_PAYMENTS_ENABLED" in terminal.run("tick").stdout


def test_bills_that_are_not_due_yet_are_said_with_their_day(make_local: Callable[..., LocalShop]) -> None:
    local = make_local(BILLCOM_PAYMENTS_ENABLED=True, BILLCOM_RELEASE="on_settlement", BILLCOM_HOLD_DAYS=5)
    terminal, day = Terminal(local), local.simulator.clock.now() + timedelta(days=5)
    terminal.run("settle", "Order", terminal.order(("ann", "10.00", "1.00"), ("bob", "5.00")))
    local.tick(2)

    said = terminal.run("pay", "run", "--dry-run").stdout.splitlines()

    assert said == [
        "would pay 0 bills of 0 sellers, 0.00 dollars",
        f"not yet: 2 bills, 14.00 dollars, released from {day:%Y-%m-%d} on",
    ]
    assert "not yet: 1 bill, 9.00 dollars" in terminal.run("pay", "now", "Seller", "1", "--dry-run").stdout


def test_bills_of_sales_that_are_not_funded_are_said_to_wait_for_that(make_local: Callable[..., LocalShop]) -> None:
    local = make_local(BILLCOM_PAYMENTS_ENABLED=True)
    terminal = Terminal(local)
    terminal.run("settle", "Order", terminal.order(("ann", "10.00", "1.00")))
    local.tick(2)

    said = terminal.run("pay", "run", "--dry-run").stdout

    assert "not yet: 1 bill, 9.00 dollars, their sales are not funded" in said


def test_what_the_steps_of_a_round_have_counted_is_said(terminal: Terminal) -> None:
    terminal.run("pay", "run", "--yes")

    said = [terminal.run("tick").stdout]
    terminal.local.pass_days(2)
    said.append(terminal.run("tick").stdout)

    assert said[0].startswith("pay: 1 batch")
    assert "payments read, polls: " in said[1]


def test_a_payout_is_listed_with_its_seller_and_its_bills(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("pay", "adopt", local.pays_by_hand(), "--reason", "Bea paid it", "--yes")
    local.tick()

    (listed,) = terminal.json("pay", "list")["items"]
    line = terminal.run("pay", "list").stdout.splitlines()[1]

    assert (listed["party"], listed["numbers"]) == ("Seller 1", ["FB-1-1"])
    assert "  Seller 1  FB-1-1  " in line


def test_a_payout_that_nobody_knows_is_refused_with_the_way_to_the_others(terminal: Terminal) -> None:
    refused = terminal.run("pay", "void", "0" * 32, "--reason", "wrong seller", "--yes", code=1)

    assert "`flask billcom pay list` shows them" in refused.stderr


def payable(terminal: Terminal) -> list[tuple[str, str]]:
    """Return what the doctor says about payable cents."""
    checks = terminal.json("doctor", "--offline")["checks"]
    return [(each["level"], each["message"]) for each in checks if each["id"] == "payable"]


@pytest.mark.parametrize("is_planned", [False, True])
def test_the_doctor_names_what_waits_for_a_hold_on_everything(terminal: Terminal, *, is_planned: bool) -> None:
    if is_planned:
        terminal.run("pay", "run", "--yes")
    assert payable(terminal)[0][0] == "ok"

    terminal.run("pay", "hold", "--everything", "--reason", "strange logins")

    assert payable(terminal) == [("warning", "2 bills, 14.00 dollars wait for a hold: strange logins")]


def test_the_doctor_names_what_waits_for_a_hold_on_its_seller(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("pay", "hold", "Seller", "1", "--reason", "identity; passport")
    assert payable(terminal) == [("warning", "1 bill, 9.00 dollars wait for a hold: identity; passport")]

    terminal.run("pay", "release", "Seller", "1", "--yes")
    terminal.run("pay", "run", "--yes")
    terminal.run("pay", "hold", "Seller", "1", "--reason", "identity")
    local.tick()

    assert payable(terminal) == [("warning", "1 bill, 9.00 dollars wait for the hold on their seller or sale")]


def test_the_doctor_names_what_waits_as_payments_are_switched_off(make_local: Callable[..., LocalShop]) -> None:
    local = make_local(BILLCOM_RELEASE="on_settlement", BILLCOM_FLOAT_CENTS=100_000)
    terminal = Terminal(local)
    terminal.run("settle", "Order", terminal.order(("ann", "10.00", "1.00")))
    local.tick(2)

    assert payable(terminal) == [("warning", "1 bill, 9.00 dollars wait: payments are switched off")]
