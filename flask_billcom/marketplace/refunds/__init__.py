"""Going back: money of a settled sale is given back to its buyer, or the sale is taken back before it is collected.

asking       refund, cancel: rows in the app's own transaction, and the books at once
shares       an amount spread over the lines of a sale, and what becomes of the fee
entries      what each step does to the books
facts        how a document and its payments stand
stages       what is to be done with a document that stands so, or why it has to wait
carrying     the step of a tick that does it
writing      rows that follow when a document was lowered, or when it was too late for that
correcting   the same once Bill.com has lowered or deleted it
lowering     the lines of a document as they are after what was refunded
paying_back  the bill that pays a buyer back
releasing    when that bill may be paid, and what becomes of it when the buyer's own payment comes back
returning    a refund whose payment to the buyer comes back
blocking     documents that are neither charged nor paid meanwhile
waiting      refunds that are not carried out yet, and why
snapshots    a refund as it is shown
disputes     while one is open its money waits
"""
