"""Customers, their people and the accounts they are debited from.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= Customer 0cu CRUDNL CUDN
isActive|enum|D|1|1=Active 2=Inactive
name|text(100)|R!||
shortName|text(100)|D||
parentCustomerId|id|D||
companyName|text(250)|D||
contactFirstName|text(100)|D||
contactLastName|text(100)|D||
accNumber|text(100)|Dx||
billAddress1|text(500)|D||
billAddress2|text(500)|D||
billAddress3|text(500)|D||
billAddress4|text(500)|D||
billAddressCity|text(255)|D||
billAddressState|text(255)|D||
billAddressCountry|text(255)|D||
billAddressZip|text|D||
shipAddress1|text|D||
shipAddress2|text|D||
shipAddress3|text|D||
shipAddress4|text|D||
shipAddressCity|text|D||
shipAddressState|text|D||
shipAddressCountry|text|D||
shipAddressZip|text|D||
email|text|Rx||
phone|text|D||
altPhone|text|D||
fax|text|D||
description|text(4000)|D||
printAs|text|D||
mergedIntoId|id|D-||
hasAuthorizedToCharge|bool|D-||
accountType|enum|R|0|0=none 1=business 2=person
invoiceCurrency|text|D||
paymentTermId|id|R||
balance|money|R-|0|
availCredit|money|R-|0|
taxId|text|R||
hasBankAccount|bool|R-||
hasNetBankAccount|bool|R-||
hasBankAccountAutoPay|bool|R-||
hasCreditCard|bool|R-||
hasCreditCardAutoPay|bool|R-||
hasCustomerCard|bool|R-||
defaultDeliveryMethod|enum|R||
isAutoChargeDismissed|bool|R-||
isTaxLiable|bool|R||
creationSource|enum|R-|0|
enabledInvoiceFinancing|bool|R-||
enabledAutoInvoiceFinancing|bool|R-||

= CustomerContact 0cc CRUDNL CUDN
isActive|enum|R|1|1=Active 2=Inactive
customerId|id|R!||
firstName|text|R!||
lastName|text|R||
email|text|R||
phone|text|R||
altPhone|text|R||
fax|text|R||
timezoneId|enum|R||3=PST 4=MST 5=CST 6=EST

= CustomerBankAccount cba CRDL -
isActive|enum|D|1|1=Active 2=Inactive
customerId|id|R!||
nameOnAccount|text|D!||
nickname|text|D||
routingNumber|text|D!||
accountNumber|text|D!||
isLockedByOrg|bool|R||
isSavings|bool|D||
isPersonalAcct|bool|D||
isWrittenAuth|bool|D||
status|enum|R-|1|
rndDepExpireDate|date|R-||
isPrivate|bool|R-||
phone|text|R||
cpUserId|id|R-||
"""
