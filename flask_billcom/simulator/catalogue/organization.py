"""The organization itself, its users and their roles.

One block per entity, one line per field; `flask_billcom.simulator.catalogue` explains the columns.
"""

TABLE = """\
= Organization 008 R -
isActive|enum|D-|1|1=Active 2=Inactive
name|text|D-||
address1|text|D-||
address2|text|D-||
address3|text|D-||
address4|text|D-||
addressCity|text|D-||
addressState|text|D-||
addressZip|text|D-||
addressCountry|text|D-||
mailingAddress1|text|D-||
mailingAddress2|text|D-||
mailingAddress3|text|D-||
mailingAddress4|text|D-||
mailingAddressCity|text|D-||
mailingAddressState|text|D-||
mailingAddressZip|text|D-||
mailingAddressCountry|text|D-||
phone|text|D-||
fax|text|D-||
accountingSoftware|text|D-||
rptCustom1|text|D-||
rptCustom2|text|D-||
rptCustom3|text|D-||
primaryCompanyOwner|text|D-||
industry|text|D-||
displayName|text|D-||
mailAddrSameAsPhys|bool|D-||
timezoneId|enum|D-|3|3=PST 4=MST 5=CST 6=EST
taxId|text|D-||
taxIdType|enum|D-|2|
networkConnections|int|D-|0|

= User 006 CRUDNL U
isActive|enum|R|1|1=Active 2=Inactive
profileId|id|R!||
firstName|text(100)|R!||
lastName|text(100)|R!||
email|text|R!||
name|text|R-||
timezoneId|enum|A||3=PST 4=MST 5=CST 6=EST
acceptTOS|bool|A||

= Profile 0po RL -
name|text|D-||
type|enum|D-||2=Administrator
description|text|D-||
"""
