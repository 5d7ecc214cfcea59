"""Pieces between participants: offered, accepted, bundled, pledged; frozen and moved by a court's order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.errors import BadInput, NotFound
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.receivables import before_passing_on, piece_at, piece_of, pieces_of, receivable_of
from ledger.services.rules import Notice
from ledger.services.session import Act, Session, struct
from ledger.services.values import hash_bytes, hex_of

HOLDS: Final = {1: "offer", 2: "pledge"}
MOST_PARTS: Final = 50
_NOBODY: Final = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class Interval:
    """`[start, end)` of a receivable, in minor units.

    `sequence` is the number of the piece that its holder saw; by default the present one.
    """

    receivable: int
    start: int
    end: int
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Offered(Act):
    """Waits for `recipient` to accept it, until the end of `last_day`."""

    receivable: int
    start: int
    end: int
    recipient: str
    last_day: dt.date
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundled(Act):
    """So many intervals in one act, `amount` minor units together."""

    recipient: str
    parts: int
    amount: int
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a piece is locked here: what kind of hold, for whom, and whether a court froze it (by whom)."""

    kind: str | None
    party: str | None
    last_day: dt.date | None
    document: str | None
    frozen_by: str | None
    order: str | None


class Pieces(Desk):
    """For whoever holds a piece, is offered one, takes one as a pledge, or orders what becomes of one."""

    # --- reading -----------------------------------------------------------------------------------------

    def hold(self, receivable: int, start: int) -> Hold:
        """Why the piece that starts at `start` is locked; everything None when it is not, or not for this."""
        hold = struct(self._session.read("Transfers", "holdOf", receivable, start))
        freeze = struct(self._session.read("Transfers", "freezeOf", receivable, start))
        held, frozen = bool(hold["kind"]), freeze["authority"] != _NOBODY
        return Hold(
            HOLDS.get(hold["kind"]),
            hold["party"] if held else None,
            date_of(hold["lastDay"]) if hold["lastDay"] else None,
            hex_of(hold["document"]) if held else None,
            freeze["authority"] if frozen else None,
            hex_of(freeze["order"]) if frozen else None,
        )

    def listed(
        self,
        holder: str | None = None,
        *,
        due_from: dt.date | None = None,
        due_to: dt.date | None = None,
        limit: int = 1_000,
    ) -> Mapping[str, Any]:
        """The pieces that are not discharged, by due date, from the index; see `ledger.tracing.piecelist`."""
        account = None if holder is None else self._session.address(holder)
        first, last = (None if day is None else day_number(day) for day in (due_from, due_to))
        return self._session.index().piece_list(account, first, last, limit)

    def debts(self) -> Mapping[str, Any]:
        """What passing pieces on extinguished, beside what was confirmed, by programme and currency."""
        return self._session.index().debts()

    # --- holder ------------------------------------------------------------------------------------------

    def offer(
        self,
        holder: str,
        receivable: int,
        recipient: str,
        *,
        start: int,
        end: int,
        trade_document: Paper,
        sequence: int | None = None,
    ) -> Offered:
        """Cuts `[start, end)` out and locks it for `recipient`, as many days as the programme says."""
        part = self._part(Interval(receivable, start, end, sequence))
        notices = before_passing_on(self._session, receivable, [start])
        to = self._reader(holder, recipient, receivable)
        paper = self._trade(holder, trade_document, recipient)
        mined = self._session.act(holder, "Transfers", "offer", part, to, paper)
        event = mined.event("Offered").args
        last_day = date_of(event["lastDay"])
        return Offered(mined.tx, mined.block, receivable, start, end, to, last_day, notices)

    def bundle(
        self,
        holder: str,
        parts: Sequence[Interval],
        recipient: str,
        *,
        trade_document: Paper,
        offered: bool = False,
    ) -> Bundled:
        """Passes many intervals on, of one receivable or several, all or none; `offered`: offers them."""
        _require_bundle(len(parts))
        notices = self._before(parts)
        to = self._reader(holder, recipient, *dict.fromkeys(part.receivable for part in parts))
        paper = self._trade(holder, trade_document, recipient)
        act = "offerMany" if offered else "transferMany"
        mined = self._session.act(holder, "Transfers", act, self._parts(parts), to, paper)
        amount = mined.event("Bundled").args["amount"]
        return Bundled(mined.tx, mined.block, to, len(parts), amount, notices)

    def withdraw(self, holder: str, receivable: int, start: int) -> Act:
        """Takes an offer back that nobody accepted yet."""
        return act_of(self._session.act(holder, "Transfers", "withdraw", receivable, start))

    def pledge(
        self,
        holder: str,
        receivable: int,
        pledgee: str,
        *,
        start: int,
        end: int,
        document: str,
        sequence: int | None = None,
    ) -> Act:
        """Locks `[start, end)` for `pledgee`, by the pledge agreement that the pledgee registered.

        It is registered in the holder's name too, so that both stand by the same paper.
        """
        paper = hash_bytes(document, "a pledge agreement")
        filed = struct(self._session.read("Documents", "document", paper, self._session.address(holder)))
        if not filed["kind"]:
            self._documents.register_hash(holder, document, DocumentKind.PLEDGE)
        part = self._part(Interval(receivable, start, end, sequence))
        to = self._session.address(pledgee)
        return act_of(self._session.act(holder, "Transfers", "pledge", part, to, paper))

    def surrender(self, holder: str, receivable: int, start: int, consent: Paper) -> Act:
        """Gives a pledged piece up to its pledgee, for a debt that fell due."""
        paper = self._file(holder, consent, DocumentKind.CONSENT)
        return act_of(self._session.act(holder, "Transfers", "surrender", receivable, start, paper))

    # --- receiver, pledgee, anyone -----------------------------------------------------------------------

    def accept(self, recipient: str, receivable: int, start: int, sequence: int | None = None) -> Act:
        """Accepts what was offered; `sequence` as in `Interval`."""
        place = self._place(receivable, start, sequence)
        return act_of(self._session.act(recipient, "Transfers", "accept", place))

    def accept_many(self, recipient: str, places: Sequence[tuple[int, int]]) -> Act:
        """Accepts many offers, each by receivable and start, all or none."""
        _require_bundle(len(places))
        found = [self._place(receivable, start, None) for receivable, start in places]
        return act_of(self._session.act(recipient, "Transfers", "acceptMany", found))

    def decline(self, recipient: str, receivable: int, start: int) -> Act:
        """The piece is its holder's again, free."""
        return act_of(self._session.act(recipient, "Transfers", "decline", receivable, start))

    def lapse(self, who: str, receivable: int, start: int) -> Act:
        """Frees what was offered and not accepted in time. Anyone may."""
        return act_of(self._session.act(who, "Transfers", "lapse", receivable, start))

    def release(self, pledgee: str, receivable: int, start: int) -> Act:
        """Ends a pledge: the piece is free again."""
        return act_of(self._session.act(pledgee, "Transfers", "release", receivable, start))

    # --- authority ---------------------------------------------------------------------------------------

    def freeze(self, authority: str, receivable: int, *, start: int, end: int, order: Paper) -> Act:
        """Nobody else frees or moves `[start, end)` then; of a piece offered or pledged, the whole."""
        part = self._part(Interval(receivable, start, end))
        return act_of(
            self._session.act(authority, "Transfers", "freeze", part, self._order(authority, order))
        )

    def lift(self, authority: str, receivable: int, start: int, order: Paper) -> Act:
        """Ends a freeze; a pledge beneath it stays."""
        paper = self._order(authority, order)
        return act_of(self._session.act(authority, "Transfers", "lift", receivable, start, paper))

    def move_by_order(self, authority: str, receivable: int, start: int, recipient: str, order: Paper) -> Act:
        """Gives a frozen piece, or its money if it was paid meanwhile, to `recipient`."""
        to, paper = self._session.address(recipient), self._order(authority, order)
        return act_of(self._session.act(authority, "Transfers", "moveByOrder", receivable, start, to, paper))

    # --- parts -------------------------------------------------------------------------------------------

    def _before(self, parts: Sequence[Interval]) -> tuple[Notice, ...]:
        """What the rules have to say to all of them, each rule once."""
        notices: dict[str, Notice] = {}
        for receivable in dict.fromkeys(part.receivable for part in parts):
            starts = [part.start for part in parts if part.receivable == receivable]
            said = before_passing_on(self._session, receivable, starts)
            notices |= {notice.rule: notice for notice in said}
        return tuple(notices.values())

    def _reader(self, holder: str, recipient: str, *receivables: int) -> str:
        """The recipient's account, which may open the invoices behind what it gets."""
        to = self._session.address(recipient)
        for receivable in receivables:
            self._documents.pass_on(holder, receivable_of(self._session, receivable).fingerprint, to)
        return to

    def _trade(self, holder: str, paper: Paper, recipient: str) -> bytes:
        return self._file(holder, paper, DocumentKind.TRADE, (recipient,))

    def _order(self, authority: str, paper: Paper) -> bytes:
        return self._file(authority, paper, DocumentKind.COURT_ORDER)

    def _part(self, interval: Interval) -> Mapping[str, int]:
        return part_of(self._session, interval)

    def _parts(self, intervals: Sequence[Interval]) -> list[Mapping[str, int]]:
        """Each as the book will stand when its turn comes: what an earlier one cut has a later number."""
        books: dict[int, list[_Slice]] = {}
        parts = []
        for interval in intervals:
            id_ = interval.receivable
            if id_ not in books:
                books[id_] = [_Slice(p.start, p.end, p.sequence) for p in pieces_of(self._session, id_)]
            piece = next((p for p in books[id_] if p.start <= interval.start < p.end), None)
            if piece is None:
                raise NotFound(f"receivable {id_} has no fen {interval.start}", who=id_, had=interval.start)
            number = piece.sequence if interval.sequence is None else interval.sequence
            parts.append(_part(interval, piece.start, number))
            books[id_] = [p for p in books[id_] if p is not piece] + piece.without(interval)
        return parts

    def _place(self, receivable: int, start: int, sequence: int | None) -> Mapping[str, int]:
        number = piece_of(self._session, receivable, start).sequence if sequence is None else sequence
        return {"receivable": receivable, "start": start, "sequence": number}


def part_of(session: Session, interval: Interval) -> Mapping[str, int]:
    """As `Transfers` takes it: the piece that holds the interval's first fen, and its number."""
    piece = piece_at(session, interval.receivable, interval.start)
    return _part(interval, piece.start, piece.sequence if interval.sequence is None else interval.sequence)


def _part(interval: Interval, start: int, sequence: int) -> Mapping[str, int]:
    return {
        "receivable": interval.receivable,
        "start": start,
        "sequence": sequence,
        "from": interval.start,
        "to": interval.end,
    }


@dataclass(frozen=True, slots=True)
class _Slice:
    """A piece while a bundle is planned."""

    start: int
    end: int
    sequence: int

    def without(self, taken: Interval) -> list[_Slice]:
        """What is left on either side; each cut hands its number to both of its parts."""
        number, left = self.sequence, []
        if taken.start > self.start:
            number += 1
            left.append(_Slice(self.start, taken.start, number))
        if taken.end < self.end:
            left.append(_Slice(taken.end, self.end, number + 1))
        return left


def _require_bundle(parts: int) -> None:
    if not 0 < parts <= MOST_PARTS:
        raise BadInput("a bundle has so many parts", had=parts, needed=f"1 to {MOST_PARTS}")
