"""Two transactions of one moment: one is held open before it commits, while another process acts on the same rows.

tellings   the suite: who acts where, in one telling after the other
house      the theatre with a second process
overlaps   the commits at which somebody acts, and whose turn it is
deeds      what people do there
another    the other process, and a step of its round alone
meeting    one transaction that is held open until the other one ends or waits
"""
