"""Gas of what holders do with their pieces beside passing them on at once: offers, bundles, pledges, asset
pools; and of a supplier's loan.

Called by `scripts.bench.ours` with its scene; a row is one act as it is sent, or of many the share of one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money
from ledger.services.assetpools import TrancheTerms
from ledger.services.pieces import Interval
from scripts.bench.row import Row

if TYPE_CHECKING:
    from scripts.bench.ours import Scene

BUNDLE = 10
STEP = 100_000  # minor units
PASSING = "admission of both, role, lock, sequence, layer and piece limits, trade document, ERC-721 events"


def passing(scene: Scene, receivable: int, start: int) -> Iterator[Row]:
    """Offers, a bundle and a pledge out of the supplier's piece from `start` on."""
    pieces, (trade,) = scene.ledger.pieces, scene.papers("supplier", (DocumentKind.TRADE,))
    for case in ("first", "repeated"):
        offered = pieces.offer(
            "supplier", receivable, "second supplier", start=start, end=start + STEP, trade_document=trade
        )
        yield scene.row("offer a part of a piece", f"{case}, one cut", offered, PASSING)
        taken = pieces.accept("second supplier", receivable, start)
        yield scene.row("accept an offer", case, taken, "as a move; the offer is used once, within its days")
        start += STEP
    yield from _bundle(scene, receivable, start, trade)
    yield from _pledge(scene, receivable, start + BUNDLE * STEP)


def _bundle(scene: Scene, receivable: int, start: int, trade: str) -> Iterator[Row]:
    parts = [Interval(receivable, start + n * STEP, start + (n + 1) * STEP) for n in range(BUNDLE)]
    for part in parts:
        scene.ledger.supplier.split("supplier", receivable, part.start, part.end)
    bundled = scene.ledger.pieces.bundle("supplier", parts, "second supplier", trade_document=trade)
    share = scene.gas(bundled) // BUNDLE
    yield Row("move a bundle, a piece of 10", "amortised", share, "as a move, one document for all")


def _pledge(scene: Scene, receivable: int, start: int) -> Iterator[Row]:
    (agreement,) = scene.papers("financier", (DocumentKind.PLEDGE,))
    scene.ledger.documents.register_hash("supplier", agreement, DocumentKind.PLEDGE)
    for case in ("first", "repeated"):
        pledged = scene.ledger.pieces.pledge(
            "supplier", receivable, "financier", start=start, end=start + STEP, document=agreement
        )
        yield scene.row("pledge a part of a piece", f"{case}, one cut", pledged, "agreement of both, lock")
        released = scene.ledger.pieces.release("financier", receivable, start)
        yield scene.row("release a pledge", case, released, "pledgee, unlock")
        start += STEP


def lending(scene: Scene, total: Money) -> Iterator[Row]:
    """A line granted on a score, drawn twice against one document and repaid."""
    ledger, until = scene.ledger, scene.today + dt.timedelta(days=200)
    ledger.scores.consent("supplier", "financier", until=until, document=b"consent")
    asked = ledger.loans.apply("supplier", "financier", total, document=b"application")
    yield scene.row("apply for a loan line", "first", asked, "consent to the score, features, documents")
    granted = ledger.loans.grant(
        "financier", asked.line, limit=total, rate_ppm=60_000, tenor_days=30, expires=until, document=b"yes"
    )
    yield scene.row("grant a loan line", "first", granted, "score recomputed off chain, dates, document")
    document = _drawdown(ledger, scene.today, total)
    for case in ("first", "repeated"):
        drawn = ledger.loans.draw("supplier", asked.line, document, Money(total.minor // 4, total.currency))
        yield scene.row("draw on a loan line", case, drawn, "consent, limit, capacity, both admissions")
    part = Money(total.minor // 8, total.currency)
    ledger.loans.repay("supplier", drawn.drawdown, part)
    repaid = ledger.loans.repay("supplier", drawn.drawdown, part)
    yield scene.row("repay a loan", "repeated", repaid, "interest first, claim fallback")


def _drawdown(ledger: Any, today: dt.date, total: Money) -> str:
    drawdown = ledger.documents.obligation(
        DocumentKind.LOAN_DRAWDOWN,
        payer="financier",
        payee="supplier",
        number="L-1",
        dated=today,
        total=total,
        paper=b"drawdown",
    )
    return str(ledger.documents.sign_and_register(drawdown).fingerprint)


def pooling(scene: Scene, receivable: int, face: Money) -> Iterator[Row]:
    """A pool of two pieces of the supplier's, its originator; on a replay deployment, for its cut-off day."""
    pools, cut_off = scene.ledger.asset_pools, scene.ledger.operator.today() + dt.timedelta(days=1)
    pool = pools.register(
        "supplier",
        "BENCH",
        trustee="financier",
        cash="CNY",
        closes_on=cut_off,
        due_by=cut_off + dt.timedelta(days=200),
        tranches=[TrancheTerms(face, 30_000)],
        document=b"terms of the pool",
    ).pool
    pools.take_on("financier", pool)
    half = face.minor // 2
    for case, start in (("first, one cut", 0), ("repeated, no cut", half)):
        added = pools.add("supplier", pool, receivable, start=start, end=start + half)
        yield scene.row("put a piece into an asset pool", case, added, "dates, room, move allowed, lock")
    subscribed = pools.subscribe("investor one", pool, 0, face)
    yield scene.row("subscribe a tranche", "first", subscribed, "role, dates, room")
    scene.ledger.operator.post_business_date(cut_off)
    pools.close("financier", pool)
    bought = pools.buy("investor one", pool, batch=1).transactions
    for case, tx in zip(("first", "repeated"), bought, strict=True):
        gas = int(scene.ledger.client.receipt(tx)["gasUsed"], 16)
        yield Row("buy a piece into an asset pool", case, gas, "piece and price, or neither")
