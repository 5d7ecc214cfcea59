"""Asset pools (ABS): an originator's terms, pieces put in and bought, tranches subscribed and paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain import purposes
from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.purposes import POOLS, axis_of
from ledger.domain.states import AssetPoolState, PoolPieceState
from ledger.errors import NotFound
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.receivables import piece_at
from ledger.services.session import Act, struct
from ledger.services.values import Amount, hex_of, minor, whole

BATCH: Final = 40
_MILLION: Final = 1_000_000
_MOST: Final = 2**64 - 1
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TrancheTerms:
    """One tranche, the most senior first: what is subscribed in all, and its interest in ppm a year."""

    nominal: Amount
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class Registered(Act):
    """A pool that its trustee has to take on."""

    pool: int
    trustee: str


@dataclass(frozen=True, slots=True)
class PutIn(Act):
    """Fen `[start, end)` of a receivable, locked in a pool under a number, for a price in minor units."""

    pool: int
    piece: int
    receivable: int
    start: int
    end: int
    price: int


@dataclass(frozen=True, slots=True)
class Subscribed(Act):
    """A lot: the interval `[start, end)` of its tranche."""

    pool: int
    lot: int
    tranche: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What acts in batches did: how many pieces or lots, minor units in all, transactions."""

    pool: int
    count: int
    amount: int
    transactions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """An asset pool as the chain has it; amounts in minor units."""

    id: int
    state: AssetPoolState
    originator: str
    trustee: str
    cash: str
    currency: str
    closes_on: dt.date
    due_by: dt.date
    advance_ppm: int
    min_piece: int
    min_face: int
    open_to_holders: bool
    document: str
    pieces: int
    bought: int
    lots: int
    tranches: int
    face: int
    price: int


class AssetPools(Desk):
    """One attribute for all sides: every act says who does it."""

    # --- originator and trustee --------------------------------------------------------------------------

    def register(
        self,
        originator: str,
        name: str,
        *,
        trustee: str,
        cash: str,
        closes_on: dt.date,
        due_by: dt.date,
        tranches: Sequence[TrancheTerms],
        document: Paper,
        advance_ppm: int = _MILLION,
        min_piece: Amount = 1,
        min_face: Amount = 1,
        open_to_holders: bool = True,
    ) -> Registered:
        """Publishes a pool's terms; the trustee, a stranger to the originator, takes it on.

        Args:
            closes_on: the cut-off day: pieces and subscriptions before it, closing from it on.
            due_by: no piece in the pool falls due later.
            advance_ppm: price of a piece in parts per million of its face, rounded up to the minor unit.
            min_piece: 1 lets small suppliers' pieces in too.
            open_to_holders: every holder may put pieces in; else the originator alone.
        """
        found = self._session.cash(cash)
        unit = found.currency.code
        terms = {
            "trustee": self._session.address(trustee),
            "closesOn": day_number(closes_on),
            "dueBy": day_number(due_by),
            "advancePpm": whole(advance_ppm, _MILLION, "an advance"),
            "cash": found.contract.address,
            "minPiece": whole(minor(min_piece, unit), _MOST, "a smallest piece"),
            "openToHolders": open_to_holders,
            "minFace": whole(minor(min_face, unit), _MOST, "a smallest face"),
            "document": self._file(originator, document, DocumentKind.CONTRACT, (trustee,)),
        }
        parts = [
            {"nominal": whole(minor(one.nominal, unit), _MOST, "a nominal"), "ratePpm": one.rate_ppm}
            for one in tranches
        ]
        mined = self._session.act(originator, "AssetPools", "register", terms, parts, name)
        event = mined.event("PoolRegistered").args
        return Registered(mined.tx, mined.block, event["pool"], event["trustee"])

    def take_on(self, trustee: str, pool: int) -> Act:
        """The trustee takes it on, and lets `Tranches` take collected money from its account at once."""
        found = self.pool(pool)
        done = act_of(self._session.act(trustee, "AssetPools", "takeOn", pool))
        self._session.allow(trustee, self._session.cash(found.cash), "Tranches", _MOST)
        return done

    def cancel(self, who: str, pool: int) -> Act:
        """Originator or trustee, before closing; from the eleventh day after the cut-off day anyone."""
        return act_of(self._session.act(who, "AssetPools", "cancel", pool))

    def close(self, trustee: str, pool: int) -> Act:
        """From the cut-off day on, when every tranche is subscribed and the pieces are enough."""
        return act_of(self._session.act(trustee, "AssetPools", "close", pool))

    def declare_breach(self, trustee: str, pool: int, piece: int, document: Paper) -> Act:
        """Says, against a document, that a piece is not what the terms promise."""
        paper = self._file(trustee, document, DocumentKind.OTHER, (self.pool(pool).originator,))
        return act_of(self._session.act(trustee, "AssetPools", "declareBreach", pool, piece, paper))

    def repurchase(self, originator: str, pool: int, piece: int) -> Act:
        """The originator buys a piece in breach back, at face less what it brought in."""
        found = self.pool(pool)
        self._session.allow(originator, self._session.cash(found.cash), "Tranches", found.face)
        return act_of(self._session.act(originator, "AssetPools", "repurchase", pool, piece))

    # --- holders of pieces -------------------------------------------------------------------------------

    def add(
        self,
        holder: str,
        pool: int,
        receivable: int,
        *,
        start: int,
        end: int,
        sequence: int | None = None,
    ) -> PutIn:
        """Puts the interval `[start, end)` in. It stays the holder's, locked, until the pool buys it.

        `sequence` is the number of the piece that the caller saw; by default the present one.
        """
        part = self._part(receivable, start, end, sequence)
        mined = self._session.act(holder, "AssetPools", "putIn", pool, part)
        event = mined.event("PiecePutIn").args
        return PutIn(mined.tx, mined.block, pool, event["piece"], receivable, start, end, event["price"])

    def check_add(self, holder: str, pool: int, receivable: int, *, start: int, end: int) -> None:
        """May this be put in? Raises the refusal that putting it in would get."""
        part = self._part(receivable, start, end, None)
        self._session.read("AssetPools", "checkPutIn", pool, part, self._session.address(holder))

    def _part(self, receivable: int, start: int, end: int, sequence: int | None) -> Mapping[str, int]:
        piece = piece_at(self._session, receivable, start)
        return {
            "receivable": receivable,
            "pieceStart": piece.start,
            "sequence": piece.sequence if sequence is None else sequence,
            "start": start,
            "end": end,
        }

    def take_out(self, who: str, pool: int, piece: int) -> Act:
        """Its holder, before the cut-off day; anyone, once the pool is cancelled."""
        return act_of(self._session.act(who, "AssetPools", "takeOut", pool, piece))

    # --- investors ---------------------------------------------------------------------------------------

    def subscribe(self, investor: str, pool: int, tranche: int, amount: Amount) -> Subscribed:
        """Money to the pool's own sub-account, a lot of the tranche to the investor."""
        found = self.pool(pool)
        value = whole(minor(amount, found.currency), _MOST, "a subscription")
        self._session.allow(investor, self._session.cash(found.cash), "Tranches", value)
        mined = self._session.act(investor, "Tranches", "subscribe", pool, tranche, value)
        event = mined.event("TrancheSubscribed").args
        return Subscribed(mined.tx, mined.block, pool, event["lot"], tranche, event["start"], event["end"])

    # --- anyone ------------------------------------------------------------------------------------------

    def buy(
        self, who: str, pool: int, *, batch: int = BATCH, progress: Progress = lambda done, all_: None
    ) -> Moved:
        """Piece to the trustee, price to its holder, `batch` pieces a transaction, until all are bought."""
        found, bought, transactions = self.pool(pool), [], []
        while found.state is AssetPoolState.CLOSED:
            mined = self._session.act(who, "AssetPools", "buy", pool, batch)
            bought += [event.args for event in mined.events if event.name == "PieceBought"]
            transactions.append(mined.tx)
            found = self.pool(pool)
            progress(found.bought, found.pieces)
        return Moved(pool, len(bought), sum(one["price"] for one in bought), tuple(transactions))

    def collect(
        self, who: str, pool: int, pieces: Sequence[int] | None = None, *, batch: int = BATCH
    ) -> Moved:
        """Brings what was paid on pieces to the pool's sub-account, by default on all that wait for it.

        Whoever calls carries the money when the trustee cannot: it is never `who`'s for longer than the act.
        """
        numbers = self._waiting(pool) if pieces is None else list(pieces)
        if numbers:
            self._session.allow(who, self._session.cash(self.pool(pool).cash), "Tranches", _MOST)
        return self._in_batches(who, pool, numbers, batch, "AssetPools", "collect", "PieceCollected")

    def distribute(self, who: str, pool: int, *, batch: int = BATCH) -> Moved:
        """Collects what waits, sends it down the waterfall, and pays every lot what it is due."""
        self.collect(who, pool, batch=batch)
        if self._undistributed(pool):
            self._session.act(who, "Tranches", "distribute", pool)
        return self.pay(who, pool, batch=batch)

    def pay(self, who: str, pool: int, *, batch: int = BATCH) -> Moved:
        """Pays lots what they are due; of a cancelled pool, gives subscriptions back. Again is harmless."""
        numbers = range(1, self.pool(pool).lots + 1)
        due = [n for n in numbers if int(self._session.read("Tranches", "dueOf", pool, n))]
        return self._in_batches(who, pool, due, batch, "Tranches", "pay", "LotPaid")

    def claim(self, who: str, cash: str) -> Act:
        """Takes what is kept for an investor who could not receive at the time."""
        address = self._session.cash(cash).contract.address
        return act_of(self._session.act(who, "Tranches", "claim", address))

    def _in_batches(
        self, who: str, pool: int, numbers: Sequence[int], batch: int, contract: str, act: str, event: str
    ) -> Moved:
        done, transactions = [], []
        for first in range(0, len(numbers), batch):
            mined = self._session.act(who, contract, act, pool, list(numbers[first : first + batch]))
            done += [one.args["amount"] for one in mined.events if one.name == event]
            transactions.append(mined.tx)
        return Moved(pool, len(done), sum(done), tuple(transactions))

    def _waiting(self, pool: int) -> list[int]:
        """Pieces with money that is held for them."""
        return [number for number in range(1, self.pool(pool).pieces + 1) if self._holds_money(pool, number)]

    def _holds_money(self, pool: int, number: int) -> bool:
        piece = struct(self._session.read("AssetPools", "pieceOf", pool, number))
        if piece["state"] not in (PoolPieceState.BOUGHT, PoolPieceState.BREACHED):
            return False
        return bool(self._session.read("Maturity", "heldBy", piece["receivable"], piece["start"]))

    def _undistributed(self, pool: int) -> int:
        cash = self._session.cash(self.pool(pool).cash).contract
        axis = axis_of(POOLS, purposes.asset_pool(pool))
        return int(self._session.read(cash, "balanceOf", axis))

    # --- reading -----------------------------------------------------------------------------------------

    def pool(self, pool: int) -> Pool:
        """As the chain has it. NotFound when there is no such pool."""
        record = struct(self._session.read("AssetPools", "pool", pool))
        if not record["state"]:
            raise NotFound(f"there is no asset pool {pool}", who=pool)
        terms = struct(self._session.read("AssetPools", "terms", pool))
        book = struct(self._session.read("Tranches", "book", pool))
        cash = self._session.cash(terms["cash"])
        return Pool(
            id=pool,
            state=AssetPoolState(record["state"]),
            originator=record["originator"],
            trustee=terms["trustee"],
            cash=cash.name,
            currency=cash.currency.code,
            closes_on=date_of(terms["closesOn"]),
            due_by=date_of(terms["dueBy"]),
            advance_ppm=terms["advancePpm"],
            min_piece=terms["minPiece"],
            min_face=terms["minFace"],
            open_to_holders=terms["openToHolders"],
            document=hex_of(terms["document"]),
            pieces=record["pieces"],
            bought=record["bought"],
            lots=book["lots"],
            tranches=book["tranches"],
            face=record["face"],
            price=record["price"],
        )

    def numbers(self, party: str | None = None) -> list[int]:
        """Pools that a party is originator, trustee or investor of; without one, all."""
        account = None if party is None else self._session.address(party)
        return list(self._session.index().pools(account))

    def parties(self, pool: int) -> tuple[str, ...]:
        """Originator, trustee and investors, who see a pool as a whole. NotFound: unknown pool."""
        found = self.pool(pool)
        lots = self._session.index().pool_show(pool)["lots"]
        investors = {str(lot["investor"]["account"]) for lot in lots}
        return (found.originator, found.trustee, *sorted(investors))

    def show(self, pool: int, *, as_of_block: int | None = None) -> Mapping[str, Any]:
        """A pool with its tranches and lots, from the index; see `ledger.tracing.assetpools`."""
        return self._session.index().pool_show(pool, as_of_block)

    def lookthrough(self, pool: int, *, as_of_block: int | None = None) -> Mapping[str, Any]:
        """Every fen of every piece, its documents, payments and breaches (逐笔穿透), now or as of a block.

        At the present block the pieces are also compared with what the contract counts as the pool's face.
        """
        answer = dict(self._session.index().lookthrough(pool, as_of_block))
        if as_of_block is None:
            answer["complete"] = answer["complete"] and self.pool(pool).face == int(answer["face"])
        return answer
