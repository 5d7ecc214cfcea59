"""`trace piece`: what money stands behind a piece of a receivable, and what paid for it.

A bond's budget line that funds the receivable locked its money fen for fen, so the piece `[start, end)` is
funded by the same numbers of that sub-account: `encumbered` tells their sources, which tile the piece; it
is null where no bond funds the receivable, and its obligor will pay from what it has. Whoever financed the
piece paid for it: each of `purchases` is one cash move of a financing that covers some of it, with the
sources of that money, which tile the payment.

    {chain_id, block, block_hash, as_of, rule, horizon, receivable, currency, minor_unit, start, end, amount,
     obligor, supplier, funded_by, documents,
     encumbered: {amount, sources, cut, complete} | null,
     purchases: [{start, end, quote, financier, discount, fee, payee, tx, log, amount, documents, sources,
                  cut, complete}]}

`sources`, `cut` and `complete` are as in `ledger.tracing.payment`; `documents` are hashes, each once.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.limits import UNLIMITED, Limits
from ledger.domain.questions import IntervalQuestion
from ledger.errors import BadInput
from ledger.tracing import axes, economic
from ledger.tracing.books import Receivable
from ledger.tracing.holders import require_rule
from ledger.tracing.hops import Json, who
from ledger.tracing.interval import interval_trace
from ledger.tracing.payment import funding_of, payments_of
from ledger.tracing.pieces import Piece
from ledger.tracing.receivable import funded_by
from ledger.tracing.shares import Rule
from ledger.tracing.world import World


def piece_trace(
    world: World,
    receivable: int,
    start: int = 0,
    end: int | None = None,
    rule: str = Rule.FIFO,
    limits: Limits = UNLIMITED,
) -> Json:
    """The answer of `greenledger trace piece RECEIVABLE --json`; to the last fen where `end` is None.

    Raises:
        NotFound: unknown receivable. BadInput: no such fen.
    """
    require_rule(Rule.named(rule), limits)
    found = world.books.receivable(receivable)
    last = found.face if end is None else end
    if not 0 <= start < last <= found.face:
        raise BadInput(f"[{start}, {last}) is not in [0, {found.face})", had=last, needed=found.face)
    code, digits = world.currency(found.cash)
    book = world.books.pieces.get(receivable)
    pieces = book.between(start, last) if book else []
    return {
        **world.head(),
        "rule": Rule.named(rule).value,
        "horizon": {"hops": limits.hops, "until": limits.until, "least": str(limits.least)},
        "receivable": str(found.id),
        "currency": code,
        "minor_unit": digits,
        "start": str(start),
        "end": str(last),
        "amount": str(last - start),
        "obligor": who(world.books.party(found.obligor)),
        "supplier": who(world.books.party(found.supplier)),
        "funded_by": funded_by(world, found),
        "documents": _documents(world, found, pieces),
        "encumbered": _encumbered(world, found, start, last, rule, limits),
        "purchases": list(_purchases(world, pieces, rule, limits)),
    }


def _documents(world: World, found: Receivable, pieces: list[Piece]) -> list[str]:
    """What the receivable was confirmed against, and what its pieces changed hands against."""
    passed = [step.document for piece in pieces for step in piece.steps]
    return list(dict.fromkeys([*economic.documents(world.books, found), *passed]))


def _encumbered(
    world: World, found: Receivable, start: int, end: int, rule: str, limits: Limits
) -> Json | None:
    if found.line not in world.books.lines or world.axis(axes.encumbrance_axis(found.id)) is None:
        return None
    asked = IntervalQuestion(f"encumbrance:{found.id}", found.cash, start, end, "backward", rule, limits)
    told = interval_trace(world, asked)
    sources = told["parts"] or told["shares"]
    return {key: told[key] for key in ("amount", "cut", "complete")} | {"sources": sources}


def _purchases(world: World, pieces: list[Piece], rule: str, limits: Limits) -> Iterator[Json]:
    """The moves of every financing of these pieces, each financing once."""
    steps = {step.document: step for piece in pieces for step in piece.steps}
    for quote, step in steps.items():
        sale = world.books.financings.get(quote)
        if sale is None:
            continue
        for move in payments_of(world, step.tx, sale.financier):
            yield {
                "start": str(sale.start),
                "end": str(sale.end),
                "quote": quote,
                "financier": who(world.books.party(sale.financier)),
                "discount": str(sale.discount),
                "fee": str(sale.fee),
                "payee": who(world.books.party(move.target.party) if move.target.party else None),
                "tx": move.ref.tx,
                "log": move.ref.log,
                "amount": str(move.amount),
                "documents": list(sale.documents),
                **funding_of(world, move, Rule.named(rule), limits),
            }
