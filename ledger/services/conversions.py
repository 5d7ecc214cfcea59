"""A settlement bank registers what links money sold in one cash with money bought in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.conversion import BadConversion, Conversion, Side, content_of
from ledger.domain.intervals import Interval
from ledger.domain.kinds import DocumentKind
from ledger.errors import NotAllowed
from ledger.services.desk import Desk
from ledger.services.session import Act

_GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Converted(Act):
    """A registered conversion. Fen are numbers: of the sold, as they left; of the bought, as they came."""

    document: str
    sold: Side
    bought: Side
    numerator: int
    denominator: int
    residue: int


class Converts(Desk):
    """The conversion documents of a settlement bank. They move no money; a trace goes on by them."""

    def sold_by(self, tx: str, log: int | None = None) -> Side:
        """What a payment gave away. BadInput, NotFound as for `auditor.trace_payment`."""
        return self._side(tx, log, "payer", "left")

    def bought_by(self, tx: str, log: int | None = None) -> Side:
        """What a payment, or a credit of the bank, brought."""
        return self._side(tx, log, "payee", "came")

    def register_conversion(
        self,
        bank: str,
        sold: Side,
        bought: Side,
        rate: tuple[int, int],
        residue: int = 0,
        readers: Sequence[str] = (),
    ) -> Converted:
        """Seals what was sold, what was bought for it, the rate and the residue, and registers its hash.

        Args:
            bank: the settlement bank of one of the two cashes.
            rate: numerator and denominator, minor units of the bought cash for one of the sold.
            residue: what the rate gives beyond the bought; it stayed with the bank.
            readers: who can open it; the two accounts always, where their keys are here.

        Raises:
            BadConversion: it does not add up, or speaks of fen that never moved. NotAllowed: another bank.
        """
        account, banks = (
            self._session.address(bank),
            [self._session.cash(s.cash).bank for s in (sold, bought)],
        )
        if account not in banks:
            raise NotAllowed(
                "another bank keeps these cashes", who=bank, had=account, needed=", ".join(banks)
            )
        Conversion("", sold, bought, *rate, residue)
        self._require_moved(sold, outgoing=True)
        self._require_moved(bought, outgoing=False)
        paper = content_of(sold, bought, *rate, residue)
        parties = [one for one in (sold.account, bought.account) if self._session.keys.has(one)]
        named = dict.fromkeys([*parties, *map(self._session.address, readers)])
        done = self._documents.register(
            bank,
            paper,
            DocumentKind.CONVERSION,
            name="conversion.json",
            media_type="application/json",
            readers=[one for one in named if one != account],
        )
        return Converted(done.tx, done.block, done.document, sold, bought, *rate, residue)

    def _side(self, tx: str, log: int | None, party: str, first: str) -> Side:
        move = self._session.index().move_show(tx, log)
        one, start = move[party], int(move[first])
        if one["sub_account"] != _GENERAL:
            raise BadConversion("money is converted from account to account", who=tx, had=one["sub_account"])
        return Side(move["cash"], one["account"], Interval(start, start + int(move["amount"])))

    def _require_moved(self, side: Side, *, outgoing: bool) -> None:
        cash = self._session.cash(side.cash).contract
        counters = self._session.read(cash, "axis", side.account)
        moved = int(counters[1 if outgoing else 0])
        if side.fen.end > moved:
            raise BadConversion(
                "a conversion of fen that never moved", who=side.account, had=side.fen.end, needed=moved
            )
