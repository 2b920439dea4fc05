"""The domain: what a marketplace's sales, parties and payouts mean at Bill.com.

sale        what the app says about an order, as values that cannot be wrong
mapping     the app's functions for buyers, sellers and orders
identity    how the app's objects are pointed at from our rows
freezing    an order as it is frozen
settling    settle(): the rows of a sale, inside the app's transaction
numbers     document numbers, and our own keys of parties
parties     buyers and sellers at Bill.com: create, update, bank accounts, consent
events      signals, delivered from the audit rows
kinds       the nine kinds of operations that the engine carries out
following   what Bill.com says about documents and payments
funding     when money is safe; release of bills
payouts     what is paid to whom, and the run that plans it
states      how far a settlement is
balances    what a seller has earned, what waits and what is paid
"""
