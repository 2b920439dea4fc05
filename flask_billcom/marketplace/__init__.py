"""The domain: what a marketplace's sales, parties and payouts mean at Bill.com.

what the app says
    sale            about an order, as values that cannot be wrong
    mapping         functions for buyers, sellers and orders
    identity        how its objects are pointed at from our rows
    everybody       all its buyers and sellers, committed
    listening       a mapped object that has changed

settling
    settling        settle(): the rows of a sale, inside the app's transaction
    freezing        an order as it is frozen
    stored          how one that is settled again differs
    papers          the documents of new settlements, and the operations that make them
    numbers         document numbers, and our own keys of parties
    snapshots       what settle() gives back
    states          how far documents and settlements are

buyers and sellers
    parties         planned when first needed, told when they have changed
    known           their rows, for a batch of sales
    digests         what was last told to Bill.com about them
    matching        who may be there already; a report
    confirming      what a person confirms
    bank_accounts   passed through, never kept
    consent         to be charged

what is sent
    kinds           the kinds of operations that the engine carries out
    steps           the domain's part of a tick, in order
    sweeps          parked operations whose reason is gone
    approvals       large runs wait for people
    attaching       files on invoices and bills

collecting
    charging        charges asked for again, and those that nobody needs
    reminders       overdue invoices sent again
    elsewhere       money received in another way
    funding         when money is safe, and what that sets free

paying out
    payouts         the run: which bills are paid
    payable         which may be, and why the others wait
    gate            cover and caps, asked once more before one is sent
    liquidity       what payouts may still take
    reserve         a share that stays unpaid
    holds           named reasons to wait

following
    following       which polls are worth a call now
    marks           how far each poll has come
    received        what ReceivedPays do to our rows
    receipts        one of them compared with our row
    sent            what SentPays do to our rows
    movements       what the bank says
    bankhours       when banks act on a payment
    payments        rows of payments, and their parts
    clearing        when a payout has arrived
    catching_up     parts that are recorded late

payouts that come back
    voidable        taken back by a person
    voiding         when one is void for certain
    sightings       what its reads have shown so far
    by_others       payments that somebody else made of its bills
    crediting       the bank's line that gives the money back
    paying_again    its bills, when a person says so
    paid_by_hand    a payment of Bill.com's own page, taken for ours

beside the sales
    refunds         going back: money given back, or a sale taken back
    adjusting       fines, bonuses, write-offs: asked for, approved, booked
    adjustments     their rows
    adjustment_bills  their bills
    credits         the bill of a bonus
    disputes        while one is open its money waits
    clawback        what sellers owe
    netting         taken off their next bills
    netting_again   taken off bills that are paid again

books, and agreement with Bill.com
    books           the books as people read them
    postings        what each step of a payment does to them
    proof           what they must come to, counted from our other rows
    balances        what a seller has earned, and where it is
    reconciliation  everything at Bill.com against our rows
    comparing, comparing_money  one page of it
    differences     what they are called, and how one reads
    seen            ids met on the way
    witness         has this database forgotten something?
    lost            looked for once a day, and after a restored backup
    strays          what carries our mark and no row of ours has made

what people see
    status          how everything stands
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
"""
