"""Random acts at maturity: partial payments, settlement, early settlement, overdue, recourse, write-offs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ledger.domain.kinds import DocumentKind
from ledger.domain.states import PieceState, ReceivableState
from ledger.domain.twin.pieces import Piece
from ledger.domain.typed_data import EarlyQuote
from tests.twin.actors import BY_ADDRESS, EVERYBODY, SUPPLIERS

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

Place = tuple[int, int, Piece]


class MaturityActs:
    """What is drawn at maturity; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (6, self.pay_in),
            (9, self.settle),
            (3, self.settle_early),
            (1, self.revoke_early),
            (4, self.mark_overdue),
            (4, self.demand_recourse),
            (4, self.repurchase),
            (2, self.write_off),
            (1, self.release_held),
        ]

    # --- money ---

    def pay_in(self) -> Act:
        h, maturity = self.h, self.h.world.maturity
        unpaid = [i for i in self._unfunded() if maturity.paid_in(i) < self._face(i)]
        id_ = h.fit(unpaid, self._some)
        missing = self._face(id_) - (maturity.paid_in(id_) if self._face(id_) else 0)
        amount = missing if h.chance(0.4) else h.amount(missing, 64)
        return h.act(h.who(h.world.receivables.receivable(id_).obligor), maturity, "payIn", id_, amount)

    def settle(self) -> Act:
        h = self.h
        due = [i for i in self._accepted() if h.world.receivables.receivable(i).due <= h.today]
        pieces = h.spoilt(h.dice.randint(1, 4), lambda: 0)
        sender = h.one(EVERYBODY).address
        return h.act(sender, h.world.maturity, "settle", h.fit(due, self._some), pieces)

    # --- early ---

    def settle_early(self) -> Act:
        h, maturity = self.h, self.h.world.maturity
        id_, start, piece = self._piece(lambda i: h.world.receivables.receivable(i).due > h.today)
        quote = EarlyQuote(
            receivable=id_,
            start=start,
            sequence=h.spoilt(piece.sequence, lambda: piece.sequence + 1),
            holder=h.who(piece.holder),
            amount=h.amount(piece.end - start, 64),
            nonce=h.spoilt(h.dice.randrange(10**6), lambda: 7),
            deadline=h.world.stage.timestamp + h.spoilt(86_400, lambda: -86_400),
        )
        signature = h.signature(maturity, quote, quote.holder)
        obligor = h.who(h.world.receivables.receivable(id_).obligor)
        return h.act(obligor, maturity, "settleEarly", quote, signature)

    def revoke_early(self) -> Act:
        nonce = self.h.spoilt(self.h.dice.randrange(10**6), lambda: 7)
        return self.h.act(self.h.one(SUPPLIERS).address, self.h.world.maturity, "revokeEarly", nonce)

    # --- overdue ---

    def mark_overdue(self) -> Act:
        h = self.h
        late = [i for i in self._unfunded() if h.world.receivables.receivable(i).due < h.today]
        fresh = [i for i in late if not h.world.receivables.receivable(i).overdue_on]
        return h.act(h.one(EVERYBODY).address, h.world.maturity, "markOverdue", h.fit(fresh, self._some))

    def demand_recourse(self) -> Act:
        """Mostly by a financier for what it bought; some of it without recourse."""
        h, recourse = self.h, self.h.world.recourse
        sold = [s for s in self._sold() if h.world.receivables.receivable(s[0]).overdue_on]
        id_, start, financed = h.fit(sold, lambda: (*self._piece(self._is_overdue)[:2], 0))
        holder = h.world.book.pieces[id_, start].holder
        paper = h._document(holder, DocumentKind.OTHER)
        return h.act(h.who(holder), recourse, "demandRecourse", id_, start, financed, paper)

    def repurchase(self) -> Act:
        h, recourse = self.h, self.h.world.recourse
        id_, start = h.fit(list(recourse.demands), lambda: self._piece(self._is_overdue)[:2])
        return h.act(h.who(recourse.demand(id_, start).seller), recourse, "repurchase", id_, start)

    def write_off(self) -> Act:
        h = self.h
        id_, start, piece = self._piece(self._is_overdue)
        paper = h._document(piece.holder, DocumentKind.OTHER)
        return h.act(h.who(piece.holder), h.world.recourse, "writeOff", id_, start, paper)

    def release_held(self) -> Act:
        h = self.h
        id_, start = h.fit(list(h.world.maturity.held), lambda: self._piece(lambda _: True)[:2])
        return h.act(h.one(EVERYBODY).address, h.world.maturity, "releaseHeld", id_, start)

    # --- parts ---

    def _accepted(self) -> list[int]:
        known = self.h.world.receivables.receivables
        return [i for i, r in known.items() if r.state == ReceivableState.ACCEPTED]

    def _unfunded(self) -> list[int]:
        return [i for i in self._accepted() if not self.h.world.receivables.receivable(i).budget_line]

    def _some(self) -> int:
        return self.h.number(self.h.world.receivables.count)

    def _face(self, id_: int) -> int:
        return self.h.world.receivables.receivable(id_).face

    def _is_overdue(self, id_: int) -> bool:
        return bool(self.h.world.receivables.receivable(id_).overdue_on)

    def _piece(self, fits: Callable[[int], bool]) -> Place:
        """A live piece of a fitting receivable; spoilt: any piece."""
        everything = [(*place, piece) for place, piece in self.h.world.book.pieces.items()]
        live = [one for one in everything if one[2].kind < PieceState.PAID and fits(one[0])]
        if not everything:
            from tests.twin.acts import NothingFits

            raise NothingFits
        return self.h.fit(live, lambda: self.h.one(everything))

    def _sold(self) -> Iterator[tuple[int, int, int]]:
        """Pieces that their holder bought by a financing, with where its interval started."""
        for quote in self.h.quotes:
            for (id_, start), piece in self.h.world.book.pieces.items():
                inside = id_ == quote.receivable and quote.start <= start and piece.end <= quote.end
                if inside and piece.holder == quote.financier and piece.holder in BY_ADDRESS:
                    yield id_, start, quote.start
