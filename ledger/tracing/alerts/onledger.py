"""Findings on the ledger itself: every indicator over what the index knows, told in one shape.

The answer (amounts are integer strings in minor units):

    {chain_id, block, block_hash, as_of, jurisdiction, left: {fifo, prorata, bounds},
     findings: [{key, indicator, clause, grade, jurisdiction, bond, parties, subject, first_seen:
                 {block, time}, day, currency, amount, fifo, prorata, bounds: {least, most}, depends_on_rule,
                 path: [{block, log, tx, time, from, to, amount}], events: [{block, log, tx, event}],
                 documents}]}

`left` is no finding but a report line, of one bond where one was asked for: what of its paid money was
redeemed, and is beyond the ledger's horizon. `key` is the Keccak-256 hash of what a finding stands on:
indicator, bond, subject, the places of its moves and acts, its documents. It stays while the chain does,
whatever is learned later and whatever figures change. `first_seen` is the block of the last act that it
needs, or the first one after the day that was missed. `amount` is what it is about; the rules say how much of
the first move of the path was at its end right after.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from eth_hash.auto import keccak

from ledger.domain.dates import day_number, format_day
from ledger.domain.indicators import DEFAULT, Indicator, all_indicators, in_force, jurisdictions
from ledger.tracing.alerts import flows, papers, parties, reporting
from ledger.tracing.alerts.amounts import Amounts, Weigher
from ledger.tracing.alerts.case import Beside, Case
from ledger.tracing.alerts.found import Found
from ledger.tracing.hops import Json
from ledger.tracing.world import World

_FOREVER: Final = 2**31

INDICATORS: Final[Mapping[str, Callable[[Case, Indicator], Iterator[Found]]]] = {
    "idle": flows.idle,
    "round-trip": flows.round_trips,
    "returned-in-parts": flows.returned_in_parts,
    "off-ledger-return": flows.off_ledger_returns,
    "split-payments": flows.split_payments,
    "rotation": flows.rotations,
    "books-turned": flows.books_turned,
    "rule-dependent": flows.rule_dependent,
    "refund-at-report": flows.refunds_at_report,
    "placed-around-report": flows.placed_around_report,
    "late-shift": flows.late_shifts,
    "circular-receivable": flows.circular_receivables,
    "verifier-paid": flows.verifiers_paid,
    "look-back": papers.look_back,
    "refinancing-as-new": papers.refinancing_as_new,
    "refinanced-share": papers.refinanced_share,
    "recycled-invoice": papers.recycled_invoices,
    "red-invoice": papers.red_invoices,
    "evidence-missing": papers.evidence_missing,
    "no-bank-line": papers.no_bank_line,
    "fresh-payee": parties.fresh_payees,
    "related-suspected": parties.related_suspected,
    "related-place": parties.related_places,
    "placement-without-income": parties.placements_without_income,
    "verifier-related": parties.verifiers_related,
    "verifier-lapsed": parties.verifiers_lapsed,
    "project-twice": parties.projects_twice,
    "category-swap": parties.category_swaps,
    "piece-home": parties.pieces_home,
    "report-late": reporting.reports_late,
    "impact-against-meter": reporting.impact_against_meter,
    "impact-again": reporting.impact_again,
    "intensity": reporting.intensities,
}


def ledger_findings(
    world: World,
    bond: int | str | None = None,
    jurisdiction: str | None = None,
    rows: Sequence[Indicator] | None = None,
    beside: Beside | None = None,
) -> Json:
    """What the indicators find as of the world's block, in order of first seen.

    Args:
        bond: only what concerns this bond (number or label).
        jurisdiction: whose figures bind; none: those that each bond declared to follow, else `default`.
        rows: other figures than those of the tree.
        beside: tags and a bank's statement that a reader brings.

    Raises:
        NotFound: unknown bond. BadInput: unknown jurisdiction.
    """
    known = all_indicators() if rows is None else rows
    wanted = None if bond is None else world.books.bond(bond).id
    in_force(jurisdiction, 0, known)
    case = Case(world, beside or Beside())
    world.load_days(world.books.told.blocks())
    found = [
        one
        for indicator in INDICATORS
        for one in _found(case, indicator, jurisdiction, known)
        if wanted is None or one.found.bond == wanted
    ]
    told = _Teller(case).told(found)
    return {
        **world.head(),
        "jurisdiction": jurisdiction or DEFAULT,
        "left": _left(case, wanted),
        "findings": told,
    }


def _left(case: Case, bond: int | None) -> Json | None:
    """The report line of one bond; none where all are asked for."""
    if bond is None or not case.books.bonds[bond].closed:
        return None
    amounts = flows.left_ledger(case, case.books.bonds[bond])
    return {"fifo": str(amounts.fifo), "prorata": str(amounts.prorata), "bounds": _bounds(amounts)}


def _bounds(amounts: Amounts) -> Json:
    return {"least": str(amounts.least), "most": str(amounts.most)}


@dataclass(frozen=True, slots=True)
class _Judged:
    """Something found, the row that it was found by, and whose figures these are."""

    found: Found
    by: Indicator
    jurisdiction: str


def _found(case: Case, id_: str, chosen: str | None, rows: Sequence[Indicator]) -> Iterator[_Judged]:
    """Each by the row in force on its day: of the jurisdiction chosen, else of its bond's own."""
    known = jurisdictions(rows)
    own = {bond: case.jurisdiction(bond) for bond in case.books.bonds}
    own = {bond: where if where in known else DEFAULT for bond, where in own.items()}
    for where in sorted({DEFAULT, *own.values()}) if chosen is None else [chosen]:
        for by, begin, end in _periods(id_, where, rows):
            for one in INDICATORS[id_](case, by):
                mine = chosen is not None or own.get(one.bond, DEFAULT) == where
                if mine and begin <= one.day < end:
                    yield _Judged(one, by, where)


def _periods(id_: str, where: str, rows: Sequence[Indicator]) -> Iterator[tuple[Indicator, int, int]]:
    """Each row of an indicator that binds there, and the days `[begin, end)` on which it does."""
    of_it = [row for row in rows if row.id == id_ and row.jurisdiction in (DEFAULT, where)]
    days = sorted({day_number(row.since) for row in of_it})
    for begin, end in pairwise([*days, _FOREVER]):
        by = in_force(where, begin, rows).get(id_)
        if by is not None:
            yield by, begin, end


class _Teller:
    """Looks places up all at once, weighs, and tells."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._world = case.world
        self._weighers: dict[str, Weigher] = {}

    def told(self, judged: Sequence[_Judged]) -> list[Json]:
        found = [one.found for one in judged]
        for cash in {one.cash for one in found if one.cash}:
            rows = [row for one in found if one.cash == cash for row in one.rows]
            self._world.load(self._case.columns(cash), np.array(rows, dtype=np.int64))
        told = {one["key"]: one for one in map(self._one, reversed(judged))}
        return sorted(
            told.values(), key=lambda one: (one["first_seen"]["block"], one["indicator"], one["key"])
        )

    def _one(self, judged: _Judged) -> Json:
        one, by = judged.found, judged.by
        path = [self._move(one.cash, row) for row in one.rows]
        events = [
            {"block": row.block, "log": row.log, "tx": row.tx, "event": f"{row.contract}.{row.name}"}
            for row in one.events
        ]
        cited = [self._world.ref(self._case.columns(one.cash), row).document for row in one.rows]
        documents = list(dict.fromkeys(document for document in [*cited, *one.documents] if document))
        amounts = self._weighed(one)
        block = self._first_seen(one)
        return {
            "key": _key(self._world.history.chain_id, one, path, events, documents),
            "indicator": one.indicator,
            "clause": by.clause,
            "grade": by.grade,
            "jurisdiction": judged.jurisdiction,
            "bond": one.bond or None,
            "parties": list(one.parties),
            "names": [self._world.books.party(account).name for account in one.parties],
            "subject": one.subject or None,
            "first_seen": {"block": block, "time": format_day(self._case.day(block))},
            "day": format_day(one.day),
            "currency": self._world.currency(one.cash)[0] if one.cash else None,
            "amount": str(one.amount),
            "fifo": str(amounts.fifo),
            "prorata": str(amounts.prorata),
            "bounds": _bounds(amounts),
            "depends_on_rule": amounts.differ,
            "path": path,
            "events": events,
            "documents": documents,
        }

    def _first_seen(self, one: Found) -> int:
        blocks = [row.block for row in one.events]
        if one.cash:
            blocks += [int(self._case.columns(one.cash).rows.block[row]) for row in one.rows]
        last = max(blocks, default=0)
        return last if blocks and self._case.day(last) >= one.day else self._case.first_block(one.day)

    def _weighed(self, one: Found) -> Amounts:
        """Where nothing mixed, every rule says the amount itself."""
        if one.amounts is not None:
            return one.amounts
        if one.end < 0 or len(one.rows) < 2:
            return Amounts(one.amount, one.amount, one.amount, one.amount)
        if one.cash not in self._weighers:
            stream = self._world.stream(one.cash, backward=False)
            self._weighers[one.cash] = Weigher(self._case.columns(one.cash), stream)
        return self._weighers[one.cash].weigh(one.rows, one.end)

    def _move(self, cash: str, row: int) -> Json:
        columns = self._case.columns(cash)
        ref, rows = self._world.ref(columns, row), columns.rows
        return {
            "block": ref.block,
            "log": ref.log,
            "tx": ref.tx,
            "time": format_day(self._case.day(ref.block)),
            "from": columns.axes[int(rows.from_axis[row])],
            "to": columns.axes[int(rows.to_axis[row])],
            "amount": str(rows.amount[row]),
        }


def _key(
    chain_id: int, one: Found, path: Sequence[Json], events: Sequence[Json], documents: Sequence[str]
) -> str:
    named = path[: one.keyed] if one.keyed else path
    content = {
        "chain": chain_id,
        "indicator": one.indicator,
        "bond": one.bond,
        "subject": one.subject,
        "places": sorted([place["tx"], place["log"]] for place in [*named, *events]),
        "documents": sorted(one.documents if one.keyed else documents),
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "0x" + keccak(canonical.encode()).hex()
