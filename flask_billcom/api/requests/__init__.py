"""What is sent, as values: one definition of every payload, for the client and for the engine.

    create_one(Vendor(name="Acme"))  ->  Call("Crud/Create/Vendor.json", {"obj": {...}}, changes=True)
                                              |
                     transport.call(call.path, call.data, ..., idempotent=not call.changes)

Nothing here sends anything. What cannot be sent raises `InvalidRequest` at once.
"""

from .call import Call, operation
from .crud import (
    MAX_BULK,
    bulk_create,
    bulk_delete,
    bulk_undelete,
    bulk_update,
    create_one,
    delete,
    list_page,
    read,
    undelete,
    update_one,
)
from .payables import (
    MAX_PAYMENTS,
    BillPayment,
    CreditUse,
    cancel_ap_payment,
    get_check_image_data,
    get_disbursement_data,
    list_payments,
    pay_bills,
    record_ap_payment,
    void_ap_payment,
)
from .receivables import (
    InvoicePayment,
    charge_customer,
    mail_invoice,
    record_ar_payment,
    send_invoice,
    set_customer_authorization,
    void_ar_payment,
)

__all__ = [
    "MAX_BULK",
    "MAX_PAYMENTS",
    "BillPayment",
    "Call",
    "CreditUse",
    "InvoicePayment",
    "bulk_create",
    "bulk_delete",
    "bulk_undelete",
    "bulk_update",
    "cancel_ap_payment",
    "charge_customer",
    "create_one",
    "delete",
    "get_check_image_data",
    "get_disbursement_data",
    "list_page",
    "list_payments",
    "mail_invoice",
    "operation",
    "pay_bills",
    "read",
    "record_ap_payment",
    "record_ar_payment",
    "send_invoice",
    "set_customer_authorization",
    "undelete",
    "update_one",
    "void_ap_payment",
    "void_ar_payment",
]
