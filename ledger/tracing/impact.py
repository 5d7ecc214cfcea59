"""Impact reports with their shares, and an investor's portfolio: each figure opens what it was made from.

A report counts in the window in which its period ends, so that consecutive windows count it once. The shares
are `ledger.domain.impact`'s; quantities are integer strings in units of 10^-decimals of the unit named.

A report:

    {report, projects: [{project, label}], indicator, unit, value, decimals, from, until, reporter, basis,
     methodology, document, content_hash, outcome, counts, verifier, validation: {tx, block, log, document},
     supersedes: [report], superseded_by, reason, tx, block, log}

A portfolio:

    {chain_id, block, block_hash, as_of, investor, from, until,
     holdings: [{bond, label, issuer, currency, minor_unit, isin, units, supply, amount}],
     impact: [{indicator, unit, decimals, accepted, qualified, not_validated, refused: "0", counted,
               figures: [{...report, share, share_decimals,
                          through: [{bond, label, financed, part, unit_days, days, supply, held}]}]}]}

`financed` and `part` are exact, `{numerator, denominator}`; `held` is `[{from, until, units}]`. `counted` is
what was accepted or qualified; what nobody validated is shown beside it, and what was refused counts nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from ledger.domain.dates import format_day
from ledger.domain.impact import Share, Shares, Span, Stake, UnitMove, share_out, spans, supply
from ledger.domain.states import ValidationOutcome, label
from ledger.errors import NotFound
from ledger.tracing.hops import Json, who
from ledger.tracing.impactbooks import Finding, ImpactBooks, Place, Report
from ledger.tracing.world import World

_COUNTED = (ValidationOutcome.ACCEPTED, ValidationOutcome.QUALIFIED)


def impact_list(world: World, project: int | None = None, indicator: str | None = None) -> Json:
    """Every report that nothing superseded, of one project or of all."""
    if project is not None and project not in world.books.projects:
        raise NotFound(f"there is no project {project}", who=project)
    reports = world.books.impact.present(project, indicator)
    return {**_where(world), "reports": [_report(world, report) for report in reports]}


def impact_show(world: World, number: int) -> Json:
    """One report, superseded or not, with whose share of it is whose."""
    report = world.books.impact.reports.get(number)
    if report is None:
        raise NotFound(f"there is no impact report {number}", who=number)
    _load_days(world)
    return {**_where(world), **_report(world, report), "shares": _all_shares(world, report)}


def portfolio(world: World, investor: str, first: int, last: int) -> Json:
    """What an investor holds, and its share of what the projects achieved in the window."""
    party = world.books.parties.get(investor)
    if party is None:
        raise NotFound(f"{investor} was never admitted", who=investor)
    _load_days(world)
    reports = [one for one in world.books.impact.present() if first <= one.last <= last]
    figures = [figure for report in reports if (figure := _figure(world, report, investor))]
    return {
        **_where(world),
        "investor": who(party),
        "from": format_day(first),
        "until": format_day(last),
        "holdings": _holdings(world, investor),
        "impact": _by_indicator(figures),
    }


def _where(world: World) -> Json:
    header = world.header
    return {
        "chain_id": world.history.chain_id,
        "block": header.number,
        "block_hash": header.hash,
        "as_of": format_day(world.today()),
    }


def _load_days(world: World) -> None:
    world.load_days(world.books.impact.blocks())


# --- facts by day ------------------------------------------------------------------------------------------


def _moves(world: World, token: str) -> list[UnitMove]:
    changes = world.books.impact.units[token]
    return [UnitMove(world.day(c.block), c.source, c.target, c.amount) for c in changes]


def _stakes(world: World, report: Report) -> tuple[int, list[Stake]]:
    """The projects' total, and each bond's part as the period ends."""
    impact = world.books.impact
    total = sum(impact.projects[project].total for project in report.projects)
    amounts: dict[int, int] = {}
    for line in world.books.lines.values():
        if line.project in report.projects:
            amounts[line.bond] = amounts.get(line.bond, 0) + _allocated(world, line.id, report.last)
    return total, [_stake(world, bond, amount, report) for bond, amount in amounts.items() if amount]


def _allocated(world: World, line: int, day: int) -> int:
    changes = world.books.impact.allocated[line]
    return sum(amount for block, amount in changes if world.day(block) <= day)


def _stake(world: World, bond: int, amount: int, report: Report) -> Stake:
    token = world.books.impact.bonds[bond].token
    moves = _moves(world, token)
    last = min(report.last, _last_day(world, token, report.last))
    held = spans(moves, report.first, last) if report.first <= last else {}
    return Stake(bond, amount, supply(moves, report.last), held)


def _last_day(world: World, token: str, otherwise: int) -> int:
    """The last day on which units stand for anything: the one before they were redeemed and retired."""
    block = world.books.impact.retired.get(token)
    return otherwise if block is None else world.day(block) - 1


def _shares(world: World, report: Report) -> tuple[Shares, dict[int, Stake]]:
    """The figure shared out, and each bond's part that it was shared out by."""
    total, stakes = _stakes(world, report)
    shares = share_out(report.value, report.decimals, _days(report), total, stakes)
    return shares, {stake.bond: stake for stake in stakes}


def _days(report: Report) -> int:
    return report.last - report.first + 1


# --- told ---------------------------------------------------------------------------------------------------


def _report(world: World, report: Report) -> Json:
    books: ImpactBooks = world.books.impact
    return {
        "report": report.id,
        "projects": [{"project": p, "label": world.books.projects[p].label} for p in report.projects],
        "indicator": report.indicator,
        "unit": report.unit,
        "value": str(report.value),
        "decimals": report.decimals,
        "from": format_day(report.first),
        "until": format_day(report.last),
        "reporter": who(world.books.parties.get(report.reporter)),
        "basis": _basis(report.basis),
        "methodology": report.methodology,
        "document": report.document,
        "content_hash": report.content_hash,
        "outcome": label(report.outcome),
        "counts": report.counts,
        **_finding(world, report.finding),
        "supersedes": books.former(report),
        "superseded_by": report.superseded_by or None,
        "reason": report.reason or None,
        **_place(report.place),
    }


def _basis(text: str) -> Any:
    """As the services write it, an object; whatever another client wrote, as it is."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict) else text


def _finding(world: World, finding: Finding | None) -> Json:
    if finding is None:
        return {"verifier": None, "validation": None}
    return {
        "verifier": who(world.books.parties.get(finding.verifier)),
        "validation": {**_place(finding.place), "document": finding.document},
    }


def _place(place: Place) -> Json:
    return {"tx": place.tx, "block": place.block, "log": place.log}


def _ratio(value: Fraction) -> Json:
    return {"numerator": str(value.numerator), "denominator": str(value.denominator)}


def _held(held: Iterable[Span]) -> list[Json]:
    return [{"from": format_day(s.first), "until": format_day(s.last), "units": s.units} for s in held]


def _through(world: World, report: Report, share: Share, stake: Stake) -> Json:
    """How one share came about: the bond, its part of the projects, and the holding over time."""
    return {
        "bond": share.bond,
        "label": world.books.bonds[share.bond].label,
        "financed": _ratio(share.financed),
        "part": _ratio(share.part),
        "unit_days": share.unit_days,
        "days": _days(report),
        "supply": stake.supply,
        "held": _held(stake.held[share.holder]),
    }


def _all_shares(world: World, report: Report) -> Json:
    shares, stakes = _shares(world, report)
    holders = [
        {
            **who(world.books.parties.get(share.holder)),
            "value": str(share.value),
            **_through(world, report, share, stakes[share.bond]),
        }
        for share in shares.holders
    ]
    return {
        "decimals": shares.decimals,
        "whole": str(shares.value),
        "holders": holders,
        "unheld": str(shares.unheld),
        "other_funding": str(shares.other),
    }


# --- a portfolio --------------------------------------------------------------------------------------------


def _figure(world: World, report: Report, investor: str) -> Json | None:
    """The investor's share of one report; None when it has none."""
    shares, stakes = _shares(world, report)
    mine = [share for share in shares.holders if share.holder == investor and share.unit_days]
    if not mine:
        return None
    counted = sum(share.value for share in mine) if report.counts else 0
    return {
        **_report(world, report),
        "share": str(counted),
        "share_decimals": shares.decimals,
        "through": [_through(world, report, share, stakes[share.bond]) for share in mine],
    }


def _by_indicator(figures: Sequence[Json]) -> list[Json]:
    def key(figure: Json) -> tuple[str, str]:
        return figure["indicator"], figure["unit"]

    return [
        _summed(indicator, unit, list(group))
        for (indicator, unit), group in groupby(sorted(figures, key=key), key)
    ]


def _summed(indicator: str, unit: str, figures: list[Json]) -> Json:
    decimals = max(figure["share_decimals"] for figure in figures)
    sums = {
        label(outcome).replace(" ", "_"): sum(
            int(figure["share"]) * 10 ** (decimals - figure["share_decimals"])
            for figure in figures
            if figure["outcome"] == label(outcome)
        )
        for outcome in ValidationOutcome
    }
    counted = sum(sums[label(outcome)] for outcome in _COUNTED)
    told = {name: str(value) for name, value in sums.items()}
    return {
        "indicator": indicator,
        "unit": unit,
        "decimals": decimals,
        "counted": str(counted),
        **told,
        "figures": figures,
    }


def _holdings(world: World, investor: str) -> list[Json]:
    found = []
    for number, facts in world.books.impact.bonds.items():
        moves = _moves(world, facts.token)
        units = sum(m.units for m in moves if m.target == investor)
        units -= sum(m.units for m in moves if m.source == investor)
        if not units or facts.token in world.books.impact.retired:
            continue
        bond = world.books.bonds[number]
        code, digits = world.currency(bond.cash)
        found.append(
            {
                "bond": number,
                "label": bond.label,
                "issuer": who(world.books.parties.get(bond.issuer)),
                "currency": code,
                "minor_unit": digits,
                "isin": facts.isin or None,
                "units": units,
                "supply": supply(moves, world.today()),
                "amount": str(units * facts.denomination),
            }
        )
    return found
