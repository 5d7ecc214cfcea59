"""Obligation documents: no use beyond a total (DOC-1), none of what was cancelled (DOC-3), one capacity
over all epochs of the key (DOC-4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator

from ledger.checks.uses import NO_DOCUMENT, roots, uses
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


def red_invoices(view: View) -> Generator[str, None, str]:
    """DOC-3: after a red invoice no use goes beyond what it left; what was used before stays."""
    totals: dict[bytes, int] = {}
    credited: dict[bytes, int] = defaultdict(int)
    for event in view.of(*(f"Documents.{name}" for name in (*_EVENTS, "Credited"))):
        document = bytes(event.args["fingerprint"])
        if event.name == "ObligationRegistered":
            totals[document] = int(event.args["obligation"]["total"])
        elif event.name == "Credited":
            credited[document] += event.number("amount")
        left = totals.get(document, 0) - credited[document]
        if left < 0 or (event.name == "CapacityUsed" and event.number("used") > left):
            yield f"{tag(document)}: {left} left by its red invoices, more used or cancelled in {event.tx}"
    made = sorted(document for document, amount in credited.items() if amount)
    answers = view.ask("Documents", "credited", [(document,) for document in made])
    for document, answer in zip(made, answers, strict=True):
        if int(answer) != credited[document]:
            yield f"{tag(document)}: {answer} credited by the chain, {credited[document]} by its events"
    return f"{len(made)} documents cancelled in part or whole, none used anew"


def epochs(view: View) -> Generator[str, None, str]:
    """DOC-4: every linked fingerprint leads to one that is registered, and is not registered itself."""
    registered = {bytes(e.args["fingerprint"]) for e in view.of("Documents.ObligationRegistered")}
    links = roots(view)
    answers = view.ask("Documents", "rootOf", [(alias,) for alias in links])
    for (alias, root), answer in zip(links.items(), answers, strict=True):
        if root not in registered or alias in registered or bytes(answer) != root:
            yield f"{tag(alias)}: linked to {tag(root)}, but by the chain to {tag(bytes(answer))}"
    return f"{len(links)} fingerprints of later epochs, each sharing the capacity of its document"
