"""Idle proceeds with a bank for a while: placed and written off by the issuer, brought back by the place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ledger.domain.dates import date_of
from ledger.domain.kinds import DocumentKind
from ledger.errors import NotFound
from ledger.services.bonds import bond_of
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import UNPUBLISHED, Amount, day, minor, minor_or_zero


@dataclass(frozen=True, slots=True)
class Placed(Act):
    """Unallocated money of a bond that is with `place` now, in minor units."""

    id: int
    bond: int
    place: str
    amount: int


@dataclass(frozen=True, slots=True)
class Returned(Act):
    """What a place brought back, in minor units: principal into the pool, income beside it."""

    id: int
    principal: int
    income: int


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement as it stands, in minor units; `placed` is still there, `lost` was not made good yet.

    `until` is None when the instrument is at call.
    """

    id: int
    bond: int
    place: str
    until: dt.date | None
    currency: str
    amount: int
    returned: int
    placed: int
    lost: int


class Placing(Desk):
    """The issuer's side."""

    def place(
        self,
        issuer: str,
        bond: int,
        place: str,
        amount: Amount,
        *,
        instrument: str,
        document: Paper,
        until: dt.date | None = None,
    ) -> Placed:
        """Unallocated money → a bank, against an instrument's document, until a day or at call."""
        value, account = minor(amount, bond_of(self._session, bond).currency), self._session.address(place)
        paper = self._file(issuer, document, DocumentKind.OTHER)
        args = (bond, account, value, day(until), instrument, paper)
        mined = self._session.act(issuer, "Proceeds", "place", *args)
        return Placed(mined.tx, mined.block, mined.event("Placed").args["placement"], bond, account, value)

    def lose_placed(self, issuer: str, placement: int, amount: Amount, document: Paper) -> Act:
        """Says openly that part of what is placed will not come back."""
        value = minor(amount, placement_of(self._session, placement).currency)
        paper = self._file(issuer, document, DocumentKind.OTHER)
        return act_of(self._session.act(issuer, "Proceeds", "losePlaced", placement, value, paper))

    def pay_income(self, issuer: str, bond: int, payee: str, amount: Amount, document: Paper) -> Act:
        """Spends what placements earned."""
        value = minor(amount, bond_of(self._session, bond).currency)
        paper = self._file(issuer, document, DocumentKind.OTHER)
        recipient = self._session.address(payee)
        return act_of(self._session.act(issuer, "Proceeds", "payIncome", bond, recipient, value, paper))

    def make_good(self, payer: str, placement: int, amount: Amount, document: Paper) -> Act:
        """The issuer, or the bank that had it, pays in what was lost."""
        found = placement_of(self._session, placement)
        value = minor(amount, found.currency)
        paper = self._file(payer, document, DocumentKind.OTHER)
        _allow(self._session, payer, found.bond, value)
        return act_of(self._session.act(payer, "Proceeds", "makeGood", placement, value, paper))


class PlaceOfProceeds(Desk):
    """The bank's side. `Proceeds` is given its allowance when that is missing."""

    def return_placed(
        self, place: str, placement: int, principal: Amount, document: Paper, *, income: Amount = 0
    ) -> Returned:
        """Brings principal back into the pool, and income to the bond's line for it; either may be zero."""
        found = placement_of(self._session, placement)
        back, earned = minor_or_zero(principal, found.currency), minor_or_zero(income, found.currency)
        paper = self._file(place, document, DocumentKind.OTHER)
        _allow(self._session, place, found.bond, back + earned)
        mined = self._session.act(place, "Proceeds", "returnPlaced", placement, back, earned, paper)
        return Returned(mined.tx, mined.block, placement, back, earned)


def placement_of(session: Session, placement: int) -> Placement:
    """NotFound when there is no such placement."""
    record = struct(session.read("Proceeds", "placement", placement))
    if not record["bond"]:
        raise NotFound(f"there is no placement {placement}", who=placement)
    until = record["until"]
    return Placement(
        placement,
        record["bond"],
        record["place"],
        None if until == UNPUBLISHED else date_of(until),
        bond_of(session, record["bond"]).currency,
        record["amount"],
        record["back"],
        record["amount"] - record["back"] - record["lost"],
        record["lost"] - record["good"],
    )


def _allow(session: Session, who: str, bond: int, value: int) -> None:
    session.allow(who, session.cash(bond_of(session, bond).cash), "Proceeds", value)
