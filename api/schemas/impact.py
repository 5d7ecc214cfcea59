"""Impact reports, restatements and validations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Act, Code, Date, Hash, Id, Label, Paper, Request
from ledger.domain.impact import Basis, BasisKind
from ledger.services.impact import Figure

Quantity = Annotated[
    str, Field(pattern=r"^(0|[1-9][0-9]{0,38})(\.[0-9]{1,18})?$", examples=["325964", "191.7"])
]
Said = Annotated[str, Field(max_length=200)]


class BasisIn(Request):
    """What the figure was computed with; a factor comes with value, unit, year, region and version."""

    kind: Literal["average", "marginal", "fossil", "none", "unpublished"]
    source: Label
    value: Said = ""
    unit: Said = ""
    year: Said = ""
    region: Said = ""
    version: Said = ""
    note: Annotated[str, Field(max_length=600)] = ""

    def basis(self) -> Basis:
        said = self.model_dump(exclude={"kind"})
        return Basis(kind=BasisKind(self.kind), **said)


class FigureIn(Request):
    """A value over the days from `first` to `last`, both counted; a plain decimal, as text."""

    value: Quantity
    unit: Code
    first: Date
    last: Date
    basis: BasisIn
    document: Paper
    methodology: Paper | None = None

    def figure(self) -> Figure:
        return Figure(
            self.value,
            self.unit,
            self.first,
            self.last,
            self.basis.basis(),
            self.document.paper(),
            None if self.methodology is None else self.methodology.paper(),
        )


class ReportIn(Request):
    """What one project, or several together, achieved by one indicator."""

    projects: Annotated[list[Id], Field(min_length=1, max_length=64)]
    indicator: Code
    figure: FigureIn


class RestatementIn(Request):
    figure: FigureIn
    reason: Annotated[str, Field(min_length=1, max_length=250)]


class Reported(Act):
    """`content_hash` is what a validation signs."""

    id: int
    content_hash: str


class ValidationIn(Request):
    """A verifier's word on exactly the content that was read."""

    content_hash: Hash
    outcome: Literal["accepted", "qualified", "refused"]
    document: Paper


class Validated(Act):
    report: int
    verifier: str
    outcome: Literal["accepted", "qualified", "refused"]
