"""Asset pools: pieces locked in one pool and bought piece by piece; tranches paid by a waterfall."""

import pytest

from tests.contracts import given
from tests.contracts import given_pools as pools
from tests.contracts.given import FACE, TENOR
from tests.contracts.given_pools import JUNIOR, JUNIOR_RATE, SENIOR, SENIOR_RATE, WINDOW
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    CNY,
    CONTRACT,
    FINANCIER,
    INVESTOR,
    NOBODY,
    OTHER,
    SUPPLIER,
    TRADE,
    ZERO,
    digest,
)

OFFERED, BOUGHT, BREACHED, TAKEN_OUT, REPURCHASED = range(1, 6)
LOCKED = 2
LOCKED_HERE = LOCKED | 5 << 3


@pytest.fixture(scope="module")
def receivable(world):
    """Of the core enterprise's, in three pieces: [300,000, 700,000) is the sub-supplier's."""
    receivable = given.accepted_receivable(world)
    given.three_pieces(world, receivable)
    return receivable


@pytest.fixture(scope="module")
def pool(world, receivable):
    return pools.opened(world)


@pytest.fixture(scope="module")
def filled(world, receivable):
    return pools.filled(world, receivable)


@pytest.fixture
def running(world, receivable, filled):
    pools.closed(world, filled)
    world.asset_pools.buy(filled, 10, world.stranger.by)
    return filled


def state(world, pool):
    return int(world.asset_pools.pool(pool)[1])


def piece_state(world, pool, number):
    return int(world.asset_pools.pieceOf(pool, number)[4])


def puts(world, who, pool, part, *refusal):
    """The question and the act, refused alike."""
    with refused(*refusal):
        world.asset_pools.checkPutIn(pool, part, who)
    with refused(*refusal):
        world.asset_pools.putIn(pool, part, who.by)


# --- registering ---


def test_a_pool_is_registered_and_taken_on(world):
    pool = pools.registered(world)
    assert world.asset_pools.count() == pool
    originator, state_, *rest = world.asset_pools.pool(pool)
    assert (originator, state_, tuple(rest)) == (world.financier.address, 1, (0, 0, 0, 0))
    assert world.asset_pools.terms(pool)[0] == world.factor.address
    book = world.tranches.book(pool)
    assert (book[3], book[7]) == (2, SENIOR + JUNIOR)
    assert tuple(world.tranches.tranche(pool, 0)) == (SENIOR, SENIOR_RATE, 0, 0, 0, 0, 0)
    for who in (world.financier, world.operator):
        with refused("NotParty", who, world.factor):
            world.asset_pools.takeOn(pool, who.by)
    emitted(world.asset_pools.takeOn(pool, world.factor.by), "PoolTakenOn", pool=pool)
    with refused("WrongState", "ASSET_POOL", pool, 2, 1):
        world.asset_pools.takeOn(pool, world.factor.by)
    with refused("Unknown", "ASSET_POOL", 99):
        world.asset_pools.takeOn(99, world.factor.by)


def test_who_may_originate_and_keep_in_trust(world):
    with refused("MissingRole", world.investor, INVESTOR, FINANCIER | SUPPLIER):
        world.asset_pools.register(pools.terms(world), pools.tranches(), "x", world.investor.by)
    with refused("NotAdmitted", world.stranger):
        world.asset_pools.register(pools.terms(world), pools.tranches(), "x", world.stranger.by)
    with refused("MissingRole", world.supplier, SUPPLIER, FINANCIER):
        pools.registered(world, trustee=world.supplier.address)
    with refused("SameParty", world.financier, world.financier):
        pools.registered(world, trustee=world.financier.address)
    for who in (world.financier, world.factor):
        world.operator.amends(who, group=9)
    with refused("RelatedParties", world.financier, world.factor, 9):
        pools.registered(world)


def test_terms_that_are_none(world):
    day = world.today
    with refused("DateOutOfOrder", "CLOSES_ON", day, day):
        pools.registered(world, closesOn=day)
    with refused("DateOutOfOrder", "DUE_BY", day + 5, day + 5):
        pools.registered(world, dueBy=day + 5)
    for nothing in ("advancePpm", "minPiece", "minFace"):
        with refused("ZeroAmount"):
            pools.registered(world, **{nothing: 0})
    with refused("ZeroAmount"):
        pools.registered(world, [(0, SENIOR_RATE)])
    with refused("AmountTooLarge", 1_000_001, 1_000_000):
        pools.registered(world, advancePpm=1_000_001)
    with refused("CashUnknown", world.piece_book):
        pools.registered(world, cash=world.piece_book.address)
    with refused("DocumentUnknown", digest("nobody's"), world.financier, CONTRACT):
        pools.registered(world, document=digest("nobody's"))
    for count in (0, 6):
        with refused("TrancheCount", count, 5):
            pools.registered(world, [(1, 1)] * count)


# --- putting in ---


@pytest.mark.spec("POOL-1", "POOL-3")
def test_a_holder_puts_in_exactly_what_it_says(world, receivable, pool):
    part = pools.part(world, receivable, 50_000, 150_001, at=0)
    world.asset_pools.checkPutIn(pool, part, world.supplier)
    tx = world.asset_pools.putIn(pool, part, world.supplier.by)
    price = 96_001  # 100,001 at 96 %, up
    emitted(
        tx,
        "PiecePutIn",
        pool=pool,
        receivable=receivable,
        holder=world.supplier,
        piece=1,
        start=50_000,
        end=150_001,
        price=price,
    )
    holder, end, lock, _, sequence = world.piece_book.piece(receivable, 50_000)
    assert (holder, end, lock) == (world.supplier.address, 150_001, LOCKED_HERE)
    assert tuple(world.asset_pools.pieceOf(pool, 1)) == (receivable, 50_000, 150_001, sequence, OFFERED, 0)
    assert tuple(world.asset_pools.placeOf(receivable, 50_000)) == (pool, 1)
    assert tuple(world.asset_pools.pool(pool)[4:]) == (100_001, price)


@pytest.mark.spec("POOL-1")
def test_a_small_suppliers_fen_is_pooled_too(world, receivable, pool):
    world.subsupplier.splits(receivable, 300_000, 300_100)
    pools.puts_in(world, world.subsupplier, pool, receivable, 300_000, 300_100)
    assert world.asset_pools.pool(pool)[5] == 96


@pytest.mark.spec("POOL-1")
def test_what_is_in_a_pool_can_go_nowhere_else(world, receivable, pool):
    number = pools.puts_in(world, world.supplier, pool, receivable, 0, 300_000)
    other = pools.opened(world)
    locked = ("PieceLocked", receivable, 0, 5)
    puts(world, world.supplier, other, pools.part(world, receivable, 0, 300_000), *locked)
    puts(world, world.supplier, pool, pools.part(world, receivable, 0, 300_000), *locked)
    trade = given.filed(world, world.supplier, TRADE)
    with refused(*locked):
        world.supplier.passes_on(receivable, 0, 0, 300_000, world.subsupplier, trade)
    with refused(*locked):
        world.supplier.splits(receivable, 0, 100_000)
    q = given.quote(world, receivable, 0, 300_000)
    with refused(*locked):
        world.supplier.accepts_quote(q, world.financier.signs("Quote", q, world.financing))
    assert world.asset_pools.payeeOf(receivable, 0, world.supplier) == world.supplier
    assert piece_state(world, pool, number) == OFFERED


def test_only_the_originator_puts_into_a_pool_that_is_not_open(world, receivable):
    pool = pools.opened(world, openToHolders=False)
    part = pools.part(world, receivable, 0, 300_000)
    puts(world, world.supplier, pool, part, "NotParty", world.supplier, world.financier)
    trade = given.filed(world, world.supplier, TRADE)
    world.operator.amends(world.financier, roles=FINANCIER | SUPPLIER)
    world.supplier.passes_on(receivable, 0, 0, 300_000, world.financier, trade)
    pools.puts_in(world, world.financier, pool, receivable, 0, 300_000)


def test_what_a_pool_does_not_take(world, receivable, pool):
    part, who = pools.part(world, receivable, 0, 300_000), world.supplier
    proposed = pools.registered(world)
    puts(world, who, proposed, part, "WrongState", "ASSET_POOL", proposed, 1, 2)
    waiting = world.core.confirms(given.confirmation(world, world.core))
    state_ = ("WrongState", "RECEIVABLE", waiting, 1, 2)
    puts(world, who, pool, (waiting, 0, 0, 0, 10), *state_)
    due = int(world.receivables.receivable(receivable)[1])
    late = pools.opened(world, closesOn=due)
    puts(world, who, late, part, "DateOutOfOrder", "DUE", due, due)
    soon = pools.opened(world, dueBy=due - 1)
    puts(world, who, soon, part, "DateOutOfOrder", "DUE_BY", due - 1, due)
    puts(world, who, pool, (receivable, 0, part[2], 7, 7), "ZeroAmount")
    coarse = pools.opened(world, minPiece=300_001)
    puts(world, who, coarse, part, "PieceTooSmall", 300_000, 300_001)
    narrow = pools.opened(world, [(287_999, 0)])
    puts(world, who, narrow, part, "PoolFull", narrow, 287_999, 288_000)
    last = 2**16 - 1 - 256 - 8
    puts(world, who, pool, (receivable, 0, last + 1, 0, 300_000), "SequenceReserved", receivable, 0, last + 1)
    puts(world, who, pool, (receivable, 0, last, 0, 300_000), "StaleSequence", receivable, 0, last, part[2])
    puts(world, world.subsupplier, pool, part, "NotHolder", world.subsupplier, who)
    world.days_pass(WINDOW)
    puts(world, who, pool, part, "DateOutOfOrder", "CLOSES_ON", world.today, world.today)


def test_a_pool_takes_pieces_in_its_own_cash(world, receivable):
    other = world.new_cash(CNY, 2)
    world.changes(world.cash_registry, "list", other)
    pool = pools.opened(world, cash=other.address)
    puts(
        world,
        world.supplier,
        pool,
        pools.part(world, receivable, 0, 300_000),
        "NotParty",
        world.cash,
        other,
    )


# --- taking out ---


@pytest.mark.spec("POOL-1", "POOL-3")
def test_a_holder_takes_out_before_the_cut_off_day(world, receivable, pool):
    number = pools.puts_in(world, world.supplier, pool, receivable, 0, 300_000)
    for who in (world.financier, world.factor, world.stranger):
        with refused("NotParty", who, world.supplier):
            world.asset_pools.takeOut(pool, number, who.by)
    tx = world.asset_pools.takeOut(pool, number, world.supplier.by)
    emitted(tx, "PieceTakenOut", pool=pool, receivable=receivable, piece=number, start=0, end=300_000)
    assert tuple(world.asset_pools.pool(pool)[4:]) == (0, 0)
    assert tuple(world.asset_pools.placeOf(receivable, 0)) == (0, 0)
    assert world.piece_book.piece(receivable, 0)[2] == 1
    with refused("WrongState", "POOL_PIECE", number, TAKEN_OUT, OFFERED):
        world.asset_pools.takeOut(pool, number, world.supplier.by)
    with refused("Unknown", "POOL_PIECE", 9):
        world.asset_pools.takeOut(pool, 9, world.supplier.by)
    other = pools.opened(world)
    pools.puts_in(world, world.supplier, other, receivable, 0, 300_000)


def test_from_the_cut_off_day_on_the_pool_stands(world, filled):
    world.days_pass(WINDOW)
    with refused("DateOutOfOrder", "CLOSES_ON", world.today, world.today):
        world.asset_pools.takeOut(filled, 1, world.supplier.by)
    with refused("DateOutOfOrder", "CLOSES_ON", world.today, world.today):
        world.tranches.checkSubscribe(filled, 0, 1, world.investor)


# --- subscribing ---


def test_money_waits_on_the_pools_own_axis(world, pool):
    world.tranches.checkSubscribe(pool, 0, 400_000, world.investor)
    given.moneyed(world, world.investor, 400_000, world.tranches)
    tx = world.tranches.subscribe(pool, 0, 400_000, world.investor.by)
    emitted(
        tx,
        "TrancheSubscribed",
        pool=pool,
        investor=world.investor,
        lot=1,
        tranche=0,
        start=0,
        end=400_000,
    )
    emitted(tx, "Moved", fromAxis=world.investor, toAxis=pools.pool_axis(pool), amount=400_000, inOffset=0)
    assert pools.subscribes(world, world.fund, pool, 0, 200_000) == 2
    assert tuple(world.tranches.lotOf(pool, 2)) == (world.fund.address, 0, 400_000, 600_000, 0)
    assert world.tranches.dueOf(pool, 2) == 0


def subscribing(world, pool, who, tranche, amount, *refusal):
    with refused(*refusal):
        world.tranches.checkSubscribe(pool, tranche, amount, who)
    with refused(*refusal):
        world.tranches.subscribe(pool, tranche, amount, who.by)


def test_what_is_no_subscription(world, pool):
    subscribing(world, pool, world.investor, 0, 0, "ZeroAmount")
    subscribing(world, pool, world.investor, 2, 1, "Unknown", "TRANCHE", 2)
    subscribing(world, pool, world.investor, 0, SENIOR + 1, "TrancheFull", pool, 0, SENIOR, SENIOR + 1)
    subscribing(world, pool, world.supplier, 0, 1, "MissingRole", world.supplier, SUPPLIER, INVESTOR)
    subscribing(world, 99, world.investor, 0, 1, "Unknown", "ASSET_POOL", 99)
    proposed = pools.registered(world)
    subscribing(world, proposed, world.investor, 0, 1, "WrongState", "ASSET_POOL", proposed, 1, 2)
    with refused("InsufficientAllowance", world.investor, world.tranches, 0, 1):
        world.tranches.subscribe(pool, 0, 1, world.investor.by)


def test_the_originator_may_keep_a_part_of_the_risk(world, pool):
    assert pools.subscribes(world, world.financier, pool, 1, JUNIOR) == 1
    world.operator.suspends(world.financier)
    subscribing(world, pool, world.financier, 0, 1, "Suspended", world.financier)


# --- closing ---


def closing(world, pool, *refusal):
    with refused(*refusal):
        world.asset_pools.checkClose(pool)
    with refused(*refusal):
        world.asset_pools.close(pool, world.factor.by)


def test_the_trustee_closes_what_is_whole(world, filled):
    closing(world, filled, "DateOutOfOrder", "CLOSES_ON", world.today, world.today + WINDOW)
    world.days_pass(WINDOW)
    with refused("NotParty", world.financier, world.factor):
        world.asset_pools.close(filled, world.financier.by)
    world.asset_pools.checkClose(filled)
    world.tranches.requireSubscribed(filled)
    tx = world.asset_pools.close(filled, world.factor.by)
    emitted(tx, "PoolClosed", pool=filled, face=FACE, price=SENIOR + JUNIOR)
    assert world.tranches.tranche(filled, 0)[3] == SENIOR
    closing(world, filled, "WrongState", "ASSET_POOL", filled, 3, 2)


def test_what_is_not_whole_does_not_close(world, pool):
    receivable = given.accepted_receivable(world)
    pools.puts_in(world, world.supplier, pool, receivable, 0, 300_000)
    pools.subscribes(world, world.investor, pool, 0, SENIOR)
    world.days_pass(WINDOW)
    with refused("TrancheShort", pool, 1, 0, JUNIOR):
        world.tranches.requireSubscribed(pool)
    closing(world, pool, "TrancheShort", pool, 1, 0, JUNIOR)


def test_a_pool_too_small_does_not_close(world, pool):
    receivable = given.accepted_receivable(world)
    pools.puts_in(world, world.supplier, pool, receivable, 0, 300_000)
    for tranche, amount in enumerate((SENIOR, JUNIOR)):
        pools.subscribes(world, world.investor, pool, tranche, amount)
    world.days_pass(WINDOW)
    closing(world, pool, "PoolTooSmall", pool, 300_000, FACE // 2)


# --- buying ---


@pytest.mark.spec("POOL-1", "POOL-2", "PIECE-1", "CASH-1")
def test_piece_by_piece_to_the_trustee_and_price_to_the_holder(world, receivable, filled):
    pools.closed(world, filled)
    tx = world.asset_pools.buy(filled, 1, world.stranger.by)
    emitted(
        tx,
        "PieceBought",
        pool=filled,
        receivable=receivable,
        holder=world.supplier,
        piece=1,
        start=0,
        end=300_000,
        price=288_000,
    )
    emitted(tx, "Moved", fromAxis=pools.pool_axis(filled), toAxis=world.supplier, amount=288_000)
    assert state(world, filled) == 3 and world.subsupplier.balance() == 0
    tx = world.asset_pools.buy(filled, 9, world.stranger.by)
    emitted(tx, "PoolRunning", pool=filled)
    assert state(world, filled) == 4
    assert world.supplier.balance() == 576_000 and world.subsupplier.balance() == 384_000
    assert {name for _, _, name in world.pieces(receivable)} == {"factor"}
    assert world.piece_book.piece(receivable, 300_000)[2] == LOCKED_HERE
    assert world.axis(pools.pool_axis(filled)) == (960_000, 960_000)
    with refused("WrongState", "ASSET_POOL", filled, 4, 3):
        world.asset_pools.buy(filled, 9, world.stranger.by)


@pytest.mark.spec("POOL-1")
def test_a_bought_piece_is_the_trustees_to_keep_and_not_to_sell(world, receivable, running):
    trade = given.filed(world, world.factor, TRADE)
    with refused("PieceLocked", receivable, 0, 5):
        world.factor.passes_on(receivable, 0, 0, 300_000, world.supplier, trade)
    assert world.asset_pools.payeeOf(receivable, 0, world.factor) == NOBODY
    with refused("WrongState", "POOL_PIECE", 1, BOUGHT, OFFERED):
        world.asset_pools.takeOut(running, 1, world.factor.by)


@pytest.mark.spec("POOL-3")
def test_what_cannot_be_sold_any_more_stays_with_its_holder(world, receivable, filled):
    pools.closed(world, filled)
    world.operator.suspends(world.subsupplier)
    tx = world.asset_pools.buy(filled, 9, world.stranger.by)
    emitted(tx, "PieceTakenOut", pool=filled, receivable=receivable, piece=2, start=300_000, end=700_000)
    assert [piece_state(world, filled, n) for n in (1, 2, 3)] == [BOUGHT, TAKEN_OUT, BOUGHT]
    assert world.piece_book.piece(receivable, 300_000)[2] == 1
    assert tuple(world.asset_pools.pool(filled)[4:]) == (600_000, 576_000)
    # what they would have cost goes down the waterfall
    world.tranches.distribute(filled, world.stranger.by)
    assert world.axis(pools.tranche_axis(filled, 0)) == (384_000, 0)


def test_a_piece_that_fell_due_is_not_bought(world, receivable, filled):
    pools.closed(world, filled)
    world.days_pass(TENOR - WINDOW)
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(receivable)
    world.stranger.settles(receivable, 1)
    assert world.supplier.balance() == 300_000
    world.asset_pools.buy(filled, 9, world.stranger.by)
    assert [piece_state(world, filled, n) for n in (1, 2, 3)] == [TAKEN_OUT] * 3
    assert [world.piece_book.piece(receivable, at)[2] for at in (0, 700_000)] == [3, 1]


def test_buying_waits_for_the_trustee(world, filled):
    pools.closed(world, filled)
    world.operator.suspends(world.factor)
    with refused("Suspended", world.factor):
        world.asset_pools.buy(filled, 9, world.stranger.by)


# --- cancelling ---


@pytest.mark.spec("POOL-1", "POOL-2")
def test_a_cancelled_pool_gives_everything_back(world, receivable, filled):
    tx = world.asset_pools.cancel(filled, world.factor.by)
    emitted(tx, "PoolCancelled", pool=filled)
    for number in (1, 2, 3):
        world.asset_pools.takeOut(filled, number, world.stranger.by)
    assert world.piece_book.piece(receivable, 0)[2] == 1
    assert world.tranches.dueOf(filled, 1) == 400_000
    world.operator.suspends(world.fund)
    tx = world.tranches.pay(filled, [1, 2, 1], world.stranger.by)
    emitted(tx, "LotPaid", pool=filled, investor=world.investor, lot=1, amount=400_000, kept=False)
    emitted(tx, "LotPaid", pool=filled, investor=world.fund, lot=2, amount=200_000, kept=True)
    world.tranches.pay(filled, [3], world.stranger.by)
    assert world.axis(pools.pool_axis(filled)) == (960_000, 960_000)
    world.operator.amends(world.fund, suspended=False)
    world.tranches.claim(world.cash, world.fund.by)
    assert world.fund.balance() == 560_000
    with refused("NothingToClaim", world.fund):
        world.tranches.claim(world.cash, world.fund.by)


def test_anyone_cancels_what_is_not_closed_in_time(world, pool):
    last = world.today + WINDOW + 10
    with refused("DateOutOfOrder", "CANCEL", world.today, last + 1):
        world.asset_pools.cancel(pool, world.investor.by)
    world.days_pass(WINDOW + 10)
    with refused("DateOutOfOrder", "CANCEL", last, last + 1):
        world.asset_pools.cancel(pool, world.investor.by)
    world.days_pass(1)
    world.asset_pools.cancel(pool, world.investor.by)
    with refused("WrongState", "ASSET_POOL", pool, 5, 2):
        world.asset_pools.cancel(pool, world.factor.by)
    with refused("Unknown", "ASSET_POOL", 99):
        world.asset_pools.cancel(99, world.factor.by)


def test_what_is_closed_is_not_cancelled(world, filled):
    pools.closed(world, filled)
    with refused("WrongState", "ASSET_POOL", filled, 3, 2):
        world.asset_pools.cancel(filled, world.factor.by)
    with refused("WrongState", "ASSET_POOL", filled, 3, 4):
        world.tranches.pay(filled, [1], world.stranger.by)


# --- money of the pieces ---


@pytest.mark.spec("POOL-2", "CASH-1")
def test_what_a_piece_brings_in_reaches_the_pool_in_one_act(world, receivable, running):
    world.factor.approves(world.tranches, FACE)
    pools.paid_up(world, receivable)
    assert world.factor.balance() == 0
    tx = world.asset_pools.collect(running, [1, 2], world.investor.by)
    emitted(tx, "PieceCollected", pool=running, receivable=receivable, piece=1, start=0, amount=300_000)
    emitted(tx, "Moved", fromAxis=world.factor, toAxis=pools.pool_axis(running), amount=400_000)
    assert world.factor.balance() == 0
    assert world.axis(pools.pool_axis(running)) == (960_000 + 700_000, 960_000)
    assert world.asset_pools.pieceOf(running, 1)[5] == 300_000
    with refused("NothingToClaim", ...):
        world.asset_pools.collect(running, [1], world.investor.by)


@pytest.mark.spec("POOL-2")
@pytest.mark.parametrize("suspended", [True, False])
def test_the_trustee_cannot_keep_the_money_back(world, receivable, running, suspended):
    """Suspended, or without an allowance: whoever calls carries the money, and has no more of it after."""
    if suspended:
        world.factor.approves(world.tranches, FACE)
        world.operator.suspends(world.factor)
    pools.paid_up(world, receivable)
    with refused("StillHeld", receivable, 0, 5):
        world.maturity.releaseHeld(receivable, 0, world.factor.by)
    with refused("NotAdmitted", world.stranger):
        world.asset_pools.collect(running, [1], world.stranger.by)
    world.fund.approves(world.tranches, FACE)
    before = world.fund.balance()
    world.asset_pools.collect(running, [1, 2, 3], world.fund.by)
    assert world.fund.balance() == before
    assert world.axis(pools.pool_axis(running)) == (960_000 + FACE, 960_000)


def test_what_is_not_bought_is_not_collected(world, filled):
    with refused("WrongState", "ASSET_POOL", filled, 2, 4):
        world.asset_pools.collect(filled, [1], world.investor.by)
    pools.closed(world, filled)
    with refused("WrongState", "POOL_PIECE", 1, OFFERED, BOUGHT):
        world.asset_pools.collect(filled, [1], world.investor.by)


# --- waterfall ---


@pytest.mark.spec("POOL-2")
def test_seniors_first_and_the_rest_to_the_last(world, receivable, running):
    days = TENOR - WINDOW
    pools.paid_up(world, receivable)
    world.fund.approves(world.tranches, FACE)
    senior = pools.interest(SENIOR, SENIOR_RATE, days)
    assert world.tranches.interestOwed(running, 0) == senior
    world.asset_pools.collect(running, [1], world.fund.by)
    tx = world.tranches.distribute(running, world.stranger.by)
    emitted(
        tx,
        "TrancheDistributed",
        pool=running,
        tranche=0,
        interest=senior,
        principal=300_000 - senior,
        rest=0,
    )
    assert world.axis(pools.tranche_axis(running, 1)) == (0, 0)
    world.asset_pools.collect(running, [2, 3], world.fund.by)
    tx = world.tranches.distribute(running, world.stranger.by)
    junior = pools.interest(JUNIOR, JUNIOR_RATE, days)
    rest = FACE - SENIOR - senior - JUNIOR - junior
    emitted(
        tx,
        "TrancheDistributed",
        pool=running,
        tranche=1,
        interest=junior,
        principal=JUNIOR,
        rest=rest,
    )
    assert world.axis(pools.pool_axis(running)) == (960_000 + FACE, 960_000 + FACE)
    with refused("ZeroAmount"):
        world.tranches.distribute(running, world.stranger.by)
    got = SENIOR + senior
    assert world.tranches.dueOf(running, 1) == got * 400_000 // SENIOR
    before = world.investor.balance(), world.fund.balance()
    world.tranches.pay(running, [1, 2, 3], world.stranger.by)
    paid = world.investor.balance() - before[0], world.fund.balance() - before[1]
    assert paid == (got * 2 // 3, got // 3 + FACE - got)
    incoming, outgoing = world.axis(pools.tranche_axis(running, 0))
    assert incoming - outgoing == got - got * 2 // 3 - got // 3 < 2  # less than a fen a lot
    incoming, outgoing = world.axis(pools.tranche_axis(running, 1))
    assert incoming == outgoing == FACE - got
    again = world.tranches.pay(running, [1, 2, 3], world.stranger.by)
    assert "LotPaid" not in again.events
    with refused("Unknown", "LOT", 4):
        world.tranches.pay(running, [4], world.stranger.by)


@pytest.mark.spec("POOL-2")
def test_a_loss_hits_the_last_tranche_first(world, receivable, running):
    """Half of the face comes: the senior tranche has its interest and much of its principal."""
    given.moneyed(world, world.core, FACE // 2, world.maturity)
    world.maturity.payIn(receivable, FACE // 2, world.core.by)
    world.days_pass(TENOR - WINDOW)
    world.stranger.settles(receivable)
    world.fund.approves(world.tranches, FACE)
    world.asset_pools.collect(running, [1, 2, 3], world.fund.by)
    world.tranches.distribute(running, world.stranger.by)
    senior = pools.interest(SENIOR, SENIOR_RATE, TENOR - WINDOW)
    assert world.tranches.tranche(running, 0)[3] == SENIOR - (FACE // 2 - senior)
    assert world.tranches.tranche(running, 1)[3] == JUNIOR
    assert world.axis(pools.tranche_axis(running, 1)) == (0, 0)


def test_nothing_is_distributed_before_all_is_bought(world, filled):
    pools.closed(world, filled)
    with refused("WrongState", "ASSET_POOL", filled, 3, 4):
        world.tranches.distribute(filled, world.stranger.by)
    with refused("Unknown", "ASSET_POOL", 99):
        world.tranches.distribute(99, world.stranger.by)


# --- breaches ---


@pytest.mark.spec("POOL-1", "POOL-2", "POOL-3")
def test_the_originator_buys_back_what_is_in_breach(world, receivable, running):
    proof = given.filed(world, world.factor, OTHER)
    with refused("NotParty", world.financier, world.factor):
        world.asset_pools.declareBreach(running, 1, proof, world.financier.by)
    with refused("DocumentUnknown", digest("nobody's"), world.factor, OTHER):
        world.asset_pools.declareBreach(running, 1, digest("nobody's"), world.factor.by)
    with refused("WrongState", "POOL_PIECE", 1, BOUGHT, BREACHED):
        world.asset_pools.repurchase(running, 1, world.financier.by)
    tx = world.asset_pools.declareBreach(running, 1, proof, world.factor.by)
    emitted(tx, "PieceBreached", pool=running, receivable=receivable, piece=1, start=0, document=proof)
    given.moneyed(world, world.financier, 300_000, world.tranches)
    with refused("NotParty", world.factor, world.financier):
        world.asset_pools.repurchase(running, 1, world.factor.by)
    tx = world.asset_pools.repurchase(running, 1, world.financier.by)
    emitted(tx, "PieceRepurchased", pool=running, receivable=receivable, piece=1, start=0, amount=300_000)
    assert world.piece_book.piece(receivable, 0)[0] == world.financier
    assert world.axis(pools.pool_axis(running)) == (960_000 + 300_000, 960_000)
    assert (world.asset_pools.pool(running)[4], piece_state(world, running, 1)) == (700_000, REPURCHASED)
    with refused("WrongState", "POOL_PIECE", 1, REPURCHASED, BOUGHT):
        world.asset_pools.collect(running, [1], world.investor.by)


@pytest.mark.spec("POOL-2")
def test_of_a_piece_that_was_paid_nothing_is_bought_back(world, receivable, running):
    """Whether or not its money is in the pool already: no buy-back of a declared breach fails for that."""
    proof = given.filed(world, world.factor, OTHER)
    world.factor.approves(world.tranches, FACE)
    pools.paid_up(world, receivable)
    with refused("WrongState", "PIECE", 0, ..., LOCKED):
        world.asset_pools.declareBreach(running, 1, proof, world.factor.by)
    world.asset_pools.collect(running, [1], world.fund.by)
    with refused("WrongState", "PIECE", 0, ..., LOCKED):
        world.asset_pools.declareBreach(running, 1, proof, world.factor.by)


# --- modules ---


@pytest.mark.spec("CASH-4")
def test_only_the_module_of_the_pieces_moves_a_pools_money(world, pool):
    book = (world.cash.address, world.today + 1, 1, 0, 0, world.financier.address, 0, 0, ZERO)
    for act in (
        lambda who: world.tranches.register(9, book, [(1, 1)], who.by),
        lambda who: world.tranches.advance(pool, 4, who.by),
        lambda who: world.tranches.payFor(pool, world.financier, 1, who.by),
        lambda who: world.tranches.take(pool, world.investor, 1, who.by),
    ):
        for who in (world.financier, world.factor, world.operator):
            with refused("NotModule", who, "POOLS"):
                act(who)
