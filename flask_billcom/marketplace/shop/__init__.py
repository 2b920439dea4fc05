"""What the app says of its sales and its parties, and what is frozen of it.

sale       about an order, as values that cannot be wrong
mapping    functions for buyers, sellers and orders
identity   how its objects are pointed at from our rows
everybody  all its buyers and sellers, committed
listening  a mapped object that has changed
freezing   an order as it is frozen
"""
