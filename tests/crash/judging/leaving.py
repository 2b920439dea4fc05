"""What the protocol leaves to people, and when: an engine that leaves more to them, or sooner, is timid.

no call of its own was hurt                             never
fewer were hurt than may be followed by another one     only where somebody has changed what stands there
lists have shown its effect                             never, however often it was hurt
it may still land, or be shown                          not yet
"""

from __future__ import annotations

from types import MappingProxyType

from tests.crash.judging.bystander import Left

SILENCES = MappingProxyType(
    {
        "charge": 1,
        "record": 1,
        "pay": 2,
        "send_invoice": 2,
        "update_invoice": 2,
        "update_bill": 2,
        "delete_invoice": 2,
        "delete_bill": 2,
        "create_invoice": 3,
        "create_bill": 3,
        "create_customer": 3,
        "create_vendor": 3,
    }
)
"""How many attempts without an answer it takes. A debit of another's account, and a receipt that pays an invoice, are
never sent again by themselves; a payout once, a document twice. What is not here is repeated until it is so."""
GRACE_S = 900.0
"""D, V and the margin: for so long what got no answer may still land, and be shown."""


def needless(left: Left, *, is_known_again: bool = True, is_endless: bool = False) -> str:
    """Return why an operation need not have been left to a person, or nothing.

    :param is_known_again: whether its effect can be told from what somebody has changed, or from what is older.
    :param is_endless: whether sessions do not end, and a person decides sooner what becomes of what they carried.
    """
    if not left.silences:
        return "no call of it was hurt"
    if not is_known_again:
        return ""
    if left.shown_s:
        return f"lists had shown it for {left.shown_s:.0f} s"
    budget = SILENCES.get(left.kind)
    if budget is None or left.silences < budget:
        return f"{left.silences} of its calls got no answer, and {budget or 'no number'} of them it takes"
    if not left.is_strange and left.waited_s < GRACE_S and not is_endless:
        return f"it could still land, or be shown, {left.waited_s:.0f} s after its last call"
    return ""
