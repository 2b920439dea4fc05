"""The client's operations, one module for each area of the API."""

from .approvals import ApprovalCalls
from .files import FileCalls
from .network import NetworkCalls
from .payables import PayableCalls
from .receivables import ReceivableCalls
from .system import SystemCalls

__all__ = ["ApprovalCalls", "FileCalls", "NetworkCalls", "PayableCalls", "ReceivableCalls", "SystemCalls"]
