"""Hits and false alarms: findings compared with labels that no indicator has seen."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.errors import BadInput
from ledger.tracing.alerts.patterns import Finding
from ledger.tracing.foreign import ForeignMoves, Transfer, transfers_of

Labels = Mapping[str, frozenset[Transfer]]
"""The moves of each scheme, by its name."""


@dataclass(frozen=True, slots=True)
class Score:
    """Schemes that a finding touches and those that none does; findings that touch no scheme."""

    hits: list[str]
    missed: list[str]
    false_alarms: list[Finding]


def labels_of(lines: Iterable[str]) -> dict[str, frozenset[Transfer]]:
    """A CSV file of `scheme,time,from,to,amount`: one line for each move of a scheme.

    Raises:
        BadInput: naming the line and what is wrong with it.
    """
    kept = list(lines)
    transfers = transfers_of(kept)
    header, *named = [line for line in csv.reader(kept) if line]
    if "scheme" not in header:
        raise BadInput("the header lacks a column", had=",".join(header), needed="scheme")
    found: dict[str, set[Transfer]] = defaultdict(set)
    for line, transfer in zip(named, transfers, strict=True):
        found[line[header.index("scheme")]].add(transfer)
    return {name: frozenset(moved) for name, moved in found.items()}


def score(moves: ForeignMoves, findings: Sequence[Finding], labels: Labels) -> Score:
    """A finding belongs to the schemes whose moves its path shares."""
    schemes: dict[Transfer, set[str]] = defaultdict(set)
    for name, transfers in labels.items():
        for transfer in transfers:
            schemes[transfer].add(name)
    touched = [set[str]().union(*(schemes[_transfer(moves, r)] for r in one.rows)) for one in findings]
    hit = set[str]().union(*touched)
    return Score(
        hits=sorted(hit),
        missed=sorted(labels.keys() - hit),
        false_alarms=[one for one, names in zip(findings, touched, strict=True) if not names],
    )


def _transfer(moves: ForeignMoves, row: int) -> Transfer:
    rows, axes = moves.columns.rows, moves.columns.axes
    payer, payee = axes[int(rows.from_axis[row])], axes[int(rows.to_axis[row])]
    return int(moves.time[row]), payer, payee, int(rows.amount[row])
