"""One financing, from the request to the money: each step, when, by how many people, and at what cost.

Times of requests and quotes are this server's, times of acts are their blocks'. "Same day" means that money
moved on the local day of the request, or of the acceptance where nothing was requested here, and before the
cut-off of the receivable's programme: later money moves all the same, and the report says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.dates import day_number
from ledger.domain.discount import LABELS, Convention, annual_cost_ppm
from ledger.domain.history import EventRow
from ledger.domain.obligations import NOBODY
from ledger.domain.states import QuoteState
from ledger.errors import NotFound
from ledger.ports import Contract
from ledger.services.account_contract import ABI
from ledger.services.receivables import Receivable, receivable_of
from ledger.services.session import Session, struct

_CONTRACTS: Final = ("Financing", "Documents")
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody did. `people`: who signed it, one, or two from an account of two persons."""

    what: str
    who: str
    at: dt.datetime
    people: int
    tx: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A financing that was accepted; what only funding tells is None before it.

    Amounts in minor units. `number`, `registration` and `search` are attested by the financier, not proved.
    `cost_ppm`: what the money costs a year, discount and fee together, in parts per million of the net.
    """

    quote: str
    state: str
    receivable: int
    currency: str
    start: int
    end: int
    holder: str
    financier: str
    steps: tuple[Step, ...]
    seconds: int | None
    people: int
    same_day: bool | None
    convention: str | None = None
    recourse: bool | None = None
    rate_ppm: int | None = None
    discount: int | None = None
    fee: int | None = None
    fee_payee: str | None = None
    net: int | None = None
    cost_ppm: int | None = None
    number: str | None = None
    registration: str | None = None
    search: str | None = None


def report(session: Session, digest: str) -> Report:
    """NotFound for a quote that nobody accepted."""
    told = _Told(session, digest)
    found = receivable_of(session, int(told.accepted.args["receivable"]))
    steps = tuple(sorted(told.steps(), key=lambda step: step.at))
    began, money = steps[0].at, told.time(told.funded) if told.funded else None
    args = told.accepted.args
    return Report(
        quote=digest,
        state=told.state(),
        receivable=found.id,
        currency=found.currency,
        start=int(args["start"]),
        end=int(args["end"]),
        holder=str(args["holder"]),
        financier=str(args["financier"]),
        steps=steps,
        seconds=int((money - began).total_seconds()) if money else None,
        people=sum(step.people for step in steps),
        same_day=_is_same_day(session, found, began, money) if money else None,
        **(_terms(told.funded, found) if told.funded else {}),
    )


class _Told:
    """What the chain, and this server's requests, tell of one quote."""

    def __init__(self, session: Session, digest: str) -> None:
        self._session, self._digest = session, digest
        with session.index().rows() as rows:
            events: Sequence[EventRow] = rows.events(contracts=_CONTRACTS)
            about = [row for row in events if row.args.get("quote") == digest]
            self.accepted = self._one(about, "QuoteAccepted")
            self.funded = next((row for row in about if row.name == "Financed"), None)
            self._papers = self._filings(events)
            blocks = [row.block for row in (self.accepted, self.funded, *self._papers) if row]
            self._times: Mapping[int, int] = rows.timestamps(blocks)

    def _one(self, rows: Sequence[EventRow], name: str) -> EventRow:
        for row in rows:
            if row.name == name:
                return row
        raise NotFound("there is no such financing", who=self._digest)

    def _filings(self, events: Sequence[EventRow]) -> list[EventRow]:
        """The search and the certificate, as their financier filed them."""
        if self.funded is None:
            return []
        wanted = {self.funded.args["search"], self.funded.args["registration"]}
        filed = [row for row in events if row.name == "DocumentRegistered" and row.args["document"] in wanted]
        return [row for row in filed if row.args["registrar"] == self.funded.args["financier"]]

    def state(self) -> str:
        found = self._session.read("Financing", "stateOf", bytes.fromhex(self._digest[2:]))
        return QuoteState(found).name.lower()

    def time(self, row: EventRow) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._times[row.block], dt.UTC)

    def steps(self) -> list[Step]:
        steps = [*self._asked(), self._act("accepted", self.accepted, str(self.accepted.args["holder"]))]
        if self.funded is not None:
            financier, search = str(self.funded.args["financier"]), self.funded.args["search"]
            names = {True: "searched", False: "registered"}
            steps += [
                self._act(names[row.args["document"] == search], row, financier) for row in self._papers
            ]
            steps.append(self._act("funded", self.funded, financier))
        return steps

    def _asked(self) -> list[Step]:
        """The request and the quote, where both were made here."""
        quote = self._session.requests().quote(self._digest)
        request = self._session.requests().request(quote.request) if quote else None
        if quote is None or request is None:
            return []
        signers = 2 if self._is_account(quote.financier) else 1  # a statement counts with both signatures
        asked, made = (dt.datetime.fromtimestamp(at, dt.UTC) for at in (request.asked_at, quote.made_at))
        return [
            Step("requested", request.holder, asked, 1, None),
            Step("quoted", quote.financier, made, signers, None),
        ]

    def _act(self, what: str, row: EventRow, who: str) -> Step:
        return Step(what, who, self.time(row), self._people(who, row.block), row.tx)

    def _people(self, who: str, block: int) -> int:
        """Two when an approver's key approved what a clerk proposed."""
        if not self._is_account(who):
            return 1
        events = self._session.chain.events(Contract(ABI, who), block)
        approvers = [event.args["approver"] for event in events if event.name == "ActDone"]
        return 2 if any(approver != NOBODY for approver in approvers) else 1

    def _is_account(self, who: str) -> bool:
        return bool(self._session.read("AccountFactory", "isAccount", who))


def _terms(funded: EventRow, found: Receivable) -> dict[str, Any]:
    terms = funded.args["terms"]
    face, net = int(terms["end"]) - int(terms["start"]), int(terms["net"])
    days = day_number(found.due) - int(terms["fundingDay"])
    return {
        "convention": LABELS[Convention(terms["convention"])],
        "recourse": bool(terms["recourse"]),
        "rate_ppm": int(terms["ratePpm"]),
        "discount": int(terms["discount"]),
        "fee": int(terms["fee"]),
        "fee_payee": str(terms["financier"] if terms["feePayee"] == NOBODY else terms["feePayee"]),
        "net": net,
        "cost_ppm": annual_cost_ppm(face, net, days),
        "number": bytes.fromhex(funded.args["number"][2:]).rstrip(b"\0").decode("ascii", "replace"),
        "registration": str(funded.args["registration"]),
        "search": str(funded.args["search"]),
    }


def _is_same_day(session: Session, found: Receivable, began: dt.datetime, money: dt.datetime) -> bool:
    zone = int(session.read("Participants", "zone"))
    cut_off = int(struct(session.read("Programmes", "programme", found.programme))["cutOff"])
    return is_same_day(int(began.timestamp()) + zone, int(money.timestamp()) + zone, cut_off)


def is_same_day(first: int, last: int, cut_off: int) -> bool:
    """Whether money at `last` came on the day of `first` and before the cut-off, a second of that day.

    Both in seconds since 1970 by the local clock; a cut-off of 0: there is none.
    """
    return first // _DAY == last // _DAY and last % _DAY < (cut_off or _DAY)
