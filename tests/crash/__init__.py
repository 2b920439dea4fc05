"""A marketplace that is killed at every boundary, and a judge who looks at Bill.com's own books.

what is told
    tale         some weeks of a shop: its chapters, its orders, its people
    boundaries   where a telling can be cut, found by listening
    judging      what became of the money, and the shortest trace of a failure

in which ways
    cutting      one telling after the other, cut at every place, and at every pair of places
    overlapping  two workers, or a worker and a person, in transactions of one moment
    worlds       random settlements, with faults by chance and people who meddle
    real         worker processes that are killed and stopped for real
    mistakes     the engine without one rule of its protocol
    mutants      each of these has to be caught
    happenings   each fault once, as an operator lives through it

on the command line
    __main__     one suite is run, and its sum printed
    asked        what a suite is asked for
    naming       what a name may be
    suites       the suites by name
    sharing      several processes that share one
    quiet        nothing is logged meanwhile
"""
