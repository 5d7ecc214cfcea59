"""The read model: every question of the tracing kind, asked of the index."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from ledger.domain.conversion import Conversion
from ledger.domain.dates import format_day, parse_day
from ledger.domain.history import Header
from ledger.domain.indicators import Indicator
from ledger.domain.limits import UNLIMITED, Limits
from ledger.domain.purposes import address_bytes, checksum
from ledger.domain.questions import MOST_MOVES, IntervalQuestion
from ledger.domain.states import ReceivableState
from ledger.errors import BadInput, NotFound
from ledger.tracing.alerts.case import Beside
from ledger.tracing.alerts.onledger import ledger_findings
from ledger.tracing.assetpools import lookthrough, pool_show
from ledger.tracing.bond import bond_trace
from ledger.tracing.bondconversions import converted
from ledger.tracing.compare import compare
from ledger.tracing.comparisons import (
    compare_interval,
    compare_pool,
    compare_project,
    compare_receivable,
)
from ledger.tracing.conversions import Way, by_banks
from ledger.tracing.hops import Json
from ledger.tracing.idle import idle_of_bond, idle_of_party
from ledger.tracing.impact import impact_list, impact_show, portfolio
from ledger.tracing.interval import interval_trace
from ledger.tracing.legs import PROVED, beside, leg_list, leg_show, legs_trace
from ledger.tracing.maturity import maturities
from ledger.tracing.partystatement import statement
from ledger.tracing.payment import move_show, payment_trace
from ledger.tracing.piecefunding import piece_trace
from ledger.tracing.piecelist import MOST, debts, piece_list
from ledger.tracing.purposenames import purpose_of
from ledger.tracing.receivable import piece_show
from ledger.tracing.receivables import receivable_list
from ledger.tracing.recent import Recent
from ledger.tracing.refinancing import refinanced
from ledger.tracing.shares import Rule
from ledger.tracing.spending import line_trace, project_trace
from ledger.tracing.subaccounts import address_of
from ledger.tracing.units import holders
from ledger.tracing.world import History, State, World

_PASTS: Final = 2
"""Earlier states that are kept, since two dates are compared: each has columns of its own."""
_FINDINGS: Final = 16


class HistoryStore(Protocol):
    """Where the index is kept."""

    def snapshot(self) -> AbstractContextManager[History]: ...


class ReadModel:
    """Answers from the index as it stands, or as it stood at an earlier block. Safe to share among threads.

    Facts and columns are kept between questions and grow with the index; after a rollback they are read anew.
    So are the last few earlier states and findings, by the header that they are of.

    Args:
        zone_seconds: the programme's time zone, seconds east of UTC; used where business dates are not
        posted.
    """

    def __init__(self, store: HistoryStore, *, zone_seconds: int = 0) -> None:
        self._store = store
        self._zone_seconds = zone_seconds
        self._state: State | None = None
        self._pasts: Recent[Header, State] = Recent(_PASTS)
        self._found: Recent[tuple[Any, ...], Json] = Recent(_FINDINGS)
        self._lock = threading.Lock()

    def bond_trace(
        self,
        bond: int | str,
        view: str = "cash",
        as_of_block: int | None = None,
        rule: str = Rule.FIFO,
        limits: Limits = UNLIMITED,
        conversions: Mapping[str, Conversion] | None = None,
    ) -> Json:
        """Where each raised fen of a bond (number or label) is; see `ledger.tracing.bond`.

        `standing` is `proved`; `attested` is what was said of the bond's money outside the ledger, or null
        (`ledger.tracing.legs`), and `converted` what goes on in another currency by the documents that the
        reader can open (`ledger.tracing.bondconversions`): they are never added.
        """
        with self._lock, self._store.snapshot() as history:
            world = self._world(history, as_of_block)
            trace = bond_trace(world, bond, view, rule, limits)
            way = Way(Rule.named(rule), limits, False, by_banks(world, conversions))
            beyond = {"attested": beside(world, trace), "converted": converted(world, trace, way)}
            return trace | {"standing": PROVED} | beyond

    def bond_named(self, bond: int | str) -> int:
        """The number of a bond by number or label. NotFound."""
        with self._lock, self._store.snapshot() as history:
            return self._world(history, None).books.bond(bond).id

    def move_show(self, tx: str, log: int | None = None) -> Json:
        """One cash move with its numbers on both sides; see `ledger.tracing.payment`."""
        with self._lock, self._store.snapshot() as history:
            return move_show(self._world(history, None), tx, log)

    def legs_trace(self, name: int | str, unit: str | None = None, as_of_block: int | None = None) -> Json:
        """Where money of a bond went outside the ledger, as attested; see `ledger.tracing.legs`."""
        with self._lock, self._store.snapshot() as history:
            return legs_trace(self._world(history, as_of_block), name, unit)

    def leg_list(
        self,
        bond: int | None = None,
        state: str | None = None,
        party: str | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> Json:
        """Legs by number; see `ledger.tracing.legs`."""
        with self._lock, self._store.snapshot() as history:
            return leg_list(self._world(history, None), bond, state, party, after, limit)

    def leg_show(self, number: int) -> Json:
        """One leg; see `ledger.tracing.legs`."""
        with self._lock, self._store.snapshot() as history:
            return leg_show(self._world(history, None), number)

    def payment_trace(
        self, tx: str, log: int | None = None, rule: str = Rule.FIFO, limits: Limits = UNLIMITED
    ) -> Json:
        """What funded a payment; see `ledger.tracing.payment`."""
        with self._lock, self._store.snapshot() as history:
            return payment_trace(self._world(history, None), tx, log, rule, limits)

    def interval_trace(self, asked: IntervalQuestion, as_of_block: int | None = None) -> Json:
        """Where any fen of a sub-account went, or what funded them; see `ledger.tracing.interval`."""
        with self._lock, self._store.snapshot() as history:
            return interval_trace(self._world(history, as_of_block), asked)

    def owner_of(self, named: str) -> Json:
        """Whose a sub-account is: `{bond, party}`; see `ledger.tracing.subaccounts`."""
        with self._lock, self._store.snapshot() as history:
            meaning = self._world(history, None).books.axes.meaning(address_of(named))
            return {"bond": meaning.bond or None, "party": meaning.party or None}

    def purposes(self, addresses: Iterable[str]) -> dict[str, list[Any]]:
        """What purpose addresses are for, those that are known; see `ledger.tracing.purposenames`."""
        with self._lock, self._store.snapshot() as history:
            axes = self._world(history, None).books.axes
            found = {one: purpose_of(axes.meaning(checksum(address_bytes(one))), checksum(address_bytes(one)))
                     for one in addresses}  # fmt: skip
            return {address: named for address, named in found.items() if named is not None}

    def conversions(self) -> list[str]:
        """The hashes of the registered conversion documents."""
        with self._lock, self._store.snapshot() as history:
            return list(self._world(history, None).books.conversions)

    def project_trace(
        self,
        project: int | str,
        view: str = "cash",
        as_of_block: int | None = None,
        rule: str = Rule.FIFO,
        limits: Limits = UNLIMITED,
    ) -> Json:
        """Where the money of all lines of a project is; see `ledger.tracing.spending`."""
        with self._lock, self._store.snapshot() as history:
            return project_trace(self._world(history, as_of_block), project, view, rule, limits)

    def line_trace(
        self,
        line: int,
        view: str = "cash",
        as_of_block: int | None = None,
        rule: str = Rule.FIFO,
        limits: Limits = UNLIMITED,
    ) -> Json:
        """Where the money of one budget line is; see `ledger.tracing.spending`."""
        with self._lock, self._store.snapshot() as history:
            return line_trace(self._world(history, as_of_block), line, view, rule, limits)

    def piece_trace(
        self,
        receivable: int,
        start: int = 0,
        end: int | None = None,
        rule: str = Rule.FIFO,
        limits: Limits = UNLIMITED,
        as_of_block: int | None = None,
    ) -> Json:
        """What money stands behind a piece, and what paid for it; see `ledger.tracing.piecefunding`."""
        with self._lock, self._store.snapshot() as history:
            return piece_trace(self._world(history, as_of_block), receivable, start, end, rule, limits)

    def refinanced(self, bond: int | str, as_of_block: int | None = None) -> Json:
        """Each refinancing payment of a bond with its way; see `ledger.tracing.refinancing`."""
        with self._lock, self._store.snapshot() as history:
            return refinanced(self._world(history, as_of_block), bond)

    def idle(self, bond: int | str | None, party: str | None, as_of_block: int | None = None) -> Json:
        """Money that waits, with its age, of a bond or of a participant; see `ledger.tracing.idle`."""
        if (bond is None) == (party is None):
            raise BadInput("idle money is a bond's or a participant's", needed="one of them")
        with self._lock, self._store.snapshot() as history:
            world = self._world(history, as_of_block)
            return idle_of_bond(world, bond) if bond is not None else idle_of_party(world, str(party))

    def compare(
        self, bond: int | str, before: str, after: str | None = None, line: int | None = None
    ) -> Json:
        """A bond, or one of its lines, at two blocks or dates; see `ledger.tracing.compare`."""
        with self._lock, self._store.snapshot() as history:
            then, now = self._two(history, before, after)
            later = _answer_of(now, bond, line)
            return compare(_answer_of(then, later["bond"], line), later, line)

    def compare_project(self, project: int | str, before: str, after: str | None = None) -> Json:
        """All lines of a project at two blocks or dates; see `ledger.tracing.comparisons`."""
        with self._lock, self._store.snapshot() as history:
            return compare_project(*self._two(history, before, after), project)

    def compare_interval(self, asked: IntervalQuestion, before: str, after: str | None = None) -> Json:
        """Fen of a sub-account at two blocks or dates; see `ledger.tracing.comparisons`."""
        with self._lock, self._store.snapshot() as history:
            return compare_interval(*self._two(history, before, after), asked)

    def compare_receivable(self, receivable: int, before: str, after: str | None = None) -> Json:
        """A receivable's pieces at two blocks or dates; see `ledger.tracing.comparisons`."""
        with self._lock, self._store.snapshot() as history:
            return compare_receivable(*self._two(history, before, after), receivable)

    def compare_pool(self, pool: int, before: str, after: str | None = None) -> Json:
        """An asset pool at two blocks or dates; see `ledger.tracing.comparisons`."""
        with self._lock, self._store.snapshot() as history:
            return compare_pool(*self._two(history, before, after), pool)

    def _two(self, history: History, before: str, after: str | None) -> tuple[World, World]:
        later = self._world(history, self._block(history, after))
        return self._world(history, self._block(history, before)), later

    def statement(
        self,
        account: str,
        first: str | None = None,
        last: str | None = None,
        after: int = 0,
        limit: int = MOST_MOVES,
    ) -> Json:
        """All of a participant between two blocks or dates; see `ledger.tracing.partystatement`.

        A date is the end of it: the first is the day before what is listed begins, and by default the
        beginning of the chain.
        """
        with self._lock, self._store.snapshot() as history:
            later = self._world(history, self._block(history, last))
            if first is None:
                nothing = Header(-1, "", "", later.header.timestamp)
                earlier = World(history, State.read(history, nothing, self._zone_seconds))
            else:
                earlier = self._world(history, self._block(history, first))
            return statement(earlier, later, account, after, limit)

    def block_of(self, moment: str) -> int | None:
        """The block of a block number or of the end of a business date; None: the newest."""
        with self._lock, self._store.snapshot() as history:
            return self._block(history, moment)

    def piece_show(self, receivable: int, as_of_block: int | None = None) -> Json:
        """A receivable and its pieces; see `ledger.tracing.receivable`."""
        with self._lock, self._store.snapshot() as history:
            return piece_show(self._world(history, as_of_block), receivable)

    def receivable_list(
        self, party: str | None = None, state: str | None = None, after: int = 0, limit: int = 50
    ) -> Json:
        """Receivables by number; see `ledger.tracing.receivables`."""
        with self._lock, self._store.snapshot() as history:
            return receivable_list(self._world(history, None), party, state, after, limit)

    def proposals(self) -> list[int]:
        """Receivables that wait for their supplier's answer."""
        with self._lock, self._store.snapshot() as history:
            known = self._world(history, None).books.receivables.values()
            return [one.id for one in known if one.state == ReceivableState.PROPOSED]

    def maturities(self, day: int | None = None, party: str | None = None) -> Json:
        """What is owed and held by due date; see `ledger.tracing.maturity`. The day is a number."""
        with self._lock, self._store.snapshot() as history:
            return maturities(self._world(history, None), day, party)

    def piece_list(self, holder: str | None, first: int | None, last: int | None, limit: int = MOST) -> Json:
        """Pieces by holder and due date; see `ledger.tracing.piecelist`. Days are numbers."""
        with self._lock, self._store.snapshot() as history:
            return piece_list(self._world(history, None), holder, first, last, limit)

    def debts(self) -> Json:
        """What passing pieces on extinguished; see `ledger.tracing.piecelist`."""
        with self._lock, self._store.snapshot() as history:
            return debts(self._world(history, None))

    def pool_show(self, pool: int, as_of_block: int | None = None) -> Json:
        """An asset pool, its tranches and lots; see `ledger.tracing.assetpools`."""
        with self._lock, self._store.snapshot() as history:
            return pool_show(self._world(history, as_of_block), pool)

    def lookthrough(self, pool: int, as_of_block: int | None = None) -> Json:
        """Every fen of every piece of an asset pool; see `ledger.tracing.assetpools`."""
        with self._lock, self._store.snapshot() as history:
            return lookthrough(self._world(history, as_of_block), pool)

    def pools(self, party: str | None = None) -> list[int]:
        """Asset pools in which a party is originator, trustee or investor; all without a party."""
        with self._lock, self._store.snapshot() as history:
            known = self._world(history, None).books.asset_pools.pools.values()
            return [pool.id for pool in known if party is None or party in pool.parties]

    def impact_list(self, project: int | None = None, indicator: str | None = None) -> Json:
        """Impact reports; see `ledger.tracing.impact`."""
        with self._lock, self._store.snapshot() as history:
            return impact_list(self._world(history, None), project, indicator)

    def impact_show(self, report: int) -> Json:
        """One impact report and whose share of it is whose; see `ledger.tracing.impact`."""
        with self._lock, self._store.snapshot() as history:
            return impact_show(self._world(history, None), report)

    def portfolio(self, investor: str, first: int, last: int) -> Json:
        """What an investor holds and its share of impact; see `ledger.tracing.impact`. Days are numbers."""
        with self._lock, self._store.snapshot() as history:
            return portfolio(self._world(history, None), investor, first, last)

    def holders(self, bond: int, day: int | None = None, as_of_block: int | None = None) -> Json:
        """Who held a bond's units at the end of a day; see `ledger.tracing.units`. The day is a number."""
        with self._lock, self._store.snapshot() as history:
            return holders(self._world(history, as_of_block), bond, day)

    def findings(
        self,
        bond: int | str | None = None,
        as_of_block: int | None = None,
        jurisdiction: str | None = None,
        rows: Sequence[Indicator] | None = None,
        beside: Beside | None = None,
    ) -> Json:
        """What the indicators of greenwashing raise; see `ledger.tracing.alerts.onledger`."""
        with self._lock, self._store.snapshot() as history:
            world = self._world(history, as_of_block)
            if rows is not None or beside is not None:
                return ledger_findings(world, bond, jurisdiction, rows, beside)
            asked = (world.header, bond, jurisdiction)
            return self._found.get(asked, lambda: ledger_findings(world, bond, jurisdiction))

    def names(self) -> dict[str, str]:
        """The name under which each account was admitted."""
        with self._lock, self._store.snapshot() as history:
            known = self._world(history, None).books.parties.values()
            return {party.account: party.name for party in known}

    def payments(self, bond: int) -> list[int]:
        """The coupons and redemptions of a bond, in the order in which they were opened."""
        with self._lock, self._store.snapshot() as history:
            return list(self._world(history, None).books.payments[bond])

    def _world(self, history: History, as_of_block: int | None) -> World:
        tip = history.progress()
        if tip is None:
            raise NotFound("the index is empty: nothing was read from the chain yet")
        if as_of_block is None or as_of_block == tip.number:
            return World(history, self._present(history, tip))
        header = _past(history, tip, as_of_block)
        return World(history, self._pasts.get(header, lambda: self._past_state(history, header)))

    def _past_state(self, history: History, header: Header) -> State:
        """An earlier state: grown from the one that would be forgotten, where that is earlier still, or read
        from the beginning. Moves that the present has are not read again."""

        def is_before(kept: Header) -> bool:
            return kept.number < header.number and history.header_at_or_before(kept.number) == kept

        state = self._pasts.oldest(is_before)
        if state is None:
            state = State.read(history, header, self._zone_seconds)
        else:
            state.advance(history, header)
        now = self._state
        if now is not None and history.header_at_or_before(now.header.number) == now.header:
            state.take_moves(now)
        return state

    def _block(self, history: History, moment: str | None) -> int | None:
        """Blocks by their number; of a date, the last one whose business date is not later."""
        if moment is None:
            return None
        if moment.isascii() and moment.isdecimal():
            return int(moment)
        day = parse_day(moment)
        present = self._world(history, None)
        if present.today() <= day:
            return None
        return _last_of_day(history, present, day)

    def _present(self, history: History, tip: Header) -> State:
        # Taken out while it changes: a failure half-way must not leave half a state behind.
        state, self._state = self._state, None
        if state is None or history.header_at_or_before(state.header.number) != state.header:
            state = State.read(history, tip, self._zone_seconds)
        elif state.header != tip:
            state.advance(history, tip)
        self._state = state
        return state


def _answer_of(world: World, bond: int | str, line: int | None) -> Json:
    """A bond's answer; where a line is named, its part that is on the line."""
    whole = bond_trace(world, bond)
    if line is None:
        return whole
    if line not in world.books.lines:
        return whole | {"intervals": []}
    section = next(iter(line_trace(world, line)["sections"]))
    if section["bond"] != whole["bond"]:
        raise BadInput("this budget line is another bond's", had=section["bond"], needed=whole["bond"])
    return whole | {"intervals": section["intervals"]}


def _last_of_day(history: History, present: World, day: int) -> int:
    """By halving: business dates never go back from block to block."""
    low, high = -1, present.header.number
    while high - low > 1:
        middle = (low + high) // 2
        header = history.header_at_or_before(middle)
        if header is None or present.books.business_day(header.number, header.timestamp) <= day:
            low = middle
        else:
            high = middle
    if low < 0 or history.header_at_or_before(low) is None:
        raise BadInput("nothing was indexed by then", had=format_day(day), needed=format_day(present.today()))
    return low


def _past(history: History, tip: Header, block: int) -> Header:
    """Blocks without a kept header said nothing, so the one before them stands for them."""
    found = history.header_at_or_before(block) if block <= tip.number else None
    if found is None:
        raise BadInput(f"block {block} is not in the index", had=block, needed=f"at most {tip.number}")
    return found
