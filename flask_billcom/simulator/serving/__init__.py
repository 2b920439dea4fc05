"""From a request to its answer, over a socket or without one.

adapter     behind a `requests.Session`, without a socket
server      over HTTP: a small threaded server
command     its command line
control     what tests and people may do that no client of Bill.com can
wire        a request off the wire, an answer onto it
routes      from a path to what it asks for
answering   from a request to its answer
crud        Crud, List and Bulk over the catalogue
operations  the verbs outside Crud and List
servlets    files at the root of the host
journal     every request with what came of it
limits      calls at once, calls an hour, messages a minute
faults      what may go wrong, by name
mangling    what a fault does to an answer that is ready
"""
