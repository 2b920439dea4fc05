"""The public calls of the extension: each is made by a rule, or named here with the reason why none makes it."""

from __future__ import annotations

from flask_billcom import Billcom

AT_THE_START = "what an app registers as it is made, before a sequence begins"
FOR_ROUTES = "asked by routes and pages alone, which the tests of the web floor enter"
APART = {
    "init_app": AT_THE_START,
    "customer_from": AT_THE_START,
    "vendor_from": AT_THE_START,
    "sale_from": AT_THE_START,
    "authorize": FOR_ROUTES,
    "party_of_request": FOR_ROUTES,
    "blueprint": FOR_ROUTES,
    "attach": "no rule sends a file yet",
    "models": "the tables, a module",
    "state_of": "the parts of an app, of which each call is made",
    "start_runner": "a thread that ticks: a sequence would be another one each time",
    "tick": "the rules of time make it, and its rounds are counted by themselves",
    "payouts_wait_for": "what the command `tick` says, whose tests enter it",
    "session": "a rule signs in by it and is counted; what it returns are no rows of ours",
    "client": "any call of Bill.com's API, none of it ours; the operator merges vendors by it",
}
PUBLIC = frozenset(name for name in dir(Billcom) if not name.startswith("_"))
CALLS = PUBLIC - APART.keys()
"""What rules make, and what a long run must have made, whether it was done or refused."""
