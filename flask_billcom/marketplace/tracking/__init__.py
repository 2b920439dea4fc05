"""What became of every payment: reads of Bill.com, and what they do to our rows.

following    which polls are worth a call now
received     what ReceivedPays do to our rows
receipts     one of them compared with our row
sent         what SentPays do to our rows
movements    what the bank says
bankhours    when banks act on a payment
payments     rows of payments, and their parts
clearing     when a payout has arrived
catching_up  parts that are recorded late
"""
