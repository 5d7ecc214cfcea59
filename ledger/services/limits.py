"""What a bond's money may be used for beyond the ordinary: its pocket and its refinancing, declared before
anybody books (issuer), and read by everybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from ledger.domain.bondlimits import MILLION, POCKET, Binding, PocketReason, share_down
from ledger.domain.dates import date_of
from ledger.domain.kinds import DocumentKind
from ledger.errors import BadInput
from ledger.services.bonds import bond_of
from ledger.services.desk import Desk
from ledger.services.documents import Paper
from ledger.services.proceeds import OpenedLine, line_of
from ledger.services.session import Act, Session, struct
from ledger.services.values import Amount, code, minor, whole

LOOK_BACK_MONTHS: Final = 36
"""Market habit, and Reg. (EU) 2023/2631 art. 4 for operating costs: what is declared when nothing is said."""


@dataclass(frozen=True, slots=True)
class DeclaredLimits(Act):
    """`oldest` is the first day of an expense within the look-back; None where nothing is asked."""

    bond: int
    oldest: dt.date | None


@dataclass(frozen=True, slots=True)
class PocketLine:
    """One activity outside the screening criteria, in minor units. `share_ppm` is its allocated share of what
    the bond raised, rounded down."""

    line: int
    project: int
    reason: str
    allocated: int
    share_ppm: int


@dataclass(frozen=True, slots=True)
class Limits:
    """A bond's limits as they stand, in minor units.

    `pocket_most` and `refinanced_most` are `⌊raised × ppm / 10⁶⌋`; the second binds only where
    `share_binds`, as the look-back does where `look_back_binds`. `new_money` is what was spent and
    reimbursed nobody's own past expense, encumbered money not counted.
    """

    bond: int
    currency: str
    jurisdiction: str
    raised: int
    pocket_ppm: int
    pocket_most: int
    pocket: int
    pocket_lines: tuple[PocketLine, ...]
    look_back_months: int
    look_back_binds: bool
    oldest: dt.date | None
    refinanced_ppm: int
    refinanced_most: int
    share_binds: bool
    refinanced: int
    new_money: int


class Limiting(Desk):
    """The issuer's side."""

    def declare_limits(
        self,
        issuer: str,
        bond: int,
        *,
        jurisdiction: str,
        document: Paper,
        pocket_ppm: int = 0,
        look_back_months: int = LOOK_BACK_MONTHS,
        refinanced_ppm: int = 0,
        look_back_binds: bool = False,
        share_binds: bool = False,
    ) -> DeclaredLimits:
        """Once, while nobody has booked. What binds refuses a payment; what does not is shown and flagged."""
        mined = self._session.act(
            issuer,
            "LimitTerms",
            "declare",
            bond,
            {
                "jurisdiction": code(jurisdiction, "a jurisdiction"),
                "pocketPpm": whole(pocket_ppm, MILLION, "a pocket's share"),
                "lookBackMonths": whole(look_back_months, 2**32 - 1, "a look-back"),
                "refinancedPpm": whole(refinanced_ppm, MILLION, "a refinanced share"),
                "lookBackBinds": look_back_binds,
                "shareBinds": share_binds,
                "document": self._file(issuer, document, DocumentKind.OTHER),
            },
        )
        oldest = mined.event("LimitsDeclared").args["oldest"]
        return DeclaredLimits(mined.tx, mined.block, bond, date_of(oldest) if oldest else None)

    def open_pocket_line(
        self,
        issuer: str,
        bond: int,
        project: int,
        *,
        budget: Amount,
        reason: str,
        document: Paper,
        label: str = "",
        company_may_spend: bool = False,
    ) -> OpenedLine:
        """A budget line for one activity outside the screening criteria: `no-criteria` in force for it, or
        `international-support`; `document` describes the activity and its share."""
        number = reason_of(reason)
        value = minor(budget, bond_of(self._session, bond).currency)
        paper = self._file(issuer, document, DocumentKind.OTHER)
        args = (bond, project, value, company_may_spend, label, int(number), paper)
        mined = self._session.act(issuer, "Proceeds", "openPocketLine", *args)
        return OpenedLine(mined.tx, mined.block, mined.event("LineOpened").args["line"], bond, project)


def reason_of(name: str) -> PocketReason:
    """BadInput for a reason that the rule does not know."""
    known = {reason_name(reason): reason for reason in PocketReason}
    if name not in known:
        raise BadInput("there is no such reason for a pocket line", had=name, needed=", ".join(known))
    return known[name]


def reason_name(reason: PocketReason) -> str:
    return reason.name.lower().replace("_", "-")


def limits_of(session: Session, bond: int) -> Limits:
    """NotFound when there is no such bond; a bond that declared nothing has zeros, and no jurisdiction."""
    found = bond_of(session, bond)
    terms = struct(session.read("LimitTerms", "terms", bond))
    held = struct(session.read("Proceeds", "limits", bond))
    spent = int(struct(session.read("Proceeds", "states", bond))["spent"])
    raised = int(session.read("Proceeds", "raised", bond))
    return Limits(
        bond=bond,
        currency=found.currency,
        jurisdiction=bytes(terms["jurisdiction"]).rstrip(b"\0").decode("ascii"),
        raised=raised,
        pocket_ppm=held["pocketPpm"],
        pocket_most=share_down(raised, held["pocketPpm"]),
        pocket=held["pocket"],
        pocket_lines=_pocket_lines(session, bond, raised),
        look_back_months=terms["lookBackMonths"],
        look_back_binds=bool(held["binding"] & Binding.LOOK_BACK),
        oldest=date_of(held["oldest"]) if held["oldest"] else None,
        refinanced_ppm=held["refinancedPpm"],
        refinanced_most=share_down(raised, held["refinancedPpm"]),
        share_binds=bool(held["binding"] & Binding.SHARE),
        refinanced=held["refinanced"],
        new_money=spent - held["refinanced"],
    )


def _pocket_lines(session: Session, bond: int, raised: int) -> tuple[PocketLine, ...]:
    lines = [
        (line, line_of(session, line))
        for line in session.read("Proceeds", "linesOf", bond)
        if struct(session.read("Proceeds", "line", line))["conditions"] & POCKET
    ]
    return tuple(
        PocketLine(
            number,
            line.project,
            reason_name(PocketReason(session.read("Proceeds", "pocketReason", number))),
            line.allocated,
            line.allocated * MILLION // raised if raised else 0,
        )
        for number, line in lines
    )
