"""Near-duplicates: obligation documents that may be one document registered twice under two identities.

A fingerprint catches the same seller, number and date. Whoever finances an invoice twice changes one of them:
so documents are compared by what is left. A finding is a question with its reason and the fields that
coincide, and no verdict; it blocks nothing. A pure function of columns and dated parameters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.dates import parse_day
from ledger.errors import BadInput

_MILLION: Final = 1_000_000


class Reason(StrEnum):
    """Why two documents look like one."""

    AMOUNT_AND_DATE = "same parties, nearly the same amount and date"
    NUMBER = "same issuer and number under another identity"
    CONTRACT = "same contract and nearly the same amount"
    CONTRACT_ELSEWHERE = "same contract between other parties"


@dataclass(frozen=True, slots=True)
class Similarity:
    """What counts as near, in force from the day `since` until a later set. No rule names these figures: they
    are a choice of whoever searches (RULES.md, grade C).

    Args:
        amount_ppm: two totals are nearly the same within this share of the larger one.
        days: two dates are nearly the same within so many days. A rent invoiced each month is no duplicate.
        contract_days: within so many days a contract is not invoiced twice over nearly the same amount.
        most: so many findings for each document at most; the rest is counted.
    """

    since: str = "1970-01-01"
    amount_ppm: int = 5_000
    days: int = 7
    contract_days: int = 20
    most: int = 20


DEFAULT: Final = Similarity()


@dataclass(frozen=True, slots=True)
class Paper:
    """One registered document as the search sees it. `number` and `contract` are normalised text or keyed
    tags of it; empty where the searcher cannot read the paper."""

    fingerprint: str
    payer: str
    payee: str
    kind: int
    currency: str
    date: int
    total: int
    number: str = ""
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """Two documents that look like one: in registration order, with the fields that coincide and how far the
    others are apart."""

    earlier: Paper
    later: Paper
    reason: Reason
    same: tuple[str, ...]
    days_apart: int
    amount_apart: int


def parameters_at(sets: Sequence[Similarity], day: int) -> Similarity:
    """The set in force on a day. BadInput when none is."""
    begun = [one for one in sets if parse_day(one.since) <= day]
    if not begun:
        raise BadInput("no parameters are in force that day", had=day, needed="a set that begins earlier")
    return max(begun, key=lambda one: parse_day(one.since))


def near_duplicates(papers: Sequence[Paper], by: Similarity = DEFAULT) -> list[Near]:
    """Every pair that looks like one document, by the order in which the later one was registered.

    Sorting by date within each pair of parties and looking back `days` keeps it near linear: 100,000
    documents take seconds, unless thousands of them stand within days between the same two parties.
    """
    order = {paper.fingerprint: place for place, paper in enumerate(papers)}
    found: dict[tuple[str, str], Near] = {}
    for one, other, reason in _candidates(papers, by):
        earlier, later = sorted((one, other), key=lambda paper: order[paper.fingerprint])
        key = (earlier.fingerprint, later.fingerprint)
        if key not in found:
            found[key] = _near(earlier, later, reason)
    ordered = sorted(
        found.values(), key=lambda near: (order[near.later.fingerprint], order[near.earlier.fingerprint])
    )
    return list(_at_most(ordered, by.most))


def near_to(paper: Paper, papers: Iterable[Paper], by: Similarity = DEFAULT) -> list[Near]:
    """Those that look like one document, in the order in which they were registered."""
    related = [
        one
        for one in papers
        if one.fingerprint == paper.fingerprint
        or one.payee == paper.payee
        or (paper.contract and one.contract == paper.contract)
        or one.payer == paper.payer
    ]
    return [
        near
        for near in near_duplicates(related, by)
        if paper.fingerprint in (near.earlier.fingerprint, near.later.fingerprint)
    ]


def _candidates(papers: Sequence[Paper], by: Similarity) -> Iterator[tuple[Paper, Paper, Reason]]:
    """The stronger reason comes first: it is the one that a pair keeps."""
    yield from _by_number(papers)
    yield from _by_contract(papers, by)
    parties = _groups(papers, lambda p: (p.payer, p.payee, p.currency))
    for group in parties:
        for one, other in _within(group, by.days):
            if _close(one.total, other.total, by.amount_ppm):
                yield one, other, Reason.AMOUNT_AND_DATE


def _by_number(papers: Sequence[Paper]) -> Iterator[tuple[Paper, Paper, Reason]]:
    for group in _groups((p for p in papers if p.number), lambda p: (p.payee, p.number)):
        for place, one in enumerate(group):
            for other in group[place + 1 :]:
                yield one, other, Reason.NUMBER


def _by_contract(papers: Sequence[Paper], by: Similarity) -> Iterator[tuple[Paper, Paper, Reason]]:
    """A contract has two parties and may be invoiced often, but hardly twice over the same amount at once."""
    for group in _groups((p for p in papers if p.contract), lambda p: (p.contract,)):
        for one, other in _within(group, by.contract_days):
            if {one.payer, one.payee} != {other.payer, other.payee}:
                yield one, other, Reason.CONTRACT_ELSEWHERE
            elif one.currency == other.currency and _close(one.total, other.total, by.amount_ppm):
                yield one, other, Reason.CONTRACT


def _groups(papers: Iterable[Paper], key: Callable[[Paper], tuple[str, ...]]) -> Iterator[list[Paper]]:
    groups: dict[tuple[str, ...], list[Paper]] = defaultdict(list)
    for paper in papers:
        groups[key(paper)].append(paper)
    return (group for group in groups.values() if len(group) > 1)


def _within(group: list[Paper], days: int) -> Iterator[tuple[Paper, Paper]]:
    """Pairs at most so many days apart."""
    ordered = sorted(group, key=lambda paper: paper.date)
    first = 0
    for place, paper in enumerate(ordered):
        while ordered[first].date < paper.date - days:
            first += 1
        for other in ordered[first:place]:
            yield other, paper


def _close(one: int, other: int, ppm: int) -> bool:
    return abs(one - other) * _MILLION <= max(one, other) * ppm


def _near(earlier: Paper, later: Paper, reason: Reason) -> Near:
    same = [
        name
        for name in ("payer", "payee", "kind", "currency", "date", "total", "number", "contract")
        if getattr(earlier, name) == getattr(later, name) != ""
    ]
    apart = abs(earlier.date - later.date), abs(earlier.total - later.total)
    return Near(earlier, later, reason, tuple(same), *apart)


def _at_most(ordered: Iterable[Near], most: int) -> Iterator[Near]:
    counted: dict[str, int] = defaultdict(int)
    for near in ordered:
        counted[near.later.fingerprint] += 1
        if counted[near.later.fingerprint] <= most:
            yield near
