"""Indicators on what is reported: late, twice, or otherwise than what was metered."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from ledger.domain.dates import add_months
from ledger.domain.history import EventRow
from ledger.domain.impact import quantity
from ledger.domain.indicators import Indicator
from ledger.errors import BadInput
from ledger.tracing.alerts.case import Case
from ledger.tracing.alerts.flows import framework_of
from ledger.tracing.alerts.found import Found
from ledger.tracing.impactbooks import Report

_MILLION: Final = 1_000_000
_MWH: Final = {"kWh": Fraction(1, 1000), "MWh": Fraction(1), "GWh": Fraction(1000), "TWh": Fraction(10**6)}
_TONNES: Final = {"kgCO2": Fraction(1, 1000), "tCO2": Fraction(1), "ktCO2": Fraction(1000)}
_FACTORS: Final = {
    "tCO2/MWh": Fraction(1),
    "kgCO2/kWh": Fraction(1),
    "gCO2/kWh": Fraction(1, 1000),
    "kgCO2/MWh": Fraction(1, 1000),
}
INTENSITY: Final = ("EMISSION_INTENSITY", "gCO2e/kWh")
_EXCUSED: Final = 6


# --- late --------------------------------------------------------------------------------------------------


def reports_late(case: Case, by: Indicator) -> Iterator[Found]:
    """A due day of an undertaking passed without a report, or the report came after it. An excused one is
    none."""
    first = _first_reports(case)
    excused = {
        (row.args["framework"], row.args["finding"]["index"], row.args["finding"]["occurrence"])
        for row in case.of("Undertakings.UndertakingJudged")
        if row.args["state"] == _EXCUSED
    }
    for bond in case.bonds():
        framework = framework_of(case, bond)
        for index, occurrence, due in _due(case, framework):
            key = (framework, index, occurrence)
            missed, came = due + by.whole("days") + 1, first.get(key)
            late = case.today >= missed and (came is None or came.args["day"] >= missed)
            if late and key not in excused:
                events, subject = (came,) if came else (), f"undertaking {index}, due {due}"
                documents = (came.args["document"],) if came else ()
                yield Found(
                    by.id,
                    bond.id,
                    (bond.issuer,),
                    0,
                    missed,
                    events=events,
                    subject=subject,
                    documents=documents,
                )


def _first_reports(case: Case) -> dict[tuple[int, int, int], EventRow]:
    found: dict[tuple[int, int, int], EventRow] = {}
    for row in case.books.told.of_any(
        "Undertakings.UndertakingReported", "Undertakings.UndertakingCancelled"
    ):
        a = row.args
        found.setdefault((a["framework"], a["index"], a["occurrence"]), row)
    return found


def _due(case: Case, framework: int) -> Iterator[tuple[int, int, int]]:
    """(index, occurrence, day) of every due day that has come."""
    ended = _dropped(case, framework)
    for row in case.grouped("framework", "Frameworks.UndertakingAdded").get(framework, []):
        undertaking, index = row.args["undertaking"], row.args["index"]
        last = min(undertaking["lastDay"] or case.today, ended.get(index, case.today), case.today)
        occurrence, day = 0, undertaking["dueDay"]
        while day <= last:
            yield index, occurrence, day
            if not undertaking["everyMonths"]:
                break
            occurrence += 1
            day = add_months(undertaking["dueDay"], occurrence * undertaking["everyMonths"])


def _dropped(case: Case, framework: int) -> dict[int, int]:
    """The day until which each dropped undertaking is owed; one taken up again is owed as before."""
    found: dict[int, int] = {}
    ended = ("Frameworks.UndertakingDropped", "Frameworks.UndertakingResumed")
    for row in case.grouped("framework", *ended).get(framework, []):
        if row.name == "UndertakingDropped":
            found[row.args["index"]] = row.args["day"]
        else:
            found.pop(row.args["index"], None)
    return found


# --- figures -----------------------------------------------------------------------------------------------


def _told(case: Case, report: Report) -> EventRow:
    return case.grouped("report", "Impact.ImpactReported")[report.id][0]


def _counting(case: Case) -> list[Report]:
    return [report for report in case.books.impact.reports.values() if report.counts]


def _bond(case: Case, report: Report) -> int:
    """The first bond that pays into one of a report's projects."""
    lines = (line for line in case.books.lines.values() if line.project in report.projects)
    return min((line.bond for line in lines), default=0)


def _amount(report: Report) -> Fraction:
    return Fraction(report.value, 10**report.decimals)


def impact_against_meter(case: Case, by: Indicator) -> Iterator[Found]:
    """Avoided tonnes that are not the generation of the same projects and days times the factor that they
    name.

    Where no generation is reported for just these days, or a unit is unknown, nothing is compared.
    """
    metered = {
        (report.projects, report.first, report.last): report
        for report in _counting(case)
        if report.indicator == "GENERATION" and report.unit in _MWH
    }
    for report in _counting(case):
        meter, factor = metered.get((report.projects, report.first, report.last)), _factor(report)
        if report.indicator != "CO2_AVOIDED" or meter is None or factor is None or report.unit not in _TONNES:
            continue
        expected = _amount(meter) * _MWH[meter.unit] * factor
        said = _amount(report) * _TONNES[report.unit]
        if abs(said - expected) * _MILLION > expected * by.whole("tolerance_ppm"):
            events = tuple(_told(case, one) for one in sorted((meter, report), key=lambda one: one.id))
            yield Found(
                by.id, _bond(case, report), (report.reporter,), 0, case.day(events[-1].block), events=events,
                subject=f"{float_free(said)} tCO2 reported, {float_free(expected)} expected",
                documents=(meter.document, report.document),
            )  # fmt: skip


def float_free(number: Fraction) -> str:
    """A quantity in whole units, rounded down."""
    return str(number.numerator // number.denominator)


def _factor(report: Report) -> Fraction | None:
    """Tonnes for each MWh; None where the basis names none that is known."""
    try:
        basis: dict[str, Any] = json.loads(report.basis)
        value, decimals = quantity(str(basis["value"]))
        return Fraction(value, 10**decimals) * _FACTORS[str(basis["unit"])]
    except (ValueError, KeyError, TypeError, BadInput):
        return None


def impact_again(case: Case, by: Indicator) -> Iterator[Found]:
    """One figure over the same days under two indicators, or from one document for two projects."""
    del by
    grouped: defaultdict[tuple[Fraction, str], list[Report]] = defaultdict(list)
    for report in _counting(case):
        if report.value:
            grouped[_amount(report), report.unit].append(report)
    for group in grouped.values():
        for place, later in enumerate(group):
            for earlier in group[:place]:
                if _again(earlier, later):
                    events = (_told(case, earlier), _told(case, later))
                    bond = _bond(case, later) or _bond(case, earlier)
                    yield Found(
                        "impact-again", bond, (later.reporter,), 0, case.day(events[1].block),
                        events=events, documents=(earlier.document, later.document),
                    )  # fmt: skip


def _again(earlier: Report, later: Report) -> bool:
    overlap = earlier.first <= later.last and later.first <= earlier.last
    common = bool(set(earlier.projects) & set(later.projects))
    renamed = common and earlier.indicator != later.indicator
    elsewhere = not common and earlier.document == later.document and earlier.indicator == later.indicator
    return overlap and (renamed or elsewhere)


def intensities(case: Case, by: Indicator) -> Iterator[Found]:
    """A reported emission intensity above the threshold; without a threshold nothing is judged."""
    most = by.whole("most")
    for report in _counting(case):
        if most and (report.indicator, report.unit) == INTENSITY and _amount(report) > most:
            told = _told(case, report)
            yield Found(
                by.id, _bond(case, report), (report.reporter,), 0, case.day(told.block), events=(told,),
                documents=(report.document,),
            )  # fmt: skip
