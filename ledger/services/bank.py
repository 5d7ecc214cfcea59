"""The settlement bank: ledger cash against bank money, and credit lines for groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, currency
from ledger.domain.states import LABELS, LineState
from ledger.errors import NotFound
from ledger.services.cash import SettlementBank
from ledger.services.conversions import Converts
from ledger.services.desk import act_of
from ledger.services.documents import Paper
from ledger.services.placements import PlaceOfProceeds
from ledger.services.session import Act, Session, struct
from ledger.services.values import Amount, hex_of, minor, minor_or_zero, reference

PAGE = 50


@dataclass(frozen=True, slots=True)
class LineGranted(Act):
    """A new credit line; `limit` in minor units."""

    id: int
    holder: str
    limit: int
    currency: str


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit line as it stands, in minor units. `parent` is None at the bank's own level, `expires` and the
    amounts are what was asked for while it is only requested."""

    id: int
    bank: str
    holder: str
    parent: int | None
    currency: str
    limit: int
    reserved: int
    outstanding: int
    expires: dt.date
    suspended: bool
    state: str

    @property
    def free(self) -> int:
        return self.limit - self.reserved - self.outstanding if self.state == "active" else 0


class Bank(SettlementBank, PlaceOfProceeds, Converts):
    """Mint, burn, placed proceeds, conversions; and lines: bank to group here, group to subsidiary at
    `obligor.grant_sub`."""

    def grant_line(self, bank: str, holder: str, limit: Money, expires: dt.date) -> LineGranted:
        """Grants `holder` a line that confirmed payables may use up to `limit`, until the last day
        `expires`."""
        unit = limit.currency
        mined = self._session.act(
            bank,
            "CreditLines",
            "grant",
            self._session.address(holder),
            unit.code_bytes,
            minor(limit, unit.code),
            day_number(expires),
        )
        granted = mined.event("LineGranted").args
        return LineGranted(mined.tx, mined.block, granted["line"], granted["holder"], limit.minor, unit.code)

    def grant_requested(
        self,
        bank: str,
        line: int,
        *,
        limit: Amount | None = None,
        expires: dt.date | None = None,
    ) -> LineGranted:
        """Grants what was asked for, or another limit or last day."""
        had = credit_line(self._session, line)
        value = had.limit if limit is None else minor(limit, had.currency)
        last = had.expires if expires is None else expires
        mined = self._session.act(bank, "CreditLines", "grantRequested", line, value, day_number(last))
        return LineGranted(mined.tx, mined.block, line, had.holder, value, had.currency)

    def refuse_request(self, bank: str, line: int, reason: str) -> Act:
        """Refuses what was asked for. The chain sees the reason's hash."""
        return act_of(self._session.act(bank, "CreditLines", "refuseRequest", line, reference(reason)))

    def attest(self, bank: str, reasons: Paper, readers: Sequence[str] = ()) -> str:
        """Files why a tenor above 180 days is reasonable (77号文 art. 11); the confirmation names it."""
        return hex_of(self._documents.filed(bank, reasons, DocumentKind.ATTESTATION, readers))

    def change_line(
        self,
        owner: str,
        line: int,
        *,
        limit: Amount | None = None,
        expires: dt.date | None = None,
        suspended: bool | None = None,
    ) -> Act:
        """Changes what is given. A limit below what is in use is refused: suspend the line instead."""
        had = credit_line(self._session, line)
        return act_of(
            self._session.act(
                owner,
                "CreditLines",
                "change",
                line,
                had.limit if limit is None else minor_or_zero(limit, had.currency),
                day_number(had.expires if expires is None else expires),
                had.suspended if suspended is None else suspended,
            )
        )


def credit_line(session: Session, line: int) -> CreditLine:
    """NotFound when there is no such line."""
    record = struct(session.read("CreditLines", "line", line))
    if not record["expiresOn"] and not record["phase"]:
        raise NotFound(f"there is no credit line {line}", who=line)
    asked = struct(session.read("CreditLines", "requestOf", line)) if record["phase"] else record
    return CreditLine(
        line,
        record["bank"],
        record["holder"],
        record["parent"] or None,
        currency(bytes(record["currency"]).decode("ascii")).code,
        asked["limit"],
        record["reserved"],
        record["outstanding"],
        date_of(asked["expiresOn"]),
        bool(record["suspended"]),
        LABELS[LineState][session.read("CreditLines", "stateOf", line)]["en"],
    )


def credit_lines(session: Session, *, after: int = 0, limit: int = PAGE) -> tuple[CreditLine, ...]:
    """Up to `limit` credit lines and requests after number `after`, in their order."""
    last = min(int(session.read("CreditLines", "count")), after + limit)
    return tuple(credit_line(session, line) for line in range(after + 1, last + 1))
