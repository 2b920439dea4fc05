"""Who must say yes before a bill is paid.

approvals  who must, in which order, and what they said
policies   how many must approve above an amount
worklist   what a user has to approve, or had to
"""
