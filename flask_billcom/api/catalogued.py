"""What is known to exist: every field of every entity by its wire name, apart from the records that must cover it.

The coverage command and the tests lay the records beside these lists, so that a field cannot be lost with its record.

Source: https://developer.bill.com/v2/reference
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

COMMON: Final = "id createdTime updatedTime"
"""What every stored object has."""

_FIELDS: Final = {
    "Vendor": (
        "isActive name shortName nameOnCheck companyName accNumber taxId address1 address2 address3 address4 "
        "addressCity addressState addressZip addressCountry email fax phone paymentEmail paymentPhone description "
        "contactFirstName contactLastName track1099 accountType payBy mergedIntoId enabledCombinePayments "
        "enableCombinePayments taxIdType paymentTermId sendNotifications balance availCredit lastBalanceUpdate "
        "externalBillPayIn12m since payDaysBefore hasBankAccountAutoPay hasRecurringPayments billCurrency "
        "billSyncPref paymentCurrency prefPmtMethod paymentPurpose bankCountry vendorBankAccountStatus "
        "sendInviteForPrivateVendor vendorVCardRemitEmail vendorVCardStatus orgVCardStatus prefRemitEmail "
        "remitEmail processorVCardStatus vStatusUpdateSource allowConnectedVendorEditAddress "
        "informConnectedVendorAddressSyncModified intlPaymentType vcardEnrollDate vcardDeclineDate "
        "isAccountNumberRequired largeBillerId orgVCardOptOutCustReason enableFundedInvite lastPaymentDate "
        "numberOfInvitesSent eligibleForEbills acknowledgedEbillBanner acknowledgedEbillError "
        "eBillEnablementFailed PaymentusMerchantId unmodifiedBillsCount setupAutoPayPrompt autoPayConflict "
        "nameOnCheckRemediation autoSave autoSaveStatus creationSource PaymentusPmtType PaymentusAcctToken "
        "PaymentusAcctToken2 PaymentusAcctToken3 stpProcessor eBillEnabledStatus orgVCardOptOutCustOther "
        "networkStatus vcardProcessor isAddressValidated isSyncVendorCountryMapped optedOutOfVCardByOrg "
        "invalidCountryCurrencyAtNewVendorSync acctBalance lastAcctBalanceUpdate paymentEmails eBillEligible "
        "required"
    ),
    "VendorBankAccount": (
        "isActive vendorId accountNumber routingNumber nameOnAcct usersId isSavings isPersonalAcct status "
        "intlEPaymentAcct intlPaymentType paymentCurrency bankCountry vendorBankData bankAddSource "
        "intlTemplateKey regulatory1 regulatory2 regulatory3 regulatory4 regulatory5 regulatory6 regulatory7"
    ),
    "Bill": (
        "isActive vendorId invoiceNumber invoiceDate dueDate glPostingDate billLineItems description poNumber "
        "amount scheduledAmount dueAmount paidAmount creditAmount paymentStatus uiPaymentStatus approvalStatus "
        "payFromBankAccountId payFromChartOfAccountId localAmount exchangeRate createdBy paymentTermId hasAutoPay "
        "eBillCreated invoiceProductId chartOfAccountId departmentId locationId actgClassId source "
        "numApprPolicyEx useBillDesc defaultInvoiceNumber isAutoSaved billTemplateId quickbooksId lastPaymentDate "
        "fullPaymentDate hasLinkedPurchaseOrders multipleBillLineItems item expense allowDuplicateInvNum related"
    ),
    "BillLineItem": (
        "billId amount chartOfAccountId departmentId locationId jobId customerId itemId employeeId actgClassId "
        "jobBillable description lineType quantity unitPrice purchaseOrderBillLinkId unitOfMeasureId lineOrder "
        "cdFieldId1 cdFieldId2 cdFieldId3 cdFieldId4 cdFieldId5 cdFieldId6 useSmartApprovers"
    ),
    "VendorCredit": (
        "isActive vendorId refNumber creditDate vendorCreditLineItems glPostingDate description poNumber "
        "applyToBankAccountId applyToChartOfAccountId"
    ),
    "VendorCreditLineItem": (
        "amount chartOfAccountId departmentId locationId jobId customerId itemId employeeId actgClassId "
        "jobBillable description quantity unitPrice lineType"
    ),
    "RecurringBill": (
        "isActive vendorId timePeriod frequencyPerTimePeriod nextDueDate daysInAdvance endDate description "
        "recurringBillLineItems"
    ),
    "RecurringBillLineItem": ("amount recurringBillId chartOfAccountId departmentId locationId description"),
    "SentPay": (
        "processDate amount status description txnNumber name vendorId isOnline paymentType deliveryTypeRequested "
        "bankAccountId chartOfAccountId syncReference toPrintCheck needAttnReviewed source billPays billCredits "
        "voidRequest"
    ),
    "BillPay": (
        "billId name amount description processDate syncReference toPrintCheck chartOfAccountId paymentStatus "
        "paymentType sentPayId allowExport"
    ),
    "BillCredit": ("billId sentPayId vendorCreditId amount"),
    "BankAccount": (
        "isActive bankName nameOnAcct accountNumber routingNumber usersId chartOfAccountId isSavings "
        "isPersonalAcct dateEstablished status primaryAP primaryAR"
    ),
    "MoneyMovement": ("name type amount processDate status description bankAccountId"),
    "ApprovalPolicy": ("isActive type amountThreshold minNumApprovers"),
    "ApprovalPolicyApprover": ("approvalPolicyId usersId"),
    "BillApprover": ("billId usersId sortOrder statusChangedDate lastReminderDate isActive status"),
    "VendCreditApprover": ("vendorCreditId usersId sortOrder statusChangedDate lastReminderDate isActive status"),
    "Customer": (
        "isActive name shortName parentCustomerId companyName contactFirstName contactLastName accNumber "
        "billAddress1 billAddress2 billAddress3 billAddress4 billAddressCity billAddressState billAddressCountry "
        "billAddressZip shipAddress1 shipAddress2 shipAddress3 shipAddress4 shipAddressCity shipAddressState "
        "shipAddressCountry shipAddressZip email phone altPhone fax description printAs mergedIntoId "
        "hasAuthorizedToCharge accountType invoiceCurrency paymentTermId balance availCredit taxId hasBankAccount "
        "hasNetBankAccount hasBankAccountAutoPay hasCreditCard hasCreditCardAutoPay hasCustomerCard "
        "defaultDeliveryMethod isAutoChargeDismissed isTaxLiable creationSource enabledInvoiceFinancing "
        "enabledAutoInvoiceFinancing"
    ),
    "CustomerContact": ("isActive customerId firstName lastName email phone altPhone fax timezoneId"),
    "CustomerBankAccount": (
        "isActive agreedWithTOS customerId nameOnAccount nickname routingNumber accountNumber isLockedByOrg "
        "isSavings isPersonalAcct isWrittenAuth status rndDepExpireDate isPrivate phone cpUserId"
    ),
    "Invoice": (
        "isActive customerId invoiceNumber invoiceDate dueDate glPostingDate amount amountDue scheduledAmount "
        "creditAmount localAmount exchangeRate paymentStatus description poNumber isToBePrinted isToBeEmailed "
        "lastSentTime itemSalesTax salesTaxPercentage salesTaxTotal terms salesRep FOB shipDate shipMethod "
        "departmentId locationId actgClassId jobId payToBankAccountId payToChartOfAccountId createdBy "
        "invoiceTemplateId hasAutoPay source emailDeliveryOption mailDeliveryOption recInvoiceTemplateId "
        "netBillId netOrgId quickbooksId financingStatus financingModelStatus financingErrorType stylingId "
        "stylingRevision invoiceLineItems invoiceAdjustments invoiceCustomFields"
    ),
    "InvoiceLineItem": (
        "invoiceId itemId quantity price ratePercent amount serviceDate chartOfAccountId departmentId locationId "
        "actgClassId jobId description taxable taxCode lineOrder"
    ),
    "RecurringInvoice": (
        "isActive customerId timePeriod frequencyPerTimePeriod nextDueDate endDate daysInAdvance poNumber "
        "salesRep departmentId locationId actgClassId jobId itemSalesTax description isToBePrinted isToBeEmailed "
        "isToBeAutoEmailed isToBeAutoMailed fromUserId taxableAmount subtotal recurringInvoiceLineItems"
    ),
    "RecurringInvoiceLineItem": (
        "recurringInvoiceId itemId quantity price ratePercent amount departmentId locationId actgClassId jobId "
        "description taxable"
    ),
    "CreditMemo": (
        "isActive customerId refNumber creditDate glPostingDate description itemSalesTax payToChartOfAccountId "
        "payToBankAccountId exchangeRate amount creditMemoLineItems"
    ),
    "CreditMemoLineItem": (
        "creditMemoId itemId quantity price ratePercent amount chartOfAccountId departmentId locationId "
        "actgClassId jobId description taxable lineOrder"
    ),
    "InvoiceCredit": ("invoiceId creditMemoId receivedPayId amount"),
    "ReceivedPay": (
        "customerId status paymentDate depositToAccountId isOnline paymentType amount unappliedAmount localAmount "
        "exchangeRate description refNumber convFeeAmount payToBankAccountId source moneyOutId "
        "isMarkedAsCompleted holdDisbursement customerBankAccountId customerCardAccountId guestPayAccountId "
        "vCardReceivableInfo rPConvFee invoicePays"
    ),
    "InvoicePay": ("invoiceId amount description status"),
    "RPConvFee": ("refNumber amount paymentDate chartOfAccountId"),
    "Item": (
        "isActive name type description price percentage parentItemId hasPurInfo expenseAccount purDescription "
        "purCost chartOfAccountId taxable shortName mergedIntoId"
    ),
    "ChartOfAccount": (
        "isActive name accountNumber accountType description parentChartOfAccountId ca1099Type mergedIntoId"
    ),
    "Department": ("isActive name shortName description parentDepartmentId mergedIntoId"),
    "Location": ("isActive name shortName description parentLocationId mergedIntoId"),
    "Job": ("isActive name shortName description parentJobId mergedIntoId"),
    "ActgClass": ("isActive name shortName description parentActgClassId mergedIntoId"),
    "Employee": ("isActive shortName firstName lastName parentEmployeeId mergedIntoId"),
    "PaymentTerm": ("isActive name netDue"),
    "Organization": (
        "isActive name address1 address2 address3 address4 addressCity addressState addressZip addressCountry "
        "mailingAddress1 mailingAddress2 mailingAddress3 mailingAddress4 mailingAddressCity mailingAddressState "
        "mailingAddressZip mailingAddressCountry phone fax accountingSoftware rptCustom1 rptCustom2 rptCustom3 "
        "primaryCompanyOwner industry displayName mailAddrSameAsPhys timezoneId taxId taxIdType "
        "networkConnections"
    ),
    "User": ("isActive profileId firstName lastName email name timezoneId acceptTOS"),
    "Profile": ("name type description"),
}

FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {entity: (*COMMON.split(), *names.split()) for entity, names in _FIELDS.items()}
)
"""Fields by entity, nested ones included."""

OPERATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Login": "sessions.login",
        "Logout": "sessions.logout",
        "ListOrgs": "sessions.list_orgs",
        "GetSessionInfo": "sessions.get_session_info",
        "MFAChallenge": "sessions.mfa_challenge",
        "MFAAuthenticate": "sessions.mfa_authenticate",
        "MFAStatus": "sessions.mfa_status",
        "Errors": "errors",
        "CurrentTime": "current_time",
        "GetEntityMetadata": "metadata_of",
        "SearchEntity": "search",
        "GetObjectUrl": "object_url",
        "SendInvoice": "send_invoice",
        "MailInvoice": "mail_invoice",
        "ChargeCustomer": "charge_customer",
        "SetCustomerAuthorization": "set_customer_authorization",
        "RecordARPayment": "record_ar_payment",
        "VoidARPayment": "void_ar_payment",
        "GetARSummary": "ar_summary",
        "Invoice2PdfServlet": "invoice_pdf",
        "PayBills": "pay_bills",
        "RecordAPPayment": "record_ap_payment",
        "CancelAPPayment": "cancel_ap_payment",
        "VoidAPPayment": "void_ap_payment",
        "ListPayments": "list_payments",
        "GetDisbursementData": "disbursement_of",
        "GetCheckImageData": "check_image_url",
        "GetAPSummary": "ap_summary",
        "SetApprovers": "set_approvers",
        "ListApprovers": "list_approvers",
        "ListUserApprovals": "user_approvals",
        "Approve": "approve",
        "Deny": "deny",
        "ClearApprovers": "clear_approvers",
        "UploadAttachment": "upload_attachment",
        "GetDocumentPages": "document_pages",
        "GetDocuments": "documents_of",
        "is/BillImageServlet": "page_image",
        "is/CheckImageServlet": "check_image",
        "HtmlServlet": "text_document",
        "SendMessage": "send_message",
        "ListMessage": "list_messages",
        "NetworkSearch": "network_search",
        "SendInvite": "send_invite",
        "SendVendorInvite": "send_vendor_invite",
        "CancelInvite": "cancel_invite",
        "GetNetworkStatus": "connection_of",
        "DisconnectVendorFromNetwork": "disconnect_vendor",
        "DisconnectCustomerFromNetwork": "disconnect_customer",
        "LargeBillerSearch": "large_biller_search",
        "GetLargeBillerPaymentAddress": "large_biller_addresses",
        "ConnectLargeBillerAsVendor": "connect_large_biller",
        "GetProfilePermissions": "profile_permissions",
        "GetBankBalance": "bank_balance",
        "SetBankBalance": "set_bank_balance",
        "GetDynamicExchangeRateQuote2": "exchange_rate",
    }
)
"""Every operation, and what offers it: a method of the client, or a function of `sessions`."""
