"""Calls on buyers and sellers."""

from __future__ import annotations

from uuid import UUID

from flask_billcom.api.secret import Secret
from flask_billcom.errors import MappingError, NotReady
from flask_billcom.marketplace.counterparties.bank_accounts import BankDetails, Teller
from flask_billcom.marketplace.counterparties.consent import Authorizing, Consent
from flask_billcom.marketplace.counterparties.parties import PartySnapshot, find_parties, sync_parties
from flask_billcom.marketplace.moment import Moment
from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.models.parties import Role
from flask_billcom.state import AppState

from .base import Calls


class PartiesCalls(Calls):
    """Make buyers and sellers known to Bill.com, and how they pay and are paid."""

    def sync_party(self, obj: object) -> list[PartySnapshot]:
        """Plan that Bill.com knows a buyer or seller as the app describes him now, in the app's transaction.

        Creates what Bill.com does not know, tries again what it refused, and updates the rest. Changes of the object's
        own columns are noticed without this call; what its function takes from elsewhere is not.

        :param obj: a mapped buyer or seller.
        :return: the party, or two where the object is buyer and seller.
        :raises MappingError: the object is not mapped.
        """
        return self._synced(obj, self._roles(obj, None))

    def ensure_party(self, obj: object, *, role: str | None = None) -> PartySnapshot:
        """Plan that Bill.com knows a buyer or seller, and return the party; see `is_known` of it.

        :param obj: a mapped buyer or seller.
        :param role: `customer` or `vendor`; may be left out where the object is mapped in one role.
        :raises MappingError: the object is not mapped in that role, or in two and none is given.
        """
        (party,) = self._synced(obj, [self._role(obj, role)])
        return party

    def add_bank_account(
        self,
        obj: object,
        *,
        account_number: str | Secret,
        routing_number: str | Secret,
        name_on_account: str,
        role: str | None = None,
        is_savings: bool = False,
        is_personal: bool = False,
        actor: str = "app",
    ) -> PartySnapshot:
        """Pass a buyer's or seller's bank account on to Bill.com, in one call; the numbers are not stored or logged.

        Commit the app's transaction before: this call uses transactions of its own. An account that the party has is
        replaced. A seller's new account is not paid to before `BILLCOM_BANK_CHANGE_HOLD_DAYS` have passed.

        :param obj: a mapped buyer or seller.
        :param account_number: 4 to 17 digits.
        :param routing_number: nine digits.
        :param name_on_account: whose account it is, as his bank knows him.
        :param role: `customer` or `vendor`; may be left out where the object is mapped in one role.
        :param is_savings: whether it is a savings account, else a checking account.
        :param is_personal: whether it belongs to a person, else to a business.
        :param actor: who entered it, for the audit trail.
        :raises NotReady: Bill.com does not know the party yet; call `ensure_party`, commit, and let the runner go on.
        :raises InvalidRequest: a number has the wrong length or shape.
        :raises MFARequired: a seller's account needs a device that a person has confirmed.
        :raises OutcomeUnknown: no answer came; look at Bill.com before entering it again.

        Wire: https://developersupport.bill.com/hc/en-us/articles/209610646-VendorBankAccount
        """
        details = BankDetails(
            account_number=Secret(account_number),
            routing_number=Secret(routing_number),
            name_on_account=name_on_account,
            is_savings=is_savings,
            is_personal=is_personal,
        )
        state, key = self.state_of(), self._key(obj, self._role(obj, role))
        state.check()
        parts = state.parts
        teller = Teller(
            state.settings.organization_id,
            parts.gateway,
            parts.domain.reads,
            state.store,
            state.clock,
            state.settings.grace_margin_s,
        )
        teller.add(self._known(state, key), details, actor=actor)
        return self._known(state, key)

    def authorize_charges(self, buyer: object, consent: Consent, *, actor: str = "app") -> PartySnapshot:
        """Allow charges of a buyer's bank account; reference and date of the consent are kept.

        :param buyer: a mapped buyer.
        :param consent: what the buyer agreed to, and when.
        :param actor: who recorded it, for the audit trail.
        :raises NotReady: Bill.com does not know the buyer yet; call `ensure_party`, commit, and let the runner go on.
        :raises InvalidRequest: the consent is dated in the future.

        Wire: https://developersupport.bill.com/hc/en-us/articles/215507363-SetCustomerAuthorization
        """
        state, key = self.state_of(), self._key(buyer, Role.CUSTOMER)
        self._authorizing(state).grant(self._known(state, key), consent, actor=actor)
        return self._known(state, key)

    def revoke_charges(self, buyer: object, *, actor: str = "app") -> PartySnapshot:
        """Stop charging a buyer; what is under way is not called back.

        :param buyer: a mapped buyer.
        :param actor: who recorded it, for the audit trail.
        :raises NotReady: Bill.com does not know the buyer yet.

        Wire: https://developersupport.bill.com/hc/en-us/articles/215507363-SetCustomerAuthorization
        """
        state, key = self.state_of(), self._key(buyer, Role.CUSTOMER)
        self._authorizing(state).withdraw(self._known(state, key), actor=actor)
        return self._known(state, key)

    def _authorizing(self, state: AppState) -> Authorizing:
        state.check()
        return Authorizing(state.settings, state.parts.gateway, state.store, state.clock)

    def _synced(self, obj: object, roles: list[Role]) -> list[PartySnapshot]:
        state, session = self.state_of(), self.session_of(obj)
        rows = state.store.within(session)
        state.check(rows)
        return sync_parties(rows, Moment(state.clock), state.settings, [self._key(obj, role) for role in roles])

    def _known(self, state: AppState, key: PartyKey) -> PartySnapshot:
        with state.store.read() as rows:
            found = find_parties(rows, state.settings.organization_id, [key])
        if key not in found:
            raise NotReady(
                f"Bill.com does not know {key.local_type} {key.local_id}; call ensure_party first, and commit"
            )
        return found[key]

    def _party_id(self, state: AppState, party: object | UUID, role: str | None = None) -> UUID:
        if isinstance(party, UUID):
            return party
        return self._known(state, self._key(party, self._role(party, role))).id

    def _key(self, obj: object, role: Role) -> PartyKey:
        return PartyKey(role, *self.registry.party(role, obj, self.session_of(obj)))

    def _roles(self, obj: object, role: str | None) -> list[Role]:
        roles = self.registry.roles_of(obj) if role is None else [Role(role)]
        if not roles:
            name = type(obj).__name__
            raise MappingError(f"{name} is not mapped; register it with @billcom.customer_from or @billcom.vendor_from")
        return roles

    def _role(self, obj: object, role: str | None) -> Role:
        roles = self._roles(obj, role)
        if len(roles) > 1:
            raise MappingError(f"{type(obj).__name__} is buyer and seller; say role='customer' or role='vendor'")
        return roles[0]
