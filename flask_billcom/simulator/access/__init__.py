"""Who may come in, and what they may do.

sessions  who is signed in, trusted devices, codes
rights    what the roles of users allow
users     the people of the organization
"""
