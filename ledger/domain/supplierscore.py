"""A supplier's score out of its ledger history: features in whole numbers, then points by a dated card.

    features = features_of(events, who, as_of)
    score = assess(features, card_on(as_of))
    features_hash(features, who, block)     # what a loan application names on the chain

docs/supplier-score.md states it in words. Pure: it reads events and nothing else, so whoever has the chain's
events up to that block computes the same features, the same hash and the same score (SCORE-1). What somebody
attested is counted apart and gives no points.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from eth_hash.auto import keccak

from ledger.domain.creditevents import Dated
from ledger.domain.creditlevel import confidence_of, level_of
from ledger.domain.scorecards import Card
from ledger.domain.suppliers import Pieces, Story

PPM: Final = 1_000_000
CONTRACTS: Final = (
    "Receivables",
    "PieceBook",
    "Financing",
    "Transfers",
    "Documents",
    "SupplierLoans",
    "Records",
)
"""The contracts whose events are read."""
_MONTH: Final = 30
_IN_TIME: Final = 3
"""Days after the due day within which a settlement is in time: banks close over a weekend."""
_ATTESTED: Final = {1: "paid_on_time", 2: "paid_late", 3: "default"}


@dataclass(frozen=True, slots=True)
class Features:
    """What the ledger saw of one supplier. None: nothing to measure it by. Shares are parts per million.

    Args:
        months_active: whole months of 30 days since its first receivable or piece.
        accepted: receivables it accepted; received: pieces that suppliers before it passed on to it.
        settled_in_time_ppm: of its receivables that were due, those settled by three days after.
        dilution_ppm: of those it answered, those refused, voided, or whose invoice was credited (红冲).
        concentration_ppm: the share of its largest obligor, by number of receivables.
        refinanced_ppm: the share of its receivables of which it sold anything to a financier.
        disputes: freezes by an authority of pieces that it held.
        loans_in_time_ppm: of its drawdowns that were due, those repaid by the due day.
    """

    months_active: int
    accepted: int
    received: int
    settled_in_time_ppm: int | None
    dilution_ppm: int | None
    concentration_ppm: int | None
    refinanced_ppm: int | None
    disputes: int
    loans_in_time_ppm: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """One feature's share in the score; `points` None where there was nothing to measure."""

    feature: str
    value: int | None
    weight: int
    points: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """`score` of 1,000 (None without any history), its level, and how long the record is."""

    card: str
    score: int | None
    level: str
    confidence: str
    parts: tuple[Part, ...]


def assess(features: Features, card: Card) -> Score:
    """The mean of the points by weight, rounded down, over the features that could be measured."""
    values = asdict(features)
    parts = []
    for one in card.parts:
        value = values[one.feature]
        points = None if value is None else one.points(value)
        parts.append(Part(one.feature, value, one.weight, points))
    known = [part for part in parts if part.points is not None]
    if not features.accepted and not features.received:
        return Score(card.name, None, "-", "none", tuple(parts))
    weight = sum(part.weight for part in known)
    score = sum(part.weight * (part.points or 0) for part in known) // weight
    confidence = confidence_of(features.accepted + features.received)
    return Score(card.name, score, level_of(score), confidence, tuple(parts))


def features_hash(features: Features, who: str, block: int) -> bytes:
    """keccak256 of the canonical JSON: sorted names, no spaces, ASCII, the account in lower case."""
    said = {"block": block, "features": asdict(features), "supplier": who.lower()}
    return keccak(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii"))


def attested_of(events: Iterable[Dated], who: str, as_of: int) -> dict[str, int]:
    """What others put on record about it, by kind: shown beside the score, never in it."""
    story = Story(events, as_of)
    withdrawn = {e["record"] for e in story.of("Records", "AttestationWithdrawn")}
    counts = dict.fromkeys(_ATTESTED.values(), 0)
    for e in story.of("Records", "Attested"):
        kind = int(e["statement"]["kind"])
        if e["subject"] == who and kind in _ATTESTED and e["record"] not in withdrawn:
            counts[_ATTESTED[kind]] += int(e["statement"]["count"])
    return counts


def features_of(events: Iterable[Dated], who: str, as_of: int) -> Features:
    """Everything that the card may weigh, as of the day number `as_of`."""
    story = Story(events, as_of)
    mine = {id_: c for id_, c in story.confirmed().items() if c["supplier"] == who}
    accepted = {
        e["receivable"]: e.day for e in story.of("Receivables", "Accepted") if e["receivable"] in mine
    }
    received = [e.day for e in _received(story, who)]
    days = [*accepted.values(), *received]
    obligors = Counter(mine[id_]["obligor"] for id_ in accepted)
    sold = {e["receivable"] for e in story.of("Financing", "Financed") if e["terms"]["holder"] == who}
    return Features(
        months_active=(as_of - min(days)) // _MONTH if days else 0,
        accepted=len(accepted),
        received=len(received),
        settled_in_time_ppm=_in_time(story, {id_: int(mine[id_]["due"]) for id_ in accepted}),
        dilution_ppm=_dilution(story, mine, set(accepted)),
        concentration_ppm=_ppm(max(obligors.values(), default=0), len(accepted)),
        refinanced_ppm=_ppm(len(sold & set(accepted)), len(accepted)),
        disputes=_disputes(story, who),
        loans_in_time_ppm=_loans(story, who),
    )


def _ppm(part: int, whole: int) -> int | None:
    """The share, rounded down; None of nothing."""
    return part * PPM // whole if whole else None


def _received(story: Story, who: str) -> Iterator[Dated]:
    """Pieces passed on to it for trade: not what it was paid in, nor what it opened."""
    sales = story.sales()
    for e in story.of("PieceBook", "PieceMoved"):
        if e["to"] == who and e["document"] not in sales:
            yield e


def _in_time(story: Story, due: Mapping[int, int]) -> int | None:
    voided = {e["receivable"] for e in story.of("Receivables", "Voided")}
    settled = {e["receivable"]: e.day for e in story.of("Receivables", "Settled")}
    was_due = [id_ for id_, day in due.items() if day + _IN_TIME < story.as_of and id_ not in voided]
    early = [id_ for id_ in settled if id_ in due and id_ not in was_due]
    counted = [*was_due, *early]
    in_time = [id_ for id_ in counted if id_ in settled and settled[id_] <= due[id_] + _IN_TIME]
    return _ppm(len(in_time), len(counted))


def _dilution(story: Story, mine: Mapping[int, Mapping[str, Any]], accepted: set[int]) -> int | None:
    """Each receivable counts once, whatever happened to it."""
    undone = {e["receivable"] for name in ("Refused", "Voided") for e in story.of("Receivables", name)}
    credited = {e["fingerprint"] for e in story.of("Documents", "Credited")}
    answered = accepted | (undone & set(mine))
    diluted = [id_ for id_ in answered if id_ in undone or mine[id_]["fingerprint"] in credited]
    return _ppm(len(diluted), len(answered))


def _disputes(story: Story, who: str) -> int:
    """Freezes of pieces that it held then; lifting one does not unsay it."""
    pieces, count = Pieces(), 0
    for e in story.events:
        pieces.follow(e)
        if e.row.contract == "Transfers" and e.row.name == "Frozen":
            held = pieces.over(e["receivable"], int(e["start"]), int(e["end"]))
            count += any(span.holder == who for span in held)
    return count


def _loans(story: Story, who: str) -> int | None:
    lines = {e["line"] for e in story.of("SupplierLoans", "LoanApplied") if e["supplier"] == who}
    due = {e["drawdown"]: int(e["dueOn"]) for e in story.of("SupplierLoans", "Drawn") if e["line"] in lines}
    repaid = {e["drawdown"]: e.day for e in story.of("SupplierLoans", "Repaid") if not int(e["outstanding"])}
    was_due = [id_ for id_, day in due.items() if day < story.as_of or id_ in repaid]
    in_time = [id_ for id_ in was_due if id_ in repaid and repaid[id_] <= due[id_]]
    return _ppm(len(in_time), len(was_due))
