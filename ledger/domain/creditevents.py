"""Observations about one participant out of the chain's events: what a credit level is made from.

Each source is a small reader of some contracts' events; a new one joins `SOURCES`. Days are business dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.creditlevel import Observation, ObservationKind
from ledger.domain.dates import add_months
from ledger.domain.history import EventRow
from ledger.domain.states import Cause, OccurrenceState, ValidationOutcome

CONTRACTS: Final = (
    "Frameworks",
    "Undertakings",
    "Impact",
    "Receivables",
    "Maturity",
    "BondOffice",
    "BondService",
    "Labels",
    "Records",
)
"""The contracts whose events are read."""


@dataclass(frozen=True, slots=True)
class Dated:
    """An event and the business date it happened on."""

    row: EventRow
    day: int

    @property
    def source(self) -> str:
        return f"{self.row.contract}.{self.row.name} {self.row.block}:{self.row.log}"

    def __getitem__(self, name: str) -> Any:
        return self.row.args[name]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the sources look at. `who` is an account, `as_of` a day number."""

    who: str
    as_of: int
    events: Sequence[Dated]

    def of(self, contract: str, name: str) -> Iterator[Dated]:
        return (e for e in self.events if e.row.contract == contract and e.row.name == name)


def observations(events: Iterable[Dated], who: str, as_of: int) -> list[Observation]:
    """What is known about `who` on the day `as_of`, by all sources."""
    story = Story(who, as_of, [event for event in events if event.day <= as_of])
    return [found for source in SOURCES for found in source(story)]


# --- undertakings ----------------------------------------------------------------------------------------


def _frameworks_of(story: Story) -> set[int]:
    said = story.of("Frameworks", "FrameworkRegistered")
    return {int(e["framework"]) for e in said if e["issuer"] == story.who}


def _reports(story: Story) -> Iterator[Observation]:
    """Reports of undertakings, on time or late; restatements; what a validator said of them."""
    mine = _frameworks_of(story)
    for e in story.of("Undertakings", "UndertakingReported"):
        if e["framework"] in mine:
            on_time = (
                ObservationKind.REPORTED_ON_TIME if e["day"] <= e["dueOn"] else ObservationKind.REPORTED_LATE
            )
            yield Observation(ObservationKind.RESTATED if e["restates"] else on_time, e["day"], e.source)
    for e in story.of("Undertakings", "UndertakingCancelled"):
        if e["framework"] in mine:
            yield Observation(ObservationKind.CANCELLED, e["day"], e.source)
    for e in story.of("Undertakings", "UndertakingJudged"):
        if e["framework"] in mine and e["state"] == OccurrenceState.REFUSED:
            yield Observation(ObservationKind.REFUSED, e["day"], e.source)


def _missed(story: Story) -> Iterator[Observation]:
    """Occurrences whose day has passed without a word: one each, dated the day after it was due."""
    told = {
        (e["framework"], e["index"], e["occurrence"])
        for name in ("UndertakingReported", "UndertakingCancelled")
        for e in story.of("Undertakings", name)
    }
    mine, dropped = _frameworks_of(story), _dropped(story)
    for e in story.of("Frameworks", "UndertakingAdded"):
        key = (e["framework"], e["index"])
        if e["framework"] in mine:
            for number, day in _due_days(
                e["undertaking"], min(story.as_of - 1, dropped.get(key, story.as_of))
            ):
                if (*key, number) not in told:
                    yield Observation(ObservationKind.MISSED, day + 1, f"{e.source}#{number}")


def _dropped(story: Story) -> dict[tuple[int, int], int]:
    """The day until which an undertaking is owed, of those that are not held any more."""
    last: dict[tuple[int, int], int] = {}
    for e in story.events:
        if e.row.name == "UndertakingDropped":
            last[e["framework"], e["index"]] = e["day"]
        elif e.row.name == "UndertakingResumed":
            last.pop((e["framework"], e["index"]), None)
    return last


def _due_days(terms: Any, until: int) -> Iterator[tuple[int, int]]:
    number, day = 0, int(terms["dueDay"])
    while day <= min(until, int(terms["lastDay"])):
        yield number, day
        if not terms["everyMonths"]:
            return
        number += 1
        day = add_months(int(terms["dueDay"]), number * int(terms["everyMonths"]))


# --- impact ----------------------------------------------------------------------------------------------


def _impact(story: Story) -> Iterator[Observation]:
    """Restated figures, and those that a verifier refused. When they were due is in no event."""
    mine = {e["report"] for e in story.of("Impact", "ImpactReported") if e["reporter"] == story.who}
    for e in story.of("Impact", "ImpactRestated"):
        if e["former"] in mine:
            yield Observation(ObservationKind.RESTATED, e.day, e.source)
    for e in story.of("Impact", "ImpactValidated"):
        if e["report"] in mine and e["validation"]["outcome"] == ValidationOutcome.REFUSED:
            yield Observation(ObservationKind.REFUSED, e.day, e.source)


# --- money -----------------------------------------------------------------------------------------------


def _receivables(story: Story) -> Iterator[Observation]:
    """What an obligor paid in by its due day. Bond money that was locked at confirmation is paid ahead."""
    paid = {e["receivable"]: e for e in story.of("Maturity", "PaidIn")}
    accepted = {e["receivable"] for e in story.of("Receivables", "Accepted")}
    settled = {e["receivable"] for e in story.of("Receivables", "Settled")}
    for e in story.of("Receivables", "Confirmed"):
        terms, id_ = e["confirmation"], e["receivable"]
        due = int(terms["due"])
        if e["obligor"] != story.who or id_ not in accepted:
            continue
        if terms["budgetLine"]:
            if id_ in settled:
                yield Observation(ObservationKind.PAID_ON_TIME, due, e.source)
        elif id_ in paid:
            day = paid[id_].day
            kind = ObservationKind.PAID_ON_TIME if day <= due else ObservationKind.PAID_LATE
            yield Observation(kind, day, paid[id_].source)
        elif due < story.as_of:
            yield Observation(ObservationKind.UNPAID, due + 1, e.source)


def _bond_service(story: Story) -> Iterator[Observation]:
    """Coupons and redemptions: paid without default, in default (late when cured since), or still unpaid."""
    mine = {e["bond"] for e in story.of("BondOffice", "BondRegistered") if e["issuer"] == story.who}
    bonds = {e["service"]: e["bond"] for e in story.of("BondService", "ServiceOpened")}
    defaults = {e["service"]: e for e in story.of("BondService", "Defaulted") if e["bond"] in mine}
    cured = {e["service"]: e for e in story.of("BondService", "DefaultCured")}
    for service, e in defaults.items():
        yield Observation(ObservationKind.DEFAULT, e.day, e.source)
        after = cured.get(service)
        if after is None:
            yield Observation(ObservationKind.UNPAID, e.day, f"{e.source}#unpaid")
        else:
            yield Observation(ObservationKind.PAID_LATE, after.day, after.source)
    for e in story.of("BondService", "ServiceSettled"):
        if bonds.get(e["service"]) in mine and e["service"] not in defaults:
            yield Observation(ObservationKind.PAID_ON_TIME, e.day, e.source)


# --- labels, and what others attest ------------------------------------------------------------------------


def _alerts(story: Story) -> Iterator[Observation]:
    mine = {e["bond"] for e in story.of("BondOffice", "BondRegistered") if e["issuer"] == story.who}
    for e in story.of("Labels", "BreachRaised"):
        if e["bond"] in mine and e["terms"]["cause"] == Cause.ALERT:
            yield Observation(ObservationKind.ALERT, e.day, e.source)


_ATTESTED: Final = {
    1: ObservationKind.PAID_ON_TIME,
    2: ObservationKind.PAID_LATE,
    3: ObservationKind.DEFAULT,
    4: ObservationKind.REPORTED_ON_TIME,
    5: ObservationKind.REPORTED_LATE,
    6: ObservationKind.RESTATED,
    7: ObservationKind.KEPT,
    8: ObservationKind.MISSED,
}


def _records(story: Story) -> Iterator[Observation]:
    """Attested history, dated its last day; what was taken back does not count."""
    withdrawn = {e["record"] for e in story.of("Records", "AttestationWithdrawn")}
    for e in story.of("Records", "Attested"):
        said = e["statement"]
        if e["subject"] == story.who and e["record"] not in withdrawn:
            kind, until = _ATTESTED[int(said["kind"])], int(said["until"])
            yield Observation(kind, until, e.source, int(said["count"]), attested_by=e["by"])


SOURCES: Final[tuple[Callable[[Story], Iterator[Observation]], ...]] = (
    _reports,
    _missed,
    _impact,
    _receivables,
    _bond_service,
    _alerts,
    _records,
)
