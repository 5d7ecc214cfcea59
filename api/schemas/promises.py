"""Undertakings, labels, catalogues and records."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.schemas.common import Act, Amount, Answer, Code, Date, Paper, Request, Who
from ledger.domain.catalogues import Catalogue, Category
from ledger.domain.creditlevel import CreditLevel, Part
from ledger.domain.dates import date_of
from ledger.domain.states import Polarity, UndertakingKind
from ledger.services.frameworks import Undertaking
from ledger.services.labels import Breach, Label
from ledger.services.undertakings import Occurrence

Figure = Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,38})$", examples=["512"])]
"""A whole number in the undertaking's unit, as a string."""
Index = Annotated[int, Field(ge=0, lt=64)]
Number = Annotated[int, Field(ge=0, lt=2**32)]


# --- undertakings ----------------------------------------------------------------------------------------


class UndertakingIn(Request):
    """One atomic, measurable, dated promise; `until` is the last day on which it can be due."""

    code: Code
    kind: Literal["selection", "management", "reporting", "performance"]
    due: Date
    every_months: Annotated[int, Field(ge=0, lt=256)] = 0
    until: Date | None = None
    unit: Annotated[str, Field(max_length=16)] = ""
    target: Figure = "0"
    polarity: Literal["none", "higher", "lower"] = "none"
    validator: Who | None = None

    def undertaking(self) -> Undertaking:
        """As the services take it."""
        given = self.model_dump()
        kind, polarity = UndertakingKind[self.kind.upper()], Polarity[self.polarity.upper()]
        return Undertaking(**given | {"kind": kind, "polarity": polarity, "target": int(self.target)})


class OccurrenceOut(Answer):
    """One due day of an undertaking."""

    framework: int
    index: int
    number: int
    code: str
    kind: str
    due: Date
    unit: str
    target: str
    polarity: str
    state: str
    value: str
    document: str
    reported_on: Date | None
    overdue: bool
    failed: bool
    kept: bool
    validator: str | None
    dropped_on: Date | None

    @classmethod
    def of(cls, one: Occurrence) -> Self:
        names = {name: getattr(one, name).name.lower() for name in ("kind", "polarity", "state")}
        figures = {"target": str(one.target), "value": str(one.value)}
        plain = {name: getattr(one, name) for name in cls.model_fields}
        return cls.model_construct(**plain | names | figures)


class EvidenceIn(Request):
    """`value` is a whole number in the undertaking's unit."""

    occurrence: Number = 0
    value: Figure = "0"
    document: Paper


class CancellationIn(Request):
    occurrence: Number = 0
    document: Paper


class FindingIn(Request):
    """About what was reported last."""

    occurrence: Number = 0
    outcome: Literal["accepted", "qualified", "refused"]
    document: Paper


# --- labels ----------------------------------------------------------------------------------------------


class BreachOut(Answer):
    """One cause, open until `cured_on`."""

    id: int
    bond: int
    cause: str
    index: int
    occurrence: int
    since: Date
    cured_on: Date | None
    severe: bool
    by: str
    document: str | None

    @classmethod
    def of(cls, one: Breach) -> Self:
        plain = {name: getattr(one, name) for name in cls.model_fields}
        return cls.model_construct(**plain | {"cause": one.cause.name.lower()})


class LabelOut(Answer):
    """Null for a bond that is not issued. It is reported and gates no money."""

    bond: int
    state: Literal["green", "watch", "withdrawn"] | None
    since: Date | None
    withdrawn_after: Date | None
    breaches: list[BreachOut]

    @classmethod
    def of(cls, one: Label) -> Self:
        return cls.model_construct(
            bond=one.bond,
            state=one.state.name.lower() if one.state else None,
            since=one.since,
            withdrawn_after=one.withdrawn_after,
            breaches=[BreachOut.of(breach) for breach in one.breaches],
        )


class BreachIn(Request):
    """`index` and `occurrence` name an undertaking's due day."""

    cause: Literal["review", "verifier", "undertaking"]
    index: Index = 0
    occurrence: Number = 0


class Cited(Request):
    document: Paper


class CureIn(Request):
    """A document is for alerts."""

    document: Paper | None = None


class Raised(Act):
    breach: int


# --- catalogues ------------------------------------------------------------------------------------------


class CategoryOut(Answer):
    """`status` says how sure code and name are."""

    code: str
    name: str
    status: str
    source: str
    condition: str

    @classmethod
    def of(cls, one: Category) -> Self:
        return cls.model_construct(**{name: getattr(one, name) for name in cls.model_fields})


class CatalogueOut(Answer):
    """`listed`: its categories are at hand; `days_status` says how sure the days are."""

    code: str
    jurisdiction: str
    names: dict[str, str]
    since: Date
    until: Date | None
    listed: bool
    days_status: str
    source: str

    @classmethod
    def of(cls, one: Catalogue) -> Self:
        plain = {name: getattr(one, name) for name in cls.model_fields if name not in ("listed", "names")}
        return cls.model_construct(**plain, names=dict(one.names), listed=one.is_listed)


# --- records and credit levels -----------------------------------------------------------------------------


class RecordIn(Request):
    """History that this ledger did not see; `first` and `last` are its days."""

    kind: Literal[
        "paid_on_time",
        "paid_late",
        "default",
        "reported_on_time",
        "reported_late",
        "restated",
        "kept",
        "missed",
    ]
    count: Annotated[int, Field(ge=1, lt=2**32)]
    first: Date
    last: Date
    amount: Amount | None = None
    document: Paper


class PartOut(Answer):
    """`score` is of 1,000; `level` A to D, or - without observations."""

    score: int | None
    level: str
    confidence: str
    count: int
    counts: dict[str, int]

    @classmethod
    def of(cls, one: Part) -> Self:
        return cls.model_construct(**{name: getattr(one, name) for name in cls.model_fields})


class ObservationOut(Answer):
    kind: str
    day: Date
    count: int
    source: str
    attested_by: str | None


class LevelOut(Answer):
    """Observed and attested apart. `withheld`: what it is made from is for the participant and auditors."""

    who: str
    as_of: Date
    observed: PartOut
    attested: PartOut
    observations: list[ObservationOut]
    withheld: bool

    @classmethod
    def of(cls, who: str, one: CreditLevel, withheld: bool) -> Self:
        seen: list[Any] = [] if withheld else list(one.observations)
        return cls.model_construct(
            who=who,
            as_of=date_of(one.as_of),
            observed=PartOut.of(one.observed),
            attested=PartOut.of(one.attested),
            observations=[
                ObservationOut.model_construct(
                    kind=o.kind.name.lower(),
                    day=date_of(o.day),
                    count=o.count,
                    source=o.source,
                    attested_by=o.attested_by,
                )
                for o in seen
            ],
            withheld=withheld,
        )
