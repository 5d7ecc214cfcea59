"""`pool show` and `pool lookthrough`: an asset pool, its tranches, and every fen of every piece (逐笔穿透).

The answer of `pool_show` (amounts and numbers of fen are integer strings in minor units; days are dates):

    {chain_id, block, block_hash, day, pool, name, state, currency, minor_unit, originator, trustee,
     closes_on, due_by, advance_ppm, min_piece, min_face, open_to_holders, document, face, price, collected,
     tranches: [{tranche, nominal, rate_ppm, subscribed, interest, principal, rest, outstanding}],
     lots: [{lot, tranche, start, end, investor, paid}]}

`lookthrough` adds, for what is in the pool now:

    {pieces: [{piece, state, receivable, start, end, amount, price, obligor, supplier, seller, holder, path,
               due, days, bucket, stage, overdue, fingerprint, documents, trade_documents, registrations,
               funded_by, received, collected, written_off, breaches}],
     by_obligor: [{party, account, illustrative, amount, share_ppm}], by_due: {BUCKET: amount},
     overdue: amount, received: amount, complete}

A piece in a pool is locked, so it is one interval of its receivable with one past. `path` is everybody who
held it, from the supplier that the payable was confirmed to; `received` what its fen were paid, `collected`
what of it reached the pool. `complete` is computed: the pieces, each found whole in the replayed book under
this pool's lock or discharged, add up to the pool's face, and overlap nowhere (POOL-3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ledger.domain.dates import format_day
from ledger.domain.maturity import bucket_of, in_buckets, stage_of
from ledger.domain.states import AssetPoolState, PieceState
from ledger.errors import NotFound
from ledger.tracing import economic
from ledger.tracing.books import Receivable
from ledger.tracing.hops import Json, who
from ledger.tracing.pieces import Piece
from ledger.tracing.poolbooks import AssetPool, PoolPiece, Tranche
from ledger.tracing.receivable import funded_by
from ledger.tracing.world import World

_MILLION = 1_000_000


def pool_show(world: World, pool: int) -> Json:
    """The answer of `greenledger pool show POOL --json`, in the shape given above. NotFound: unknown pool."""
    found = _known(world, pool)
    code, digits = world.currency(found.cash)
    inside = [piece for piece in found.pieces.values() if piece.inside]
    return {
        "chain_id": world.history.chain_id,
        "block": world.header.number,
        "block_hash": world.header.hash,
        "day": format_day(world.today()),
        "pool": str(found.id),
        "name": found.name,
        "state": found.state.name.lower(),
        "currency": code,
        "minor_unit": digits,
        "originator": who(world.books.party(found.originator)),
        "trustee": who(world.books.party(found.trustee)),
        "closes_on": format_day(found.closes_on),
        "due_by": format_day(found.due_by),
        "advance_ppm": found.advance_ppm,
        "min_piece": str(found.min_piece),
        "min_face": str(found.min_face),
        "open_to_holders": found.open_to_holders,
        "document": found.document,
        "face": str(found.face),
        "price": str(sum(piece.price for piece in inside)),
        "collected": str(sum(p.collected + p.repurchased_for for p in found.pieces.values())),
        "tranches": [_tranche(found, index, one) for index, one in enumerate(found.tranches)],
        "lots": [
            {
                "lot": number,
                "tranche": lot.tranche,
                "start": str(lot.start),
                "end": str(lot.end),
                "investor": who(world.books.party(lot.investor)),
                "paid": str(lot.paid),
            }
            for number, lot in found.lots.items()
        ],
    }


def lookthrough(world: World, pool: int) -> Json:
    """The answer of `greenledger pool lookthrough POOL --json`. NotFound: unknown pool."""
    found = _known(world, pool)
    inside = {number: piece for number, piece in found.pieces.items() if piece.inside}
    today, receivables = world.today(), world.books.receivables
    pairs = [(receivables[piece.receivable], piece) for piece in inside.values()]
    owed = [(r.due, piece.face - _received(world, piece)) for r, piece in pairs]
    return {
        **pool_show(world, pool),
        "pieces": [_piece(world, number, piece, today) for number, piece in inside.items()],
        "by_obligor": list(_by_obligor(world, pairs)),
        "by_due": {name: str(amount) for name, amount in in_buckets(owed, today).items()},
        "overdue": str(sum(amount for due, amount in owed if due < today)),
        "received": str(sum(_received(world, piece) for piece in inside.values())),
        "complete": _complete(world, found, inside.values()),
    }


def _known(world: World, pool: int) -> AssetPool:
    found = world.books.asset_pools.pools.get(pool)
    if found is None:
        raise NotFound(f"there is no asset pool {pool}", who=pool)
    return found


def _tranche(pool: AssetPool, index: int, one: Tranche) -> Json:
    runs = pool.state in (AssetPoolState.CLOSED, AssetPoolState.RUNNING)
    return {
        "tranche": index,
        "nominal": str(one.nominal),
        "rate_ppm": one.rate_ppm,
        "subscribed": str(one.subscribed),
        "interest": str(one.interest),
        "principal": str(one.principal),
        "rest": str(one.rest),
        "outstanding": str(one.nominal - one.principal if runs else 0),
    }


def _piece(world: World, number: int, piece: PoolPiece, today: int) -> Json:
    receivable, held = world.books.receivables[piece.receivable], _held(world, piece)
    standing, books = world.books.maturity.of(receivable.id), world.books
    steps = held.steps if held else ()
    return {
        "piece": number,
        "state": piece.state.name.lower(),
        "receivable": str(receivable.id),
        "start": str(piece.start),
        "end": str(piece.end),
        "amount": str(piece.face),
        "price": str(piece.price),
        "obligor": who(books.party(receivable.obligor)),
        "supplier": who(books.party(receivable.supplier)),
        "seller": who(books.party(piece.seller)),
        "holder": who(books.party(held.holder)) if held else who(None),
        "path": [who(books.party(one)) for one in _path(receivable, held)],
        "due": format_day(receivable.due),
        "days": receivable.due - today,
        "bucket": bucket_of(receivable.due, today),
        "stage": stage_of(receivable.due, today) if _received(world, piece) < piece.face else None,
        "overdue": standing.overdue_since is not None,
        "fingerprint": receivable.fingerprint,
        "documents": economic.documents(books, receivable),
        "trade_documents": [step.document for step in steps if step.document not in books.financings],
        "registrations": _registrations(world, piece),
        "funded_by": funded_by(world, receivable),
        "received": str(_received(world, piece)),
        "collected": str(piece.collected),
        "written_off": standing.written_off.get(piece.start) == piece.end,
        "breaches": list(piece.breaches),
    }


def _path(receivable: Receivable, held: Piece | None) -> list[str]:
    """Everybody who held the piece, in order."""
    return [receivable.supplier, *(step.recipient for step in (held.steps if held else ()))]


def _registrations(world: World, piece: PoolPiece) -> list[str]:
    """Certificates and searches of the financings that these fen went through."""
    return [
        document
        for one in world.books.financings.values()
        if one.receivable == piece.receivable and one.start < piece.end and piece.start < one.end
        for document in one.documents
    ]


def _held(world: World, piece: PoolPiece) -> Piece | None:
    """The piece as the replayed book has it; None when no piece has these edges."""
    book = world.books.pieces.get(piece.receivable)
    held = book.pieces.get(piece.start) if book else None
    return held if held and held.end == piece.end else None


def _received(world: World, piece: PoolPiece) -> int:
    return world.books.maturity.of(piece.receivable).received(piece.start, piece.end)


def _by_obligor(world: World, pairs: Iterable[tuple[Receivable, PoolPiece]]) -> Iterator[Json]:
    """Concentration: shares in parts per million of the face, rounded down."""
    sums: Counter[str] = Counter()
    for receivable, piece in pairs:
        sums[receivable.obligor] += piece.face
    whole = sums.total()
    for account, amount in sums.most_common():
        share = amount * _MILLION // whole
        yield {**who(world.books.party(account)), "amount": str(amount), "share_ppm": share}


def _complete(world: World, pool: AssetPool, inside: Iterable[PoolPiece]) -> bool:
    """POOL-3, from the book's own history and not from what the pool's events say of it."""
    faces, seen = 0, set()
    for piece in inside:
        held = _held(world, piece)
        locked = held is not None and held.state is PieceState.LOCKED and _is_pools(world, held.lock)
        discharged = held is not None and held.state not in (PieceState.LOCKED, PieceState.HELD)
        if not (locked or discharged) or (piece.receivable, piece.start) in seen:
            return False
        seen.add((piece.receivable, piece.start))
        faces += piece.face
    return faces == pool.face


def _is_pools(world: World, lock: int) -> bool:
    return world.books.contracts.get(world.books.modules.get(lock, "")) == "AssetPools"
