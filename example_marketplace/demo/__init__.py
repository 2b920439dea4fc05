"""The whole way of the money, from 200 orders to the last cleared payout, checked on three sides.

    __main__   the plot: start, people, orders, bank days, verdict
    stage      a fresh folder, a local Bill.com, the shop on it, one clock for both
    acts       what happens: people enter accounts, orders ship, days pass
    incidents  what goes otherwise: a fine, a bonus, a hold, a refund, a charge and a payout that come back
    sides      the money as the local books, Bill.com's books and the bank each tell it
    report     what is printed: tables and the last line

Run `python -m example_marketplace.demo`; `ORDERS=N` for another number of orders.
"""
