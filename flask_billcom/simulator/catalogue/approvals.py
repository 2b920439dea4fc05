"""Who must say yes to a bill or a vendor credit.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= ApprovalPolicy apl CRUDNL -
isActive|enum|D|1|1=active 2=inactive
type|enum|D||0=bill 1=vendor
amountThreshold|money|D||
minNumApprovers|int|D||

= ApprovalPolicyApprover apa CRUDNL -
approvalPolicyId|id|A!||
usersId|id|A!||

= BillApprover bla RL -
billId|id|R-||
usersId|id|R-||
sortOrder|int|R-||
statusChangedDate|time|R-||
lastReminderDate|time|R-||
isActive|enum|R-|1|
status|enum|R-||5=upcoming 0=waiting 1=viewed 2=rerouted 3=denied 4=approved 6=stale

= VendCreditApprover vca RL -
vendorCreditId|id|A-||
usersId|id|A-||
sortOrder|int|A-||
statusChangedDate|time|A-||
lastReminderDate|time|A-||
isActive|enum|A-|1|1=active 2=inactive
status|enum|A-||5=upcoming 0=waiting 1=viewed 2=rerouted 3=denied 4=approved 6=stale
"""
