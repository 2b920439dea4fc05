"""The tables, as an ordinary typed module.

    sales        settlement, settlement_line: what the app said, frozen
                 adjustment, adjustment_line, adjustment_part: what changes it later, and how far that is
    parties      party: a buyer or seller known to Bill.com
    documents    document, payment, payment_part, movement: Bill.com's side as last read
    recorded     recorded_payment: money that buyers paid elsewhere
    delivery     operation, call: one wanted remote effect, one changing HTTP call
    holds        hold: why money waits
    access       session, slot, quota, mark: what all processes share
    books        entry, audit: append-only

Every row carries `organization_id`. Ids are UUIDv7, money is integer cents, times are aware UTC, remote ids have 20
characters. No row points at a table of the app.
"""

from .access import Mark, Quota, Session, Slot
from .base import Base
from .books import Audit, Entry
from .delivery import LIVE, OPEN_LANE, Call, Operation, OperationState
from .documents import Document, Movement, Payment, PaymentPart
from .holds import Hold
from .parties import Party
from .recorded import RecordedPayment
from .sales import Adjustment, AdjustmentLine, AdjustmentPart, Settlement, SettlementLine, SettlementState

__all__ = [
    "LIVE",
    "OPEN_LANE",
    "Adjustment",
    "AdjustmentLine",
    "AdjustmentPart",
    "Audit",
    "Base",
    "Call",
    "Document",
    "Entry",
    "Hold",
    "Mark",
    "Movement",
    "Operation",
    "OperationState",
    "Party",
    "Payment",
    "PaymentPart",
    "Quota",
    "RecordedPayment",
    "Session",
    "Settlement",
    "SettlementLine",
    "SettlementState",
    "Slot",
]
