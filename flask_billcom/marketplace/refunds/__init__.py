"""Going back: money of a settled sale is given back to its buyer, or the sale is taken back before it is collected.

asking       refund, cancel: rows in the app's own transaction, and the books at once
shares       an amount spread over the lines of a sale, and what becomes of the fee
lowering     the lines of a document as they are after what was refunded
facts        what a document and its payments stand like
stages       what is to be done with a document that stands so, or why it has to wait
carrying     the step of a tick: does it
paying_back  the bill that pays a buyer back
waiting      refunds that are not carried out yet, and why
"""
