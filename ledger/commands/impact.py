"""`greenledger impact …`, `portfolio`: what projects achieved, who vouches for it, whose share is whose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.domain.dates import date_of, parse_day
from ledger.domain.impact import Basis, BasisKind
from ledger.domain.states import ValidationOutcome
from ledger.errors import BadInput
from ledger.impact_tables import figures, one_report, portfolio_table
from ledger.services.impact import Figure
from ledger.words import say

impact_app = typer.Typer(help="What projects achieved, and a verifier's word on it", no_args_is_help=True)

Value = Annotated[str, typer.Option(help="a plain decimal: 191.7")]
Unit = Annotated[str, typer.Option(help="unit of the value: tCO2, MWh, MW")]
From = Annotated[str, typer.Option("--from", help="first day of the period, YYYY-MM-DD")]
Until = Annotated[str, typer.Option(help="last day of the period, YYYY-MM-DD")]
Document = Annotated[Path, typer.Option(help="file of the report; it is sealed")]
Methodology = Annotated[
    Path | None, typer.Option(help="file of the methodology; by default the basis itself")
]
Kind = Annotated[BasisKind, typer.Option(help="what factor was used, if any")]
Source = Annotated[str, typer.Option(help="where the figure or its factor comes from")]
Factor = Annotated[str, typer.Option(help="value of the factor")]
FactorUnit = Annotated[str, typer.Option(help="unit of the factor: kgCO2/kWh")]
Year = Annotated[str, typer.Option(help="year of the factor")]
Region = Annotated[str, typer.Option(help="region of the factor")]
Version = Annotated[str, typer.Option(help="version of the factor's list")]
Note = Annotated[str, typer.Option(help="anything a reader must know")]


@impact_app.command("report")
def impact_report(
    who: Who,
    project: Annotated[list[int], typer.Option(help="number of a project; once for each")],
    indicator: Annotated[str, typer.Option(help="code: CO2_AVOIDED, GENERATION, CAPACITY, COAL_SAVED")],
    value: Value,
    unit: Unit,
    first: From,
    until: Until,
    document: Document,
    source: Source,
    kind: Kind = BasisKind.UNPUBLISHED,
    methodology: Methodology = None,
    factor: Factor = "",
    factor_unit: FactorUnit = "",
    year: Year = "",
    region: Region = "",
    version: Version = "",
    note: Note = "",
    json_: Json = False,
) -> None:
    """Reports what one or several projects achieved in a period."""
    basis = Basis(kind, source, factor, factor_unit, year, region, version, note)
    figure = _figure(value, unit, first, until, basis, document, methodology)
    with opened() as ledger:
        done = ledger.impact.report(who, project, indicator, figure)
    finish(json_, say("Report {report} is on file.", report=done.id), report=done.id, tx=done.tx)


@impact_app.command("restate")
def impact_restate(
    report: int,
    who: Who,
    reason: Annotated[str, typer.Option(help="why the former does not stand")],
    value: Value,
    unit: Unit,
    first: From,
    until: Until,
    document: Document,
    source: Source,
    kind: Kind = BasisKind.UNPUBLISHED,
    methodology: Methodology = None,
    factor: Factor = "",
    factor_unit: FactorUnit = "",
    year: Year = "",
    region: Region = "",
    version: Version = "",
    note: Note = "",
    json_: Json = False,
) -> None:
    """Replaces a report by another of the same projects and indicator; both stay readable."""
    basis = Basis(kind, source, factor, factor_unit, year, region, version, note)
    figure = _figure(value, unit, first, until, basis, document, methodology)
    with opened() as ledger:
        done = ledger.impact.restate(who, report, figure, reason=reason)
    told = say("Report {report} took the place of report {former}.", report=done.id, former=report)
    finish(json_, told, report=done.id, supersedes=report, tx=done.tx)


@impact_app.command("validate")
def impact_validate(
    report: int,
    who: Who,
    outcome: Annotated[str, typer.Option(help="accepted, qualified or refused")],
    document: Annotated[Path, typer.Option(help="file of the verifier's statement; it is sealed")],
    json_: Json = False,
) -> None:
    """A verifier accepts, qualifies or refuses a report; a refused one counts nothing."""
    outcomes = {one.name.lower(): one for one in ValidationOutcome if one}
    if outcome not in outcomes:
        raise BadInput("a verifier accepts, qualifies or refuses", had=outcome, needed=", ".join(outcomes))
    with opened() as ledger:
        done = ledger.impact.validate(who, report, outcomes[outcome], read_file(document))
    told = say("The verifier's word on report {report} is on file.", report=report)
    finish(json_, told, report=report, outcome=outcome, tx=done.tx)


@impact_app.command("list")
def impact_list(
    project: Annotated[int | None, typer.Option(help="of this project alone")] = None,
    indicator: Annotated[str | None, typer.Option(help="of this indicator alone")] = None,
    json_: Json = False,
) -> None:
    """Reports that nothing replaced, with what verifiers said of them."""
    with opened() as ledger:
        answer = ledger.impact.list(project, indicator)
    show(answer) if json_ else figures(out, answer)


@impact_app.command("show")
def impact_show(report: int, json_: Json = False) -> None:
    """One report, what it was computed with, and whose share of it is whose."""
    with opened() as ledger:
        answer = ledger.impact.show(report)
    show(answer) if json_ else one_report(out, answer)


def portfolio(
    who: Annotated[str, typer.Argument(help="an investor: account name, identifier or address")],
    first: Annotated[str | None, typer.Option("--from", help="first day of the window")] = None,
    until: Annotated[str | None, typer.Option(help="last day of the window; by default today")] = None,
    json_: Json = False,
) -> None:
    """What an investor holds, and its share of what the projects achieved."""
    window = [date_of(parse_day(day)) if day else None for day in (first, until)]
    with opened() as ledger:
        answer = ledger.investor.portfolio(who, *window)
    show(answer) if json_ else portfolio_table(out, answer)


# --- parts -------------------------------------------------------------------------------------------------


def _figure(
    value: str, unit: str, first: str, until: str, basis: Basis, document: Path, methodology: Path | None
) -> Figure:
    return Figure(
        value,
        unit,
        read_day(first),
        read_day(until),
        basis,
        read_file(document),
        None if methodology is None else read_file(methodology),
    )
