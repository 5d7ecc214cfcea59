"""DOC-1: what is used against one obligation document never exceeds its total, over bonds and receivables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator

from ledger.checks.uses import NO_DOCUMENT, uses
from ledger.checks.view import View, tag

_EVENTS = ("ObligationRegistered", "CapacityUsed", "CapacityReleased")


def capacity(view: View) -> Generator[str, None, str]:
    totals: dict[bytes, int] = {}
    used: dict[bytes, int] = defaultdict(int)
    for event in view.of(*(f"Documents.{name}" for name in _EVENTS)):
        document = bytes(event.args["fingerprint"])
        if event.name == "ObligationRegistered":
            if document in totals:
                yield f"{tag(document)}: registered twice"
            totals[document] = int(event.args["obligation"]["total"])
            continue
        used[document] += event.number("amount") * (1 if event.name == "CapacityUsed" else -1)
        within = 0 <= used[document] <= totals.get(document, 0)
        if not within or used[document] != event.number("used"):
            yield f"{tag(document)}: {used[document]} used of {totals.get(document, 0)} in {event.tx}"
    yield from _as_the_chain_says(view, totals, used)
    yield from _as_the_users_say(view, used)
    return f"{len(totals)} obligation documents, none used beyond its total, each use counted once"


def _as_the_chain_says(
    view: View, totals: dict[bytes, int], used: dict[bytes, int]
) -> Generator[str, None, None]:
    documents = sorted(totals)
    answers = view.ask("Documents", "obligation", [(document,) for document in documents])
    for document, (*_, total, spent) in zip(documents, answers, strict=True):
        made, needed = used.get(document, 0), totals[document]
        if (int(spent), int(total)) != (made, needed):
            yield f"{tag(document)}: {spent} of {total} used by the chain, {made} of {needed} by its events"


def _as_the_users_say(view: View, used: dict[bytes, int]) -> Generator[str, None, None]:
    """Payments, confirmations, refusals and refunds give the same use of each document."""
    due: dict[bytes, int] = defaultdict(int)
    for use in uses(view):
        if use.fingerprint == NO_DOCUMENT:
            yield f"a refund in {use.event.tx} reverses nothing that was paid"
        due[use.fingerprint] += use.amount
    for document in sorted({*due, *used} - {NO_DOCUMENT}):
        had, needed = used.get(document, 0), due.get(document, 0)
        if had != needed:
            yield f"{tag(document)}: {had} used, payments and payables make {needed}"
