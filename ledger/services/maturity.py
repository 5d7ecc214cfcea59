"""Due dates and what follows: settlement of a day, being overdue, recourse, early settlement, write-offs."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.calendars import NamedCalendar
from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.maturity import due_day, overdue_from
from ledger.domain.typed_data import EarlyQuote, TypedData
from ledger.errors import BadInput, ContractRefusal
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.receivables import (
    BATCH,
    Settled,
    piece_of,
    pieces_of,
    receivable_of,
    settle_round,
)
from ledger.services.session import Act, struct
from ledger.services.values import Amount, hex_of, minor

_NOBODY = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class SignedEarly:
    """A holder's signed word that it takes `quote.amount` now; it travels off chain. `digest` names it."""

    quote: EarlyQuote
    signature: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class SettledEarly(Act):
    """A piece that its obligor settled before the due date: face = amount + discount, in minor units."""

    receivable: int
    start: int
    end: int
    amount: int
    discount: int


@dataclass(frozen=True, slots=True)
class Repurchased(Act):
    """A piece that its seller took back for `amount`: its face less what it had received."""

    receivable: int
    start: int
    end: int
    amount: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What a holder asked of the one who sold it the piece."""

    receivable: int
    start: int
    holder: str
    seller: str
    demanded_on: dt.date


@dataclass(frozen=True, slots=True)
class Refused:
    """A receivable of the day's work that was refused, and why; the others were done all the same."""

    receivable: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class DaysWork:
    """What a run over many receivables came to."""

    done: tuple[Settled, ...]
    refused: tuple[Refused, ...]


def _quiet(_done: int, _all: int) -> None:
    """Nobody asked how far it is."""


class Maturities(Desk):
    """Whoever waits for a due date, or for what did not come on it."""

    # --- reading -----------------------------------------------------------------------------------------

    def listed(self, on: dt.date | None = None, party: str | None = None) -> Mapping[str, Any]:
        """Accepted receivables by due date and the sums by bucket, of all or of one party; from the index.

        `on` is the day they are looked at from, today by default: what stands is what stands now.
        """
        day = day_number(on or self._session.today())
        account = None if party is None else self._session.address(party)
        return self._session.index().maturities(day, account)

    def overdue(self, party: str | None = None) -> tuple[Mapping[str, Any], ...]:
        """What is past its due date today, with its stage; marked or not."""
        return tuple(one for one in self.listed(party=party)["receivables"] if one["stage"])

    def due_day(self, day: dt.date, calendar: NamedCalendar) -> dt.date:
        """The banking day on which what falls due on `day` is paid: what a confirmation names."""
        return date_of(due_day(day_number(day), calendar.days))

    def received(self, receivable: int, start: int, end: int) -> int:
        """What `[start, end)` has received so far, in minor units."""
        return int(self._session.read("Maturity", "received", receivable, start, end))

    def demand(self, receivable: int, start: int) -> Demand | None:
        """What the holder of the piece at `start` asked of its seller; None when it asked nothing."""
        record = struct(self._session.read("Recourse", "demand", receivable, start))
        if record["holder"] == _NOBODY:
            return None
        asked = date_of(record["demandedOn"])
        return Demand(receivable, start, record["holder"], record["seller"], asked)

    def demands(self, receivable: int) -> tuple[Demand, ...]:
        """What holders asked of their sellers and was not bought back yet."""
        pieces = pieces_of(self._session, receivable)
        return tuple(found for one in pieces if (found := self.demand(receivable, one.start)))

    # --- the day's work ----------------------------------------------------------------------------------

    def settle_due(
        self, who: str, *, batch: int = BATCH, progress: Callable[[int, int], None] = _quiet
    ) -> DaysWork:
        """Settles every receivable that is due and has money, each to the end of its round. Anyone may.

        Args:
            progress: told (receivables done, receivables in all) after each.
        """
        due = [int(one["receivable"]) for one in self.listed()["receivables"] if one["settleable"]]
        done: list[Settled] = []
        refused: list[Refused] = []
        for number, receivable in enumerate(due, 1):
            try:
                done.append(settle_round(self._session, who, receivable, batch))
            except ContractRefusal as refusal:
                refused.append(Refused(receivable, refusal.code, refusal.sentence("en")))
            progress(number, len(due))
        return DaysWork(tuple(done), tuple(refused))

    def mark_overdue(self, who: str, receivable: int) -> Act:
        """Marks what is not paid in after due date and grace; its obligor confirms nothing new until its debt
        is settled (77号文 art. 15). Anyone may."""
        return act_of(self._session.act(who, "Maturity", "markOverdue", receivable))

    def mark_all_overdue(self, who: str) -> tuple[int, ...]:
        """Marks everything that may be marked today; returns the receivables."""
        today = day_number(self._session.today())
        late = [int(one["receivable"]) for one in self.overdue() if one["overdue_since"] is None]
        found = [number for number in late if self._may_mark(number, today)]
        for number in found:
            self.mark_overdue(who, number)
        return tuple(found)

    def _may_mark(self, receivable: int, today: int) -> bool:
        found = receivable_of(self._session, receivable)
        grace = struct(self._session.read("Programmes", "programme", found.programme))["graceDays"]
        if today < overdue_from(day_number(found.due), grace):
            return False
        try:
            self._session.read("Maturity", "checkOverdue", receivable)
        except ContractRefusal:
            return False
        return True

    def release_held(self, who: str, receivable: int, start: int) -> Act:
        """Pays what is held for a piece that was locked to whom the lock's module names now. Anyone may."""
        return act_of(self._session.act(who, "Maturity", "releaseHeld", receivable, start))

    # --- early -------------------------------------------------------------------------------------------

    def quote_early(
        self, holder: str, receivable: int, start: int, amount: Amount, *, deadline: dt.datetime
    ) -> SignedEarly:
        """The holder of the piece at `start` signs that it takes `amount` for it before the due date.

        Nothing is sent. Any later act on the piece makes the quote stale.
        """
        if deadline.tzinfo is None:
            raise BadInput("a deadline needs its time zone", had=deadline.isoformat())
        found, piece = receivable_of(self._session, receivable), piece_of(self._session, receivable, start)
        value = minor(amount, found.currency)
        if value > piece.end - piece.start:
            raise BadInput(
                "a piece is settled early for its face at most", had=value, needed=piece.end - piece.start
            )
        quote = EarlyQuote(
            receivable=receivable,
            start=start,
            sequence=piece.sequence,
            holder=self._session.address(holder),
            amount=value,
            nonce=secrets.randbits(128),
            deadline=int(deadline.timestamp()),
        )
        digest = self._digest(quote)
        return SignedEarly(quote, self._session.signer(holder).sign_digest(digest), hex_of(digest))

    def check_early(self, obligor: str, quote: EarlyQuote) -> None:
        """May the obligor take it now? Raises the refusal that taking it would get, its signature apart."""
        self._session.read("Maturity", "checkEarly", quote.message(), self._session.address(obligor))

    def settle_early(self, obligor: str, signed: SignedEarly) -> SettledEarly:
        """The obligor pays what the holder asks; the piece is discharged and its credit is free again."""
        quote = signed.quote
        found = receivable_of(self._session, quote.receivable)
        self._session.allow(obligor, self._session.cash(found.cash), "Maturity", quote.amount)
        mined = self._session.act(obligor, "Maturity", "settleEarly", quote.message(), signed.signature)
        end = int(mined.event("SettledEarly").args["end"])
        return SettledEarly(
            mined.tx,
            mined.block,
            quote.receivable,
            quote.start,
            end,
            quote.amount,
            end - quote.start - quote.amount,
        )

    def revoke_early(self, holder: str, quote: EarlyQuote) -> Act:
        """Takes back what the holder signed under this quote's nonce."""
        return act_of(self._session.act(holder, "Maturity", "revokeEarly", quote.nonce))

    def _digest(self, quote: EarlyQuote) -> bytes:
        contract = self._session.deployment["Maturity"].address
        return TypedData(self._session.chain.chain_id, contract, quote).digest()

    # --- what a holder of an overdue piece may do --------------------------------------------------------

    def demand_recourse(
        self, holder: str, receivable: int, start: int, notice: Paper, *, financed_start: int | None = None
    ) -> Demand:
        """Asks the seller of a piece that was bought with recourse to take it back, by a written notice.

        Args:
            financed_start: where the financed interval began; by default where the piece does.
        """
        bought_at = start if financed_start is None else financed_start
        args = (receivable, start, bought_at, self._session.address(holder))
        seller = str(self._session.read("Recourse", "checkRecourse", *args))
        document = self._file(holder, notice, DocumentKind.OTHER, (seller,))
        asked = (receivable, start, bought_at, document)
        self._session.act(holder, "Recourse", "demandRecourse", *asked)
        return Demand(receivable, start, args[-1], seller, self._session.today())

    def repurchase(self, seller: str, receivable: int, start: int) -> Repurchased:
        """The seller takes the piece back against its face less what it has received, in one transaction."""
        found, piece = receivable_of(self._session, receivable), piece_of(self._session, receivable, start)
        self._session.allow(seller, self._session.cash(found.cash), "Recourse", piece.end - start)
        mined = self._session.act(seller, "Recourse", "repurchase", receivable, start)
        event = mined.event("Repurchased").args
        return Repurchased(mined.tx, mined.block, receivable, start, int(event["end"]), int(event["amount"]))

    def write_off(self, holder: str, receivable: int, start: int, reasons: Paper) -> Act:
        """Marks the holder's own overdue piece as written off. Later money still reaches it."""
        document = self._file(holder, reasons, DocumentKind.OTHER)
        return act_of(self._session.act(holder, "Recourse", "writeOff", receivable, start, document))


def early_to_json(signed: SignedEarly) -> dict[str, Any]:
    """A signed early quote as a document: amount and nonce as integer strings, bytes as `0x…`."""
    quote = signed.quote
    plain = {name: getattr(quote, name) for name in ("receivable", "sequence", "holder", "deadline")}
    wide = {name: str(getattr(quote, name)) for name in ("start", "amount", "nonce")}
    return {"quote": {**plain, **wide}, "signature": hex_of(signed.signature), "digest": signed.digest}


def early_from_json(content: Mapping[str, Any]) -> SignedEarly:
    """The signed quote of a document. KeyError or ValueError for what is none."""
    said = content["quote"]
    numbers = ("receivable", "start", "sequence", "amount", "nonce", "deadline")
    quote = EarlyQuote(holder=str(said["holder"]), **{name: int(said[name]) for name in numbers})
    return SignedEarly(quote, bytes.fromhex(content["signature"][2:]), str(content["digest"]))
