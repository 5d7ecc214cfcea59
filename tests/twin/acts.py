"""Random acts, valid and invalid mixed: each kind knows what a good act would be and spoils some of it.

Deterministic: the same seed gives the same acts, as long as the world answers the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final, TypeVar

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.coupons import CouponKind, Period, ServiceTerms, terms_hash
from ledger.domain.discount import MOST_AHEAD, MOST_ROLLED, Convention, days_of, discount_half_up
from ledger.domain.kinds import DocumentKind
from ledger.domain.mandates import MandateKind
from ledger.domain.programmes import Programme
from ledger.domain.roles import Role
from ledger.domain.states import BondState, Cause, Consent, PieceState, QuoteState, ReceivableState
from ledger.domain.twin import World
from ledger.domain.twin.base import ZERO_HASH, word
from ledger.domain.twin.bonds import MILLION, Terms
from ledger.domain.twin.bondservice import Redemption, Service
from ledger.domain.twin.cash import INFINITE
from ledger.domain.twin.documents import Capacity
from ledger.domain.twin.frameworks import Content, Undertaking
from ledger.domain.twin.impact import Figure
from ledger.domain.twin.participants import Admission
from ledger.domain.twin.pieces import Limits, Piece
from ledger.domain.twin.placements import Placement
from ledger.domain.twin.proceeds import Reallocation
from ledger.domain.twin.receivables import Confirmation
from ledger.domain.twin.records import Statement as Attested
from ledger.domain.twin.tranches import Book as PoolBook
from ledger.domain.typed_data import Finding, Obligation, Quote, Review, Statement, TypedData, Validation
from tests.twin.actors import (
    AUDITOR,
    AUTHORITY,
    BANK,
    BY_ADDRESS,
    COMPANIES,
    EVERYBODY,
    FINANCIERS,
    INVESTORS,
    ISSUERS,
    LENDER,
    NOBODY,
    OPERATOR,
    PARTICIPANTS,
    STRANGER,
    SUPPLIERS,
    VERIFIERS,
    Actor,
)
from tests.twin.alerting import AlertActs
from tests.twin.banking import BankingActs
from tests.twin.confirming import ConfirmingActs
from tests.twin.facilities import FacilityActs
from tests.twin.holding import HoldingActs
from tests.twin.legging import LegActs
from tests.twin.lending import LendingActs
from tests.twin.limits import LimitActs
from tests.twin.maturing import MaturityActs
from tests.twin.passing import PassingActs
from tests.twin.pools import PoolActs
from tests.twin.works import WorksActs

T = TypeVar("T")
DAY: Final = 86_400
CODES: Final = tuple(word(name) for name in ("SOLAR", "WIND", "HYDRO"))
INDICATORS: Final = (word("CO2"), word("MWH"))
CATALOGUE: Final = word("GBEPC-2021")
OTHER_CATALOGUES: Final = tuple(word(name) for name in ("ICMA-GBP", "GBEPC-2015", "GFEPC-2025", "UNKNOWN"))


class NothingFits(Exception):
    """Nothing in the present state is fit for this kind of act."""


@dataclass(frozen=True)
class Act:
    """One call: `contract` is the ABI's name, `at` the address; `kind` is counted in the report."""

    sender: str
    contract: str
    at: str
    function: str
    args: tuple[Any, ...]

    @property
    def kind(self) -> str:
        return f"{self.contract}.{self.function}"


class Histories:
    """Draws the next act from the state of the twin. `spoil` is the share of arguments that are spoilt."""

    def __init__(self, world: World, seed: int, spoil: float = 0.06) -> None:
        self.world = world
        self.dice = Random(seed)
        self.spoil = spoil
        self.fresh = 0
        self.quotes: list[Quote] = []
        self.obligations: list[Obligation] = []
        self.payments: list[tuple[int, int, bytes, str]] = []
        self.schedules: dict[bytes, tuple[ServiceTerms, tuple[Period, ...]]] = {}
        self.cash = next(iter(world.cashes.values()))
        self.confirming = ConfirmingActs(self)
        self.builders: list[tuple[int, Callable[[], Act]]] = [
            (2, self.admit),
            (4, self.amend),
            (4, self.post_date),
            (4, self.mint),
            (2, self.burn),
            (5, self.transfer),
            (4, self.approve),
            (2, self.redeem),
            (3, self.grant_mandate),
            (2, self.end_mandate),
            (4, self.register_document),
            (6, self.register_obligation),
            (2, self.credit_obligation),
            (2, self.link_obligation),
            (2, self.register_framework),
            (1, self.amend_framework),
            (4, self.submit_review),
            (1, self.withdraw_review),
            (5, self.report_undertaking),
            (1, self.cancel_undertaking),
            (5, self.judge_undertaking),
            (4, self.raise_breach),
            (1, self.aggravate_breach),
            (3, self.cure_breach),
            (2, self.attest_record),
            (4, self.register_bond),
            (6, self.book),
            (2, self.cancel_booking),
            (6, self.allot),
            (4, self.close),
            (1, self.cancel),
            (2, self.return_booking),
            (3, self.move_units),
            (2, self.register_project),
            (3, self.open_line),
            (6, self.allocate),
            (2, self.deallocate),
            (2, self.pay_cost),
            (4, self.propose_reallocation),
            (1, self.withdraw_reallocation),
            (4, self.consent_reallocation),
            (3, self.place),
            (4, self.return_placed),
            (2, self.lose_placed),
            (2, self.make_good),
            (1, self.pay_income),
            (8, self.pay),
            (4, self.refund),
            (4, self.refund_encumbered),
            (2, self.claim),
            (5, self.report_impact),
            (3, self.restate_impact),
            (6, self.validate_impact),
            (3, self.file_terms),
            (4, self.post),
            (6, self.open_coupon),
            (4, self.announce),
            (6, self.pay_in_service),
            (9, self.pay_service),
            (2, self.declare_default),
            (3, self.grant),
            (3, self.change_line),
            (12, self.confirm),
            (9, self.answer),
            (9, self.accept_quote),
            (7, self.fund),
            (2, self.end_quote),
            (4, self.trespass),
            *self.confirming.builders(),
            *HoldingActs(self).builders(),
            *LegActs(self).builders(),
            *LendingActs(self).builders(),
            *BankingActs(self).builders(),
            *AlertActs(self).builders(),
            *MaturityActs(self).builders(),
            *PassingActs(self).builders(),
            *PoolActs(self).builders(),
            *WorksActs(self).builders(),
            *LimitActs(self).builders(),
            *FacilityActs(self).builders(),
        ]

    # --- drawing ---

    def next(self) -> Act:
        weights = [weight for weight, _ in self.builders]
        while True:
            try:
                return self.dice.choices([build for _, build in self.builders], weights)[0]()
            except NothingFits:
                continue

    def remember(self, act: Act, events: Sequence[Any]) -> None:
        """What an accepted act makes possible later."""
        if act.function == "accept" and act.contract == "Financing":
            self.quotes.append(act.args[0])
        if act.function == "registerObligation":
            self.obligations.append(act.args[0])
        for event in events:
            if event.name == "Paid":
                _, line, payee, fingerprint, _, out_offset = event.values
                self.payments.append((line, out_offset, fingerprint, payee))

    def time_passes(self) -> int:
        """Seconds until the next act: mostly the next block, at times days."""
        return self.dice.choice([3 * DAY, 12 * DAY, 40 * DAY]) if self.chance(0.02) else 12

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def one(self, choices: Sequence[T]) -> T:
        return self.dice.choice(choices)

    def fit(self, choices: Sequence[T], otherwise: Callable[[], T]) -> T:
        """One of the fitting; when there is none, mostly another kind of act. Spoilt: whatever."""
        if not choices and not self.chance(2 * self.spoil):
            raise NothingFits
        return otherwise() if not choices or self.chance(self.spoil) else self.one(choices)

    def spoilt(self, good: T, bad: Callable[[], T]) -> T:
        return bad() if self.chance(self.spoil) else good

    def who(self, good: str) -> str:
        return self.spoilt(good, lambda: self.one(EVERYBODY).address)

    def amount(self, most: int, bits: int = 256) -> int:
        """Up to `most`, sometimes all of it; spoilt: nothing, one too many, or the largest there is."""
        good = max(most, 1) if self.chance(0.3) else self.dice.randint(1, max(most, 1))
        largest = (1 << bits) - 1
        return min(self.spoilt(good, lambda: self.one([0, most + 1, largest])), largest)

    def number(self, count: int) -> int:
        """An id up to `count`; spoilt: zero or the next one."""
        return self.spoilt(self.dice.randint(1, max(count, 1)), lambda: self.one([0, count + 1]))

    def hash(self) -> bytes:
        self.fresh += 1
        return self.spoilt(
            keccak(b"%d" % self.fresh), lambda: self.one([ZERO_HASH, keccak(b"%d" % (self.fresh // 2))])
        )

    def days(self, low: int, high: int) -> int:
        return max(self.today + self.dice.randint(low, high), 0)

    @property
    def today(self) -> int:
        return self.world.participants.today()

    def act(self, sender: str, contract: Any, function: str, *args: Any) -> Act:
        return Act(sender, type(contract).__name__, contract.address, function, args)

    def signature(self, contract: Any, statement: Statement, signer: str) -> bytes:
        """By `signer`; spoilt: by another, for another chain or contract, or no signature at all."""
        typed = TypedData(self.world.stage.chain_id, contract.address, statement)
        elsewhere = self.one([replace(typed, chain_id=1), replace(typed, contract=self.cash.address), typed])
        actor = BY_ADDRESS.get(signer, STRANGER)
        good = actor.sign(typed.digest())
        bad = self.one(
            [actor.sign(elsewhere.digest()), STRANGER.sign(typed.digest()), b"", good[:64], good[::-1]]
        )
        return self.spoilt(good, lambda: bad)

    # --- participants and cash ---

    def admit(self) -> Act:
        actor = self.one([STRANGER, OPERATOR, *PARTICIPANTS])
        self.fresh += 1
        identifier = self.spoilt(word(f"LEI:{self.fresh}"), lambda: word("USCC:0"))
        admission = Admission(actor.roles, False, self.days(-2, 400), actor.group)
        account = self.spoilt(actor.address, lambda: self.one([NOBODY, self.cash.source]))
        sender = self.who(OPERATOR.address)
        return self.act(
            sender, self.world.participants, "admit", account, identifier, "x", admission, self.hash()
        )

    def amend(self) -> Act:
        actor = self._amended()
        suspended = not self.world.participants.admission(actor.address).suspended and self.chance(0.4)
        lapse = self.spoilt(self.today + 900, lambda: self.one([0, self.today - 1, self.today]))
        admission = Admission(actor.roles, suspended, lapse, actor.group)
        return self.act(
            self.who(OPERATOR.address),
            self.world.participants,
            "amend",
            actor.address,
            admission,
            self.hash(),
        )

    def _amended(self) -> Actor:
        barred = [a for a in PARTICIPANTS if not self.world.participants.is_active(a.address)]
        if barred and self.chance(0.6):
            return self.one(barred)
        holders = [BY_ADDRESS.get(piece.holder, STRANGER) for piece in self.world.book.pieces.values()]
        anybody: list[Actor] = [*PARTICIPANTS, STRANGER]
        return self.one(self.one([anybody, [*SUPPLIERS, *INVESTORS, *COMPANIES], holders or [BANK]]))

    def post_date(self) -> Act:
        possible = (self.world.stage.timestamp + self.world.participants.zone) // DAY
        day = self.spoilt(possible, lambda: self.one([possible + 1, self.today - 1]))
        return self.act(self.who(OPERATOR.address), self.world.participants, "postBusinessDate", day)

    def mint(self) -> Act:
        to = self.spoilt(
            self.one(PARTICIPANTS).address, lambda: self.one([STRANGER.address, self.cash.source])
        )
        return self.act(self.who(BANK.address), self.cash, "mint", to, self.amount(10_000_000), self.hash())

    def burn(self) -> Act:
        holder = self.fit([a for a in PARTICIPANTS if self._redeemable(a)], lambda: self.one(PARTICIPANTS))
        amount = self.amount(self._redeemable(holder))
        return self.act(self.who(BANK.address), self.cash, "burn", holder.address, amount, self.hash())

    def _redeemable(self, actor: Actor) -> int:
        axis = purposes.axis_of(purposes.CASH, purposes.redemption(actor.address))
        return self.cash.balance_of(axis)

    def transfer(self) -> Act:
        sender, to = self.one(PARTICIPANTS), self.one(PARTICIPANTS).address
        purpose = self.spoilt(to, lambda: self.one([*self.cash.axes, NOBODY]))
        amount = self.spoilt(self.amount(self.cash.balance_of(sender.address)), lambda: 0)
        how = self.one(["transfer", "transferWithDocument", "transferFrom", "transferFromWithDocument"])
        document = (self.hash(),) if how.endswith("Document") else ()
        if "From" in how:
            given = [pair for pair, had in self.cash.allowances.items() if had and pair[1] in BY_ADDRESS]
            owner, spender = self.fit(given, lambda: (sender.address, BANK.address))
            amount = self.amount(min(self.cash.balance_of(owner), self.cash.allowance(owner, spender)))
            return self.act(spender, self.cash, how, owner, purpose, amount, *document)
        return self.act(sender.address, self.cash, how, purpose, amount, *document)

    def approve(self) -> Act:
        w = self.world
        spenders = [w.proceeds, w.financing, w.maturity, w.recourse, w.service, w.tranches]
        spender, amount = self.one(spenders).address, self.one([INFINITE, INFINITE, INFINITE, 9_000])
        if self.chance(0.5):
            spender, amount = self.one(EVERYBODY).address, self.dice.randrange(100_000)
        return self.act(self.one(PARTICIPANTS).address, self.cash, "approve", spender, amount)

    def redeem(self) -> Act:
        actor = self.one(PARTICIPANTS)
        if self._redeemable(actor) and self.chance(0.5):
            amount = self.amount(self._redeemable(actor))
            return self.act(actor.address, self.cash, "cancelRedeem", amount, self.hash())
        amount = self.amount(self.cash.balance_of(actor.address))
        return self.act(actor.address, self.cash, "redeem", amount, self.hash())

    # --- mandates ---

    def grant_mandate(self) -> Act:
        owner = self.one([*ISSUERS, *INVESTORS]).address
        kind = self.spoilt(self.one(list(MandateKind)), lambda: self.one([0, 8, MandateKind.VERIFIER]))
        audits = kind == MandateKind.AUDITOR
        grantor = AUTHORITY.address if audits and self.chance(0.5) else owner
        agents = {MandateKind.AUDITOR: [AUDITOR], MandateKind.VERIFIER: VERIFIERS}
        agent = self.one(agents.get(kind, FINANCIERS)).address
        until = self.spoilt(self.days(0, 40), lambda: self.one([0, self.today - 1, self.today]))
        args = (self.who(agent), owner, int(kind), self.dice.randint(0, 2), until, self.hash())
        return self.act(self.who(grantor), self.world.mandates, "grant", *args)

    def end_mandate(self) -> Act:
        mandates = self.world.mandates
        id_ = self.number(mandates.count)
        given = mandates.mandate(id_)
        sender = self.who(self.one([given.grantor, given.agent, AUTHORITY.address]))
        return self.act(BY_ADDRESS.get(sender, STRANGER).address, mandates, "end", id_)

    # --- evidence ---

    def register_document(self) -> Act:
        kind = self.spoilt(int(self.one(list(DocumentKind))), lambda: 0)
        if self.chance(0.4):
            kind, registrar = int(DocumentKind.REGISTRATION), self.one(FINANCIERS).address
            return self.act(registrar, self.world.documents, "register", self.hash(), kind, ZERO_HASH)
        known = [h for h, _ in self.world.documents.documents]
        supersedes = self.one(known) if known and self.chance(0.1) else ZERO_HASH
        sender = self.who(self.one(PARTICIPANTS).address)
        return self.act(sender, self.world.documents, "register", self.hash(), kind, supersedes)

    def register_obligation(self) -> Act:
        kind = self.spoilt(self.one([1, 1, 1, 2, 3]), lambda: 9)
        payer = self.one([*ISSUERS, *COMPANIES]).address
        payee = payer if kind == 3 else self.one([*SUPPLIERS, *COMPANIES]).address
        attester = self.one(VERIFIERS).address if kind == 3 else NOBODY
        payee = self.who(payee)
        statement = Obligation(
            fingerprint=self.tag(payee),
            document=self.hash(),
            kind=kind,
            currency=self.spoilt(self.cash.currency, lambda: b"JPY"),
            total=self.amount(500_000, 96),
            date=self.spoilt(self.days(-9, 0), lambda: self.one([0, self.today + 1])),
            payer=payer,
            payee=payee,
            attester=self.who(attester),
        )
        second = statement.attester if kind == 3 else statement.payee
        documents = self.world.documents
        signatures = [self.signature(documents, statement, who) for who in (payer, second)]
        return self.act(self.one(EVERYBODY).address, documents, "registerObligation", statement, *signatures)

    def tag(self, payee: str) -> bytes:
        """A fingerprint that names its payee; spoilt: another's, or one that is taken."""
        named = self.hash()[:12] + purposes.address_bytes(self.who(payee))
        taken = [*self.world.documents.capacities, *self.world.documents.links, ZERO_HASH]
        return self.spoilt(named, lambda: self.one(taken))

    def credit_obligation(self) -> Act:
        """A red invoice on a part or the rest of a document, filed beforehand more often than not."""
        documents = self.world.documents
        fingerprint, capacity = self._registered()
        payee = self.who(capacity.payee)
        kind = DocumentKind.CREDIT_NOTE
        notes = [h for (h, who), d in documents.documents.items() if who == payee and d.kind == kind]
        fresh = [note for note in notes if (payee, note) not in documents.notes_used]
        if not fresh and self.chance(0.8):
            return self.act(payee, documents, "register", self.hash(), int(kind), ZERO_HASH)
        note = self.spoilt(self.one(fresh or [self.hash()]), lambda: self.one([*notes, self.hash()]))
        left = self.spoilt(capacity.total - capacity.credited, lambda: capacity.total)
        return self.act(payee, documents, "credit", fingerprint, note, self.amount(left))

    def link_obligation(self) -> Act:
        former, capacity = self._registered()
        return self.act(
            self.who(capacity.payee), self.world.documents, "link", former, self.tag(capacity.payee)
        )

    def _registered(self) -> tuple[bytes, Capacity]:
        documents = self.world.documents
        known = [*documents.capacities, *documents.links]
        fingerprint = self.fit(known, self.hash)
        return fingerprint, documents.obligation(fingerprint)

    def register_framework(self) -> Act:
        sender = self.who(self.one(ISSUERS).address)
        return self.act(sender, self.world.frameworks, "register", self._content(()))

    def amend_framework(self) -> Act:
        id_ = self.number(self.world.frameworks.count)
        sender = self.who(self.world.frameworks.framework(id_).issuer)
        known = self.world.frameworks.undertakings.get(id_, ())
        return self.act(sender, self.world.frameworks, "amend", id_, self._content(known))

    def _content(self, known: Sequence[Undertaking]) -> Content:
        """A version; most undertakings of those `known` are kept, so that drops and resumptions are few."""
        codes = self.dice.sample(CODES, self.dice.randint(2, 3))
        kept = [undertaking for undertaking in known if self.chance(0.8)]
        new = [self._undertaking() for _ in range(self.dice.randint(0, 1 if known else 3))]
        return Content(
            document=self.hash(),
            catalogue=self.spoilt(CATALOGUE, lambda: self.one([ZERO_HASH, *OTHER_CATALOGUES])),
            categories=self.spoilt(codes, lambda: self.one([[], [ZERO_HASH]])),
            undertakings=[*kept, *new],
        )

    def _undertaking(self) -> Undertaking:
        kind, polarity = self.one([(1, 0), (2, 2), (3, 0), (3, 0), (4, 1), (4, 2)])
        due = self.days(0, 40)
        self.fresh += 1
        validator = self.one([NOBODY, NOBODY, VERIFIERS[0].address, VERIFIERS[1].address])
        return Undertaking(
            kind=self.spoilt(kind, lambda: self.one([0, 5])),
            polarity=self.spoilt(polarity, lambda: self.one([0, 3])),
            every_months=self.one([0, 1, 6, 12]),
            due_day=self.spoilt(due, lambda: self.one([0, self.today - 1])),
            last_day=self.spoilt(due + self.one([0, 40, 400]), lambda: due - 1 if due else 0),
            validator=validator,
            code=self.spoilt(word(f"U{self.fresh}"), lambda: ZERO_HASH),
            unit=self.spoilt(b"tCO2e".ljust(16, b"\0"), lambda: bytes(16)),
            target=self.dice.randrange(1_000),
        )

    def submit_review(self) -> Act:
        frameworks = self.world.frameworks
        bare = [i for i, f in frameworks.frameworks.items() if frameworks.standing(i).version != f.version]
        id_ = self.one(bare) if bare and self.chance(0.8) else self.number(frameworks.count)
        verifier = self.spoilt(VERIFIERS[0], lambda: self.one([*VERIFIERS, *ISSUERS])).address
        last = frameworks.last_nonce(id_, verifier)
        review = Review(
            framework=id_,
            content_hash=self.spoilt(frameworks.framework(id_).content_hash, self.hash),
            verifier=verifier,
            kind=self.spoilt(self.dice.randint(1, 4), lambda: self.one([0, 5])),
            outcome=self.spoilt(self.one([1, 1, 2]), lambda: self.one([0, 3, 4])),
            shade=self.spoilt(self.dice.randint(0, 3), lambda: 4),
            valid_until=self.spoilt(self.days(60, 500), lambda: self.one([0, self.today - 1, self.today])),
            document=self.hash(),
            reasons=self.one([self.hash(), self.hash(), ZERO_HASH]),
            nonce=self.spoilt(last + self.dice.randint(1, 2), lambda: last),
        )
        signature = self.signature(frameworks, review, verifier)
        return self.act(self.one(EVERYBODY).address, frameworks, "submitReview", review, signature)

    def withdraw_review(self) -> Act:
        id_ = self.number(self.world.frameworks.count)
        sender = self.who(self.world.frameworks.standing(id_).verifier)
        return self.act(sender, self.world.frameworks, "withdrawReview", id_, self.hash())

    # --- undertakings, labels, records ---

    def _owed(self) -> tuple[int, int, int]:
        """An occurrence that is due or comes soon; spoilt: one that nobody owes."""
        frameworks, undertakings = self.world.frameworks, self.world.undertakings
        found = [
            (framework, index, n)
            for framework, known in frameworks.undertakings.items()
            for index in range(len(known))
            for n in range(3)
            if undertakings.is_owed(framework, index, n)
        ]
        wrong = self.one([(0, 0, 0), (1, 9, 0), (1, 0, 99), (1, 0, 2**32 - 1), (frameworks.count + 1, 0, 0)])
        return self.fit(found, lambda: wrong)

    def report_undertaking(self) -> Act:
        framework, index, n = self._owed()
        issuer = self.world.frameworks.framework(framework).issuer
        document, value = self._document(issuer, DocumentKind.OTHER), self.dice.randrange(1_000)
        sender = self.who(issuer)
        return self.act(sender, self.world.undertakings, "report", framework, index, n, value, document)

    def cancel_undertaking(self) -> Act:
        framework, index, n = self._owed()
        issuer = self.world.frameworks.framework(framework).issuer
        document = self._document(issuer, DocumentKind.OTHER)
        return self.act(self.who(issuer), self.world.undertakings, "cancel", framework, index, n, document)

    def judge_undertaking(self) -> Act:
        undertakings = self.world.undertakings
        waiting = [key for key, o in undertakings.occurrences.items() if o.state in (1, 5)]
        key = self.fit(waiting, self._owed)
        o = undertakings.occurrence(*key)
        named = self.world.undertakings.validator_of(*key[:2]) if undertakings.is_owed(*key) else NOBODY
        validator = self.spoilt(named, lambda: self.one(VERIFIERS).address)
        finding = Finding(
            *key,
            round=self.spoilt(o.round, lambda: o.round + 1),
            report=self.spoilt(o.document, self.hash),
            value=self.spoilt(o.value, lambda: o.value + 1),
            validator=validator,
            outcome=self.spoilt(self.dice.randint(1, 3), lambda: self.one([0, 4])),
            document=self.hash(),
        )
        sender = self.one([validator, self.one(EVERYBODY).address])
        signature = self.signature(undertakings, finding, validator)
        return self.act(sender, undertakings, "judge", finding, signature)

    def raise_breach(self) -> Act:
        bond, cause = self._bond(BondState.CLOSED), self.one([1, 2, 3, 3, 3, 0])
        _, index, n = self._owed()
        if cause != 3:
            index, n = self.spoilt(0, lambda: 1), 0
        return self.act(self.one(EVERYBODY).address, self.world.labels, "raiseBreach", bond, cause, index, n)

    def aggravate_breach(self) -> Act:
        witness = self._witness()
        breaches = self.world.labels.breaches
        open_ = [id_ for id_, b in breaches.items() if not b.cured_on and not b.severe]
        id_ = self.fit(open_, lambda: self.number(len(breaches)))
        document = self._document(witness, DocumentKind.OTHER)
        return self.act(witness, self.world.labels, "aggravate", id_, document)

    def _witness(self) -> str:
        roles = Role.VERIFIER | Role.AUDITOR | Role.AUTHORITY
        return self.who(self.one([a for a in PARTICIPANTS if a.roles & roles]).address)

    def cure_breach(self) -> Act:
        labels = self.world.labels
        open_ = [id_ for id_, b in labels.breaches.items() if not b.cured_on]
        id_ = self.fit(open_, lambda: self.number(len(labels.breaches)))
        if labels.breach(id_).cause == Cause.ALERT and self.chance(0.9):
            witness = self.spoilt(labels.breach(id_).by, self._witness)
            return self.act(witness, labels, "cureAlert", id_, self._document(witness, DocumentKind.OTHER))
        return self.act(self.one(EVERYBODY).address, labels, "cure", id_)

    def attest_record(self) -> Act:
        records = self.world.records
        if records.count and self.chance(0.3):
            id_ = self.number(records.count)
            _, by = records.records.get(id_, (None, BANK.address))
            return self.act(self.who(by), records, "withdraw", id_, self._document(by, DocumentKind.OTHER))
        by = self.one([BANK.address, self._witness(), self.one(PARTICIPANTS).address])
        subject = self.one([by, self.one(PARTICIPANTS).address])
        statement = Attested(
            subject=self.spoilt(subject, lambda: STRANGER.address),
            kind=self.spoilt(self.dice.randint(1, 8), lambda: self.one([0, 9])),
            count=self.spoilt(self.dice.randint(1, 40), lambda: 0),
            amount=self.one([0, self.dice.randrange(10**9)]),
            currency=self.spoilt(self.cash.currency, lambda: bytes(3)),
            from_day=self.today - 700,
            until=self.spoilt(self.today - 1, lambda: self.one([self.today + 1, self.today - 701])),
            document=self._document(by, DocumentKind.OTHER),
        )
        return self.act(by, records, "attest", statement)

    # --- bonds ---

    def register_bond(self) -> Act:
        framework = self.number(self.world.frameworks.count)
        issuer = self.who(self.world.frameworks.framework(framework).issuer)
        least = self.dice.randint(0, 20)
        terms = Terms(
            framework=framework,
            cash=self.spoilt(self.cash.address, lambda: self.world.book.address),
            isin=self.one([bytes(12), b"XS%010d" % self.dice.randrange(20)]),
            denomination=self.amount(10_000, 96),
            issue_price=self.amount(10_000, 96),
            min_units=least,
            max_units=self.spoilt(self.one([30, 200]), lambda: self.one([0, 5, 2**64 - 1])),
            closes_on=self.spoilt(self.days(0, 20), lambda: self.one([self.today - 1, 2**32 - 1])),
            issue_date=self.today,
            maturity_date=self.spoilt(self.today + self.one([1000, 12]), lambda: self.one([0, self.today])),
            coupon_ppm=30_000,
            max_cost_ppm=self.spoilt(self.one([0, 50_000, 1_000_000]), lambda: 1_000_001),
            service_terms=self.one([ZERO_HASH, CATALOGUE, self.schedule(), self.schedule()]),
            document=self.hash(),
        )
        return self.act(issuer, self.world.bonds, "register", terms, f"bond {self.world.bonds.count + 1}")

    def _bond(self, state: BondState) -> int:
        fitting = [id_ for id_, bond in self.world.bonds.bonds.items() if bond.state == state]
        return self.fit(fitting, lambda: self.number(self.world.bonds.count))

    def book(self) -> Act:
        units = self.amount(40, 64)
        investor = self.who(self.one([*INVESTORS, *FINANCIERS]).address)
        return self.act(investor, self.world.bonds, "book", self._bond(BondState.BOOKING), units)

    def cancel_booking(self) -> Act:
        """Mostly somebody who booked, all or part of it, while booking goes on."""
        bonds = self.world.bonds
        id_ = self._bond(BondState.BOOKING)
        booked = [place for place in bonds.order(id_) if place.units]
        investor = self.fit([place.investor for place in booked], lambda: INVESTORS[0].address)
        units = self.amount(bonds.booking(id_, investor), 64)
        return self.act(self.who(investor), bonds, "cancelBooking", id_, units)

    def allot(self) -> Act:
        """The whole order or a few places of it; by the issuer, at times by somebody else."""
        bonds = self.world.bonds
        begun = self.chance(0.5)
        id_ = self._bond(BondState.ALLOTTING if begun else BondState.BOOKING)
        places = self.spoilt(self.dice.choice([1, 2, 2, 9]), lambda: self.one([0, 2**32 - 1]))
        return self.act(self._runner(id_), bonds, "allot", id_, places)

    def close(self) -> Act:
        """Mostly a bond whose order is done; its costs now and then just above what the terms allow."""
        bonds = self.world.bonds
        done = [
            id_
            for id_, bond in bonds.bonds.items()
            if bond.state == BondState.ALLOTTING and bonds.allotment(id_).next == len(bonds.order(id_))
        ]
        id_ = self.fit(done, lambda: self.number(bonds.count))
        bond = bonds.bond(id_)
        most = bond.allotted_units * bond.terms.issue_price * bond.terms.max_cost_ppm // MILLION
        cost = self.one([0, self.amount(most)])
        date = self.spoilt(self.today, lambda: self.one([0, self.today + 1]))
        return self.act(self._runner(id_), bonds, "close", id_, cost, date)

    def _runner(self, bond: int) -> str:
        """The issuer, its bookrunner or whoever passes by."""
        mandates = [m for m in self.world.mandates.mandates.values() if m.kind == MandateKind.BOOKRUNNER]
        agents = [m.agent for m in mandates if m.owner == self.world.bonds.bond(bond).issuer]
        return self.who(
            self.one(agents) if agents and self.chance(0.3) else self.world.bonds.bond(bond).issuer
        )

    def cancel(self) -> Act:
        id_ = self._bond(BondState.BOOKING)
        return self.act(self.who(self.world.bonds.bond(id_).issuer), self.world.bonds, "cancel", id_)

    def return_booking(self) -> Act:
        bonds = self.world.bonds
        all_ = [(id_, place.investor) for id_ in bonds.orders for place in bonds.order(id_) if place.units]
        waiting = [pair for pair in all_ if bonds.bond(pair[0]).state == BondState.CANCELLED]
        missing = (self.number(bonds.count), INVESTORS[0].address)
        id_, investor = self.fit(waiting, lambda: self.one([*all_, missing]))
        return self.act(self.one(EVERYBODY).address, bonds, "returnBooking", id_, self.who(investor))

    def move_units(self) -> Act:
        token = self.one(list(self.world.bonds.tokens.values()) or [self.cash])
        holders = [a for a in EVERYBODY if token.balance_of(a.address)] or list(INVESTORS)
        holder, to = (
            self.one(holders).address,
            self.spoilt(self.one(INVESTORS).address, lambda: self.one([NOBODY, BANK.address])),
        )
        units = self.amount(token.balance_of(holder))
        how = self.one(["transfer", "transfer", "approve", "transferFrom"])
        if how == "transferFrom":
            given = [pair for pair, had in token.allowances.items() if had and pair[1] in BY_ADDRESS]
            holder, spender = self.fit(given, lambda: (INVESTORS[0].address, BANK.address))
            units = self.amount(min(token.balance_of(holder), token.allowance(holder, spender)))
            return self.act(spender, token, how, holder, to, units)
        return self.act(holder, token, how, to, units)

    # --- proceeds ---

    def register_project(self) -> Act:
        framework = self.number(self.world.frameworks.count)
        issuer = self.world.frameworks.framework(framework).issuer
        return self.act(
            self.who(issuer),
            self.world.proceeds,
            "registerProject",
            framework,
            self.who(self.one(COMPANIES).address),
            self.spoilt(self.one(CODES), lambda: word("COAL")),
            self.spoilt(self.cash.currency, lambda: self.one([b"EUR", bytes(3)])),
            self.amount(300_000, 96),
            "project",
            self._document(issuer, DocumentKind.OTHER),
        )

    def _document(self, registrar: str, kind: DocumentKind) -> bytes:
        """A document of that kind which the registrar has on file; spoilt: some other hash."""
        known = [
            hash_
            for (hash_, who), d in self.world.documents.documents.items()
            if who == registrar and d.kind == kind
        ]
        return self.fit(known, self.hash)

    def open_line(self) -> Act:
        proceeds = self.world.proceeds
        fitting = [
            (bond, project)
            for bond, books in proceeds.books.items()
            for project, p in proceeds.projects.items()
            if p.framework == books.framework
        ]
        bond, project = self.fit(fitting, lambda: (self.number(3), self.number(3)))
        issuer = proceeds.books[bond].issuer if bond in proceeds.books else NOBODY
        budget = self.amount(800_000, 96)
        return self.act(
            self.who(issuer), proceeds, "openLine", bond, project, budget, self.chance(0.7), "line"
        )

    def _line(self) -> int:
        return self.number(len(self.world.proceeds.lines))

    def allocate(self) -> Act:
        id_ = self._line()
        line = self.world.proceeds.line(id_)
        most = line.budget - line.allocated
        if line.bond:
            most = min(most, self.world.proceeds.states(line.bond).unallocated)
        return self.act(self.who(line.issuer), self.world.proceeds, "allocate", id_, self.amount(most))

    def _available(self, line: int) -> int:
        return self.cash.balance_of(purposes.axis_of(purposes.PROCEEDS, purposes.budget_line(line)))

    def deallocate(self) -> Act:
        id_ = self._line()
        issuer = self.world.proceeds.line(id_).issuer
        return self.act(
            self.who(issuer), self.world.proceeds, "deallocate", id_, self.amount(self._available(id_))
        )

    def pay_cost(self) -> Act:
        id_ = self.number(self.world.bonds.count)
        issuer = self.world.bonds.bond(id_).issuer
        payee = self.who(self.one(SUPPLIERS).address)
        document = self._document(issuer, DocumentKind.OTHER)
        return self.act(
            self.who(issuer), self.world.proceeds, "payCost", id_, payee, self.amount(500), document
        )

    def propose_reallocation(self) -> Act:
        source, target = self._line(), self._line()
        issuer = self.world.proceeds.line(source).issuer
        return self.act(
            self.who(issuer),
            self.world.proceeds,
            "proposeReallocation",
            source,
            target,
            self.amount(min(self._available(source), 2_000), 96),
            self._document(issuer, DocumentKind.OTHER),
        )

    def _reallocation(self) -> tuple[int, Reallocation]:
        known = self.world.proceeds.reallocations
        waiting = [id_ for id_, r in known.items() if r.state == 1]
        id_ = self.fit(waiting, lambda: self.number(len(known)))
        return id_, known.get(id_, Reallocation())

    def withdraw_reallocation(self) -> Act:
        id_, r = self._reallocation()
        issuer = self.world.proceeds.line(r.source).issuer
        return self.act(self.who(issuer), self.world.proceeds, "withdrawReallocation", id_)

    def consent_reallocation(self) -> Act:
        id_, r = self._reallocation()
        line = self.world.proceeds.line(r.target)
        verifier = self.world.frameworks.standing(line.framework).verifier
        document = self._document(verifier, DocumentKind.OTHER)
        return self.act(self.who(verifier), self.world.proceeds, "consentReallocation", id_, document)

    def place(self) -> Act:
        bond = self.number(self.world.bonds.count)
        issuer = self.world.bonds.bond(bond).issuer
        until = self.spoilt(self.one([0, self.today + 9]), lambda: self.today)
        return self.act(
            self.who(issuer),
            self.world.proceeds,
            "place",
            bond,
            self.who(BANK.address),
            self.amount(min(self.world.proceeds.states(bond).unallocated, 5_000)),
            until,
            "term deposit",
            self._document(issuer, DocumentKind.OTHER),
        )

    def _placement(self) -> tuple[int, Placement]:
        known = self.world.proceeds.placements
        id_ = self.fit(list(known), lambda: self.number(len(known)))
        return id_, self.world.proceeds.placement(id_)

    def return_placed(self) -> Act:
        id_, p = self._placement()
        income, paper = self.one([0, 0, 7]), self.one([self.hash(), self.hash(), ZERO_HASH])
        return self.act(
            self.who(p.place), self.world.proceeds, "returnPlaced", id_, self.amount(p.placed), income, paper
        )

    def lose_placed(self) -> Act:
        id_, p = self._placement()
        issuer = self.world.proceeds.issuer_of(p.bond)
        document = self._document(issuer, DocumentKind.OTHER)
        return self.act(
            self.who(issuer), self.world.proceeds, "losePlaced", id_, self.amount(p.placed), document
        )

    def make_good(self) -> Act:
        id_, p = self._placement()
        by = self.who(self.one([self.world.proceeds.issuer_of(p.bond), p.place]))
        return self.act(by, self.world.proceeds, "makeGood", id_, self.amount(p.lost - p.good), self.hash())

    def pay_income(self) -> Act:
        bond = self.number(self.world.bonds.count)
        issuer = self.world.bonds.bond(bond).issuer
        document = self._document(issuer, DocumentKind.OTHER)
        amount, payee = self.amount(7), self.who(self.one(SUPPLIERS).address)
        return self.act(self.who(issuer), self.world.proceeds, "payIncome", bond, payee, amount, document)

    def _obligation(self, payers: Sequence[str], kinds: Sequence[int]) -> tuple[bytes, int]:
        """A fingerprint these payers owe, and what is free of it."""
        capacities = self.world.documents.capacities
        links = {alias: capacities[root] for alias, root in self.world.documents.links.items()}
        fitting = [
            (fingerprint, c.free)
            for fingerprint, c in (capacities | links).items()
            if c.payer in payers and c.kind in kinds and c.free
        ]
        return self.fit(fitting, lambda: (self.one([*capacities, self.hash()]), 1000))

    def pay(self) -> Act:
        id_ = self._line()
        line = self.world.proceeds.line(id_)
        company = self.world.proceeds.project(line.project).company
        fingerprint, free = self._obligation([line.issuer, company], [1, 2, 3])
        amount = self.amount(min(free, self._available(id_)))
        return self.act(self.who(line.issuer), self.world.proceeds, "pay", id_, fingerprint, amount)

    def refund(self) -> Act:
        line, out_offset, fingerprint, payee = self.fit(
            self.payments, lambda: (1, 0, ZERO_HASH, STRANGER.address)
        )
        uses = self.world.documents.uses_of(fingerprint)
        return self.act(
            self.who(payee),
            self.world.proceeds,
            "refund",
            line,
            self.spoilt(out_offset, lambda: out_offset + 1),
            fingerprint,
            self.amount(self.one([20, 2_000, 200_000])),
            self.hash(),
            self.spoilt(uses, lambda: self.one([(), uses[:-1], (*uses, 7), tuple(reversed(uses))])),
        )

    def refund_encumbered(self) -> Act:
        paid = [
            (id_, start, piece)
            for (id_, start), piece in self.world.book.pieces.items()
            if piece.kind == PieceState.PAID and self.world.proceeds.encumbrance_of(id_).line
        ]
        id_, start, piece = self.fit(paid, lambda: (self.number(3), 0, Piece(STRANGER.address, 9, 1, 0, 0)))
        amount = self.amount(self.one([10, piece.end - start]))
        start = self.spoilt(start, lambda: start + 1)
        sender = self.who(piece.holder)
        return self.act(sender, self.world.proceeds, "refundEncumbered", id_, start, amount, self.hash())

    def claim(self) -> Act:
        waiting = [
            (module, actor)
            for module, name in (
                (self.world.proceeds, purposes.PROCEEDS),
                (self.world.maturity, purposes.MATURITY),
                (self.world.service, purposes.SERVICE),
            )
            for actor in PARTICIPANTS
            if self.cash.balance_of(purposes.axis_of(name, purposes.claim(actor.address)))
        ]
        module, actor = self.fit(waiting, lambda: (self.world.maturity, self.one(EVERYBODY)))
        return self.act(actor.address, module, "claim", self.cash.address)

    # --- impact ---

    def report_impact(self) -> Act:
        projects = self._group()
        issuer, company = self._parties(projects[0] if projects else 0)
        reporter = self.spoilt(issuer, lambda: company) if len(projects) > 1 else self.one([issuer, company])
        indicator = self.spoilt(self.one(INDICATORS), lambda: ZERO_HASH)
        figure = self._figure(reporter, self._next_day(projects, indicator))
        args = projects, indicator, figure, self._text()
        return self.act(self.who(reporter), self.world.impact, "report", *args)

    def _group(self) -> list[int]:
        """A project, or two of one issuer's; spoilt: none, one twice, or too many."""
        first = self.number(len(self.world.proceeds.projects))
        issuer, _ = self._parties(first)
        later = range(first + 1, len(self.world.proceeds.projects) + 1)
        others = [project for project in later if self._parties(project)[0] == issuer]
        group = [first, self.one(others)] if others and self.chance(0.4) else [first]
        return self.spoilt(group, lambda: self.one([[], [first, first], list(range(1, 66))]))

    def restate_impact(self) -> Act:
        present = [i for i, r in self.world.impact.reports.items() if not r.superseded_by]
        former = self.fit(present, lambda: self.number(self.world.impact.count))
        report = self.world.impact.report_of(former)
        issuer = self._parties((*self.world.impact.projects_of(former), 0)[0])[0]
        reporter = self.one([issuer, report.reporter])
        figure = self._figure(reporter, self.spoilt(report.from_, lambda: report.until + 1))
        texts = self._text(), self._text()
        return self.act(self.who(reporter), self.world.impact, "restate", former, figure, *texts)

    def validate_impact(self) -> Act:
        impact = self.world.impact
        present = [i for i, r in impact.reports.items() if not r.superseded_by]
        id_ = self.fit(present, lambda: self.number(impact.count))
        said, last = impact.validation_of(id_)
        verifier = said if last else self.one(VERIFIERS).address
        verifier = self.spoilt(verifier, lambda: self.one([*VERIFIERS, *ISSUERS]).address)
        validation = Validation(
            report=id_,
            content_hash=self.spoilt(impact.report_of(id_).content_hash, self.hash),
            verifier=verifier,
            outcome=self.spoilt(self.one([1, 1, 2, 3]), lambda: self.one([0, 4])),
            document=self._document(verifier, DocumentKind.OTHER),
            nonce=self.spoilt(last + self.dice.randint(1, 2), lambda: last),
        )
        signature = self.signature(impact, validation, verifier)
        sender = self.one([verifier, self.one(EVERYBODY).address])
        return self.act(sender, impact, "validate", validation, signature)

    def _parties(self, project: int) -> tuple[str, str]:
        """Who reports on a project: its framework's issuer and its company."""
        found = self.world.proceeds.project(project)
        return self.world.frameworks.framework(found.framework).issuer, found.company

    def _next_day(self, projects: list[int], indicator: bytes) -> int:
        """The day after all that was reported; spoilt: one that is reported on already."""
        ids = [id_ for project in projects for id_ in self.world.impact.reports_of(project, indicator)]
        last = max((self.world.impact.report_of(id_).until for id_ in ids), default=self.today - 30)
        return self.spoilt(last + 1, lambda: last)

    def _figure(self, reporter: str, first: int) -> Figure:
        last = min(first + self.dice.randint(0, 3), max(self.today, first))
        return Figure(
            from_=first,
            until=self.spoilt(last, lambda: self.one([max(first - 1, 0), self.today + 1])),
            decimals=self.spoilt(self.dice.randint(0, 6), lambda: 19),
            value=self.dice.randrange(10**9),
            unit=self.spoilt(word("tCO2"), lambda: ZERO_HASH),
            methodology=self._document(reporter, DocumentKind.OTHER),
            document=self._document(reporter, DocumentKind.OTHER),
        )

    def _text(self) -> str:
        return self.spoilt(f"排放因子 {self.dice.randrange(99)}", lambda: self.one(["", "x" * 1025]))

    # --- coupons, redemption, default ---

    def schedule(self) -> bytes:
        """The hash of new coupon terms, some of them impossible; what it stands for is remembered."""
        kind = self.spoilt(self.dice.randint(1, 4), lambda: self.one([0, 5]))
        terms = ServiceTerms(
            coupon_kind=kind,
            day_count=self.spoilt(self.dice.randint(1, 5), lambda: 6),
            frequency=12,
            polarity=self.spoilt(self.dice.randint(1, 2), lambda: 0),
            rate_ppm=30_000 if kind == CouponKind.FIXED else self.dice.randrange(400_000),
            floor_ppm=self.one([0, 10_000]),
            cap_ppm=self.spoilt(self.one([0, 300_000]), lambda: 9_000),
            step_ppm=50_000,
            penalty_ppm=70_000,
            grace_days=self.dice.randint(0, 6),
            callable_from=self.one([0, self.today]),
            fixer=self.spoilt(self.one(VERIFIERS).address, lambda: NOBODY),
        )
        periods = self._periods()
        self.schedules[terms_hash(terms, periods)] = (terms, periods)
        return terms_hash(terms, periods)

    def _periods(self) -> tuple[Period, ...]:
        start, periods = self.today - self.dice.randint(0, 9), []
        for _ in range(self.dice.randint(1, 4)):
            end = max(start, self.today) + self.dice.randint(2, 12)
            record = end - self.spoilt(1, lambda: 9)
            days = (start, end, start, end, record, record - self.dice.randint(0, 2), end + self.one([0, 1]))
            periods.append(Period(*days, rate_ppm=self.dice.randrange(200_000), target=50))
            start = self.spoilt(end, lambda: self.today)
        return tuple(periods)

    def file_terms(self) -> Act:
        world = self.world
        known = {i: b.terms.service_terms for i, b in world.bonds.bonds.items()}
        waiting = [i for i, h in known.items() if h in self.schedules and i not in world.coupon_terms.filed]
        id_ = self.fit(waiting, lambda: self.number(world.bonds.count))
        some = list(self.schedules.values()) or [self.schedules[self.schedule()]]
        terms, periods = self.schedules.get(known.get(id_, b""), some[0])
        terms, periods = self.spoilt((terms, periods), lambda: self.one([*some, (terms, periods[:-1])]))
        return self.act(self.one(EVERYBODY).address, world.coupon_terms, "file", id_, terms, periods)

    def _filed(self) -> int:
        return self.fit(list(self.world.coupon_terms.filed), lambda: self.number(self.world.bonds.count))

    def post(self) -> Act:
        coupons = self.world.coupon_terms
        posted = [i for i, (t, _) in coupons.filed.items() if t.coupon_kind >= CouponKind.FLOATING]
        id_ = self.fit(posted, self._filed)
        terms, next_ = coupons.terms(id_), coupons.progress(id_).next
        index = self.spoilt(next_ + self.dice.randint(0, 1), lambda: 9)
        kinds = {CouponKind.FLOATING: "postFixing", CouponKind.KPI: "postObservation"}
        function = self.spoilt(
            kinds.get(CouponKind(terms.coupon_kind or 1), "postFixing"), lambda: "postFixing"
        )
        value = (
            self.dice.randrange(100)
            if function == "postObservation"
            else self.dice.randrange(-9_000, 400_000)
        )
        document = self._document(terms.fixer, DocumentKind.OTHER)
        return self.act(self.who(terms.fixer), coupons, function, id_, index, value, document)

    def open_coupon(self) -> Act:
        coupons = self.world.coupon_terms
        over = [
            id_
            for id_, progress in coupons.fixed.items()
            if progress.next < progress.periods and coupons.period(id_, progress.next).record_day < self.today
        ]
        id_ = self.fit(over, self._filed)
        index = self.spoilt(coupons.progress(id_).next, lambda: self.one([0, 1, 9]))
        return self.act(self.one(EVERYBODY).address, self.world.service, "open", id_, index)

    def announce(self) -> Act:
        id_ = self._bond(BondState.CLOSED)
        bond, coupons = self.world.bonds.bond(id_), self.world.coupon_terms
        periods = coupons.progress(id_).periods
        outstanding = self.world.service.standing(id_).outstanding or bond.terms.denomination
        last = self.chance(0.5)
        if periods:
            index = periods - 1 if last else self.dice.randrange(periods)
            period = coupons.period(id_, index)
            days = (index, period.record_day, period.pay_day)
        else:
            index, days = 0, (0, self.today, self.today + 1)
        per_unit = outstanding if last else self.amount(outstanding, 96)
        units = max(self.world.bonds.tokens[id_].total_supply, 1) if id_ in self.world.bonds.tokens else 1
        unused = self.world.proceeds.states(id_).unallocated // units
        back = self.one([0, min(per_unit, unused), self.amount(min(per_unit, unused), 96)])
        days = self.spoilt(days, lambda: (index, days[1] + 1, days[2]))
        asked = Redemption(*days, per_unit, back)
        document = self._document(bond.issuer, DocumentKind.OTHER)
        return self.act(self.who(bond.issuer), self.world.service, "announceRedemption", id_, asked, document)

    def _service(self, fitting: Callable[[Service], bool]) -> int:
        services = self.world.service.services
        return self.fit([i for i, s in services.items() if fitting(s)], lambda: self.number(len(services)))

    def pay_in_service(self) -> Act:
        id_ = self._service(lambda s: s.short)
        service = self.world.service.service(id_)
        issuer = self.world.bonds.bond(service.bond).issuer
        payer = self.one([issuer, issuer, self.one(FINANCIERS).address])
        amount = self.amount(service.total - service.paid_in)
        return self.act(self.who(payer), self.world.service, "payIn", id_, amount)

    def pay_service(self) -> Act:
        id_ = self._service(lambda s: s.state == 1 and s.paid_in > 0)
        holders = [actor.address for actor in (*INVESTORS, *FINANCIERS)] * self.one([1, 1, 2])
        self.dice.shuffle(holders)
        some = holders[: self.dice.randint(0, len(holders))]
        return self.act(
            self.one(EVERYBODY).address, self.world.service, "pay", id_, self.one([some, holders])
        )

    def declare_default(self) -> Act:
        id_ = self._service(lambda s: s.short and s.pay_day + 6 < self.today)
        return self.act(self.one(EVERYBODY).address, self.world.service, "declareDefault", id_)

    # --- credit lines ---

    def grant(self) -> Act:
        lines = self.world.lines
        limit, until = self.amount(2_000_000, 96), self.spoilt(self.days(100, 900), lambda: self.today - 1)
        if lines.count and self.chance(0.5):
            parent = self.number(lines.count)
            subsidiary = self.spoilt(self.one(COMPANIES).address, lambda: self.one(EVERYBODY).address)
            sender = self.who(lines.line(parent).holder)
            return self.act(sender, lines, "grantSub", parent, subsidiary, limit, until)
        holder = self.spoilt(self.one([ISSUERS[0], *COMPANIES]).address, lambda: self.one(EVERYBODY).address)
        currency = self.spoilt(self.cash.currency, lambda: bytes(3))
        return self.act(self.who(LENDER.address), lines, "grant", holder, currency, limit, until)

    def change_line(self) -> Act:
        id_ = self.number(self.world.lines.count)
        line = self.world.lines.line(id_)
        limit = self.spoilt(line.used + self.dice.randrange(1_000_000), lambda: max(line.used - 1, 0))
        until = self.spoilt(self.today + 900, lambda: self.today - 1)
        parties = [line.bank, line.bank, line.holder, self.world.lines.line(line.parent).holder]
        sender = self.who(self.one(parties))
        return self.act(sender, self.world.lines, "change", id_, limit, until, self.chance(0.06))

    # --- receivables ---

    def confirm(self) -> Act:
        lines = self.world.lines.lines
        credit = self.number(len(lines))
        obligor = self.world.lines.line(credit).holder
        mine = [
            id_
            for id_, line in self.world.proceeds.lines.items()
            if obligor in (line.issuer, self.world.proceeds.project(line.project).company)
        ]
        budget_line = self.one(mine) if mine and self.chance(0.6) else self.spoilt(0, self._line)
        fingerprint, free = self._obligation([obligor], [1])
        most = min(free, 2**64 - 1, self._available(budget_line) if budget_line else free)
        face = self.amount(most, 64)
        due = self.spoilt(
            self.days(5, 60), lambda: self.one([self.today, self.today + 200, self.today + 400])
        )
        bank = self.world.lines.line(credit).bank
        confirmation = Confirmation(
            supplier=self.who(self.world.documents.obligation(fingerprint).payee),
            cash=self.spoilt(self.cash.address, lambda: self.world.book.address),
            face=face,
            due=due,
            credit_line=credit,
            budget_line=budget_line,
            fingerprint=fingerprint,
            contract_document=self._document(obligor, DocumentKind.CONTRACT),
            **self.confirming.terms(obligor, face, due, budget_line, bank),
        )
        return self.act(self.who(obligor), self.world.receivables, "confirm", confirmation)

    def _receivable(self, state: ReceivableState) -> int:
        known = self.world.receivables.receivables
        fitting = [id_ for id_, receivable in known.items() if receivable.state == state]
        return self.fit(fitting, lambda: self.number(len(known)))

    def answer(self) -> Act:
        id_ = self._receivable(ReceivableState.PROPOSED)
        supplier = self.who(self.world.receivables.receivable(id_).supplier)
        how = self.dice.choices(["accept", "refuse", "returnUnanswered"], [8, 1, 2])[0]
        more: tuple[Any, ...] = (self.hash(),) if how == "refuse" else ()
        if how == "accept":
            more = self._consent(supplier)
        return self.act(supplier, self.world.receivables, how, id_, *more)

    def _consent(self, supplier: str) -> tuple[int, bytes]:
        """By a document or declared; spoilt: neither."""
        known = [
            hash_
            for (hash_, who), document in self.world.documents.documents.items()
            if who == supplier and document.kind == DocumentKind.CONSENT
        ]
        if known and self.chance(0.5):
            return Consent.BY_DOCUMENT, self.spoilt(self.one(known), self.hash)
        return self.spoilt(int(Consent.DECLARED), lambda: self.one([0, 1, 3])), ZERO_HASH

    def _piece(self) -> tuple[int, int, Piece]:
        """A piece that is still held before its due date; spoilt: any piece, or none."""
        pieces, receivables = self.world.book.pieces, self.world.receivables
        held = [
            key
            for key, piece in pieces.items()
            if piece.state == PieceState.HELD and receivables.receivable(key[0]).due > self.today
        ]
        id_, start = self.fit(held, lambda: self.one([*pieces, (1, 3)]))
        return id_, start, pieces.get((id_, start), Piece(STRANGER.address, start + 10, 1, 0, 0))

    def _inside(self, start: int, end: int) -> tuple[int, int]:
        """An interval of the piece, often with an edge of it; spoilt: beyond, or backward."""
        low = self.one([start, self.dice.randint(start, end)])
        high = self.one([end, self.dice.randint(low, end)])
        return self.spoilt(
            (low, high),
            lambda: self.one([(high, low), (low, end + 1), (max(start - 1, 0), end), (end, end + 5)]),
        )

    def _sequence(self, piece: Piece) -> int:
        return self.spoilt(piece.sequence, lambda: max(piece.sequence - 1, 0))

    # --- financing ---

    def accept_quote(self) -> Act:
        id_, start, piece = self._piece()
        low, high = self._inside(start, piece.end)
        receivable = self.world.receivables.receivable(id_)
        financier = self.spoilt(self.one(FINANCIERS).address, lambda: self.one(EVERYBODY).address)
        funding = self.spoilt(
            self.today,
            lambda: self.today + self.one([1, -1, MOST_AHEAD + 1, receivable.due - self.today]),
        )
        rate, convention = self.dice.randrange(100_000), self.one(list(Convention))
        rolled = self.dice.randrange(3) if convention == Convention.ACT_360_ROLLED else 0
        end_day = receivable.due + self.spoilt(
            rolled, lambda: self.one([-1, 1, MOST_ROLLED, MOST_ROLLED + 1])
        )
        face, days = max(high - low, 0), days_of(convention, funding, max(end_day, funding))
        discount = min(discount_half_up(face, rate, days), 2**64 - 1)
        fee = self.one([0, 0, self.amount(3, 64)])
        quote = Quote(
            receivable=id_,
            piece_start=start,
            sequence=self._sequence(piece),
            start=low,
            end=high,
            holder=self.who(piece.holder),
            financier=financier,
            rate_ppm=rate,
            convention=self.spoilt(int(convention), lambda: self.one([0, 4])),
            recourse=self.chance(0.5),
            funding_day=funding,
            end_day=end_day,
            discount=self.spoilt(discount, lambda: discount + 1),
            fee=fee,
            fee_payee=self._fee_payee(piece.holder, financier),
            net=self.spoilt(max(face - discount - fee, 0), lambda: face),
            nonce=self.spoilt(self.dice.randrange(10**6), lambda: 7),
            deadline=self.world.stage.timestamp + self.spoilt(2 * DAY, lambda: self.one([-DAY, 0, 30])),
        )
        financing = self.world.financing
        signature = self.signature(financing, quote, financier)
        return self.act(self.who(quote.holder), financing, "accept", quote, signature)

    def _fee_payee(self, holder: str, financier: str) -> str:
        """The financier itself (nobody is named) or a third party; spoilt: one of the two, or a stranger."""
        third = [NOBODY, *(actor.address for actor in COMPANIES)]
        return self.spoilt(
            self.one(third), lambda: self.one([holder, financier, self.one(EVERYBODY).address])
        )

    def _quote(self, over: bool) -> Quote:
        """An accepted quote, past its deadline or not; spoilt: any quote ever accepted."""
        now = self.world.stage.timestamp
        open_ = [
            q for q in self.quotes if self._state(q) == QuoteState.ACCEPTED and (q.deadline < now) == over
        ]
        if not self.quotes:
            raise NothingFits
        return self.fit(open_, lambda: self.one(self.quotes))

    def _state(self, quote: Quote) -> int:
        return self.world.financing.state_of(self.world.financing.quote_digest(quote))

    def fund(self) -> Act:
        quote = self._quote(over=False)
        quote = self.spoilt(quote, lambda: replace(quote, net=quote.net - 1 if quote.net else 0))
        registration = self._registration(quote.financier)
        search = self._document(quote.financier, DocumentKind.REGISTRY_SEARCH)
        number = self.spoilt(self.hash(), lambda: self.one([ZERO_HASH, *self._numbers(quote.financier)]))
        papers = (number, registration, search)
        return self.act(self.who(quote.financier), self.world.financing, "fund", quote, *papers)

    def _numbers(self, financier: str) -> list[bytes]:
        return [number for who, number in self.world.financing.numbers_used if who == financier]

    def _registration(self, financier: str) -> bytes:
        """A certificate that served no financing yet; spoilt: one that did."""
        used = [hash_ for who, hash_ in self.world.financing.registrations_used if who == financier]
        known = [
            hash_
            for (hash_, who), document in self.world.documents.documents.items()
            if who == financier and document.kind == DocumentKind.REGISTRATION and hash_ not in used
        ]
        return self.fit(known, lambda: self.one([*used, self.hash()]))

    def end_quote(self) -> Act:
        if self.chance(0.3):
            nonce = self.spoilt(self.dice.randrange(10**6), lambda: 7)
            return self.act(self.one(FINANCIERS).address, self.world.financing, "revoke", nonce)
        quote = self._quote(over=self.chance(0.8))
        return self.act(self.one(EVERYBODY).address, self.world.financing, "lapse", quote)

    # --- acts that belong to modules and powers, tried by somebody else ---

    def trespass(self) -> Act:
        w, me = self.world, self.one(EVERYBODY).address
        pool, line = purposes.pool(1), purposes.budget_line(1)
        return self.one(
            [
                self.act(me, self.cash, "collect", purposes.PROCEEDS, pool, BANK.address, 1, ZERO_HASH),
                self.act(me, self.cash, "shift", purposes.PROCEEDS, pool, line, 1, ZERO_HASH),
                self.act(me, self.cash, "pay", purposes.PROCEEDS, pool, me, 1, ZERO_HASH),
                self.act(me, self.cash, "setController", purposes.PROCEEDS, me),
                self.act(me, w.documents, "use", self.hash(), 1),
                self.act(me, w.documents, "release", self.hash(), 1),
                self.act(me, w.documents, "setUser", me, True),
                self.act(me, w.book, "open", 99, me, 10, Limits(1, 1, 1)),
                self.act(me, w.book, "cut", 1, 0, 0, 5),
                self.act(me, w.book, "move", 1, 0, 0, me, BANK.address, ZERO_HASH),
                self.act(me, w.book, "lock", 1, 0, 0),
                self.act(me, w.book, "lockPart", 1, 0, 0, 0, 5),
                self.act(me, w.book, "unlock", 1, 0, 0),
                self.act(me, w.book, "take", 1, 0, 0, me, BANK.address, ZERO_HASH),
                self.act(me, w.book, "discharge", 1, 0, 3),
                self.act(me, w.book, "setModule", me, 4, 15),
                self.act(me, w.bonds.tokens[1], "mint", me, 1),
                self.act(me, w.proceeds, "collectBooking", 1, me, 1),
                self.act(me, w.bonds, "registerDrawdown", me, 1, Terms(), "nobody's drawdown"),
                self.act(me, w.proceeds, "closeBooks", 1, 0, 0),
                self.act(me, w.proceeds, "encumber", 1, 1, me, ZERO_HASH, 1),
                self.act(me, w.proceeds, "releaseEncumbrance", 1),
                self.act(me, w.proceeds, "payEncumbered", 1, 0, 1, me),
                self.act(me, w.proceeds, "netBack", 1, 0, 1),
                self.act(me, w.proceeds, "payKept", self.cash.address, me, me),
                self.act(me, w.proceeds, "setDuty", me, word("BONDS")),
                self.act(me, w.proceeds, "returnUnused", 1, 1),
                self.act(me, w.proceeds, "setLimits", 1, 1, 1, 1, 1),
                self.act(me, w.proceeds, "payReturned", 1, me, 1, ZERO_HASH),
                self.act(me, w.coupon_terms, "fix", 1, 0),
                self.act(me, w.tranches, "register", 1, PoolBook(), []),
                self.act(me, w.tranches, "advance", 1, 3),
                self.act(me, w.tranches, "payFor", 1, me, 1),
                self.act(me, w.tranches, "take", 1, BANK.address, 1),
                self.act(me, w.lines, "reserve", 1, me, self.cash.currency, 1),
                self.act(me, w.lines, "release", 1, 1),
                self.act(me, w.receivables, "markSettled", 1),
                self.act(me, w.receivables, "markOverdue", 1),
                self.act(me, w.receivables, "markCured", 1),
                self.act(me, w.programmes, "set", 1, Programme()),
                self.act(me, w.programmes, "setLevel", 1, word("77-11"), 1),
            ]
        )
