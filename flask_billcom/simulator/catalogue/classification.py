"""How documents are sorted in the accounts.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= Item 0ii CRUDNL CUD
isActive|enum|D|1|1=Active 2=Inactive
name|text(100)|D!||
type|enum|R!||0=unknown 1=service 2=inventory 3=nonInventory 4=payment 5=discount 6=salesTax 7=subtotal \
8=otherCharge 9=inventoryAssembly 10=group 11=salesTaxGroup 12=fixedAsset 13=category
description|text(4000)|D||
price|decimal|D||
percentage|decimal|D||
parentItemId|id|D||
hasPurInfo|bool|D-||
expenseAccount|id|D||
purDescription|text|D||
purCost|money|D||
chartOfAccountId|id|D||
taxable|bool|D||
shortName|text|D||
mergedIntoId|id|D-||

= ChartOfAccount 0ca CRUDNL C
isActive|enum|D|1|1=Active 2=Inactive
name|text(250)|D!||
accountNumber|text(40)|D||
accountType|enum|R!|0|0=Unspecified 1=AccountsPayable 2=AccountsReceivable 3=Bank 4=CostOfGoodsSold \
5=CreditCard 6=Equity 7=Expense 8=FixedAsset 9=Income 10=LongTermLiability 11=OtherAsset 12=OtherCurrentAsset \
13=OtherCurrentLiability 14=OtherExpense 15=OtherIncome 16=NonPosting
description|text(4000)|D||
parentChartOfAccountId|id|D||
ca1099Type|enum|D|0|0=none
mergedIntoId|id|D-||

= Department 0de CRUDNL -
isActive|enum|D|1|1=Active 2=Inactive
name|text(100)|D!||
shortName|text|D||
description|text(4000)|D||
parentDepartmentId|id|D||
mergedIntoId|id|D-||

= Location loc CRUDNL -
isActive|enum|D|1|1=Active 2=Inactive
name|text(100)|D!||
shortName|text(20)|D||
description|text(4000)|D||
parentLocationId|id|D||
mergedIntoId|id|D-||

= Job job CRUDNL -
isActive|enum|D|1|1=Active 2=Inactive
name|text(100)|D!||
shortName|text(40)|D||
description|text(4000)|D||
parentJobId|id|D||
mergedIntoId|id|D-||

= ActgClass cls CRUDNL -
isActive|enum|R|1|1=Active 2=Inactive
name|text|R!||
shortName|text|R||
description|text|R||
parentActgClassId|id|R||
mergedIntoId|id|R-||

= Employee emp CRUDNL -
isActive|enum|D|1|1=Active 2=Inactive
shortName|text|D!||
firstName|text|D||
lastName|text|D||
parentEmployeeId|id|D||
mergedIntoId|id|D-||

= PaymentTerm 00p CRUDNL -
isActive|enum|A|1|1=Active 2=Inactive
name|text|A!||
netDue|int|D!||
"""
