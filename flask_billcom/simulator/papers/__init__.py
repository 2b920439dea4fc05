"""Documents: bills, invoices, credits and what belongs to them.

documents  bills, invoices, credits and templates, with lines
balances   what is still owed on one
crediting  a CreditMemo applied to an invoice
recurring  templates that make documents
summaries  what is owed at a glance
mail       invoices by mail and by post
files      uploads, documents, their pages
pictures   a page, a check, an invoice as a small real file
"""
