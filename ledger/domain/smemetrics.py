"""What a supplier waits and pays: days from delivery to cash, all-in cost a year, tier depth (SME-1).

Pure, over the chain's events. Cash is what a financing paid, or what maturity paid, to somebody who got the
piece by supplying (the first supplier, or by transfer from one); a financier's own cash is nobody's waiting.
Waiting begins on the day the delivery document was registered, for a later tier the trade document; both are
days on this ledger, shown as such: a contract cannot see a truck. Named conventions:

    days            floor(Σ fen × days / Σ fen)
    all_in_365_ppm  half-up(Σ (discount + fee) × 365 × 10^6 / Σ net × days), and all_in_360_ppm alike
    over_60_ppm     floor(share of the fen that waited longer than 60 days): 保障中小企业款项支付条例 art. 9
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.creditevents import Dated
from ledger.domain.suppliers import Pieces, Span, Story

PPM: Final = 1_000_000
LIMIT_DAYS: Final = 60
CLAUSE: Final = "保障中小企业款项支付条例 art. 9"
CONTRACTS: Final = ("Receivables", "PieceBook", "Financing", "Maturity", "Documents")
"""The contracts whose events are read."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Cash for `amount` fen of a receivable. `days` None: nothing says when waiting began.

    Args:
        cost: discount and fee, zero at maturity; `financed_days` from the money to the due day.
    """

    supplier: str
    obligor: str
    programme: int
    cash: str
    tier: int
    amount: int
    days: int | None
    net: int
    cost: int
    financed_days: int
    source: str


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one supplier (None: of all), programme and currency. None: nothing to measure it by."""

    supplier: str | None
    programme: int
    cash: str
    receipts: int
    amount: int
    days: int | None
    longest: int | None
    over_60_ppm: int | None
    financed: int
    cost: int
    all_in_365_ppm: int | None
    all_in_360_ppm: int | None
    deepest_tier: int


def measures(receipts: Iterable[Receipt], *, by_supplier: bool = True) -> list[Measures]:
    """One row a supplier (or all of them together), programme and cash, in that order."""
    groups: dict[tuple[str, int, str], list[Receipt]] = defaultdict(list)
    for one in receipts:
        groups[one.supplier if by_supplier else "", one.programme, one.cash].append(one)
    return [_measure(key, groups[key]) for key in sorted(groups)]


def _measure(key: tuple[str, int, str], group: list[Receipt]) -> Measures:
    timed = [(one.amount, one.days) for one in group if one.days is not None]
    waited = sum(amount for amount, _ in timed)
    late = sum(amount for amount, days in timed if days > LIMIT_DAYS)
    sold = [one for one in group if one.financed_days]
    return Measures(
        supplier=key[0] or None,
        programme=key[1],
        cash=key[2],
        receipts=len(group),
        amount=sum(one.amount for one in group),
        days=sum(amount * days for amount, days in timed) // waited if waited else None,
        longest=max((days for _, days in timed), default=None),
        over_60_ppm=late * PPM // waited if waited else None,
        financed=sum(one.amount for one in sold),
        cost=sum(one.cost for one in sold),
        all_in_365_ppm=all_in_half_up(sold, 365),
        all_in_360_ppm=all_in_half_up(sold, 360),
        deepest_tier=max(one.tier for one in group),
    )


def all_in_half_up(sold: Iterable[Receipt], year: int) -> int | None:
    """What the financings cost a year, in parts per million of the money that was advanced."""
    found = list(sold)
    lent = sum(one.net * one.financed_days for one in found)
    paid = sum(one.cost for one in found) * year * PPM
    return (2 * paid + lent) // (2 * lent) if lent else None


def receipts_of(events: Iterable[Dated], as_of: int) -> list[Receipt]:
    """All cash that suppliers got up to the day number `as_of`, in chain order."""
    story = Story(events, as_of)
    terms, papers, sales = story.confirmed(), _papers(story), story.sales()
    waits_from = {
        id_: papers[t["deliveryDocument"]]
        for id_, t in terms.items()
        if t["deliveryDocument"] in papers and not t["order"]
    }
    waits_from |= {e["receivable"]: e.day for e in story.of("Receivables", "Delivered")}
    pieces, found = Pieces(waits_from, papers, sales), list[Receipt]()
    for e in story.events:
        sale = sales.get(str(e["document"])) if e.row.name == "PieceMoved" else None
        if sale is not None:
            found += _sold(sale, pieces, terms[e["receivable"]])
        elif e.row.contract == "Maturity" and e.row.name == "PieceSettled":
            found += _settled(e, pieces, terms[e["receivable"]])
        pieces.follow(e)
    return found


def _papers(story: Story) -> dict[str, int]:
    """The day on which each document was registered first."""
    days: dict[str, int] = {}
    for e in story.of("Documents", "DocumentRegistered"):
        days.setdefault(str(e["document"]), e.day)
    for e in story.of("Documents", "ObligationRegistered"):
        days.setdefault(str(e["fingerprint"]), e.day)
    return days


def _sold(sale: Dated, pieces: Pieces, terms: Mapping[str, Any]) -> Iterator[Receipt]:
    """A sale's price, shared over what it was about: by fen, the first parts rounded down."""
    said = sale["terms"]
    start, end = int(said["start"]), int(said["end"])
    face, cost = end - start, int(said["discount"]) + int(said["fee"])
    days = int(said["endDay"]) - int(said["fundingDay"])
    for span in (one for one in pieces.over(sale["receivable"], start, end) if one.supplied):
        part = _share(cost, span.end - start, face) - _share(cost, span.start - start, face)
        amount = span.end - span.start
        yield _receipt(sale, span, terms, amount, (amount - part, part, days))


def _settled(e: Dated, pieces: Pieces, terms: Mapping[str, Any]) -> Iterator[Receipt]:
    start, end = int(e["start"]), int(e["end"])
    paid = int(e["amount"]) if e["payee"] == e["holder"] else 0
    for span in pieces.over(e["receivable"], start, end):
        amount = _share(paid, span.end - start, end - start) - _share(paid, span.start - start, end - start)
        if amount and span.supplied:
            yield _receipt(e, span, terms, amount, (amount, 0, 0))


def _receipt(
    e: Dated, span: Span, terms: Mapping[str, Any], amount: int, priced: tuple[int, int, int]
) -> Receipt:
    net, cost, financed_days = priced
    return Receipt(
        supplier=span.holder,
        obligor=terms["obligor"],
        programme=int(terms["programme"]),
        cash=terms["cash"],
        tier=span.tier,
        amount=amount,
        days=None if span.since is None else max(e.day - span.since, 0),
        net=net,
        cost=cost,
        financed_days=financed_days,
        source=e.source,
    )


def _share(whole: int, part: int, of: int) -> int:
    return whole * part // of
