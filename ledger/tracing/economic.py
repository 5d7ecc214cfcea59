"""The economic view: what was bought, and from whom at every tier (DESIGN 2.4).

origin → budget line → obligation → receivable → pieces → suppliers. A direct payment buys from the
obligation's payee. A receivable's fen buy from whoever holds the piece in trade; a financing does not change
from whom was bought: the seller of the piece got the net, the financier keeps discount and fee, each on a
line of its own.

Within a financed interval the fen are given in this order: net, discount, fee. That is exact, and stays exact
under any cut. When a financier sells on, the first financing counts and the later holders show in `via`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.tracing.books import Books, Financing, Receivable
from ledger.tracing.hops import Json, who
from ledger.tracing.pieces import Piece, Step

_SELLERS: Final = {1: "seller", 2: "borrower", 3: "reimbursed"}
"""The payee's role by kind of obligation: invoice, loan drawdown, refinancing statement."""

ISSUE_COST: Final = "issue cost"
INVESTOR: Final = "investor"
SUPPLIER: Final = "supplier"
DISCOUNT: Final = "discount"
FEE: Final = "fee"


@dataclass(frozen=True, slots=True)
class _Share:
    """The fen `[start, end)` of a receivable went to `account` in `role`."""

    start: int
    end: int
    account: str
    role: str


def direct(books: Books, payee: str, fingerprint: str | None, start: int, end: int) -> list[Json]:
    """A payment straight from a budget line: one line, the obligation's payee."""
    obligation = books.obligations.get(fingerprint or "")
    role = _SELLERS.get(obligation.kind, "payee") if obligation else "payee"
    documents = [obligation.document] if obligation else []
    return [_line(books, payee, role, start, end, documents)]


def issue_cost(books: Books, payee: str, document: str | None, start: int, end: int) -> list[Json]:
    """A payment of issue costs: one line."""
    return [_line(books, payee, ISSUE_COST, start, end, [document] if document else [])]


def returned(books: Books, payee: str, start: int, end: int) -> list[Json]:
    """Unused proceeds that went back: one line, the investor."""
    return [_line(books, payee, INVESTOR, start, end, [])]


def receivable(books: Books, found: Receivable, first: int, start: int, end: int) -> list[Json]:
    """The lines for origin fen `[start, end)` that are the receivable's fen from `first` on; they tile it.

    Empty while the supplier has not accepted: nothing is bought yet.
    """
    book = books.pieces.get(found.id)
    if book is None:
        return []
    last = first + end - start
    lines: list[Json] = []
    for piece in book.between(first, last):
        for share in _shares(books, piece):
            low, high = max(share.start, first), min(share.end, last)
            if low < high:
                lines.append(_piece_line(books, found, piece, share, low, high, start - first))
    return lines


def documents(books: Books, found: Receivable) -> list[str]:
    """What a receivable was confirmed against: invoice, contract, delivery."""
    obligation = books.obligations.get(found.fingerprint)
    return [*([obligation.document] if obligation else []), *found.documents]


def against(books: Books, step: Step) -> str:
    """Why a piece changed its holder: a financing, recourse (it went back to the seller), an order (of a
    court, or a pledge given up), or a trade."""
    if step.document in books.financings:
        return "financing"
    if step.document in books.orders:
        return "order"
    return "recourse" if books.maturity.bought_back(step.tx, step.document) else "trade"


def _shares(books: Books, piece: Piece) -> Iterator[_Share]:
    sale = _first_sale(books, piece)
    if sale is None:
        yield _Share(piece.start, piece.end, piece.holder, SUPPLIER)
        return
    net, discount = sale.start + sale.net, sale.start + sale.net + sale.discount
    whole = (
        _Share(sale.start, net, sale.holder, SUPPLIER),
        _Share(net, discount, sale.financier, DISCOUNT),
        _Share(discount, sale.end, sale.fee_payee, FEE),
    )
    for share in whole:
        low, high = max(share.start, piece.start), min(share.end, piece.end)
        if low < high:
            yield _Share(low, high, share.account, share.role)


def _first_sale(books: Books, piece: Piece) -> Financing | None:
    return next((books.financings[s.document] for s in piece.steps if s.document in books.financings), None)


def _trades(books: Books, piece: Piece) -> list[Step]:
    """The changes of holder against trade documents, before the first financing."""
    trades = []
    for step in piece.steps:
        if step.document in books.financings:
            break
        trades.append(step)
    return trades


def _piece_line(
    books: Books, found: Receivable, piece: Piece, share: _Share, low: int, high: int, shift: int
) -> Json:
    trades, sale = _trades(books, piece), _first_sale(books, piece)
    named = [*documents(books, found), *(step.document for step in trades)]
    return {
        **_line(books, share.account, share.role, low + shift, high + shift, named),
        "tier": len(trades) + 1,
        "via": [_via(books, tier, step) for tier, step in enumerate(piece.steps, 1)],
        "financing": None if sale is None else _financing(books, sale),
        "holder": who(books.party(piece.holder)),
        "receivable": str(found.id),
        "piece": {"start": str(low), "end": str(high)},
    }


def _via(books: Books, tier: int, step: Step) -> Json:
    """A former holder, and what it passed the piece on against."""
    return {
        **who(books.party(step.sender)),
        "tier": tier,
        "against": against(books, step),
        "document": step.document,
        "tx": step.tx,
    }


def _financing(books: Books, sale: Financing) -> Json:
    return {
        "financier": who(books.party(sale.financier)),
        "face": str(sale.end - sale.start),
        "discount": str(sale.discount),
        "fee": str(sale.fee),
        "net": str(sale.net),
        "registration": {"number": sale.number, "attested_by": who(books.party(sale.financier))},
        "documents": list(sale.documents),
    }


def _line(books: Books, account: str, role: str, start: int, end: int, documents: list[str]) -> Json:
    return {
        **who(books.party(account)),
        "role": role,
        "start": str(start),
        "end": str(end),
        "amount": str(end - start),
        "documents": documents,
    }
