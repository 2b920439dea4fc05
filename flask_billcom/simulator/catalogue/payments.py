"""Money going out, the organization's own accounts and the movements of its bank.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= SentPay stp RL -
processDate|date|D-||
amount|money|D-|0|
status|enum|D-|1|0=approving 1=scheduled 2=paid 3=canceled 4=void 5=escheated
description|text|D-||
txnNumber|text|D-||
name|text|D-||
vendorId|id|D-||
isOnline|bool|D-|true|
paymentType|enum|D-||
deliveryTypeRequested|enum|R-|0|0=standard 1=usps_priority 10=ups_1day 11=ups_2day 12=ups_3day
bankAccountId|id|D-||
chartOfAccountId|id|D-||
syncReference|text|D-||
toPrintCheck|bool|D-||
needAttnReviewed|bool|D-||
source|enum|R-|0|0=BDC 1=BillAutoPay 2=NetSyncFromOnlinePayment 3=NetSyncFromOfflinePayment
billPays|list:BillPay|D-||
billCredits|list:BillCredit|D-o||
voidRequest|object|D-o||

= BillPay blp RL -
billId|id|D-||
name|text|D-||
amount|money|D-|0|
description|text|D-||
processDate|date|D-||
syncReference|text|D-||
toPrintCheck|bool|D-||
chartOfAccountId|id|D-||
paymentStatus|enum|R-|1|1=scheduled 2=paid 3=canceled 4=void
paymentType|enum|R-|0|0=online 1=other
sentPayId|id|R-||
allowExport|bool|R-||

= BillCredit bcr RL -
billId|id|D-||
sentPayId|id|D-||
vendorCreditId|id|D-||
amount|money|D-|0|

= BankAccount bac RL -
isActive|enum|D-|1|1=active 2=inactive
bankName|text|D-||
nameOnAcct|text|D-||
accountNumber|text|D-||
routingNumber|text|D-||
usersId|id|D-||
chartOfAccountId|id|D-||
isSavings|bool|D-||
isPersonalAcct|bool|D-||
dateEstablished|date|D-||
status|enum|D-|1|0=notVerified 1=verified 2=pending 3=blocked 4=expired 5=invalid
primaryAP|bool|D-||
primaryAR|bool|D-||

= MoneyMovement mmt RL -
name|text|D-||
type|enum|D-||1=payables 2=receivables
amount|money|D-|0|
processDate|date|D-||
status|enum|D-|0|0=sent 1=confirmed 2=void
description|text|D-||
bankAccountId|id|A-||
"""
