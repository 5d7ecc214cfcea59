"""Twin of `Tranches`: subscribed against money, paid by a simple waterfall (POOL-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.domain import purposes
from ledger.domain.kinds import DocumentKind
from ledger.domain.purposes import POOLS, axis_of
from ledger.domain.roles import Role
from ledger.domain.states import AssetPoolState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Module, Refusal, Stage, word
from ledger.domain.twin.cash import Cash, CashRegistry
from ledger.domain.twin.claims import pay_or_keep, pay_out
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants

MAX_TRANCHES: Final = 5
INTEREST_PARTS: Final = 360 * 1_000_000
"""Parts of interest (fen x ppm x days) that make one fen: ACT/360."""


@dataclass(frozen=True, slots=True)
class TrancheTerms:
    """`nominal` in fen, `rate_ppm` a year."""

    nominal: int
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class Book:
    """The money's side of one asset pool; `nominal` of all tranches together."""

    cash: str = NOBODY
    closes_on: int = 0
    state: int = 0
    tranches: int = 0
    accrued_on: int = 0
    originator: str = NOBODY
    lots: int = 0
    nominal: int = 0
    document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Tranche:
    """`received` is all that was distributed to it, `interest` the interest in it."""

    nominal: int = 0
    rate_ppm: int = 0
    subscribed: int = 0
    outstanding: int = 0
    accrued: int = 0
    interest: int = 0
    received: int = 0

    def after(self, days: int) -> Tranche:
        """With the interest of so many days more on what is outstanding."""
        return replace(self, accrued=self.accrued + self.outstanding * self.rate_ppm * days)

    @property
    def owed_down(self) -> int:
        """Interest that was reckoned and not distributed, in fen."""
        return self.accrued // INTEREST_PARTS - self.interest


@dataclass(frozen=True, slots=True)
class Lot:
    """A subscription: the interval `[start, end)` of its tranche."""

    investor: str = NOBODY
    tranche: int = 0
    start: int = 0
    end: int = 0
    paid: int = 0


class Tranches(Module):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        registry: CashRegistry,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.registry = registry
        self.books: dict[int, Book] = {}
        self.tranches: dict[tuple[int, int], Tranche] = {}
        self.lots: dict[tuple[int, int], Lot] = {}

    # --- reading ---

    def book(self, id_: int) -> Book:
        return self.books.get(id_, Book())

    def tranche(self, id_: int, index: int) -> Tranche:
        return self.tranches.get((id_, index), Tranche())

    def lot_of(self, id_: int, number: int) -> Lot:
        return self.lots.get((id_, number), Lot())

    def due_of(self, id_: int, number: int) -> int:
        """What a lot is due beyond what it got."""
        lot = self.lot_of(id_, number)
        if self.book(id_).state == AssetPoolState.CANCELLED:
            return lot.end - lot.start - lot.paid
        tranche = self.tranche(id_, lot.tranche)
        if tranche.nominal == 0:
            return 0
        return tranche.received * (lot.end - lot.start) // tranche.nominal - lot.paid

    def interest_owed(self, id_: int, index: int) -> int:
        days = self.participants.today() - self.book(id_).accrued_on
        return self.tranche(id_, index).after(days).owed_down

    # --- investors ---

    def check_subscribe(self, id_: int, index: int, amount: int, investor: str) -> None:
        book, day = self._in_state(id_, AssetPoolState.OPEN), self.participants.today()
        if day >= book.closes_on:
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), book.closes_on, day)
        if amount == 0:
            raise Refusal("ZeroAmount")
        if index >= book.tranches:
            raise Refusal("Unknown", word("TRANCHE"), index)
        if investor == book.originator:
            self.participants.require_active(investor)
        else:
            self.participants.require_role(investor, Role.INVESTOR)
        tranche = self.tranche(id_, index)
        free = tranche.nominal - tranche.subscribed
        if amount > free:
            raise Refusal("TrancheFull", id_, index, free, amount)

    def subscribe(self, sender: str, id_: int, index: int, amount: int) -> int:
        self.check_subscribe(id_, index, amount, sender)
        tranche, book = self.tranches[id_, index], self.books[id_]
        start, number = tranche.subscribed, book.lots + 1
        self.tranches[id_, index] = replace(tranche, subscribed=start + amount)
        self.books[id_] = replace(book, lots=number)
        self.lots[id_, number] = Lot(sender, index, start, start + amount)
        self._take(id_, sender, amount)
        self.emit("TrancheSubscribed", id_, sender, number, index, start, start + amount)
        return number

    # --- waterfall ---

    def distribute(self, sender: str, id_: int) -> None:
        """Anyone may call."""
        book = self._in_state(id_, AssetPoolState.RUNNING)
        left = self._cash(id_).balance_of(axis_of(POOLS, purposes.asset_pool(id_)))
        if left == 0:
            raise Refusal("ZeroAmount")
        day = self.participants.today()
        self.books[id_] = replace(book, accrued_on=day)
        for index in range(book.tranches):
            last = index + 1 == book.tranches
            left -= self._distribute_to(id_, index, day - book.accrued_on, left, last)

    def _distribute_to(self, id_: int, index: int, days: int, left: int, last: bool) -> int:
        """Its interest, then its principal; the last tranche also gets the rest."""
        tranche = self.tranche(id_, index).after(days)
        interest = min(left, tranche.owed_down)
        principal = min(left - interest, tranche.outstanding)
        rest = left - interest - principal if last else 0
        amount = interest + principal + rest
        self.tranches[id_, index] = replace(
            tranche,
            interest=tranche.interest + interest,
            outstanding=tranche.outstanding - principal,
            received=tranche.received + amount,
        )
        if amount:
            here, there = purposes.asset_pool(id_), purposes.tranche(id_, index)
            self._cash(id_).shift(self.address, POOLS, here, there, amount, self.book(id_).document)
            self.emit("TrancheDistributed", id_, index, interest, principal, rest)
        return amount

    def pay(self, sender: str, id_: int, numbers: Sequence[int]) -> None:
        """What these lots are due; of a cancelled pool, their money back. Anyone may call."""
        if self.book(id_).state != AssetPoolState.CANCELLED:
            self._in_state(id_, AssetPoolState.RUNNING)
        for number in numbers:
            self._pay_lot(id_, number)

    def _pay_lot(self, id_: int, number: int) -> None:
        lot = self.lot_of(id_, number)
        if lot.end == 0:
            raise Refusal("Unknown", word("LOT"), number)
        amount = self.due_of(id_, number)
        if amount == 0:
            return
        self.lots[id_, number] = replace(lot, paid=lot.paid + amount)
        book = self.book(id_)
        back = book.state == AssetPoolState.CANCELLED
        purpose = purposes.asset_pool(id_) if back else purposes.tranche(id_, lot.tranche)
        money, who = (self._cash(id_), POOLS, purpose), lot.investor
        kept = pay_or_keep(self.participants, self.address, *money, who, amount, book.document)
        self.emit("LotPaid", id_, who, number, amount, kept)

    def claim(self, sender: str, cash: Cash) -> None:
        pay_out(self.address, cash, POOLS, sender)

    # --- the module of the pieces ---

    def register(self, sender: str, id_: int, book: Book, terms: Sequence[TrancheTerms]) -> None:
        self.only_duty(sender, "POOLS")
        self.registry.require_cash(book.cash)
        day = self.participants.today()
        if book.closes_on <= day:
            raise Refusal("DateOutOfOrder", word("CLOSES_ON"), book.closes_on, day)
        self.documents.require_known(book.document, book.originator, DocumentKind.CONTRACT)
        if not 0 < len(terms) <= MAX_TRANCHES:
            raise Refusal("TrancheCount", len(terms), MAX_TRANCHES)
        for index, one in enumerate(terms):
            if one.nominal == 0:
                raise Refusal("ZeroAmount")
            self.tranches[id_, index] = Tranche(one.nominal, one.rate_ppm)
        nominal = sum(one.nominal for one in terms)
        self.books[id_] = replace(book, tranches=len(terms), nominal=nominal)

    def advance(self, sender: str, id_: int, state: int) -> None:
        """From closing on the whole nominal is owed and bears interest."""
        self.only_duty(sender, "POOLS")
        self.books[id_] = replace(self.book(id_), state=state)
        if state != AssetPoolState.CLOSED:
            return
        self.require_subscribed(id_)
        self.books[id_] = replace(self.books[id_], accrued_on=self.participants.today())
        for index in range(self.books[id_].tranches):
            tranche = self.tranches[id_, index]
            self.tranches[id_, index] = replace(tranche, outstanding=tranche.nominal)

    def require_subscribed(self, id_: int) -> None:
        for index in range(self.book(id_).tranches):
            tranche = self.tranches[id_, index]
            if tranche.subscribed != tranche.nominal:
                raise Refusal("TrancheShort", id_, index, tranche.subscribed, tranche.nominal)

    def pay_for(self, sender: str, id_: int, to: str, amount: int) -> None:
        self.only_duty(sender, "POOLS")
        document = self.book(id_).document
        self._cash(id_).pay(self.address, POOLS, purposes.asset_pool(id_), to, amount, document)

    def take(self, sender: str, id_: int, from_: str, amount: int) -> None:
        self.only_duty(sender, "POOLS")
        self._take(id_, from_, amount)

    # --- small parts ---

    def _take(self, id_: int, from_: str, amount: int) -> None:
        document = self.book(id_).document
        self._cash(id_).collect(self.address, POOLS, purposes.asset_pool(id_), from_, amount, document)

    def _cash(self, id_: int) -> Cash:
        return self.registry.require_cash(self.book(id_).cash)

    def _in_state(self, id_: int, needed: AssetPoolState) -> Book:
        book = self.book(id_)
        if book.state == 0:
            raise Refusal("Unknown", word("ASSET_POOL"), id_)
        if book.state != needed:
            raise Refusal("WrongState", word("ASSET_POOL"), id_, book.state, int(needed))
        return book
