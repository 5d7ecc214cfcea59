"""BOND-2: every payment and encumbrance, judged again by what held at its moment in the chain's events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping
from typing import Any

from ledger.checks.outflows import undischarged, unexplained
from ledger.checks.uses import confirmations, uses
from ledger.checks.view import Seen, View, tag
from ledger.checks.world import World
from ledger.domain.dates import business_date

_JUDGED = ("Proceeds.Paid", "Proceeds.Encumbered")


def every_payment(view: View) -> Generator[str, None, str]:
    gate, judged = _Gate(view), 0
    for event in view.events:
        gate.world.learn(event)
        if f"{event.contract}.{event.name}" in _JUDGED:
            judged += 1
            for reason in gate.why_not(event):
                yield f"{event.name} from budget line {event.args['line']} in {event.tx}: {reason}"
    yield from unexplained(view)
    yield from undischarged(view)
    return f"{judged} payments and encumbrances passed the gate; nothing else left a bond's sub-accounts"


class _Gate:
    """The gate's conditions, asked of events."""

    def __init__(self, view: View) -> None:
        self._confirmed = confirmations(view)
        self._currencies = {
            event.number("bond"): bytes(view.call(view.cash_named(event.args["cash"]), "currency"))
            for event in view.of("Proceeds.BondBooksOpened")
        }
        self._used = _used_after(view)
        self.world = _begin(view)

    def why_not(self, event: Seen) -> Generator[str, None, None]:
        line = event.number("line")
        yield from self.world.why_not(line, event.block)
        yield from self._paid(event) if event.name == "Paid" else self._encumbered(event)

    def _paid(self, event: Seen) -> Generator[str, None, None]:
        document, line = bytes(event.args["fingerprint"]), event.number("line")
        yield from self._capacity(event, document, event.args["payee"])
        payer = self.world.obligations.get(document, {}).get("payer")
        if payer not in self.world.spenders(line):
            yield f"the document's payer {payer} is neither issuer nor project company"

    def _encumbered(self, event: Seen) -> Generator[str, None, None]:
        """A confirmed payable of the same amount, by the issuer or the company that may spend."""
        terms, line = self._confirmed.get(event.number("receivable")), event.number("line")
        needed = (event.number("amount"), line)
        if terms is None or (int(terms["face"]), int(terms["budgetLine"])) != needed:
            yield f"no payable of {event.args['amount']} was confirmed on it"
            return
        document = bytes(terms["fingerprint"])
        yield from self._capacity(event, document, terms["supplier"])
        issuer, company = self.world.spenders(line)
        allowed = {issuer, company} if self.world.lines[line]["companyMaySpend"] else {issuer}
        payer = self.world.obligations.get(document, {}).get("payer")
        if terms["obligor"] not in allowed or payer != terms["obligor"]:
            yield f"the obligor {terms['obligor']} may not spend, or is not the document's payer {payer}"

    def _capacity(self, event: Seen, document: bytes, payee: str) -> Generator[str, None, None]:
        """The payee admitted; the document the payee's, in the bond's currency, not used beyond its total."""
        obligation: Mapping[str, Any] = self.world.obligations.get(document, {})
        if not obligation:
            yield f"no obligation document {tag(document)}"
            return
        if payee != obligation["payee"]:
            yield f"the payee is {payee}, the document's {obligation['payee']}"
        if not self.world.active(payee, event.block):
            yield f"the payee {payee} is not admitted"
        if bytes(obligation["currency"]) != self._currencies[event.number("bond")]:
            yield "the document is in another currency"
        used = self._used.get((event.tx, document), 0)
        if used > int(obligation["total"]):
            yield f"{used} used of the document's total {obligation['total']}"


def _used_after(view: View) -> dict[tuple[str, bytes], int]:
    """The most of each document that was in use after an event of each transaction."""
    used: dict[bytes, int] = defaultdict(int)
    after: dict[tuple[str, bytes], int] = defaultdict(int)
    for use in uses(view):
        used[use.fingerprint] += use.amount
        key = use.event.tx, use.fingerprint
        after[key] = max(after[key], used[use.fingerprint])
    return after


def _begin(view: View) -> World:
    """In a replay deployment the business date is posted; else it is the block's, in the programme's zone."""
    if view.call("Participants", "replay"):
        return World(None)
    zone = int(view.call("Participants", "zone"))
    headers = view.headers(event.block for event in view.of(*_JUDGED))
    return World(lambda block: business_date(headers[block].timestamp, zone))
