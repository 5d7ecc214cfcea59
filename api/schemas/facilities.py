"""Green loans: facilities, what their lenders commit, and their drawdowns."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.common import (
    Act,
    Amount,
    Answer,
    CashName,
    Date,
    Hash,
    Id,
    Label,
    Paper,
    Ppm,
    Request,
    Units,
    Who,
)
from ledger.services.bonds import MAX_COST_PPM
from ledger.services.facilities import ClubLender, Drawn, Facility, Requested

NoneOrUnits = Annotated[int, Field(ge=0, lt=2**53)]
Rate = Annotated[int, Field(ge=0, lt=2**32)]


class FacilityIn(Request):
    """Commitments, drawdowns and repayment are in whole units of `denomination`."""

    framework: Id
    cash: CashName
    denomination: Amount
    units: Units
    available_until: Date
    final_maturity: Date
    max_cost_ppm: Ppm = MAX_COST_PPM
    document: Paper


class FacilityOpened(Act):
    id: int
    borrower: str


class LenderIn(Request):
    """Without units it is consent alone: to hold what another lender passes on."""

    lender: Who
    units: NoneOrUnits = 0


class CommitmentIn(Request):
    """Without units, all that was asked for."""

    units: Units | None = None


class Committed(Act):
    facility: int
    lender: str
    units: int


class DrawdownIn(Request):
    """`instalments`: principal of one unit that falls due with each interest period, from the first."""

    label: Label
    units: Units
    closes_on: Date
    maturity: Date
    document: Paper
    min_units: NoneOrUnits = 0
    issue_date: Date | None = None
    rate_ppm: Rate = 0
    service_terms: Hash | None = None
    instalments: Annotated[list[Amount], Field(max_length=128, default_factory=list)]


class ShareOut(Answer):
    lender: str
    units: int


class DrawdownRequested(Act):
    """`loan` is its number among the bonds: everything that is asked of a bond is asked of it so."""

    facility: int
    loan: int
    token: str
    shares: list[ShareOut]

    @classmethod
    def of(cls, made: Requested) -> Self:
        shares = [ShareOut(lender=who, units=units) for who, units in made.shares.items()]
        plain = {name: getattr(made, name) for name in ("tx", "block", "facility", "loan", "token")}
        return cls(shares=shares, **plain)


class LendIn(Request):
    """Without units, what is left of the lender's part."""

    units: Units | None = None


class TakeIn(Request):
    cost: Amount | None = None
    value_date: Date | None = None


class Released(Act):
    facility: int
    loan: int
    units: int


class LenderOut(Answer):
    account: str
    offered: int
    committed: int
    called: int
    held: int


class DrawdownOut(Answer):
    """`called` and `lent` are units; `states` partition what was raised."""

    loan: int
    state: Literal["booking", "closed", "cancelled", "allotting"]
    called: int
    lent: int
    released: bool
    raised: Amount
    repaid: Amount
    maturity: dt.date | None
    instalments: list[Amount]
    states: dict[str, Amount]

    @classmethod
    def of(cls, found: Drawn, unit: str) -> Self:
        plain = ("loan", "state", "called", "lent", "released", "maturity")
        return cls.model_construct(
            raised=Amount.of(found.raised, unit),
            repaid=Amount.of(found.repaid, unit),
            instalments=[Amount.of(part, unit) for part in found.instalments],
            states={state: Amount.of(fen, unit) for state, fen in found.states.items()},
            **{name: getattr(found, name) for name in plain},
        )


class FacilityOut(Answer):
    """Its sums are those of its drawdowns."""

    id: int
    borrower: str
    state: Literal["available", "cancelled"]
    framework: int
    cash: str
    denomination: Amount
    units: int
    committed: int
    called: int
    available_until: dt.date
    final_maturity: dt.date
    max_cost_ppm: int
    raised: Amount
    repaid: Amount
    states: dict[str, Amount]
    lenders: list[LenderOut]
    drawdowns: list[DrawdownOut]

    @classmethod
    def of(cls, found: Facility) -> Self:
        unit = found.currency
        plain = ("id", "borrower", "framework", "cash", "units", "committed", "called", "available_until")
        return cls.model_construct(
            state=found.state.name.lower(),
            denomination=Amount.of(found.denomination, unit),
            final_maturity=found.final_maturity,
            max_cost_ppm=found.max_cost_ppm,
            raised=Amount.of(found.raised, unit),
            repaid=Amount.of(found.repaid, unit),
            states={state: Amount.of(fen, unit) for state, fen in found.states.items()},
            lenders=[_lender(one) for one in found.lenders],
            drawdowns=[DrawdownOut.of(one, unit) for one in found.drawdowns],
            **{name: getattr(found, name) for name in plain},
        )


def _lender(one: ClubLender) -> LenderOut:
    return LenderOut.model_validate(one)
