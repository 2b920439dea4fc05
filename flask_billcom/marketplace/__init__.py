"""The domain: what a marketplace's sales, parties and payouts mean at Bill.com.

a sale and its money
    shop            what the app says
    settlement      settle(): the rows of a sale, inside the app's transaction, and its documents
    counterparties  buyers and sellers, planned when first needed, matched, confirmed
    collection      charges, reminders, and when money is safe
    paying          the payout run, its gate, cover, caps and holds
    tracking        every payment followed until it has cleared
    returns         payouts that come back, and are paid again

beside the sales
    refunds         going back: money given back, or a sale taken back; disputes
    corrections     fines, bonuses, write-offs, and what sellers owe

how it agrees
    books           the books as people read them
    agreement       everything at Bill.com against our rows; the witness; what is lost

what is sent
    kinds           the kinds of operations that the engine carries out
    steps           the domain's part of a tick, in order
    sweeps          parked operations whose reason is gone
    approvals       large runs wait for people
    attaching       files on invoices and bills

what people see
    status          how everything stands
    balances        what a seller has earned, and where it is
    idle            why each cent that is owed has not been paid
    doctor          what keeps money from moving, with the next step
    lists           rows as they are shown
    events          signals, told after the commit
    expiring        the trust in this device ends
    plain           values as JSON

for all of them
    context         what the domain's functions are given
    moment          a clock that is asked the time once
    core            our tables, for statements that carry many rows
    numbers         document numbers, and our own keys of parties
    states          how far documents and settlements are
    locking         in which order rows are locked
    marks           how far each poll has come
    holds           named reasons to wait
    strays          what carries our mark and no row of ours has made
    postings        what each step of a payment does to them
"""
