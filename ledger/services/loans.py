"""Loans to a supplier on its ledger history: application, line, drawdown, repayment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money
from ledger.domain.states import DrawdownState, LoanState
from ledger.errors import BadInput, NotFound
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.scores import Scores
from ledger.services.session import Act, Session, struct
from ledger.services.values import Amount, hash_bytes, hex_of, minor, whole

_MAX_PPM = 1_000_000
_MAX_TENOR = 2**16 - 1


class ScoreDiffers(BadInput):
    """The features recomputed at the application's block are not those that it names."""

    code = "score-differs"


@dataclass(frozen=True, slots=True)
class Applied(Act):
    """An application by its line's number; `features` and `as_of_block` make its score reproducible."""

    line: int
    features: str
    as_of_block: int


@dataclass(frozen=True, slots=True)
class Drawn(Act):
    drawdown: int
    line: int
    amount: int
    due: dt.date


@dataclass(frozen=True, slots=True)
class Repaid(Act):
    """`kept`: it waits on the financier's claim, because one of the two could not act."""

    drawdown: int
    principal: int
    interest: int
    outstanding: int
    kept: bool


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A line as it stands; amounts in minor units. Limit, rate, tenor and last day are zero until granted."""

    id: int
    supplier: str
    financier: str
    state: LoanState
    cash: str
    currency: str
    asked: int
    limit: int
    rate_ppm: int
    tenor_days: int
    expires: dt.date | None
    drawn: int
    repaid: int
    interest_paid: int
    overdue: int
    applied_on: dt.date
    features: str
    as_of_block: int

    @property
    def outstanding(self) -> int:
        return self.drawn - self.repaid

    def concerns(self, account: str) -> bool:
        return account in (self.supplier, self.financier)


@dataclass(frozen=True, slots=True)
class LoanDrawdown:
    """A drawdown as it stands; `interest` is what it owes today beside its principal."""

    id: int
    line: int
    state: DrawdownState
    drawn_on: dt.date
    due: dt.date
    rate_ppm: int
    drawn: int
    outstanding: int
    interest: int
    interest_paid: int
    fingerprint: str


class Loans(Desk):
    """For suppliers that borrow, and the financiers that lend to them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._scores = Scores(session)

    # --- supplier ----------------------------------------------------------------------------------------

    def apply(
        self,
        supplier: str,
        financier: str,
        amount: Money,
        *,
        document: Paper,
        cash: str | None = None,
        security: Paper | None = None,
    ) -> Applied:
        """Applies for a line; the score's features as of the present block are named on the chain.

        The financier must be able to see the score first (`scores.consent`).

        Args:
            security: a pledge document that the supplier registered, where something secures the line.
        """
        found = self._session.cash(cash or amount.currency.code)
        score = self._scores.of(supplier)
        application = {
            "financier": self._session.address(financier),
            "cash": found.contract.address,
            "amount": minor(amount, found.currency.code),
            "features": hash_bytes(score.features_hash, "a feature vector"),
            "asOfBlock": score.block,
            "document": self._file(supplier, document, DocumentKind.APPLICATION, (financier,)),
            "security": bytes(32)
            if security is None
            else self._file(supplier, security, DocumentKind.PLEDGE, (financier,)),
        }
        mined = self._session.act(supplier, "SupplierLoans", "applyFor", application)
        line = mined.event("LoanApplied").args["line"]
        return Applied(mined.tx, mined.block, line, score.features_hash, score.block)

    def draw(self, supplier: str, line: int, fingerprint: str, amount: Amount) -> Drawn:
        """Draws against a loan drawdown document that both signed: the money comes in the same act."""
        value = minor(amount, self.line(line).currency)
        paper = hash_bytes(fingerprint, "a loan drawdown")
        mined = self._session.act(supplier, "SupplierLoans", "draw", line, paper, value)
        event = mined.event("Drawn").args
        return Drawn(mined.tx, mined.block, event["drawdown"], line, value, date_of(event["dueOn"]))

    def repay(self, supplier: str, drawdown: int, amount: Amount) -> Repaid:
        """Repays, interest first. Gives `SupplierLoans` its allowance when that is missing."""
        line = self.line(self.drawdown(drawdown).line)
        value = minor(amount, line.currency)
        self._session.allow(supplier, self._session.cash(line.cash), "SupplierLoans", value)
        mined = self._session.act(supplier, "SupplierLoans", "repay", drawdown, value)
        e = mined.event("Repaid").args
        return Repaid(
            mined.tx, mined.block, drawdown, e["principal"], e["interest"], e["outstanding"], bool(e["kept"])
        )

    def close(self, who: str, line: int) -> Act:
        """Nothing more is drawn; what is outstanding stays owed. Either side may."""
        return act_of(self._session.act(who, "SupplierLoans", "close", line))

    # --- financier ---------------------------------------------------------------------------------------

    def recomputed(self, financier: str, line: int) -> bool:
        """Whether the features at the application's block hash to what it names; for who may see them."""
        found = self.line(line)
        score = self._scores.seen_by(financier, found.supplier, found.as_of_block)
        return score.features_hash == found.features

    def grant(
        self,
        financier: str,
        line: int,
        *,
        limit: Amount,
        rate_ppm: int,
        tenor_days: int,
        expires: dt.date,
        document: Paper,
    ) -> Act:
        """Grants a line, after recomputing the score. Drawdowns are taken by an allowance as large.

        Raises:
            ScoreDiffers: when the features at that block are not those the application names.
        """
        found = self.line(line)
        if not self.recomputed(financier, line):
            raise ScoreDiffers("the score's features are not those of the application", had=found.features)
        value = minor(limit, found.currency)
        terms = {
            "limit": value,
            "ratePpm": whole(rate_ppm, _MAX_PPM, "a rate"),
            "tenorDays": whole(tenor_days, _MAX_TENOR, "a tenor"),
            "expiresOn": day_number(expires),
            "document": self._file(financier, document, DocumentKind.REVIEW_RESULT, (found.supplier,)),
        }
        mined = self._session.act(financier, "SupplierLoans", "grant", line, terms)
        self._session.allow(financier, self._session.cash(found.cash), "SupplierLoans", value)
        return act_of(mined)

    def decline(self, financier: str, line: int, document: Paper) -> Act:
        paper = self._file(financier, document, DocumentKind.REVIEW_RESULT, (self.line(line).supplier,))
        return act_of(self._session.act(financier, "SupplierLoans", "decline", line, paper))

    def mark_overdue(self, who: str, drawdown: int) -> Act:
        """After its due day; until it is repaid nothing more is drawn on its line. Anyone may."""
        return act_of(self._session.act(who, "SupplierLoans", "markOverdue", drawdown))

    def claim(self, who: str, cash: str) -> Act:
        """Takes what was repaid while one of the two could not act."""
        address = self._session.cash(cash).contract.address
        return act_of(self._session.act(who, "SupplierLoans", "claim", address))

    # --- looking -----------------------------------------------------------------------------------------

    def line(self, line: int) -> LoanLine:
        """NotFound when there is no such line."""
        record = struct(self._session.read("SupplierLoans", "line", line))
        if not record["state"]:
            raise NotFound(f"there is no loan line {line}", who=line)
        return _line(self._session, line, record)

    def lines(self, who: str) -> tuple[LoanLine, ...]:
        """Those that somebody borrows on or lends on."""
        account = self._session.address(who)
        with self._session.index().rows() as rows:
            events = rows.events(contracts=["SupplierLoans"])
        numbers = [
            int(e.args["line"])
            for e in events
            if e.name == "LoanApplied" and account in (e.args["supplier"], e.args["financier"])
        ]
        return tuple(self.line(number) for number in numbers)

    def drawdown(self, drawdown: int) -> LoanDrawdown:
        """NotFound when there is no such drawdown."""
        record = struct(self._session.read("SupplierLoans", "drawdown", drawdown))
        if not record["state"]:
            raise NotFound(f"there is no drawdown {drawdown}", who=drawdown)
        _, interest = self._session.read("SupplierLoans", "owed", drawdown)
        return LoanDrawdown(
            drawdown,
            record["line"],
            DrawdownState(record["state"]),
            date_of(record["drawnOn"]),
            date_of(record["dueOn"]),
            record["ratePpm"],
            record["drawn"],
            record["outstanding"],
            int(interest),
            record["interestPaid"],
            hex_of(record["fingerprint"]),
        )

    def drawdowns(self, line: int) -> tuple[LoanDrawdown, ...]:
        """Every drawdown of a line, in order."""
        with self._session.index().rows() as rows:
            events = rows.events(contracts=["SupplierLoans"])
        mine = [e for e in events if e.name == "Drawn" and int(e.args["line"]) == line]
        return tuple(self.drawdown(int(e.args["drawdown"])) for e in mine)


def _line(session: Session, number: int, record: Mapping[str, Any]) -> LoanLine:
    cash = session.cash(record["cash"])
    return LoanLine(
        id=number,
        supplier=record["supplier"],
        financier=record["financier"],
        state=LoanState(record["state"]),
        cash=cash.name,
        currency=cash.currency.code,
        asked=record["amount"],
        limit=record["limit"],
        rate_ppm=record["ratePpm"],
        tenor_days=record["tenorDays"],
        expires=date_of(record["expiresOn"]) if record["expiresOn"] else None,
        drawn=record["drawn"],
        repaid=record["repaid"],
        interest_paid=record["interestPaid"],
        overdue=record["overdue"],
        applied_on=date_of(record["appliedOn"]),
        features=hex_of(record["features"]),
        as_of_block=record["asOfBlock"],
    )
