"""What scores and measures of suppliers look at: events up to a day, and who held which fen since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ledger.domain.creditevents import Dated


class Story:
    """Events in chain order, up to the day number `as_of`."""

    def __init__(self, events: Iterable[Dated], as_of: int) -> None:
        self.as_of = as_of
        self.events = [event for event in events if event.day <= as_of]
        self._named: dict[tuple[str, str], list[Dated]] = {}
        for event in self.events:
            self._named.setdefault((event.row.contract, event.row.name), []).append(event)

    def of(self, contract: str, name: str) -> list[Dated]:
        return self._named.get((contract, name), [])

    def confirmed(self) -> dict[int, Mapping[str, Any]]:
        """The terms of every confirmed receivable, with its obligor."""
        found = self.of("Receivables", "Confirmed")
        return {e["receivable"]: {**e["confirmation"], "obligor": e["obligor"]} for e in found}

    def sales(self) -> dict[str, Dated]:
        """Every financing by its quote's digest, which is the document that its piece moved by."""
        return {str(e["quote"]): e for e in self.of("Financing", "Financed")}


@dataclass(frozen=True, slots=True)
class Span:
    """`[start, end)` of a receivable and who holds it.

    Args:
        since: the day number from which this holder waits for its money; None where no event says.
        tier: 1 for the first supplier, one more each time a piece is passed on for trade; kept in a sale.
        supplied: false for a financier that bought it.
    """

    start: int
    end: int
    holder: str
    since: int | None
    tier: int
    supplied: bool = True

    def within(self, start: int, end: int) -> Span:
        return replace(self, start=max(self.start, start), end=min(self.end, end))


class Pieces:
    """Who holds every fen of every receivable, as the book's events are followed one by one.

    Args:
        waits_from: receivable → the day number from which its first supplier waits.
        papers: document → the day number on which it was registered.
        sales: the documents of financings.
    """

    def __init__(
        self,
        waits_from: Mapping[int, int] | None = None,
        papers: Mapping[str, int] | None = None,
        sales: Iterable[str] = (),
    ) -> None:
        self._waits_from = waits_from or {}
        self._papers = papers or {}
        self._sales = frozenset(sales)
        self._spans: dict[int, list[Span]] = {}

    def follow(self, e: Dated) -> None:
        if e.row.contract != "PieceBook":
            return
        if e.row.name == "Opened":
            id_ = e["receivable"]
            span = Span(0, int(e["face"]), e["holder"], self._waits_from.get(id_), 1)
            self._spans[id_] = [span]
        elif e.row.name == "PieceMoved":
            self._move(e, int(e["start"]), int(e["end"]))

    def over(self, receivable: int, start: int, end: int) -> list[Span]:
        """What lies in an interval, cut to it."""
        spans = self._spans.get(receivable, [])
        return [span.within(start, end) for span in spans if span.start < end and start < span.end]

    def _move(self, e: Dated, start: int, end: int) -> None:
        document = str(e["document"])
        sold = document in self._sales
        moved = [
            replace(
                span,
                holder=e["to"],
                since=e.day if sold else self._papers.get(document, e.day),
                tier=span.tier if sold else span.tier + 1,
                supplied=not sold,
            )
            for span in self.over(e["receivable"], start, end)
        ]
        kept = [*self._outside(e["receivable"], start, end)]
        self._spans[e["receivable"]] = sorted([*kept, *moved], key=lambda span: span.start)

    def _outside(self, receivable: int, start: int, end: int) -> Iterator[Span]:
        for span in self._spans.get(receivable, []):
            for first, last in ((span.start, min(span.end, start)), (max(span.start, end), span.end)):
                if first < last:
                    yield span.within(first, last)
