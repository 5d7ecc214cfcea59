"""The indexer against a chain in memory: decoding, restarts, reorganisations of any depth."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Container, Sequence
from pathlib import Path

import pytest

from ledger.domain.history import Header
from ledger.errors import LedgerError, RpcError
from ledger.indexer import Indexer
from ledger.indexer.decode import MOVED, UNDECODED, CounterTooLarge, MalformedLog
from ledger.indexer.indexer import ChainUnsettled, Settings
from ledger.store import Store
from tests.deep import depth
from tests.unit.fake_chain import Emitted, FakeChain, Log, abi_of, address, emit, moved, word
from tests.unit.index_rows import rows

CASH, OFFICE, REGISTRY, PEOPLE = map(address, ("cash", "office", "registry", "participants"))
BOB, EVE = address("bob"), address("eve")
CONTRACTS = {
    CASH: ("Cash", abi_of("Cash")),
    OFFICE: ("BondOffice", abi_of("BondOffice")),
    REGISTRY: ("CashRegistry", abi_of("CashRegistry")),
    PEOPLE: ("Participants", abi_of("Participants")),
}
ANNOUNCED = {"GreenBond": abi_of("GreenBond")}
TERMS = {
    "framework": 1,
    "cash": CASH,
    "isin": b"",
    "denomination": 100,
    "issuePrice": 100,
    "minUnits": 0,
    "maxUnits": 10,
    "closesOn": 1,
    "issueDate": 0,
    "maturityDate": 0,
    "couponPpm": 0,
    "maxCostPpm": 0,
    "serviceTerms": "0x" + "00" * 32,
    "document": word("terms"),
}


def store_at(folder: Path, name: str = "index") -> Store:
    return Store(folder / f"{name}.sqlite", chain_id=1, start_block=1)


def indexer(chain: FakeChain, store: Store, **options: object) -> Indexer:
    return Indexer(chain, store, CONTRACTS, 1, announced=ANNOUNCED, **options)  # type: ignore[arg-type]


def contents(store: Store) -> list[object]:
    """Everything the index says, without the numbers that addresses happen to have."""
    with store.snapshot() as history:
        known = history.addresses()
        found: list[object] = [history.progress(), history.events(), history.discovered()]
        for cash in sorted(history.cashes()):
            rows = history.moves(cash)
            refs = history.move_refs(zip(rows.block.tolist(), rows.log.tolist(), strict=True))
            found.append((cash, refs, [known[i] for i in rows.from_axis], [known[i] for i in rows.to_axis]))
            found.append([column.tolist() for column in rows.columns()[:2] + rows.columns()[4:]])
        number = 10**9
        while header := history.header_at_or_before(number):
            found.append(header)
            number = header.number - 1
    return found


def rows_of(store: Store) -> list[object]:
    """What the index says, less the headers that it happens to keep."""
    return [found for found in contents(store) if not isinstance(found, Header)] + [store.progress()]


def register(bond: int, token: str) -> Emitted:
    return emit(
        OFFICE,
        "BondOffice",
        "BondRegistered",
        bond=bond,
        issuer=EVE,
        token=token,
        label=f"B{bond}",
        terms=TERMS,
    )


def units(token: str, amount: int) -> Emitted:
    return emit(token, "GreenBond", "Transfer", **{"from": address("zero"), "to": BOB, "value": amount})


def continued(
    chain: FakeChain, said: Sequence[Emitted], cash: str, payer: str, payee: str, amount: int
) -> Emitted:
    """A move that begins where the chain, and what is said already, left both counters."""
    logs = [(log["address"], log["topics"], log["data"]) for block in chain.blocks for log in block.logs]
    logs += [(one.address, one.topics, one.data) for one in said]
    mine = [
        (topics, int(data[2:66], 16)) for at, topics, data in logs if at == cash and topics[:1] == [MOVED]
    ]
    out, into = (
        sum(had for topics, had in mine if topics[place] == "0x" + who[2:].rjust(64, "0"))
        for place, who in ((1, payer), (2, payee))
    )
    return moved(cash, payer, payee, amount, out, into)


def busy_chain(rng: random.Random, blocks: int, chain: FakeChain | None = None) -> FakeChain:
    """Blocks with and without moves, dates, bonds and a second cash listed late."""
    chain = chain or FakeChain()
    for _ in range(blocks):
        number = len(chain.blocks)
        said: list[Emitted] = []
        for index in range(rng.randrange(4)):
            payer, payee = rng.sample([BOB, EVE, address(f"stranger {index}")], 2)
            said.append(continued(chain, said, CASH, payer, payee, 1 + rng.randrange(9)))
        if rng.random() < 0.3:
            said.append(emit(PEOPLE, "Participants", "BusinessDatePosted", day=number))
        if rng.random() < 0.2:
            said += [register(number, address(f"token-{number}-{chain.salt}"))]
        if rng.random() < 0.2:
            said.append(units(address(f"token-{rng.randint(1, number)}-{chain.salt}"), 5))
        if rng.random() < 0.2:
            said.append(continued(chain, said, address("late cash"), EVE, BOB, 3))
        if rng.random() < 0.1:
            listing = {"cash": address("late cash"), "currency": b"JPY", "bank": BOB}
            said.append(emit(REGISTRY, "CashRegistry", "CashListed", **listing))
        chain.mine([[one] for one in said])
    return chain


# --- what is read ---


def test_moves_and_events_are_decoded(tmp_path: Path) -> None:
    chain = FakeChain()
    document = word("invoice")
    token = address("token")
    chain.mine([[moved(CASH, BOB, token, 11, 0, 0), moved(CASH, token, EVE, 13, 0, 0)]])
    chain.mine([[moved(CASH, BOB, EVE, 7, 11, 13, document)], [register(1, token), units(token, 4)]])
    store = store_at(tmp_path)
    tip = indexer(chain, store).sync()
    assert tip == chain.blocks[2].header
    with store.snapshot() as history:
        rows = history.moves(history.cashes()[0])
        known = [a.lower() for a in history.addresses()]
        assert [int(column[2]) for column in rows.columns()[4:]] == [7, 11, 13]
        assert (known[rows.from_axis[2]], known[rows.to_axis[2]]) == (BOB, EVE)
        assert history.move_refs([(2, 0)])[2, 0].document == "0x" + document.hex()
        registered, transfer = history.events()
        assert (registered.name, registered.args["label"], registered.args["token"].lower()) == (
            "BondRegistered",
            "B1",
            token,
        )
        assert registered.args["terms"]["document"] == "0x" + word("terms").hex()
        assert registered.args["terms"]["maxUnits"] == 10
        assert (transfer.contract, transfer.name, transfer.args["value"]) == ("GreenBond", "Transfer", 4)
        assert [found.name for found in history.discovered()] == ["GreenBond"]


def test_wallets_courtesies_are_left_out_and_nothing_else_is_dropped(tmp_path: Path) -> None:
    """A log that the ABI does not know is kept as it is."""
    chain = FakeChain()
    courtesy = emit(CASH, "Cash", "Transfer", **{"from": BOB, "to": EVE, "amount": 5})
    foreign = Emitted(CASH, ["0x" + "ab" * 32], "0x1234")
    nameless = Emitted(CASH, [], "0x")
    chain.mine([[courtesy, foreign, nameless]])
    store = store_at(tmp_path)
    indexer(chain, store).sync()
    with store.snapshot() as history:
        assert [(row.name, row.args) for row in history.events()] == [
            (UNDECODED, {"topics": ["0x" + "ab" * 32], "data": "0x1234"}),
            (UNDECODED, {"topics": [], "data": "0x"}),
        ]


def test_a_cash_listed_late_is_read_from_its_beginning(tmp_path: Path) -> None:
    chain = FakeChain()
    late = address("late cash")
    chain.mine([[moved(late, BOB, EVE, 1, 0, 0)]])
    chain.mine([])
    store = store_at(tmp_path)
    indexer(chain, store).sync()
    chain.mine([[emit(REGISTRY, "CashRegistry", "CashListed", cash=late, currency=b"JPY", bank=BOB)]])
    chain.mine([[moved(late, BOB, EVE, 2, 1, 1)]])
    indexer(chain, store).sync()
    with store.snapshot() as history:
        (cash,) = history.cashes()
        assert history.moves(cash).amount.tolist() == [1, 2]


@pytest.mark.parametrize("large", [2**63, 2**112 - 1])
def test_counters_beyond_63_bits_are_refused(tmp_path: Path, large: int) -> None:
    chain = FakeChain()
    chain.mine([[moved(CASH, BOB, EVE, 1, 0, 0)]])
    chain.mine([[moved(CASH, BOB, EVE, 1, large, 0)]])
    store = store_at(tmp_path)
    with pytest.raises(CounterTooLarge) as caught:
        indexer(chain, store, settings=Settings(span=1)).sync()
    assert (caught.value.who, caught.value.had) == ("block 2, log 0", large)
    assert store.progress() == chain.blocks[1].header


def test_an_interval_that_ends_beyond_63_bits_is_refused(tmp_path: Path) -> None:
    chain = FakeChain()
    chain.mine([[moved(CASH, BOB, EVE, 2, 2**63 - 2, 0)]])
    with pytest.raises(CounterTooLarge):
        indexer(chain, store_at(tmp_path)).sync()


def test_a_log_of_another_form_is_refused(tmp_path: Path) -> None:
    whole = moved(CASH, BOB, EVE, 2, 1, 0)
    for broken in (
        Emitted(CASH, whole.topics, whole.data[:-64]),
        Emitted(CASH, whole.topics[:2], whole.data),
    ):
        chain = FakeChain()
        chain.mine([[broken]])
        with pytest.raises(MalformedLog):
            indexer(chain, store_at(tmp_path)).sync()
    chain = FakeChain()
    day = emit(PEOPLE, "Participants", "BusinessDatePosted", day=1)
    chain.mine([[Emitted(PEOPLE, day.topics, "0x01")]])
    with pytest.raises(MalformedLog, match="not a BusinessDatePosted"):
        indexer(chain, store_at(tmp_path)).sync()


# --- restarts ---


@pytest.mark.parametrize("span", [1, 3, 50])
@pytest.mark.parametrize("linked", [0, 5, 500])
def test_reading_in_any_steps_gives_the_same_rows(tmp_path: Path, span: int, linked: int) -> None:
    """IDX-1: a replay from the deployment block equals an index that grew with the chain."""
    rng = random.Random(span * 1000 + linked)
    live = store_at(tmp_path, "live")
    chain = FakeChain()
    for _ in range(12):
        busy_chain(rng, rng.randint(1, 6), chain)
        indexer(chain, live, settings=Settings(linked=500)).sync()
    replay = store_at(tmp_path, "replay")
    indexer(chain, replay, settings=Settings(span=span, linked=linked)).sync()
    assert rows_of(replay) == rows_of(live)


def test_progress_is_reported_and_a_target_is_kept_to(tmp_path: Path) -> None:
    chain = busy_chain(random.Random(1), 10)
    seen: list[tuple[int, int, int]] = []
    store = store_at(tmp_path)
    settings = Settings(span=3)
    indexer(chain, store, settings=settings, progress=lambda *step: seen.append(step)).sync(to=7)
    assert [step[:2] for step in seen] == [(3, 7), (6, 7), (7, 7)]
    with store.snapshot() as history:
        kept = len(history.events()) + sum(len(history.moves(cash)) for cash in history.cashes())
    assert sum(step[2] for step in seen) == kept
    assert store.progress() == chain.blocks[7].header


def test_confirmations_keep_a_distance_from_the_head(tmp_path: Path) -> None:
    chain = busy_chain(random.Random(1), 10)
    store = store_at(tmp_path)
    tip = indexer(chain, store, settings=Settings(confirmations=4)).sync()
    assert tip is not None
    assert tip.number == 6
    assert (
        indexer(FakeChain(), store_at(tmp_path, "young"), settings=Settings(confirmations=4)).sync() is None
    )


class Counting(FakeChain):
    """Remembers the ranges that were asked for, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_in: list[tuple[int, int, str]] = []

    def get_logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        self.asked_in.append((first, last, threading.current_thread().name))
        return super().get_logs(addresses, first, last)


def test_a_busy_chain_is_asked_ahead_and_each_range_once(tmp_path: Path) -> None:
    """The node works on the next range while this one is written; the rows are the same."""
    chain = Counting()
    for _ in range(40):
        said: list[Emitted] = []
        for _ in range(4):
            said.append(continued(chain, said, CASH, BOB, EVE, 2))
        chain.mine([said])
    store, plain = store_at(tmp_path), store_at(tmp_path, "plain")
    indexer(chain, store, settings=Settings(logs=16)).sync()
    ranges = [(first, last) for first, last, _ in chain.asked_in]
    assert [first for first, _ in ranges] == [1, *(last + 1 for _, last in ranges[:-1])]
    ahead = [thread.startswith("index-ahead") for *_, thread in chain.asked_in]
    assert ahead == [False] + [True] * (len(ahead) - 1)
    assert len(ahead) > 5
    indexer(chain, plain).sync()
    assert rows_of(store) == rows_of(plain)


def test_a_node_that_fails_ahead_fails_in_its_turn(tmp_path: Path) -> None:
    """What was read before is kept."""

    class Failing(Counting):
        def get_logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
            if first > 16:
                raise RpcError("no more", number=-1)
            return super().get_logs(addresses, first, last)

    chain = Failing()
    for _ in range(40):
        chain.mine([[continued(chain, [], CASH, BOB, EVE, 2)]])
    store = store_at(tmp_path)
    with pytest.raises(RpcError):
        indexer(chain, store, settings=Settings(logs=4)).sync()
    tip = store.progress()
    assert tip is not None
    assert tip.number == max(last for _, last, _ in chain.asked_in)


class Interrupted(Exception):
    """Power went."""


class Faulty:
    """A store that fails now and then, before or after it has written."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store, self._rng = store, rng
        self.progress, self.discovered = store.progress, store.discovered
        self.header_at_or_before = store.header_at_or_before

    def append(self, *args: object) -> None:
        self._sometimes(self._store.append, *args)

    def roll_back(self, *args: object) -> None:
        self._sometimes(self._store.roll_back, *args)

    def _sometimes(self, act: Callable[..., None], *args: object) -> None:
        chance = self._rng.random()
        if chance < 0.2:
            raise Interrupted
        act(*args)
        if chance > 0.8:
            raise Interrupted


@pytest.mark.parametrize("seed", range(depth(4, 50)))
def test_interrupted_anywhere_it_continues_where_it_stopped(tmp_path: Path, seed: int) -> None:
    """IDX-1: nothing lost, nothing twice, reorganisations in between."""
    rng = random.Random(seed)
    chain = busy_chain(rng, 10)
    store = store_at(tmp_path)
    settings = Settings(span=3)
    for _ in range(25):
        try:
            indexer(chain, Faulty(store, rng), settings=settings).sync()  # type: ignore[arg-type]
        except Interrupted:
            continue
        if rng.random() < 0.4:
            chain.fork(after=rng.randint(1, chain.head()))
        busy_chain(rng, rng.randint(1, 5), chain)
    indexer(chain, store, settings=settings).sync()
    fresh = store_at(tmp_path, "fresh")
    indexer(chain, fresh, settings=settings).sync()
    assert contents(store) == contents(fresh)


# --- reorganisations ---


@pytest.mark.parametrize("linked", [0, 4, 500])
@pytest.mark.parametrize("after", [0, 1, 2, 19, 38, 39])
def test_a_reorganisation_of_any_depth_equals_never_having_seen_it(
    tmp_path: Path, after: int, linked: int
) -> None:
    """IDX-1."""
    rng = random.Random(after)
    settings = Settings(linked=linked, span=7)
    chain = busy_chain(rng, 40)
    store = store_at(tmp_path)
    indexer(chain, store, settings=settings).sync()
    chain.fork(after)
    busy_chain(rng, 45 - after, chain)
    indexer(chain, store, settings=settings).sync()
    fresh = store_at(tmp_path, "fresh")
    indexer(chain, fresh, settings=settings).sync()
    assert rows_of(store) == rows_of(fresh)
    assert rows(store)["counters"] == rows(fresh)["counters"]


def test_a_chain_that_became_shorter_is_followed_back(tmp_path: Path) -> None:
    """IDX-1: what is not there any more is forgotten, even before anything new is mined."""
    chain = busy_chain(random.Random(5), 20)
    store = store_at(tmp_path)
    indexer(chain, store).sync()
    chain.fork(after=8)
    assert indexer(chain, store).sync() == chain.blocks[8].header
    chain.fork(after=0)
    assert indexer(chain, store).sync() is None
    with store.snapshot() as history:
        assert history.events() == []
        assert history.cashes() == []


class Shifting(FakeChain):
    """Changes its mind about all above block `keep` before it answers the questions numbered `shifts`."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng = rng
        self.shifts: Container[int] = ()
        self.keep = 1
        self.questions = 0
        self.one = threading.RLock()  # the next range is asked for in another thread

    def _ask(self) -> None:
        self.questions += 1
        if self.questions in self.shifts:
            head = FakeChain.head(self)
            self.fork(after=self.keep)
            busy_chain(self.rng, self.rng.randint(1, 3) + head - FakeChain.head(self), self)

    def get_logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        with self.one:
            self._ask()
            return super().get_logs(addresses, first, last)

    def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        with self.one:
            self._ask()
            return super().headers(numbers)

    def head(self) -> int:
        with self.one:
            self._ask()
            return super().head()


@pytest.mark.parametrize(("keep", "linked"), [(4, 0), (14, 0), (14, 500)])
@pytest.mark.parametrize("question", depth(range(1, 21, 3), range(1, 41)))
@pytest.mark.parametrize(("span", "logs"), [(6, 10_000), (3, 6)], ids=["in time", "ahead"])
def test_a_chain_that_changes_between_any_two_questions(
    tmp_path: Path, question: int, keep: int, linked: int, span: int, logs: int
) -> None:
    """IDX-1: rows of two forks are never mixed, wherever the change falls into a step, or into a question
    asked ahead."""
    chain = Shifting(random.Random(question))
    busy_chain(chain.rng, 20, chain)
    store, fresh = store_at(tmp_path), store_at(tmp_path, "fresh")
    settings = Settings(span=span, linked=linked, logs=logs)
    indexer(chain, store, settings=settings).sync(to=9)
    chain.questions, chain.shifts, chain.keep = 0, {question}, keep
    tip = indexer(chain, store, settings=settings).sync()
    chain.shifts = ()
    assert tip is not None
    indexer(chain, fresh, settings=settings).sync(to=tip.number)
    assert rows_of(store) == rows_of(fresh)


def test_a_chain_that_never_settles_is_an_error(tmp_path: Path) -> None:
    chain = Shifting(random.Random(1))
    busy_chain(chain.rng, 5, chain)
    chain.shifts = range(10**9)
    store = store_at(tmp_path)
    with pytest.raises(ChainUnsettled):
        indexer(chain, store).sync()
    assert store.progress() is None


class Lying(FakeChain):
    """Gives a log as of another block than the one that has its number."""

    def get_logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        found = super().get_logs(addresses, first, last)
        return [{**log, "blockHash": "0x" + "99" * 32} for log in found]


@pytest.mark.parametrize("linked", [0, 500])
def test_logs_that_belong_to_another_block_are_refused(tmp_path: Path, linked: int) -> None:
    chain = Lying()
    busy_chain(random.Random(2), 10, chain)
    store = store_at(tmp_path)
    with pytest.raises(ChainUnsettled):
        indexer(chain, store, settings=Settings(linked=linked)).sync()
    assert store.progress() is None


def test_a_node_whose_blocks_do_not_link_is_refused(tmp_path: Path) -> None:
    chain = busy_chain(random.Random(2), 10)
    block = chain.blocks[6]
    block.header = Header(6, block.header.hash, "0x" + "99" * 32, block.header.timestamp)
    store = store_at(tmp_path)
    with pytest.raises(LedgerError):
        indexer(chain, store).sync()
    assert store.progress() is None


def test_two_indexers_on_one_store_end_where_one_would(tmp_path: Path) -> None:
    chain = busy_chain(random.Random(4), 30)
    store, second = store_at(tmp_path), store_at(tmp_path)
    slow = indexer(chain, store, settings=Settings(span=5))
    overtaken = False

    def overtake(_done: int, _target: int, _logs: int) -> None:
        nonlocal overtaken
        if not overtaken:
            overtaken = True
            indexer(chain, second, settings=Settings(span=4)).sync(to=17)

    slow._report = overtake
    assert slow.sync() == chain.blocks[30].header
    fresh = store_at(tmp_path, "fresh")
    indexer(chain, fresh, settings=Settings(span=5)).sync()
    assert contents(store) == contents(fresh)
