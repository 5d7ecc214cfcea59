"""`make bench-pieces`: many pieces on the embedded chain: built, indexed, listed, and a day's settled.

    python -m scripts.bench.pieces [--receivables 1000] [--pieces 100] [--suppliers 50] [--days 50]

Every receivable is confirmed and accepted, and its first holder passes equal intervals on in bundles, so that
all pieces but the last have changed hands once. Due dates are spread over so many days; one day's are paid in
and settled. Acts are sent as a client of the ledger sends them, in batches, each signed and each checked by
the contracts as ever.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger import Ledger, tables
from ledger.chain.client import Act
from ledger.domain.dates import day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, currency
from ledger.domain.roles import Role
from ledger.domain.states import Consent
from ledger.story.cast import illustrative_lei

CNY = currency("CNY")
BANK, OBLIGOR, SELLER = "settlement bank", "obligor", "supplier 0"
CHEAP = 2**12
FIRST = dt.date(2025, 1, 2)
PIECE = 100_000
"""Fen of a piece."""
AT_ONCE = 100
BUNDLE = 50
ASKED = 20
GAS = {"confirm": 600_000, "accept": 400_000, "transferMany": 6_000_000, "payIn": 300_000}


@dataclass
class Size:
    receivables: int
    pieces: int
    suppliers: int
    days: int

    @property
    def face(self) -> Money:
        return Money(self.pieces * PIECE, CNY)

    def due(self, receivable: int) -> dt.date:
        return FIRST + dt.timedelta(days=30 + receivable % self.days)


@dataclass
class Rows:
    """What was done, how often, in how many seconds."""

    found: list[tuple[str, int, float]] = field(default_factory=list)

    @contextmanager
    def timed(self, what: str, count: int) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.found.append((what, count, time.perf_counter() - started))

    def asked(self, what: str, questions: Sequence[Callable[[], object]]) -> None:
        """The median of one question; what the first needs of the index is read before."""
        seconds = []
        for question in questions:
            started = time.perf_counter()
            question()
            seconds.append(time.perf_counter() - started)
        self.found.append((what, 1, statistics.median(seconds)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("receivables", 1_000), ("pieces", 100), ("suppliers", 50), ("days", 50)):
        parser.add_argument(f"--{name}", type=int, default=default)
    size = Size(**vars(parser.parse_args()))
    show(size, run(size))


def run(size: Size) -> Rows:
    rows = Rows()
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.embedded(Path(folder), replay=True, keystore_cost=CHEAP) as ledger,
    ):
        credit = prepare(ledger, size)
        build(ledger, size, credit, rows)
        look(ledger, size, rows)
        settle(ledger, size, rows)
    return rows


def prepare(ledger: Ledger, size: Size) -> int:
    """The cast, a bank's line wide enough for all, and money for one day."""
    ledger.operator.post_business_date(FIRST)
    cast = {BANK: Role.BANK, OBLIGOR: Role.OBLIGOR}
    cast |= {f"supplier {n}": Role.SUPPLIER for n in range(size.suppliers)}
    for name, role in cast.items():
        ledger.operator.admit(name, illustrative_lei(name), role)
    whole = Money(size.face.minor * size.receivables, CNY)
    ledger.bank.mint(BANK, OBLIGOR, whole, "deposit", "CNY")
    return ledger.bank.grant_line(BANK, OBLIGOR, whole, FIRST + dt.timedelta(days=365)).id


def build(ledger: Ledger, size: Size, credit: int, rows: Rows) -> None:
    numbers = range(1, size.receivables + 1)
    with rows.timed("confirm", size.receivables):
        first = confirm_first(ledger, size, credit)
        rest = [{**first, "due": day_number(size.due(number))} for number in numbers[1:]]
        send(ledger, "Receivables", "confirm", [(OBLIGOR, (one,)) for one in rest])
    with rows.timed("accept", size.receivables):
        consent = (int(Consent.DECLARED), bytes(32))
        send(ledger, "Receivables", "accept", [(SELLER, (number, *consent)) for number in numbers])
    trade = ledger.documents.register(SELLER, b"framework contract", DocumentKind.TRADE).document
    paper = bytes.fromhex(trade[2:])
    with rows.timed("split and pass on", size.receivables * (size.pieces - 1)):
        bundles = [args for number in numbers for args in passed_on(ledger, size, number, paper)]
        send(ledger, "Transfers", "transferMany", [(SELLER, args) for args in bundles])


def confirm_first(ledger: Ledger, size: Size, credit: int) -> Mapping[str, Any]:
    """One through the front door; its terms are those of all, by one invoice over the sum."""
    invoice = ledger.documents.invoice(
        seller=SELLER,
        buyer=OBLIGOR,
        number="1",
        dated=FIRST,
        total=Money(size.face.minor * size.receivables, CNY),
        paper=b"invoice",
    )
    confirmed = ledger.obligor.confirm(
        OBLIGOR,
        SELLER,
        size.face,
        cash="CNY",
        due=size.due(1),
        credit_line=credit,
        fingerprint=invoice.fingerprint,
        contract=b"contract",
        delivery=b"delivery",
    )
    decoded = [ledger.client.decode(log) for log in ledger.client.receipt(confirmed.tx)["logs"]]
    [event] = [one for one in decoded if one is not None and one.name == "Confirmed"]
    terms: Mapping[str, Any] = event.args["confirmation"]
    return terms


def passed_on(ledger: Ledger, size: Size, receivable: int, paper: bytes) -> Iterator[tuple[Any, ...]]:
    """Bundles of equal intervals from the left; each cut hands its number to what is left."""
    for first in range(0, size.pieces - 1, BUNDLE):
        places = range(first, min(first + BUNDLE, size.pieces - 1))
        parts = [
            {
                "receivable": receivable,
                "start": place * PIECE,
                "sequence": place,
                "from": place * PIECE,
                "to": (place + 1) * PIECE,
            }
            for place in places
        ]
        to = 1 + (receivable + first) % (size.suppliers - 1)
        yield parts, ledger.session.address(f"supplier {to}"), paper


def send(ledger: Ledger, contract: str, function: str, acts: Sequence[tuple[str, tuple[Any, ...]]]) -> None:
    target, gas = ledger.session.deployment[contract], GAS[function]
    made = [Act(ledger.session.signer(who), target, function, args, gas) for who, args in acts]
    for first in range(0, len(made), AT_ONCE):
        ledger.client.send_many(made[first : first + AT_ONCE])


def look(ledger: Ledger, size: Size, rows: Rows) -> None:
    """Reads the chain into the index, then asks it."""
    events = size.receivables * size.pieces * 2
    with rows.timed("index, events of pieces", events):
        ledger.session.index()
    with rows.timed("columns of all pieces, once", 1):
        listed = ledger.pieces.listed(limit=1)
    assert listed["count"] == size.receivables * size.pieces, "a piece is missing"
    holders = [f"supplier {1 + n % (size.suppliers - 1)}" for n in range(ASKED)]
    rows.asked("list one holder's pieces", [lambda who=who: ledger.pieces.listed(who) for who in holders])
    days = [size.due(number) for number in range(ASKED)]
    rows.asked(
        "list the pieces of one due date",
        [lambda day=day: ledger.pieces.listed(due_from=day, due_to=day) for day in days],
    )


def settle(ledger: Ledger, size: Size, rows: Rows) -> None:
    """All that falls due on one day, paid in by its obligor and settled to the holders."""
    day = size.due(size.days)
    due = [number for number in range(1, size.receivables + 1) if size.due(number) == day]
    ledger.operator.post_business_date(day)
    ledger.cash.approve(OBLIGOR, ledger.session.deployment["Maturity"].address, 2**256 - 1, "CNY")
    paid = [(OBLIGOR, (number, size.face.minor)) for number in due]
    with rows.timed("pay in what falls due on one day", len(due)):
        send(ledger, "Maturity", "payIn", paid)
    with rows.timed("settle one day's pieces", len(due) * size.pieces):
        work = ledger.maturity.settle_due(OBLIGOR)
    assert [one.receivable for one in work.done if one.done] == due and not work.refused, "not all settled"


def show(size: Size, rows: Rows) -> None:
    out = tables.console()
    grid = tables.table(
        f"{size.receivables * size.pieces:,} pieces of {size.receivables:,} receivables",
        "what",
        ">count",
        ">seconds",
        ">a second",
        ">each, ms",
    )
    for what, count, seconds in rows.found:
        each = seconds * 1_000 / count
        grid.add_row(what, f"{count:,}", f"{seconds:,.3f}", f"{count / seconds:,.0f}", f"{each:,.3f}")
    out.print(grid)


if __name__ == "__main__":
    main()
