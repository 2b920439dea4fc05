"""Tellings that are cut in every place, and in every pair of places.

theatre     the story told once, kept at the start of each chapter, to be told again
keeping     a world that is kept, and gone back to
cuts        the ways of being hurt
codes       the faults of the protocol, and what plays each
recoveries  the places that only a hurt story passes
pairs       two crashes, one after the other
chains      many of these pairs in one telling
distant     pairs that lie far apart
traces      a failure, with the fewest cuts and the calls
"""
