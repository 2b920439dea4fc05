"""The public calls by area; each looks up the current app's parts and calls one function of the domain.

sales     settle, settle_many, settlement_of
parties   sync_party, ensure_party, add_bank_account, authorize_charges, revoke_charges
payouts   approve, void, pay_again, adopt_payment, confirm_credit, confirm_bank_account, confirm_match, confirm_new,
          match_report
books     ledger, party_balances, open_items, export, statement, statement_page, year_totals
files     attach, invoice_pdf
collection  record_payment, remind, charge_again, credit_of
adjustments  adjust, write_off, approve_adjustment, deny_adjustment, dispute, resolve_dispute, adjustments_of
running   tick, start_runner

`Billcom` is all of them together. Commands, routes and pages use nothing else.
"""
