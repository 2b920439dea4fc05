"""The public calls by area; each looks up the current app's parts and calls one function of the domain.

sales        settle, settle_many, settlement_of
refunds      refund, cancel, refunds_of, waiting_refunds
parties      sync_party, ensure_party, add_bank_account, authorize_charges, revoke_charges
money        balance_of, payouts_of, hold, release, payout_run, payouts_wait_for, pay_now, trial_balance,
             reconcile, verify_audit
payouts      waiting_runs, approve, void, pay_again, adopt_payment, confirm_credit, confirm_bank_account,
             confirm_match, confirm_new, match_report
books        ledger, party_balances, open_items, export, statement, statement_page, year_totals
files        attach, invoice_pdf
collection   record_payment, remind, charge_again, credit_of
adjustments  adjust, write_off, approve_adjustment, deny_adjustment, dispute, resolve_dispute, adjustments_of
operations   retry, cancel_operation, resolve
running      tick, start_runner
office       lists, status, doctor, find, resume, transaction; client, session, blueprint
base         what every one of them needs
people       who decides about money

`Billcom` is all of them together. Commands, routes and pages use nothing else.
"""
