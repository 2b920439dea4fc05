"""The operations of the API in general; what is special to one lives with its subject.

operation  what an operation is
objects    create, read, update, delete, undelete
listing    filters, sort and page over a table
lookups    questions about objects in general
arguments  dates, cents, ids and flags of a call
values     JSON to what a field holds
answers    answers as JSON text, without a float anywhere
"""
