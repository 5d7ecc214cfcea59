"""Units of a bond: asking first, what is held and was held, and custody by the holder's own depository."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.restrictions import SENTENCES, Restriction
from ledger.ports import Contract
from ledger.services.bonds import bond_of
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import whole

MOST_UNITS = 2**64 - 1
_STOPPERS = {1: "authority", 2: "depository"}


@dataclass(frozen=True, slots=True)
class Answer:
    """May these units move, and if not why: the code of ERC-1404, its name and its sentence."""

    allowed: bool
    code: int
    reason: str
    sentence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holding:
    """Units as they stand; `frozen_by` names who froze the whole account."""

    bond: int
    holder: str
    units: int
    free: int
    frozen_by_authority: int
    frozen_by_depository: int
    frozen_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """A bond's units: `paused_by` names who paused all moves; retired after full redemption."""

    bond: int
    token: str
    supply: int
    retired: bool
    paused_by: tuple[str, ...]
    record_days: tuple[dt.date, ...]


class Holdings(Desk):
    """What is held, and what may move."""

    def ask(self, bond: int, holder: str, to: str, units: int) -> Answer:
        """May `holder` give these units to `to`? The refusal that a transfer would get."""
        whole(units, MOST_UNITS, "a number of units")
        giver, receiver = self._session.address(holder), self._session.address(to)
        token = token_of(self._session, bond)
        code = int(self._session.read(token, "detectTransferRestriction", giver, receiver, units))
        found = Restriction(code)
        return Answer(code == 0, code, found.name.lower(), SENTENCES[found])

    def holding(self, bond: int, holder: str) -> Holding:
        """A holder's units, and what of them is frozen."""
        account = self._session.address(holder)
        found = struct(self._session.read(token_of(self._session, bond), "holding", account))
        frozen = found["frozenByAuthority"], found["frozenByDepository"]
        free = found["units"] - sum(frozen)
        return Holding(bond, account, found["units"], free, *frozen, _stoppers(found["frozenBy"]))

    def units(self, bond: int) -> Units:
        """All of a bond's units, and whether they move."""
        token = token_of(self._session, bond)
        retired, paused_by = self._session.read(token, "status")
        days = tuple(date_of(day) for day in self._session.read(token, "recordDays"))
        supply = int(self._session.read(token, "totalSupply"))
        return Units(bond, token.address, supply, bool(retired), _stoppers(paused_by), days)

    def at_record_day(self, bond: int, holder: str, day: dt.date) -> int:
        """Units at the end of a record day that is over, as the chain itself keeps them."""
        token, account = token_of(self._session, bond), self._session.address(holder)
        return int(self._session.read(token, "unitsAt", account, day_number(day)))

    def holders(
        self, bond: int, day: dt.date | None = None, *, as_of_block: int | None = None
    ) -> Mapping[str, Any]:
        """Who held the units at the end of any day, or as of a block, from the index."""
        number = None if day is None else day_number(day)
        return self._session.index().holders(bond, number, as_of_block)

    def transfer_for(
        self, depository: str, bond: int, holder: str, to: str, units: int, *, document: Paper
    ) -> Act:
        """Custody: the holder's own depository, under its mandate, passes units on against a paper."""
        whole(units, MOST_UNITS, "a number of units")
        giver, receiver = self._session.address(holder), self._session.address(to)
        filed = self._file(depository, document, DocumentKind.OTHER, (giver,))
        token = token_of(self._session, bond)
        return act_of(self._session.act(depository, token, "transferFor", giver, receiver, units, filed))


def token_of(session: Session, bond: int) -> Contract:
    """The contract of a bond's units; NotFound when there is no such bond."""
    return Contract("GreenBond", bond_of(session, bond).token)


def _stoppers(mask: int) -> tuple[str, ...]:
    return tuple(name for bit, name in _STOPPERS.items() if int(mask) & bit)
