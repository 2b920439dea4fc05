"""Vendors and the accounts they are paid to.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= Vendor 009 CRUDNL CUDN
isActive|enum|D|1|1=active 2=inactive
name|text|D!||
shortName|text|D||
nameOnCheck|text|D||
companyName|text|D||
accNumber|text|D||
taxId|text|D||
address1|text|D||
address2|text|D||
address3|text|D||
address4|text|D||
addressCity|text|D||
addressState|text|D||
addressZip|text|D||
addressCountry|text|D||
email|text|D||
fax|text|D||
phone|text|D||
paymentEmail|text|D||
paymentPhone|text|D||
description|text|D||
contactFirstName|text|D||
contactLastName|text|D||
track1099|bool|D||
accountType|enum|R|0|0=none 1=business 2=person
payBy|enum|R-|0|0=check 1=ach 2=rpps 5=intlEPmt 6=offline
mergedIntoId|id|R-||
enabledCombinePayments|bool|R|true|
taxIdType|enum|R|null|
paymentTermId|id|R||
sendNotifications|bool|R|true|
balance|money|R-|0|
availCredit|money|R-|0|
lastBalanceUpdate|time|R-|null|
externalBillPayIn12m|decimal|R-|null|
since|decimal|R-|null|
payDaysBefore|decimal|R-|null|
hasBankAccountAutoPay|bool|R-||
hasRecurringPayments|bool|R-||
billCurrency|text|R|USD|
billSyncPref|enum|R-|0|
paymentCurrency|text|R|null|
prefPmtMethod|enum|R|1|
paymentPurpose|text|R|null|
bankCountry|text|R|null|
vendorBankAccountStatus|int|R-|-1|
sendInviteForPrivateVendor|bool|R-|true|
vendorVCardRemitEmail|text|R-|null|
vendorVCardStatus|enum|R-|-1|
orgVCardStatus|enum|R-|1|
prefRemitEmail|enum|R-|0|
remitEmail|text|R|null|
processorVCardStatus|text|R-|null|
vStatusUpdateSource|text|R-|null|
allowConnectedVendorEditAddress|bool|R-||
informConnectedVendorAddressSyncModified|bool|R-||
intlPaymentType|enum|R-|0|
vcardEnrollDate|date|R-|null|
vcardDeclineDate|date|R-|null|
isAccountNumberRequired|bool|R-||
largeBillerId|id|R-||
orgVCardOptOutCustReason|text|R-|null|
enableFundedInvite|bool|R-||
lastPaymentDate|date|R-|null|
numberOfInvitesSent|int|R-|0|
eligibleForEbills|bool|R-||
acknowledgedEbillBanner|bool|R-||
acknowledgedEbillError|bool|R-||
eBillEnablementFailed|bool|R-||
PaymentusMerchantId|text|R-|null|
unmodifiedBillsCount|int|R-|0|
setupAutoPayPrompt|bool|R-||
autoPayConflict|bool|R-||
nameOnCheckRemediation|bool|R-||
autoSave|text|R-|null|
autoSaveStatus|text|R-|null|
creationSource|enum|R-|0|
PaymentusPmtType|text|R-|null|
PaymentusAcctToken|text|R-|null|
PaymentusAcctToken2|text|R-|null|
PaymentusAcctToken3|text|R-|null|
stpProcessor|enum|R-|0|
eBillEnabledStatus|enum|R-|0|
orgVCardOptOutCustOther|text|R-|null|
networkStatus|enum|R-|null|
vcardProcessor|enum|R-|1|
isAddressValidated|bool|R-||
isSyncVendorCountryMapped|bool|R-||
optedOutOfVCardByOrg|bool|R-||
invalidCountryCurrencyAtNewVendorSync|bool|R-||
acctBalance|money|R-|0|
lastAcctBalanceUpdate|time|R-|null|
paymentEmails|text|R|null|
eBillEligible|bool|R-||
required|list|R-||

= VendorBankAccount vba CRDL C
isActive|enum|D|1|1=active 2=inactive
vendorId|id|D!||
accountNumber|text|D!||
routingNumber|text|D!||
nameOnAcct|text|R||
usersId|id|R||
isSavings|bool|D||
isPersonalAcct|bool|D||
status|enum|D-|1|0=notVerified 1=verified 2=pending 3=blocked 4=expired 5=invalid
intlEPaymentAcct|bool|R||
intlPaymentType|enum|R|0|
paymentCurrency|text|R|null|
bankCountry|text|R|null|
vendorBankData|text|R|null|
bankAddSource|enum|R|1|
intlTemplateKey|text|R|null|
regulatory1|text|R|null|
regulatory2|text|R|null|
regulatory3|text|R|null|
regulatory4|text|R|null|
regulatory5|text|R|null|
regulatory6|text|R|null|
regulatory7|text|R|null|
"""
