"""Random settlements.

fair      worlds until there are as many settlements as were asked for
market    one world
chances   which boundary is hurt, and how
readings  what Bill.com may be like where its documents leave it open
regrets   what buyers take back
meddling  what people do behind the worker's back
"""
