"""What uses obligation documents up and gives them back: payments, payables, refusals and refunds."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.checks.view import Seen, View
from ledger.domain import purposes
from ledger.domain.purposes import PROCEEDS, axis_of

NO_DOCUMENT: Final = b""
"""In the place of a fingerprint: the refund reverses nothing that was paid."""

_EVENTS: Final = (
    "Proceeds.Paid",
    "Proceeds.Refunded",
    "Receivables.Confirmed",
    "Receivables.Refused",
    "Receivables.Returned",
    "Receivables.Voided",
    "SupplierLoans.Drawn",
)


@dataclass(frozen=True, slots=True)
class Use:
    """Fen of one document used (above zero) or given back, by one event."""

    event: Seen
    fingerprint: bytes
    amount: int


def roots(view: View) -> dict[bytes, bytes]:
    """Fingerprints of later epochs, and the first one of the same document."""
    return {bytes(e.args["fingerprint"]): bytes(e.args["root"]) for e in view.of("Documents.Linked")}


def confirmations(view: View) -> dict[int, Mapping[str, Any]]:
    """The confirmed terms of each receivable, with its obligor."""
    return {
        event.number("receivable"): {**event.args["confirmation"], "obligor": event.args["obligor"]}
        for event in view.of("Receivables.Confirmed")
    }


def uses(view: View) -> Iterator[Use]:
    """Every use, in chain order, of the fingerprint that holds the capacity."""
    first = roots(view)
    for use in _as_named(view):
        yield replace(use, fingerprint=first.get(use.fingerprint, use.fingerprint))


def _as_named(view: View) -> Iterator[Use]:
    confirmed, paid = confirmations(view), _Paid(view)
    for event in view.of(*_EVENTS):
        if event.name in ("Paid", "Drawn"):
            yield Use(event, bytes(event.args["fingerprint"]), event.number("amount"))
        elif event.name == "Refunded":
            yield Use(event, paid.reversed_by(event), -event.number("amount"))
        else:
            terms = confirmed[event.number("receivable")]
            sign = 1 if event.name == "Confirmed" else -1
            yield Use(event, bytes(terms["fingerprint"]), sign * int(terms["face"]))


class _Paid:
    """Which document stood behind the fen at an offset of a line's or an encumbrance's way out."""

    def __init__(self, view: View) -> None:
        self._spans: dict[str, list[tuple[int, int, bytes]]] = defaultdict(list)
        confirmed = confirmations(view)
        for event in view.of("Proceeds.Paid"):
            axis, start = (
                axis_of(PROCEEDS, purposes.budget_line(event.number("line"))),
                event.number("outOffset"),
            )
            end = start + event.number("amount")
            self._spans[axis].append((start, end, bytes(event.args["fingerprint"])))
        for event in view.of("Proceeds.EncumbrancePaid"):
            receivable = event.number("receivable")
            axis = axis_of(PROCEEDS, purposes.encumbrance(receivable))
            document = bytes(confirmed[receivable]["fingerprint"])
            self._spans[axis].append((event.number("start"), event.number("end"), document))
        for spans in self._spans.values():
            spans.sort()

    def reversed_by(self, refund: Seen) -> bytes:
        spans, start = self._spans.get(refund.args["axis"], []), refund.number("reversedOffset")
        at = bisect_right(spans, start, key=lambda span: span[0]) - 1
        fits = at >= 0 and start + refund.number("amount") <= spans[at][1]
        return spans[at][2] if fits else NO_DOCUMENT
