"""What customers owe: invoices, credit memos and templates, with their lines.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= Invoice 00e CRUDNL CUDN
isActive|enum|R|1|1=Active 2=Inactive
customerId|id|R!||
invoiceNumber|text(100)|D!||
invoiceDate|date|R!||
dueDate|date|R!||
glPostingDate|date|R||
amount|money|R-|0|
amountDue|money|R-|0|
scheduledAmount|money|R-|0|
creditAmount|money|R-|0|
localAmount|money|R-||
exchangeRate|decimal|D||
paymentStatus|enum|R-|1|1=Open 4=Scheduled 0=PaidInFull 2=PartialPayment
description|text(4000)|D||
poNumber|text(40)|D||
isToBePrinted|bool|R||
isToBeEmailed|bool|R||
lastSentTime|time|R-||
itemSalesTax|id|R||
salesTaxPercentage|decimal|R-||
salesTaxTotal|money|R-|0|
terms|text|R||
salesRep|text|R||
FOB|text|R||
shipDate|date|R||
shipMethod|text|R||
departmentId|id|R||
locationId|id|R||
actgClassId|id|R||
jobId|id|R||
payToBankAccountId|id|R||
payToChartOfAccountId|id|R||
createdBy|id|R-||
invoiceTemplateId|id|R-||
hasAutoPay|bool|R-||
source|enum|R-|0|
emailDeliveryOption|enum|R|1|
mailDeliveryOption|enum|R|0|
recInvoiceTemplateId|id|R-||
netBillId|id|R-||
netOrgId|id|R-||
quickbooksId|text|R-||
financingStatus|enum|R-|0|
financingModelStatus|enum|R-||
financingErrorType|enum|R-|0|
stylingId|id|R-||
stylingRevision|text|R-||
invoiceLineItems|list:InvoiceLineItem|R!||
invoiceAdjustments|list|R-||
invoiceCustomFields|list|R-||

= InvoiceLineItem 00f - -
invoiceId|id|R-||
itemId|id|R||
quantity|decimal|R!||
price|decimal|D||
ratePercent|decimal|D||
amount|money|D-|0|
serviceDate|date|R-||
chartOfAccountId|id|R||
departmentId|id|R||
locationId|id|R||
actgClassId|id|R||
jobId|id|R||
description|text|R||
taxable|bool|R||
taxCode|text|R|Non|
lineOrder|int|R-||

= RecurringInvoice itm CRUDNL -
isActive|enum|R|1|1=Active 2=Inactive
customerId|id|R!||
timePeriod|enum|R!||9=none 0=Day 1=Week 2=Month 3=Year
frequencyPerTimePeriod|int|R!||
nextDueDate|date|R!||
endDate|date|R||
daysInAdvance|int|R!||
poNumber|text|R||
salesRep|text|R||
departmentId|id|R||
locationId|id|R||
actgClassId|id|R||
jobId|id|R||
itemSalesTax|id|R||
description|text|R||
isToBePrinted|bool|R||
isToBeEmailed|bool|R||
isToBeAutoEmailed|bool|R||
isToBeAutoMailed|bool|R||
fromUserId|id|R||
taxableAmount|money|R-|0|
subtotal|money|R-|0|
recurringInvoiceLineItems|list:RecurringInvoiceLineItem|R!||

= RecurringInvoiceLineItem 0rl - -
recurringInvoiceId|id|R-||
itemId|id|R||
quantity|decimal|R!||
price|decimal|D||
ratePercent|decimal|D||
amount|money|R-|0|
departmentId|id|R||
locationId|id|R||
actgClassId|id|R||
jobId|id|R||
description|text|R||
taxable|bool|R||

= CreditMemo ccr CRUDNL -
isActive|enum|A|1|1=Active 2=Inactive
customerId|id|A!||
refNumber|text(100)|A!||
creditDate|date|A!||
glPostingDate|date|A||
description|text|A||
itemSalesTax|id|A||
payToChartOfAccountId|id|A||
payToBankAccountId|id|A||
exchangeRate|decimal|D||
amount|money|A-|0|
creditMemoLineItems|list:CreditMemoLineItem|D!||

= CreditMemoLineItem ccl - -
creditMemoId|id|A-||
itemId|id|A||
quantity|decimal|A!||
price|decimal|D||
ratePercent|decimal|D||
amount|money|A-|0|
chartOfAccountId|id|A||
departmentId|id|A||
locationId|id|A||
actgClassId|id|A||
jobId|id|A||
description|text|A||
taxable|bool|A||
lineOrder|int|A-||
"""
