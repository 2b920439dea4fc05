"""How much of API v2 the simulator has, found out over its own wire.

    stage    a simulator in which every entity exists
    fields   each catalogued field: there, typed, its default, kept when writable, untouched when read-only
    verbs    each verb of each entity, offered or refused          tour    each operation and file
    causes   each error code, raised by what causes it
    report   all of it as one table: python -m flask_billcom.simulator.coverage, GET /simulator/coverage

Nothing here asks the code what it claims to have: every line is a call made and an answer looked at.
"""
