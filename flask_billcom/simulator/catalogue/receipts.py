"""Money coming in.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= ReceivedPay 0rp RL -
customerId|id|D-||
status|enum|R-|2|0=Paid 1=Void 2=Scheduled 3=Canceled 4=Escheated
paymentDate|date|D-||
depositToAccountId|id|D-||
isOnline|bool|D-|true|
paymentType|enum|D-|3|0=Cash 1=Check 2=CreditCard 3=ACH 4=PayPal 5=Other
amount|money|D-|0|
unappliedAmount|money|R-|0|
localAmount|money|R-||
exchangeRate|decimal|R-||
description|text|R-x||
refNumber|text|D-x||
convFeeAmount|money|D-|0|
payToBankAccountId|id|D-||
source|enum|R-|0|
moneyOutId|id|R-||
isMarkedAsCompleted|bool|R-||
holdDisbursement|bool|R-||
customerBankAccountId|id|R-||
customerCardAccountId|id|R-||
guestPayAccountId|id|R-||
vCardReceivableInfo|list|R-||
rPConvFee|list:RPConvFee|D-||
invoicePays|list:InvoicePay|D-||

= InvoicePay 0ip - -
invoiceId|id|D||
amount|money|D|0|
description|text|D-||
status|enum|R-||

= RPConvFee rpf RL -
refNumber|text|D-||
amount|money|D-|0|
paymentDate|date|D-||
chartOfAccountId|id|D-||

= InvoiceCredit 0ic RL -
invoiceId|id|A-||
creditMemoId|id|A-||
receivedPayId|id|D-||
amount|money|A-|0|
"""
