"""Receivables: confirmed by obligors, accepted, split and passed on by their holders, settled at maturity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ledger.domain import purposes
from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money
from ledger.domain.programmes import ON_NOTICE, Programme
from ledger.domain.rules import Fact
from ledger.domain.states import Consent, ReceivableState
from ledger.errors import ContractRefusal, NotFound
from ledger.services.bank import LineGranted, credit_line
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.proceeds import Refunds
from ledger.services.rules import Notice, before
from ledger.services.session import Act, CashContract, Session, struct
from ledger.services.values import Amount, code, hash_bytes, hex_of, minor, reference, whole

STATES = {1: "proposed", 2: "accepted", 3: "refused", 4: "returned", 5: "settled", 6: "voided"}
PARTIES = {1: "obligor", 2: "supplier"}
PIECE_STATES = {1: "open", 2: "locked", 3: "paid", 4: "set off", 5: "voided"}
_MAX_FACE = 2**64 - 1
_PAGE = 200
BATCH = 50


@dataclass(frozen=True, slots=True)
class LineAsked(Act):
    """A credit line that a bank was asked for; `limit` in minor units."""

    id: int
    bank: str
    limit: int
    currency: str


@dataclass(frozen=True, slots=True)
class Confirmed(Act):
    """A payable the obligor confirmed; its fen are numbered `[0, face)`."""

    id: int
    obligor: str
    supplier: str
    face: int
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted(Act):
    """What a supplier accepted, and what the rules had to say to it."""

    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Transferred(Act):
    """An interval `[start, end)` of a receivable that now belongs to `recipient`."""

    receivable: int
    start: int
    end: int
    recipient: str
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class PaidIn(Act):
    """Money that the obligor put up for a receivable, in minor units."""

    receivable: int
    amount: int


@dataclass(frozen=True, slots=True)
class Settled(Act):
    """How far settlement has come: fen below `next` have their part of the round, in hand or as claims.

    At the end of a round `next` is the face; `done` when it was the last one and the receivable is settled.
    """

    receivable: int
    next: int
    done: bool


@dataclass(frozen=True, slots=True)
class Receivable:
    """A receivable as it stands; amounts in minor units.

    `order`: confirmed on an order, delivery evidence not filed yet. `overdue_on`: the day it was marked
    overdue. `void_by`: the party that wants it voided.
    """

    id: int
    obligor: str
    supplier: str
    state: str
    programme: int
    order: bool
    face: int
    cash: str
    currency: str
    confirmed_on: dt.date
    due: dt.date
    credit_line: int
    budget_line: int | None
    fingerprint: str
    overdue_on: dt.date | None
    void_by: str | None


@dataclass(frozen=True, slots=True)
class Green:
    """Green minor units of a receivable's face. `by_bond`: they are counted by the bond that funds it."""

    amount: int
    framework: int | None
    category: int | None
    by_bond: bool


@dataclass(frozen=True, slots=True)
class GreenUse:
    """What a payable buys that is green, under a category of the obligor's framework."""

    amount: Amount
    framework: int
    category: str
    document: Paper


@dataclass(frozen=True, slots=True)
class Piece:
    """One interval with one holder. `lock` is the index of the module that locked it, or None."""

    receivable: int
    start: int
    end: int
    holder: str
    state: str
    lock: int | None
    layers: int
    sequence: int


class Party(Desk):
    """What both parties of a receivable can do: have it voided together, while nothing happened to it."""

    def propose_void(self, party: str, receivable: int, reason: str) -> Act:
        """Wants an accepted receivable voided; the other party does it. The chain sees the reason's hash."""
        return act_of(self._session.act(party, "Receivables", "proposeVoid", receivable, reference(reason)))

    def withdraw_void(self, party: str, receivable: int) -> Act:
        """Takes that wish back."""
        return act_of(self._session.act(party, "Receivables", "withdrawVoid", receivable))

    def void(self, party: str, receivable: int) -> Act:
        """Voids what the other party proposed to: piece, credit line, capacity and bond money are undone."""
        return act_of(self._session.act(party, "Receivables", "void", receivable))


class Obligor(Party):
    """The one who owes."""

    def request_line(self, obligor: str, bank: str, limit: Money, expires: dt.date) -> LineAsked:
        """Asks a bank for a credit line; several banks may be asked, each answers for itself."""
        unit = limit.currency
        account = self._session.address(bank)
        value = minor(limit, unit.code)
        terms = (account, unit.code_bytes, value, day_number(expires))
        mined = self._session.act(obligor, "CreditLines", "request", *terms)
        asked = mined.event("LineRequested").args["line"]
        return LineAsked(mined.tx, mined.block, asked, account, value, unit.code)

    def withdraw_request(self, obligor: str, line: int) -> Act:
        """Takes back what no bank has answered."""
        return act_of(self._session.act(obligor, "CreditLines", "withdrawRequest", line))

    def confirm(
        self,
        obligor: str,
        supplier: str,
        face: Amount,
        *,
        cash: str,
        due: dt.date,
        credit_line: int,
        fingerprint: str,
        contract: Paper,
        delivery: Paper,
        budget_line: int | None = None,
        programme: int = ON_NOTICE,
        order: bool = False,
        reasons: str | None = None,
        green: GreenUse | None = None,
        delivered: dt.date | None = None,
    ) -> Confirmed:
        """Confirms a payable within a bank's line, against an invoice that both sides signed.

        With `budget_line` the bond's money is locked for it in the same act; without, the obligor pays in at
        maturity. With `order`, `delivery` is the order, and the evidence follows by `deliver`. `reasons`
        names what the line's bank filed with `bank.attest` for a tenor above 180 days. Rules: 77号文 art. 11
        (at most one year), art. 12 (contract, invoice and delivery), art. 15 (nothing new in default); what
        those of the pack had to say comes back as notices. `delivered` is the day that the supplier's 60 days
        count from (保障中小企业款项支付条例 art. 9); it goes no further.
        """
        found = self._session.cash(cash)
        value = whole(minor(face, found.currency.code), _MAX_FACE, "a face")
        evidence = DocumentKind.ORDER if order else DocumentKind.DELIVERY
        confirmation = {
            "supplier": self._session.address(supplier),
            "cash": found.contract.address,
            "face": value,
            "due": day_number(due),
            "creditLine": credit_line,
            "budgetLine": budget_line or 0,
            "fingerprint": hash_bytes(fingerprint, "an invoice"),
            "contractDocument": self._file(obligor, contract, DocumentKind.CONTRACT, (supplier,)),
            "deliveryDocument": self._file(obligor, delivery, evidence, (supplier,)),
            "programme": programme,
            "order": order,
            "reasons": hash_bytes(reasons, "the bank's reasons") if reasons else bytes(32),
            **self._green(obligor, green, found.currency.code),
        }
        facts: dict[str, Fact] = {
            "tenor_days": (due - self._session.today()).days,
            "reasons": reasons,
            "contract": True,
            "invoice": True,
            "delivery": True,
            "obligor_overdue": int(
                self._session.read("Receivables", "overdue", self._session.address(obligor))
            ),
            "days_from_delivery": (due - delivered).days if delivered else None,
        }
        notices = before(self._session, "confirm", facts, programme)
        mined = self._session.act(obligor, "Receivables", "confirm", confirmation)
        event = mined.event("Confirmed").args
        return Confirmed(
            mined.tx,
            mined.block,
            event["receivable"],
            event["obligor"],
            event["supplier"],
            value,
            notices,
        )

    def _green(self, obligor: str, green: GreenUse | None, unit: str) -> dict[str, Any]:
        """The last four fields of a confirmation."""
        if green is None:
            return {"green": 0, "framework": 0, "category": 0, "greenDocument": bytes(32)}
        category = code(green.category, "a category")
        return {
            "green": minor(green.amount, unit),
            "framework": green.framework,
            "category": self._session.read("Frameworks", "categoryIndex", green.framework, category),
            "greenDocument": self._file(obligor, green.document, DocumentKind.OTHER),
        }

    def deliver(self, obligor: str, receivable: int, delivery: Paper) -> Act:
        """Files the delivery evidence of what was confirmed on an order."""
        supplier = receivable_of(self._session, receivable).supplier
        paper = self._file(obligor, delivery, DocumentKind.DELIVERY, (supplier,))
        return act_of(self._session.act(obligor, "Receivables", "deliver", receivable, paper))

    def pay_in(self, obligor: str, receivable: int, amount: Amount | None = None) -> PaidIn:
        """Puts up money for a receivable that no bond funds, from the obligor's general account: so much, or
        all that is missing. Any number of times, up to the face."""
        found = receivable_of(self._session, receivable)
        cash = self._session.cash(found.cash)
        missing = found.face - paid_in(self._session, receivable, cash)
        value = missing if amount is None else minor(amount, found.currency)
        self._session.allow(obligor, cash, "Maturity", value)
        mined = self._session.act(obligor, "Maturity", "payIn", receivable, whole(value, _MAX_FACE, "a part"))
        return PaidIn(mined.tx, mined.block, receivable, value)

    def settle(self, who: str, receivable: int, *, batch: int = BATCH) -> Settled:
        """Settles a due receivable, `batch` pieces a transaction, to the end of its round. Anyone may."""
        return settle_round(self._session, who, receivable, batch)

    def settle_batch(self, who: str, receivable: int, pieces: int) -> Settled:
        """One transaction's worth of settlement."""
        return _settle_once(self._session, who, receivable, pieces)

    def grant_sub(
        self, group: str, parent: int, subsidiary: str, limit: Money, expires: dt.date
    ) -> LineGranted:
        """Passes part of the group's line on to a subsidiary of its own."""
        line = credit_line(self._session, parent)
        account = self._session.address(subsidiary)
        value = minor(limit, line.currency)
        mined = self._session.act(
            group, "CreditLines", "grantSub", parent, account, value, day_number(expires)
        )
        granted = mined.event("LineGranted").args["line"]
        return LineGranted(mined.tx, mined.block, granted, account, value, line.currency)


class Supplier(Refunds, Party):
    """The first creditor and every later holder. Refunds too are a payee's act."""

    def accept(self, supplier: str, receivable: int, consent: Paper | None = None) -> Accepted:
        """Accepts a confirmed payable: its pieces open, the credit line is used.

        The supplier's consent is on record: the document `consent`, or else what it declares with this act
        (保障中小企业款项支付条例 art. 11: nobody is made to take a certificate instead of money).
        """
        found = receivable_of(self._session, receivable)
        how = Consent.DECLARED if consent is None else Consent.BY_DOCUMENT
        facts = {"consent": how.name.lower()}
        notices = before(self._session, "accept", facts, found.programme, arranged=found.confirmed_on)
        paper = bytes(32)
        if consent is not None:
            paper = self._file(supplier, consent, DocumentKind.CONSENT, (found.obligor,))
        mined = self._session.act(supplier, "Receivables", "accept", receivable, int(how), paper)
        return Accepted(mined.tx, mined.block, notices)

    def refuse(self, supplier: str, receivable: int, reason: str) -> Act:
        """Refuses it; capacity, line and bond money are released. The chain sees the reason's hash."""
        return act_of(self._session.act(supplier, "Receivables", "refuse", receivable, reference(reason)))

    def return_unanswered(self, who: str, receivable: int) -> Act:
        """Returns a proposal that nobody answered in time. Anyone may."""
        return act_of(self._session.act(who, "Receivables", "returnUnanswered", receivable))

    def return_all_unanswered(self, who: str) -> list[int]:
        """Returns every proposal whose last day to answer is over, and says which. Anyone may."""
        today, returned = self._session.today(), []
        days: dict[int, int] = {}
        for receivable in self._session.index().proposals():
            found = receivable_of(self._session, receivable)
            if found.programme not in days:
                days[found.programme] = programme_of(self._session, found.programme).accept_days
            last = found.confirmed_on + dt.timedelta(days=days[found.programme])
            if found.state == STATES[ReceivableState.PROPOSED] and today > last:
                self.return_unanswered(who, receivable)
                returned.append(receivable)
        return returned

    def split(self, holder: str, receivable: int, start: int, at: int) -> Act:
        """Cuts the piece that starts at `start` in two at offset `at`."""
        piece = piece_of(self._session, receivable, start)
        return act_of(self._session.act(holder, "Transfers", "split", receivable, start, piece.sequence, at))

    def transfer(
        self,
        holder: str,
        receivable: int,
        recipient: str,
        *,
        start: int,
        end: int,
        trade_document: Paper,
        sequence: int | None = None,
    ) -> Transferred:
        """Passes the interval `[start, end)` to `recipient` against a trade document of the holder's.

        `sequence` is the number of the piece that the caller saw (StaleSequence when it changed since); by
        default the present one.
        """
        piece = piece_at(self._session, receivable, start)
        part = {
            "receivable": receivable,
            "start": piece.start,
            "sequence": piece.sequence if sequence is None else sequence,
            "from": start,
            "to": end,
        }
        found, to = receivable_of(self._session, receivable), self._session.address(recipient)
        notices = before_passing_on(self._session, receivable, [start])
        self._documents.pass_on(holder, found.fingerprint, to)
        paper = self._file(holder, trade_document, DocumentKind.TRADE, (recipient,))
        mined = self._session.act(holder, "Transfers", "transfer", part, to, paper)
        return Transferred(mined.tx, mined.block, receivable, start, end, to, notices)

    def claim_settlement(self, who: str, cash: str) -> Act:
        """Takes what `Maturity` keeps for one who could not receive at the time."""
        address = self._session.cash(cash).contract.address
        return act_of(self._session.act(who, "Maturity", "claim", address))


def paid_in(session: Session, receivable: int, cash: CashContract) -> int:
    """What the obligor has put up so far, before anything went back to it, in minor units."""
    axis = purposes.axis_of(purposes.MATURITY, purposes.settlement(receivable))
    return int(session.read(cash.contract, "axis", axis)[0])


def settle_round(session: Session, who: str, receivable: int, batch: int = BATCH) -> Settled:
    """As many transactions as the open round takes, or the one that begins now."""
    face = receivable_of(session, receivable).face
    while (settled := _settle_once(session, who, receivable, batch)).next < face:
        pass
    return settled


def _settle_once(session: Session, who: str, receivable: int, pieces: int) -> Settled:
    face = receivable_of(session, receivable).face
    mined = session.act(who, "Maturity", "settle", receivable, pieces)
    cursor = int(struct(session.read("Maturity", "progress", receivable))["cursor"])
    reached = cursor or face  # a round that is over begins anew
    done = any(event.name == "Settled" for event in mined.events)
    return Settled(mined.tx, mined.block, receivable, reached, done)


def receivable_of(session: Session, receivable: int) -> Receivable:
    """NotFound when there is no such receivable."""
    record = struct(session.read("Receivables", "receivable", receivable))
    if not record["state"]:
        raise NotFound(f"there is no receivable {receivable}", who=receivable)
    cash = session.cash(record["cash"])
    return Receivable(
        receivable,
        record["obligor"],
        record["supplier"],
        STATES[record["state"]],
        record["programme"],
        bool(record["order"]),
        record["face"],
        cash.name,
        cash.currency.code,
        date_of(record["confirmedOn"]),
        date_of(record["due"]),
        record["creditLine"],
        record["budgetLine"] or None,
        hex_of(record["fingerprint"]),
        date_of(record["overdueOn"]) if record["overdueOn"] else None,
        PARTIES.get(record["voidBy"]),
    )


def green_of(session: Session, receivable: int) -> Green:
    """Green minor units of its face, and who counts them."""
    record = struct(session.read("Receivables", "greenOf", receivable))
    amount, by_bond = record["amount"], bool(record["byBond"])
    if not amount:
        return Green(0, None, None, by_bond)
    return Green(amount, record["framework"], record["category"], by_bond)


def programme_of(session: Session, programme: int) -> Programme:
    """What a programme lets its members do; the contract refuses (Unknown) when there is none."""
    record = struct(session.read("Programmes", "programme", programme))
    return Programme(*(int(value) for value in record.values()))


def programmes(session: Session) -> dict[int, Programme]:
    """Every programme by its number."""
    found: dict[int, Programme] = {}
    for number in range(1, int(session.read("Programmes", "last")) + 1):
        with suppress(ContractRefusal):
            found[number] = programme_of(session, number)
    return found


def pieces_of(session: Session, receivable: int) -> tuple[Piece, ...]:
    """Every piece of an accepted receivable, in order."""
    found: list[Piece] = []
    face = receivable_of(session, receivable).face
    while not found or found[-1].end < face:
        start = found[-1].end if found else 0
        starts, records = session.read("PieceBook", "pieces", receivable, start, _PAGE)
        if not starts:
            break
        found += [_piece(receivable, at, struct(record)) for at, record in zip(starts, records, strict=True)]
    return tuple(found)


def piece_of(session: Session, receivable: int, start: int) -> Piece:
    """The piece that starts at `start`; the book refuses (NoPiece) when none does."""
    return _piece(receivable, start, struct(session.read("PieceBook", "piece", receivable, start)))


def before_passing_on(session: Session, receivable: int, starts: Iterable[int]) -> tuple[Notice, ...]:
    """What the rules have to say to a change of holder of these pieces of one receivable, each rule once."""
    found = receivable_of(session, receivable)
    most = programme_of(session, found.programme).max_layers
    notices: dict[str, Notice] = {}
    for layers in sorted({piece_at(session, receivable, start).layers for start in starts}):
        facts = {"layers": layers + 1, "max_layers": most}
        said = before(session, "transfer", facts, found.programme, arranged=found.confirmed_on)
        notices |= {notice.rule: notice for notice in said}
    return tuple(notices.values())


def piece_at(session: Session, receivable: int, offset: int) -> Piece:
    """The piece that holds fen `offset`; NotFound when there is none."""
    for piece in pieces_of(session, receivable):
        if piece.start <= offset < piece.end:
            return piece
    raise NotFound(f"receivable {receivable} has no fen {offset}", who=receivable, had=offset)


def _piece(receivable: int, start: int, record: object) -> Piece:
    fields = struct(record)
    state = fields["state"]
    return Piece(
        receivable,
        start,
        fields["end"],
        fields["holder"],
        PIECE_STATES[state & 7],
        (state >> 3) or None,
        fields["layers"],
        fields["sequence"],
    )
