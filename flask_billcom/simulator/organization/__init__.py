"""The organization, and whom it deals with.

parties    small rules of entities without money
accounts   bank accounts of vendors and customers
network    invitations and connections
directory  companies that are in the network already
billers    companies that are paid through a network of their own
merging    one vendor or customer of two
messages   what users write about objects
treasury   its own accounts, and exchange rates
"""
