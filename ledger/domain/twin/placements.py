"""Twin of `Placements`: idle proceeds with a bank for a while, and back; what is lost until made good."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain import purposes
from ledger.domain.purposes import PROCEEDS, axis_of
from ledger.domain.roles import Role
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, word
from ledger.domain.twin.cash import Axis, Cash
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants


@dataclass(frozen=True, slots=True)
class Placement:
    """Fen `[0, amount)`: `back` of them came back, from the start; `lost` were lost, from the end, and of
    those the last `good` made good. `until` is zero at call; `offset` is where they left the pool."""

    place: str = NOBODY
    bond: int = 0
    until: int = 0
    amount: int = 0
    back: int = 0
    lost: int = 0
    good: int = 0
    offset: int = 0

    @property
    def placed(self) -> int:
        return self.amount - self.back - self.lost


@dataclass(frozen=True, slots=True)
class Away:
    """A bond's fen that are out of the pool and not on any line."""

    placed: int = 0
    lost: int = 0


class Placements(Module):
    """One of the codes of `Proceeds`: the acts here run on its books."""

    def __init__(self, stage: Stage, address: str, participants: Participants, documents: Documents) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.placements: dict[int, Placement] = {}
        self.away: dict[int, Away] = {}

    def placement(self, id_: int) -> Placement:
        return self.placements.get(id_, Placement())

    def away_of(self, bond: int) -> Away:
        return self.away.get(bond, Away())

    def place(
        self,
        sender: str,
        bond: int,
        with_: str,
        amount: int,
        until: int,
        instrument: str,
        document: bytes,
    ) -> int:
        """Unallocated fen go to a bank against an instrument; returns the placement's number."""
        issuer = self.issuer_of(bond)
        self._require_issuer(sender, issuer)
        self.participants.require_role(with_, Role.BANK)
        day = self.participants.today()
        if until and until <= day:
            raise Refusal("DateOutOfOrder", word("PLACEMENT"), until, day)
        self.documents.require_known(document, issuer, 0)
        cash, pool = self.cash_of(bond), purposes.pool(bond)
        had = _axis(cash, pool).balance
        if amount > had:
            raise Refusal("OverProceeds", bond, had, amount)
        id_ = len(self.placements) + 1
        offset = cash.pay(self.address, PROCEEDS, pool, with_, amount, document)
        self._count_away(bond, placed=amount)
        self.placements[id_] = Placement(with_, bond, until, amount, offset=offset)
        self.emit("Placed", id_, bond, with_, amount, offset, until, instrument, document)
        return id_

    def return_placed(self, sender: str, id_: int, principal: int, income: int, document: bytes) -> None:
        """The place's act: of the principal the placement's next fen, and what they earned."""
        p = self._existing(id_)
        if sender != p.place:
            raise Refusal("NotParty", sender, p.place)
        if document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if not principal and not income:
            raise Refusal("ZeroAmount")
        _require_placed(id_, p.placed, principal)
        self.placements[id_] = replace(p, back=p.back + principal)
        self._count_away(p.bond, placed=-principal)
        cash, in_offset = self.cash_of(p.bond), 0
        if principal:
            in_offset = self._collect(sender, cash, purposes.pool(p.bond), principal, document)
        if income:
            self._collect(sender, cash, purposes.income(p.bond), income, document)
        reversed_offset = p.offset + p.back
        self.emit("PlacementReturned", id_, p.bond, reversed_offset, principal, in_offset, income, document)

    def lose_placed(self, sender: str, id_: int, amount: int, document: bytes) -> None:
        """The issuer's act: part of what is placed will not come back."""
        p = self._existing(id_)
        issuer = self.issuer_of(p.bond)
        self._require_issuer(sender, issuer)
        self.documents.require_known(document, issuer, 0)
        if amount == 0:
            raise Refusal("ZeroAmount")
        _require_placed(id_, p.placed, amount)
        self.placements[id_] = replace(p, lost=p.lost + amount)
        self._count_away(p.bond, placed=-amount, lost=amount)
        self.emit("PlacementLost", id_, p.bond, p.offset + p.amount - p.lost - amount, amount, document)

    def make_good(self, sender: str, id_: int, amount: int, document: bytes) -> None:
        """The issuer or the place pays in what was lost; the last of it comes first."""
        p = self._existing(id_)
        issuer = self.issuer_of(p.bond)
        if sender not in (issuer, p.place):
            raise Refusal("NotParty", sender, issuer)
        if document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        _require_placed(id_, p.lost - p.good, amount)
        self.placements[id_] = replace(p, good=p.good + amount)
        self._count_away(p.bond, lost=-amount)
        cash, pool = self.cash_of(p.bond), purposes.pool(p.bond)
        in_offset = self._collect(sender, cash, pool, amount, document)
        reversed_offset = p.offset + p.amount - p.good - amount
        self.emit("LossMadeGood", id_, p.bond, sender, reversed_offset, amount, in_offset, document)

    def pay_income(self, sender: str, bond: int, payee: str, amount: int, document: bytes) -> None:
        issuer = self.issuer_of(bond)
        self._require_issuer(sender, issuer)
        self.documents.require_known(document, issuer, 0)
        self.cash_of(bond).pay(self.address, PROCEEDS, purposes.income(bond), payee, amount, document)
        self.emit("IncomePaid", bond, payee, amount, document)

    # --- what the books of Proceeds say ---

    def issuer_of(self, bond: int) -> str:
        """NOBODY for an unknown bond."""
        raise NotImplementedError

    def cash_of(self, bond: int) -> Cash:
        raise NotImplementedError

    def _require_issuer(self, sender: str, issuer: str) -> None:
        if sender != issuer:
            raise Refusal("NotParty", sender, issuer)
        self.participants.require_role(sender, Role.ISSUER)

    # --- small parts ---

    def _existing(self, id_: int) -> Placement:
        if id_ not in self.placements:
            raise Refusal("Unknown", word("PLACEMENT"), id_)
        return self.placements[id_]

    def _count_away(self, bond: int, placed: int = 0, lost: int = 0) -> None:
        had = self.away_of(bond)
        self.away[bond] = Away(had.placed + placed, had.lost + lost)

    def _collect(self, sender: str, cash: Cash, purpose: bytes, amount: int, document: bytes) -> int:
        return cash.collect(self.address, PROCEEDS, purpose, sender, amount, document)


def _require_placed(id_: int, had: int, amount: int) -> None:
    if amount > had:
        raise Refusal("OverPlaced", id_, had, amount)


def _axis(cash: Cash, purpose: bytes) -> Axis:
    return cash.axis(axis_of(PROCEEDS, purpose))
