"""All twin contracts of one deployment, tied together: acts with rollback, and every view to compare."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.documentuses import digest_of_uses
from ledger.domain.kinds import DocumentKind
from ledger.domain.programmes import Programme
from ledger.domain.purposes import BANK, LOANS, MATURITY, POOLS, PROCEEDS, SERVICE
from ledger.domain.roles import Role
from ledger.domain.twin.accounts import Account, AccountFactory, Outside
from ledger.domain.twin.alerts import Alerts
from ledger.domain.twin.assetpools import AssetPools
from ledger.domain.twin.bankinstructions import BankInstructions
from ledger.domain.twin.base import Contract, Event, Module, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import BondOffice
from ledger.domain.twin.bondservice import BondService
from ledger.domain.twin.cash import Cash, CashRegistry
from ledger.domain.twin.couponterms import CouponTerms
from ledger.domain.twin.creditlines import CreditLines
from ledger.domain.twin.documents import ATTESTER_SIGNS, PAYEE_SIGNS, Documents, KindRule, Recover
from ledger.domain.twin.facilities import Facilities
from ledger.domain.twin.factoringfiles import FactoringFiles
from ledger.domain.twin.financing import Financing
from ledger.domain.twin.frameworks import Catalogue, Frameworks
from ledger.domain.twin.holdings import GreenBond
from ledger.domain.twin.impact import Impact
from ledger.domain.twin.labels import Labels
from ledger.domain.twin.legs import Legs
from ledger.domain.twin.limitterms import JurisdictionRule, LimitTerms
from ledger.domain.twin.mandates import Mandates
from ledger.domain.twin.maturity import LockKeeper, Maturity
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.pieces import MAY_DISCHARGE, MAY_LOCK, MAY_MOVE, MAY_OPEN, PieceBook
from ledger.domain.twin.proceeds import Proceeds
from ledger.domain.twin.programmes import Programmes
from ledger.domain.twin.receivables import Receivables
from ledger.domain.twin.records import Records
from ledger.domain.twin.recourse import Recourse
from ledger.domain.twin.supplierloans import SupplierLoans
from ledger.domain.twin.trades import Trades
from ledger.domain.twin.tranches import Tranches
from ledger.domain.twin.transfers import Transfers
from ledger.domain.twin.undertakings import Undertakings

View = tuple[str, str, tuple[Any, ...]]
"""A question to the chain: (contract address, function, arguments)."""


@dataclass(frozen=True, slots=True)
class CashTerms:
    """One ledger cash: where it stands, whose money it is, and its ISO 4217 code in ASCII."""

    address: str
    bank: str
    currency: bytes


@dataclass(frozen=True, slots=True)
class Setting:
    """What a deployment is decided by; `programmes` are numbered from 1,
    `catalogues` are the lists of green projects by their codes, `cure_days` how long a breach may stay
    open, `answer_days` how long an alert may until it shows as overdue, `pockets` what a pocket may be at
    most (ppm) by the jurisdiction's code."""

    chain_id: int
    operator: str
    replay: bool
    zone: int
    programmes: tuple[Programme, ...]
    timestamp: int
    catalogues: Mapping[bytes, Catalogue] = field(default_factory=dict)
    cure_days: int = 90
    answer_days: int = 30
    pockets: Mapping[bytes, int] = field(default_factory=dict)


class World:
    """The twin of one deployment.

    Args:
        addresses: of the contracts by name (`Powers`, `Participants`, ..., `Maturity`).
        cashes: every listed cash.
        recover: who signed a digest; signatures are checked by whoever has elliptic curves.
        outside: where accounts stand and what their calls mean; without it, nobody makes an account.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        cashes: Sequence[CashTerms],
        setting: Setting,
        recover: Recover,
        outside: Outside | None = None,
    ) -> None:
        at = addresses
        self._key_of, recover = recover, self._signer_of
        self._outside = outside
        stage = Stage(setting.chain_id, setting.operator, at["Powers"], setting.timestamp)
        people = Participants(stage, at["Participants"], setting.replay, setting.zone)
        self.stage = stage
        self.participants = people
        self.factory = AccountFactory(stage, at["AccountFactory"], self._place, self._account)
        self.registry = CashRegistry(stage, at["CashRegistry"])
        self.documents = Documents(stage, at["Documents"], people, recover)
        self.frameworks = Frameworks(stage, at["Frameworks"], people, recover)
        self.book = PieceBook(stage, at["PieceBook"], people)
        self.cashes = {c.address: Cash(stage, c.address, people, c.bank, c.currency) for c in cashes}
        self.proceeds = Proceeds(stage, at["Proceeds"], people, self.documents, self.frameworks, self.book)
        self.lines = CreditLines(stage, at["CreditLines"], people)
        self.mandates = Mandates(stage, at["Mandates"], people)
        self.bonds = BondOffice(
            stage,
            at["BondOffice"],
            people,
            self.frameworks,
            self.proceeds,
            self.registry,
            self.mandates,
            self.documents,
        )
        self.limits = LimitTerms(stage, at["LimitTerms"], people, self.documents, self.bonds, self.proceeds)
        self.facilities = Facilities(
            stage, at["Facilities"], people, self.documents, self.frameworks, self.registry, self.bonds
        )
        self.trades = Trades(stage, at["Trades"], self.bonds, self.cashes, recover)
        self.programmes = Programmes(stage, at["Programmes"])
        self.receivables = Receivables(
            stage,
            at["Receivables"],
            people,
            self.documents,
            self.book,
            self.registry,
            self.lines,
            self.proceeds,
            self.programmes,
            self.factory,
            self.frameworks,
        )
        self.transfers = Transfers(
            stage,
            at["Transfers"],
            people,
            self.documents,
            self.book,
            self.receivables,
            self.programmes,
        )
        self.financing = Financing(
            stage, at["Financing"], people, self.documents, self.book, self.receivables, recover
        )
        keepers: dict[str, LockKeeper] = {self.transfers.address: self.transfers}
        self.maturity = Maturity(
            stage,
            at["Maturity"],
            people,
            self.book,
            self.programmes,
            self.receivables,
            self.lines,
            self.proceeds,
            recover,
            keepers,
        )
        self.recourse = Recourse(
            stage,
            at["Recourse"],
            people,
            self.documents,
            self.book,
            self.programmes,
            self.receivables,
            self.maturity,
            self.financing,
        )
        self.tranches = Tranches(stage, at["Tranches"], people, self.documents, self.registry)
        self.asset_pools = AssetPools(
            stage,
            at["AssetPools"],
            people,
            self.documents,
            self.book,
            self.receivables,
            self.maturity,
            self.tranches,
        )
        keepers[self.asset_pools.address] = self.asset_pools
        self.impact = Impact(
            stage, at["Impact"], people, self.documents, self.frameworks, self.proceeds, recover
        )
        self.coupon_terms = CouponTerms(stage, at["CouponTerms"], people, self.documents, self.bonds)
        self.service = BondService(
            stage,
            at["BondService"],
            people,
            self.mandates,
            self.documents,
            self.bonds,
            self.proceeds,
            self.coupon_terms,
        )
        self.undertakings = Undertakings(
            stage, at["Undertakings"], people, self.documents, self.frameworks, recover
        )
        self.labels = Labels(
            stage, at["Labels"], people, self.documents, self.frameworks, self.undertakings, self.bonds
        )
        self.records = Records(stage, at["Records"], people, self.documents)
        self.alerts = Alerts(
            stage, at["Alerts"], people, self.documents, self.bonds, self.labels, setting.answer_days
        )
        self.legs = Legs(stage, at["Legs"], people, self.documents, self.bonds)
        self.files = FactoringFiles(
            stage, at["FactoringFiles"], people, self.documents, self.book, self.receivables
        )
        self.instructions = BankInstructions(
            stage, at["BankInstructions"], people, self.registry, self.receivables
        )
        self.loans = SupplierLoans(
            stage, at["SupplierLoans"], people, self.documents, self.registry, self.mandates
        )
        self._wire(setting)
        stage.events.clear()

    # --- acting ---

    def act(self, sender: str, contract: str, function: str, *args: Any) -> tuple[Any, list[Event]]:
        """Does one act of the contract at that address; returns its result and its events.

        Raises:
            Refusal: and then nothing has changed.
        """
        back = self.saved()
        self.stage.events.clear()
        try:
            result = getattr(self.contract(contract), snake(function))(sender, *self._known(function, args))
        except Refusal:
            back()
            raise
        return result, list(self.stage.events)

    def saved(self) -> Callable[[], None]:
        """Keeps the present state; what it returns brings it back, once."""
        stage = self.stage
        clock, states = (stage.timestamp, stage.block), [(one, _state_of(one)) for one in self._contracts()]

        def back() -> None:
            stage.timestamp, stage.block = clock
            for changed, state in states:
                vars(changed).update(state)

        return back

    def contract(self, address: str) -> Contract:
        """The twin of the contract at an address."""
        return next(contract for contract in self._contracts() if contract.address == address)

    def _contracts(self) -> Iterator[Contract]:
        yield from (self.participants, self.registry, self.documents, self.frameworks, self.book)
        yield from (self.proceeds, self.lines, self.bonds, self.receivables, self.financing, self.maturity)
        yield from (self.mandates, self.trades, self.transfers, self.programmes, self.recourse)
        yield from (self.tranches, self.asset_pools, self.limits, self.facilities)
        yield from (self.impact, self.coupon_terms, self.service)
        yield from (self.impact, self.undertakings, self.labels, self.records, self.alerts)
        yield from (self.files, self.loans, self.instructions, self.legs)
        yield from self.cashes.values()
        yield from self.bonds.tokens.values()
        yield self.factory
        yield from self.factory.accounts.values()

    def _known(self, function: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self.cashes[args[0]],) if function == "claim" else args

    # --- accounts ---

    def _signer_of(self, digest: bytes, signature: bytes) -> str:
        """The account contract whose statement it is, or the plain key: account keys sign for it alone."""
        made = (a.address for a in self.factory.accounts.values() if a.accepts(digest, signature))
        return next(made, None) or self._key_of(digest, signature)

    def _account(self, address: str) -> Account:
        return Account(self.stage, address, self.participants, self._key_of, self._perform)

    def _place(self, salt: bytes, settings: Any) -> str:
        return self._known_outside().place(salt, settings)

    def _perform(self, sender: str, target: str, data: bytes) -> None:
        found = next((contract for contract in self._contracts() if contract.address == target), None)
        if found is None:
            raise Refusal("NoContract", target)
        function, args = self._known_outside().decode(target, data)
        getattr(found, snake(function))(sender, *self._known(function, args))

    def _known_outside(self) -> Outside:
        assert self._outside is not None, "this world was made without accounts"
        return self._outside

    # --- wiring, as a deployment does it ---

    def _wire(self, setting: Setting) -> None:
        powers = self.stage.powers
        for cash in self.cashes.values():
            self.registry.list_cash(powers, cash)
            cash.set_controller(powers, PROCEEDS, self.proceeds.address)
            cash.set_controller(powers, MATURITY, self.maturity.address)
            cash.set_controller(powers, SERVICE, self.service.address)
            cash.set_controller(powers, LOANS, self.loans.address)
            cash.set_controller(powers, POOLS, self.tranches.address)
            cash.set_controller(powers, BANK, self.instructions.address)
        self.book.set_module(powers, self.receivables.address, 1, MAY_OPEN | MAY_DISCHARGE)
        self.book.set_module(powers, self.financing.address, 2, MAY_MOVE | MAY_LOCK)
        self.book.set_module(powers, self.maturity.address, 3, MAY_DISCHARGE)
        self.book.set_module(powers, self.transfers.address, 4, MAY_MOVE | MAY_LOCK)
        self.maturity.set_keeper(powers, 4, self.transfers.address)
        self.book.set_module(powers, self.recourse.address, 6, MAY_MOVE)
        self.book.set_module(powers, self.asset_pools.address, 5, MAY_MOVE | MAY_LOCK)
        for user in (self.proceeds, self.receivables, self.transfers, self.loans):
            self.documents.set_user(powers, user.address, True)
        self.documents.set_kind(powers, DocumentKind.INVOICE, KindRule(PAYEE_SIGNS))
        self.documents.set_kind(powers, DocumentKind.LOAN_DRAWDOWN, KindRule(PAYEE_SIGNS))
        self.documents.set_kind(powers, DocumentKind.REFINANCING, KindRule(ATTESTER_SIGNS, Role.VERIFIER))
        self.maturity.set_keeper(powers, 5, self.asset_pools.address)
        for target, module, duty in self._duties():
            target.set_duty(powers, module.address, word(duty))
        for code, one in setting.catalogues.items():
            self.frameworks.set_catalogue(powers, code, *plain(one))
        self.labels.set_cure_days(powers, setting.cure_days)
        self.proceeds.set_duty(powers, self.limits.address, word("LIMITS"))
        self.bonds.set_duty(powers, self.facilities.address, word("FACILITIES"))
        for code, ppm in setting.pockets.items():
            self.limits.set_jurisdiction(powers, code, JurisdictionRule(True, ppm))
        for number, programme in enumerate(setting.programmes, 1):
            self.programmes.set(powers, number, programme)

    def _duties(self) -> Iterator[tuple[Module, Contract, str]]:
        yield self.proceeds, self.bonds, "BONDS"
        yield self.proceeds, self.receivables, "RECEIVABLES"
        yield self.proceeds, self.maturity, "MATURITY"
        yield self.lines, self.receivables, "RECEIVABLES"
        yield self.lines, self.maturity, "MATURITY"
        yield self.receivables, self.maturity, "MATURITY"
        yield self.bonds, self.coupon_terms, "SERVICE"
        yield self.bonds, self.service, "SERVICE"
        yield self.coupon_terms, self.service, "SERVICE"
        yield self.proceeds, self.service, "SERVICE"
        yield self.tranches, self.asset_pools, "POOLS"
        yield self.labels, self.alerts, "ALERTS"

    # --- every view of everything known, with what the chain must answer ---

    def views(self) -> dict[View, Any]:
        """The whole state as answers to the contracts' own views; structs as tuples."""
        return dict(self._views())

    def _views(self) -> Iterator[tuple[View, Any]]:
        yield from self._participant_views()
        yield from self._account_views()
        for cash in self.cashes.values():
            yield from _cash_views(cash)
        yield from self._mandate_views()
        yield from self._evidence_views()
        yield from self._bond_views()
        yield from self._facility_views()
        yield from self._trade_views()
        yield from self._promise_views()
        yield from self._proceeds_views()
        yield from self._service_views()
        yield from self._impact_views()
        yield from self._credit_views()
        yield from self._programme_views()
        yield from self._receivable_views()
        yield from self._maturity_views()
        yield from self._file_views()
        yield from self._loan_views()
        yield from self._instruction_views()
        yield from self._leg_views()
        yield from self._pool_views()

    def _participant_views(self) -> Iterator[tuple[View, Any]]:
        at = self.participants.address
        yield (at, "today", ()), self.participants.today()
        for account, admission in self.participants.admissions.items():
            yield (at, "admission", (account,)), plain(admission)
            yield (at, "identifierOf", (account,)), self.participants.identifiers[account]

    def _mandate_views(self) -> Iterator[tuple[View, Any]]:
        at, mandates = self.mandates.address, self.mandates
        yield (at, "count", ()), mandates.count
        for id_, m in mandates.mandates.items():
            reach = (m.owner, m.agent, m.kind, m.bond)
            yield (at, "mandate", (id_,)), plain(m)
            yield (at, "holds", reach), mandates.holds(*reach)

    def _account_views(self) -> Iterator[tuple[View, Any]]:
        for at, account in self.factory.accounts.items():
            yield (self.factory.address, "isAccount", (at,)), True
            yield (at, "keys", ()), tuple((key, account.keys[key]) for key in account.key_order)
            yield (at, "limits", ()), tuple((*entry, account.limits[entry]) for entry in account.limit_order)
            yield (at, "policy", ()), account.policy
            for entry in account.usage:
                yield (at, "usedToday", entry), account.used_today(entry)
            for id_, proposal in account.proposals.items():
                yield (at, "proposal", (id_,)), plain(proposal)
            for id_, change in account.changes.items():
                yield (at, "change", (id_,)), (plain(change), account.settings[id_])

    def _evidence_views(self) -> Iterator[tuple[View, Any]]:
        for (hash_, registrar), document in self.documents.documents.items():
            yield (self.documents.address, "document", (hash_, registrar)), plain(document)
        for fingerprint, capacity in self.documents.capacities.items():
            yield (self.documents.address, "obligation", (fingerprint,)), plain(capacity)[:-1]
            yield (self.documents.address, "credited", (fingerprint,)), capacity.credited
            uses = digest_of_uses(self.documents.uses_of(fingerprint))
            yield (self.documents.address, "uses", (fingerprint,)), uses
            yield (self.documents.address, "paperOf", (fingerprint,)), self.documents.paper_of(fingerprint)
        for fingerprint, root in self.documents.links.items():
            yield (self.documents.address, "rootOf", (fingerprint,)), root
        yield (self.frameworks.address, "count", ()), self.frameworks.count
        for id_, framework in self.frameworks.frameworks.items():
            yield (self.frameworks.address, "framework", (id_,)), plain(framework)
            yield (self.frameworks.address, "standing", (id_,)), plain(self.frameworks.standing(id_))
            yield (self.frameworks.address, "hasReview", (id_,)), self.frameworks.has_review(id_)
            yield (self.frameworks.address, "catalogueOf", (id_,)), self.frameworks.catalogue_codes[id_]
            yield (self.frameworks.address, "undertaken", (id_,)), self.frameworks.undertaken(id_)
            for index in range(len(self.frameworks.undertakings.get(id_, ()))):
                terms, dropped_on = self.frameworks.undertaking(id_, index)
                yield (self.frameworks.address, "undertaking", (id_, index)), (plain(terms), dropped_on)
        for code, catalogue in self.frameworks.catalogues.items():
            yield (self.frameworks.address, "catalogue", (code,)), plain(catalogue)
        for (id_, verifier), nonce in self.frameworks.nonces.items():
            yield (self.frameworks.address, "lastNonce", (id_, verifier)), nonce

    def _bond_views(self) -> Iterator[tuple[View, Any]]:
        at = self.bonds.address
        yield (at, "count", ()), self.bonds.count
        for id_, bond in self.bonds.bonds.items():
            yield (at, "bond", (id_,)), plain(bond)
            yield (at, "allotment", (id_,)), plain(self.bonds.allotment(id_))
            places = tuple(plain(place) for place in self.bonds.order(id_))
            yield (at, "placeCount", (id_,)), len(places)
            yield (at, "bookings", (id_, 0, len(places) + 1)), places
            token = self.bonds.tokens[id_]
            yield from _unit_views(token)
            for account in self.participants.admissions:
                yield (at, "booking", (id_, account)), self.bonds.booking(id_, account)
                yield (token.address, "holding", (account,)), plain(token.holding(account))

    def _facility_views(self) -> Iterator[tuple[View, Any]]:
        at, facilities = self.facilities.address, self.facilities
        yield (at, "count", ()), facilities.count
        for id_, facility in facilities.facilities.items():
            yield (at, "facility", (id_,)), plain(facility)
            yield (at, "lendersOf", (id_,)), facilities.lenders_of(id_)
            yield (at, "drawdownsOf", (id_,)), facilities.drawdowns_of(id_)
        for key, lender in facilities.lenders.items():
            yield (at, "lender", key), plain(lender)
        for loan, drawdown in facilities.drawdowns.items():
            yield (at, "drawdown", (loan,)), plain(drawdown)
            yield (at, "instalmentsOf", (loan,)), facilities.instalments[loan]
            yield (self.bonds.tokens[loan].address, "lenders", ()), at
            for who in facilities.lenders_of(drawdown.facility):
                yield (at, "shareOf", (loan, who)), facilities.share_of(loan, who)

    def _trade_views(self) -> Iterator[tuple[View, Any]]:
        for party, nonce in self.trades.nonces:
            yield (self.trades.address, "nonceUsed", (party, nonce)), True

    def _promise_views(self) -> Iterator[tuple[View, Any]]:
        at, undertakings = self.undertakings.address, self.undertakings
        for key, occurrence in undertakings.occurrences.items():
            yield (at, "occurrence", key), plain(occurrence)
            if not undertakings.is_owed(*key):
                continue
            yield (at, "dueOn", key), undertakings.due_on(*key)
            yield (at, "isOverdue", key), undertakings.is_overdue(*key)
            yield (at, "isFailed", key), undertakings.is_failed(*key)
            yield (at, "isKept", key), undertakings.is_kept(*key)
            yield (at, "validatorOf", key[:2]), undertakings.validator_of(*key[:2])
        at, labels = self.labels.address, self.labels
        yield (at, "count", ()), len(labels.breaches)
        for id_, breach in labels.breaches.items():
            yield (at, "breach", (id_,)), plain(breach)
        for bond in self.bonds.bonds:
            yield (at, "labelOf", (bond,)), labels.label_of(bond)
            yield (at, "openBreaches", (bond, 0, 2**64)), tuple(labels.open_breaches(bond))
        yield from self._alert_views()
        yield (self.records.address, "count", ()), self.records.count
        for id_, (statement, by) in self.records.records.items():
            answer = (plain(statement), by, id_ in self.records.withdrawn)
            yield (self.records.address, "record", (id_,)), answer

    def _alert_views(self) -> Iterator[tuple[View, Any]]:
        at, alerts = self.alerts.address, self.alerts
        yield (at, "count", ()), len(alerts.known)
        for id_, alert in alerts.known.items():
            yield (at, "alert", (id_,)), plain(alert)
            yield (at, "isOverdue", (id_,)), alerts.is_overdue(id_)
            yield (at, "idOf", (alert.bond, alert.key)), id_

    def _proceeds_views(self) -> Iterator[tuple[View, Any]]:
        at, proceeds = self.proceeds.address, self.proceeds
        yield (at, "counts", ()), (len(proceeds.projects), len(proceeds.lines))
        yield (at, "reallocationCount", ()), len(proceeds.reallocations)
        for id_, reallocation in proceeds.reallocations.items():
            yield (at, "reallocation", (id_,)), plain(reallocation)
        yield (at, "placementCount", ()), len(proceeds.placements)
        for id_, placement in proceeds.placements.items():
            yield (at, "placement", (id_,)), plain(placement)
        for bond in proceeds.books:
            yield (at, "raised", (bond,)), proceeds.raised(bond)
            yield (at, "states", (bond,)), plain(proceeds.states(bond))
            yield (at, "linesOf", (bond,)), proceeds.lines_of(bond)
            yield (at, "limits", (bond,)), plain(proceeds.limits(bond))
            yield (self.limits.address, "terms", (bond,)), plain(self.limits.terms(bond))
        for id_, project in proceeds.projects.items():
            yield (at, "project", (id_,)), plain(project)
        for id_, line in proceeds.lines.items():
            yield (at, "line", (id_,)), plain(line)
            yield (at, "works", (id_,)), proceeds.works_of(id_).values()
            yield (at, "releasedOf", (id_,)), proceeds.released_of(id_)
            yield (at, "pocketReason", (id_,)), proceeds.pocket_reason(id_)
        for id_ in self.receivables.receivables:
            encumbrance = proceeds.encumbrance_of(id_)
            yield (at, "encumbranceOf", (id_,)), (encumbrance.line, encumbrance.amount)

    def _impact_views(self) -> Iterator[tuple[View, Any]]:
        at, impact = self.impact.address, self.impact
        yield (at, "count", ()), impact.count
        for id_, report in impact.reports.items():
            yield (at, "reportOf", (id_,)), plain(report)
            yield (at, "projectsOf", (id_,)), impact.projects_of(id_)
            yield (at, "counts", (id_,)), impact.counts(id_)
            yield (at, "validationOf", (id_,)), impact.validation_of(id_)
        for project, indicator in impact.standing:
            yield (at, "reportsOf", (project, indicator)), impact.reports_of(project, indicator)

    def _service_views(self) -> Iterator[tuple[View, Any]]:
        at, terms = self.service.address, self.coupon_terms
        yield (at, "serviceCount", ()), self.service.service_count
        for id_, service in self.service.services.items():
            yield (at, "service", (id_,)), plain(service)
            for account in self.participants.admissions:
                if service.record_day < self.participants.today():
                    yield (at, "owed", (id_, account)), self.service.owed(id_, account)
        for bond in self.bonds.bonds:
            yield (at, "standing", (bond,)), plain(self.service.standing(bond))
            yield (at, "inDefault", (bond,)), self.service.in_default(bond)
            yield (at, "redeemed", (bond,)), self.service.redeemed(bond)
            yield (terms.address, "terms", (bond,)), plain(terms.terms(bond))
            yield (terms.address, "progress", (bond,)), plain(terms.progress(bond))
            for index in range(terms.progress(bond).periods):
                yield (terms.address, "period", (bond, index)), plain(terms.period(bond, index))
                yield (terms.address, "posting", (bond, index)), plain(terms.posting(bond, index))

    def _credit_views(self) -> Iterator[tuple[View, Any]]:
        yield (self.lines.address, "count", ()), self.lines.count
        for id_, line in self.lines.lines.items():
            yield (self.lines.address, "line", (id_,)), plain(line)
            yield (self.lines.address, "stateOf", (id_,)), int(self.lines.state_of(id_))

    def _programme_views(self) -> Iterator[tuple[View, Any]]:
        at, programmes = self.programmes.address, self.programmes
        yield (at, "last", ()), programmes.last
        for id_, programme in programmes.programmes.items():
            yield (at, "programme", (id_,)), plain(programme)
        for key, level in programmes.levels.items():
            yield (at, "levelOf", key), level

    def _maturity_views(self) -> Iterator[tuple[View, Any]]:
        at, maturity = self.maturity.address, self.maturity
        for id_, receivable in self.receivables.receivables.items():
            yield (at, "progress", (id_,)), plain(maturity.progress(id_))
            yield (at, "rounds", (id_,)), maturity.rounds(id_)
            middle = receivable.face // 3
            yield (
                (at, "received", (id_, middle, receivable.face)),
                maturity.received(id_, middle, receivable.face),
            )
        for holder, nonce in maturity.nonces:
            yield (at, "nonceUsed", (holder, nonce)), True
        for place in self.book.pieces:
            yield (at, "heldBy", place), maturity.held_by(*place)
            yield (self.recourse.address, "demand", place), plain(self.recourse.demand(*place))
            yield (self.recourse.address, "writtenOffOn", place), self.recourse.written_off_on(*place)

    def _receivable_views(self) -> Iterator[tuple[View, Any]]:
        for obligor in self.receivables.overdues:
            yield (self.receivables.address, "overdue", (obligor,)), self.receivables.overdue(obligor)
        yield (self.receivables.address, "count", ()), self.receivables.count
        for id_, receivable in self.receivables.receivables.items():
            yield (self.receivables.address, "receivable", (id_,)), plain(receivable)
            yield (self.receivables.address, "greenOf", (id_,)), plain(self.receivables.green_of(id_))
            yield (self.book.address, "receivableOf", (id_,)), plain(self.book.receivable_of(id_))
            walk = list(self.book.walk(id_))
            pieces = tuple(start for start, _ in walk), tuple(plain(piece) for _, piece in walk)
            yield (self.book.address, "pieces", (id_, 0, len(walk) + 1)), pieces
        for at_piece, hold in self.transfers.holds.items():
            yield (self.transfers.address, "holdOf", at_piece), plain(hold)
        for at_piece, freeze in self.transfers.freezes.items():
            yield (self.transfers.address, "freezeOf", at_piece), plain(freeze)
        for at_piece, piece in self.book.pieces.items():
            paid = (*at_piece, piece.holder)
            yield (self.transfers.address, "payeeOf", paid), self.transfers.payee_of(*paid)
        for digest, deal in self.financing.deals.items():
            yield (self.financing.address, "stateOf", (digest,)), int(deal.state)
        for financier, nonce in self.financing.nonces:
            yield (self.financing.address, "nonceUsed", (financier, nonce)), True
        for financier, registration in self.financing.registrations_used:
            yield (self.financing.address, "registrationUsed", (financier, registration)), True
        for financier, number in self.financing.numbers_used:
            yield (self.financing.address, "numberUsed", (financier, number)), True
        for id_, financed, _ in self.financing.sellers:
            for start, _ in self.book.walk(id_):
                asked = (id_, start, financed)
                yield (self.financing.address, "recourse", asked), self.financing.recourse(*asked)

    def _file_views(self) -> Iterator[tuple[View, Any]]:
        at, files = self.files.address, self.files
        yield (at, "count", ()), files.count
        for id_, file in files.files.items():
            yield (at, "file", (id_,)), plain(file)
        for key, paper in files.papers.items():
            yield (at, "paper", key), plain(paper)
        for at_whom, application in files.applications.items():
            yield (at, "application", at_whom), plain(application)
            yield (at, "standing", at_whom), files.standing(*at_whom)

    def _instruction_views(self) -> Iterator[tuple[View, Any]]:
        at, instructions = self.instructions.address, self.instructions
        yield (at, "count", ()), len(instructions.instructions)
        for id_, instruction in instructions.instructions.items():
            yield (at, "instruction", (id_,)), plain(instruction)
        for key, id_ in instructions.confirmed_by.items():
            yield (at, "confirmedBy", key), id_
        for who, amount in instructions.in_flight.items():
            yield (at, "inFlight", who), amount

    def _leg_views(self) -> Iterator[tuple[View, Any]]:
        at, legs = self.legs.address, self.legs
        yield (at, "count", ()), len(legs.legs)
        for id_, standing in legs.legs.items():
            said = legs.said[id_]
            key = (standing.attester, said.bank, said.bank_reference)
            yield (at, "leg", (id_,)), plain(standing)
            yield (at, "legOf", key), legs.by_key.get(standing.key, 0)
            yield (at, "contentOf", (said,)), standing.content

    def _loan_views(self) -> Iterator[tuple[View, Any]]:
        at, loans = self.loans.address, self.loans
        yield (at, "count", ()), loans.count
        yield (at, "drawdownCount", ()), len(loans.drawdowns)
        for id_, line in loans.lines.items():
            yield (at, "line", (id_,)), plain(line)
        for id_, drawdown in loans.drawdowns.items():
            yield (at, "drawdown", (id_,)), plain(drawdown)
            yield (at, "owed", (id_,)), loans.owed(id_)

    def _pool_views(self) -> Iterator[tuple[View, Any]]:
        at, pools, tranches = self.asset_pools.address, self.asset_pools, self.tranches
        yield (at, "count", ()), pools.count
        for id_, pool in pools.pools.items():
            yield (at, "pool", (id_,)), plain(pool)
            yield (at, "terms", (id_,)), plain(pools.terms(id_))
            yield (tranches.address, "book", (id_,)), plain(tranches.book(id_))
        for key, piece in pools.pieces.items():
            yield (at, "pieceOf", key), plain(piece)
            where = (piece.receivable, piece.start)
            yield (at, "placeOf", where), pools.place_of(*where)
        for key, tranche in tranches.tranches.items():
            yield (tranches.address, "tranche", key), plain(tranche)
            yield (tranches.address, "interestOwed", key), tranches.interest_owed(*key)
        for key, lot in tranches.lots.items():
            yield (tranches.address, "lotOf", key), plain(lot)
            yield (tranches.address, "dueOf", key), tranches.due_of(*key)


def _state_of(contract: Contract) -> dict[str, Any]:
    """A copy of a contract's variables; what they hold is immutable or a contract of its own."""
    return {
        name: copy.copy(value) if isinstance(value, dict | set) else value
        for name, value in vars(contract).items()
    }


def _cash_views(cash: Cash) -> Iterator[tuple[View, Any]]:
    yield (cash.address, "totalSupply", ()), cash.total_supply()
    yield (cash.address, "balanceOf", (cash.source,)), cash.balance_of(cash.source)
    for axis, counters in cash.axes.items():
        yield (cash.address, "axis", (axis,)), plain(counters)
    for (owner, spender), amount in cash.allowances.items():
        yield (cash.address, "allowance", (owner, spender)), amount
    for reference in cash.references:
        yield (cash.address, "bankReferenceUsed", (reference,)), True


def _unit_views(token: GreenBond) -> Iterator[tuple[View, Any]]:
    yield (token.address, "totalSupply", ()), token.total_supply
    yield (token.address, "status", ()), (token.retired, token.paused_by)
    yield (token.address, "recordDays", ()), token.record_days
    for day in token.record_days:
        if day < token.participants.today():
            yield (token.address, "supplyAt", (day,)), token.supply_at(day)
            for holder in token.history:
                yield (token.address, "unitsAt", (holder, day)), token.units_at(holder, day)


def snake(name: str) -> str:
    """`transferFrom` -> `transfer_from`: the twin's name of an act."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
