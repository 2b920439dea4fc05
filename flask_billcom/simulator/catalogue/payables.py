"""What the organization owes: bills, credits and templates, with their lines.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= Bill 00n CRUDNL CUDN
isActive|enum|D|1|1=active 2=inactive
vendorId|id|D!||
invoiceNumber|text|R!||
invoiceDate|date|R!||
dueDate|date|R!||
glPostingDate|date|R||
billLineItems|list:BillLineItem|R!||
description|text|D||
poNumber|text|D||
amount|money|D-|0|
scheduledAmount|money|D-|0|
dueAmount|money|D-|0|
paidAmount|money|D-|null|
creditAmount|money|R-|0|
paymentStatus|enum|R-|1|1=open 4=scheduled 2=partialPayment 0=paidInFull
uiPaymentStatus|enum|R-|1|
approvalStatus|enum|R-|0|0=unassigned 1=assigned 4=approving 3=approved 5=denied
payFromBankAccountId|id|D||
payFromChartOfAccountId|id|D||
localAmount|money|R-|null|
exchangeRate|decimal|R|null|
createdBy|id|R-||
paymentTermId|id|R||
hasAutoPay|bool|R||
eBillCreated|bool|R||
invoiceProductId|id|R||
chartOfAccountId|id|R||
departmentId|id|R||
locationId|id|R||
actgClassId|id|R||
source|enum|R|0|
numApprPolicyEx|int|R-|0|
useBillDesc|bool|R||
defaultInvoiceNumber|bool|R||
isAutoSaved|bool|R||
billTemplateId|id|R||
quickbooksId|text|R-|null|
lastPaymentDate|date|R-|null|
fullPaymentDate|date|R-|null|
hasLinkedPurchaseOrders|bool|R-||
multipleBillLineItems|bool|R-||
item|object|R-|{"count":0,"totalAmount":0}|
expense|object|R-|{"count":0,"totalAmount":0,"chartOfAccountGroup":[]}|

= BillLineItem bli - -
billId|id|D-||
amount|money|R!|0|
chartOfAccountId|id|D||
departmentId|id|D||
locationId|id|D||
jobId|id|D||
customerId|id|D||
itemId|id|D||
employeeId|id|D||
actgClassId|id|D||
jobBillable|bool|D||
description|text|D||
lineType|enum|D-|1|1=expense 2=item
quantity|decimal|D||
unitPrice|decimal|D||
purchaseOrderBillLinkId|id|R||
unitOfMeasureId|id|R||
lineOrder|int|R||
cdFieldId1|id|R||
cdFieldId2|id|R||
cdFieldId3|id|R||
cdFieldId4|id|R||
cdFieldId5|id|R||
cdFieldId6|id|R||
useSmartApprovers|bool|R||

= VendorCredit vcr CRUDNL -
isActive|enum|D|1|1=active 2=inactive
vendorId|id|R!||
refNumber|text(100)|R!||
creditDate|date|R!||
vendorCreditLineItems|list:VendorCreditLineItem|R!||
glPostingDate|date|R||
description|text|R||
poNumber|text|R||
applyToBankAccountId|id|D||
applyToChartOfAccountId|id|D||
amount|money|A-|0|
appliedAmount|money|A-|0|
approvalStatus|enum|A-|0|0=unassigned 1=assigned 4=approving 3=approved 5=denied

= VendorCreditLineItem vcl - -
vendorCreditId|id|A-||
amount|money|R!|0|
chartOfAccountId|id|R||
departmentId|id|R||
locationId|id|R||
jobId|id|R||
customerId|id|R||
itemId|id|R||
employeeId|id|R||
actgClassId|id|R||
jobBillable|bool|R||
description|text|R||
quantity|decimal|R||
unitPrice|decimal|R||
lineType|enum|R-|1|1=expense 2=item

= RecurringBill btp CRUDNL -
isActive|enum|D|1|1=active 2=inactive
vendorId|id|R!||
timePeriod|enum|R!||0=day 1=week 2=month 3=year 9=none
frequencyPerTimePeriod|int|R!||
nextDueDate|date|R!||
daysInAdvance|int|R!||
endDate|date|R||
description|text|R||
recurringBillLineItems|list:RecurringBillLineItem|R!||

= RecurringBillLineItem btl - -
amount|money|R!|0|
recurringBillId|id|R-||
chartOfAccountId|id|R||
departmentId|id|R||
locationId|id|R||
description|text|R||
"""
