"""Cash: axes with two counters; every move tiles both of them."""

import pytest
from brownie import ZERO_ADDRESS

from tests.contracts.refusals import emitted, error_data, refused
from tests.contracts.world import BANK, CNY, COUNTER_MAX, ZERO, World, axis_of, digest, label

SOURCE = axis_of("CASH", "SOURCE")
MODULE = label("TEST")
TILL, SAFE = digest("till"), digest("safe")


@pytest.fixture
def rich(world):
    """The supplier has 1,000 fen."""
    world.bank.mints(world.supplier, 1_000)
    return world.supplier


@pytest.fixture
def controller(world):
    """An account as the controller of a module's purposes."""
    world.changes(world.cash, "setController", MODULE, world.deployer)
    return world.deployer


def till(world, which=TILL):
    return world.cash.axisOf(MODULE, which)


# --- the settlement bank ---


def test_what_it_says_of_itself(world):
    c = world.cash
    assert (c.name(), c.symbol(), c.decimals(), c.currency()) == ("Ledger cash", "GLC", 2, "0x" + CNY.hex())
    assert (c.bank(), c.powers(), c.participants()) == (world.bank, world.powers, world.participants)
    assert world.new_cash(b"JPY", 0).decimals() == 0


@pytest.mark.spec("CASH-1")
def test_minted_fen_come_from_the_source_axis(world):
    world.bank.mints(world.supplier, 300)
    tx = world.bank.mints(world.supplier, 700, digest("ref"))
    emitted(
        tx,
        "Moved",
        fromAxis=SOURCE,
        toAxis=world.supplier,
        amount=700,
        outOffset=300,
        inOffset=300,
        document=digest("ref"),
    )
    emitted(tx, "Minted", to=world.supplier, amount=700, bankReference=digest("ref"))
    assert world.axis(world.supplier) == (1_000, 0)
    assert world.axis(SOURCE) == (0, 1_000)
    assert world.cash.totalSupply() == 1_000
    assert world.cash.balanceOf(SOURCE) == 0
    assert world.cash.bankReferenceUsed(digest("ref"))


@pytest.mark.spec("CASH-2")
@pytest.mark.parametrize("who", ["operator", "guardian", "deployer", "issuer", "stranger"])
def test_only_its_bank_mints_and_burns(world, who):
    actor = getattr(world, who)
    with refused("NotParty", actor, world.bank):
        actor.mints(world.supplier, 1)
    with refused("NotParty", actor, world.bank):
        actor.burns(world.supplier, 1)


@pytest.mark.spec("CASH-2")
def test_another_bank_is_not_its_bank(world):
    world.operator.amends(world.rival, roles=BANK)
    with refused("NotParty", world.rival, world.bank):
        world.rival.mints(world.supplier, 1)


@pytest.mark.spec("CASH-2")
def test_a_bank_reference_is_used_once_over_mints_and_burns(world, rich):
    world.bank.mints(world.supplier, 1, digest("ref"))
    world.cash.redeem(1, digest("out"), rich.by)
    with refused("AlreadyUsed", "BANK_REFERENCE", digest("ref")):
        world.bank.mints(world.supplier, 1, digest("ref"))
    with refused("AlreadyUsed", "BANK_REFERENCE", digest("ref")):
        world.bank.burns(world.supplier, 1, digest("ref"))
    with refused("ZeroHash", "BANK_REFERENCE"):
        world.bank.mints(world.supplier, 1, ZERO)
    with refused("ZeroHash", "BANK_REFERENCE"):
        world.bank.burns(world.supplier, 1, ZERO)


@pytest.mark.spec("CASH-3", "ADM-1")
def test_minting_asks_for_an_amount_and_an_active_holder(world):
    with refused("ZeroAmount"):
        world.bank.mints(world.supplier, 0)
    with refused("NotAdmitted", world.stranger):
        world.bank.mints(world.stranger, 1)
    world.operator.suspends(world.supplier)
    with refused("Suspended", world.supplier):
        world.bank.mints(world.supplier, 1)


@pytest.mark.spec("CASH-1")
def test_a_counter_never_overflows(world, rich):
    with refused("AmountTooLarge", COUNTER_MAX + 1, COUNTER_MAX - 1_000):
        world.bank.mints(world.investor, COUNTER_MAX + 1)
    with refused("AmountTooLarge", COUNTER_MAX, COUNTER_MAX - 1_000):
        world.bank.mints(world.investor, COUNTER_MAX)
    world.bank.mints(world.investor, COUNTER_MAX - 1_000)
    with refused("AmountTooLarge", 1, 0):
        world.bank.mints(world.investor, 1)


@pytest.mark.spec("CASH-1")
def test_an_in_counter_never_overflows(world):
    world.bank.mints(world.investor, COUNTER_MAX)
    world.investor.sends(world.supplier, COUNTER_MAX)
    world.supplier.sends(world.fund, 5)
    with refused("AmountTooLarge", 5, 0):
        world.fund.sends(world.supplier, 5)


# --- transfers ---


@pytest.mark.spec("CASH-1")
def test_a_transfer_emits_both_offsets(world, rich):
    rich.sends(world.investor, 400)
    tx = rich.sends(world.investor, 500)
    emitted(
        tx,
        "Moved",
        fromAxis=rich,
        toAxis=world.investor,
        amount=500,
        outOffset=400,
        inOffset=400,
        document=ZERO,
    )
    emitted(tx, "Transfer", amount=500)
    assert world.axis(rich) == (1_000, 900)
    assert world.axis(world.investor) == (900, 0)
    assert rich.balance() == 100 and world.investor.balance() == 900


def test_a_transfer_can_cite_its_document(world, rich):
    tx = world.cash.transferWithDocument(world.investor, 5, digest("why"), rich.by)
    emitted(tx, "Moved", amount=5, document=digest("why"))


@pytest.mark.spec("CASH-1")
def test_a_zero_transfer_moves_no_counter(world, rich):
    tx = rich.sends(world.investor, 0)
    emitted(tx, "Transfer", amount=0)
    assert "Moved" not in tx.events
    assert world.axis(rich) == (1_000, 0) and world.axis(world.investor) == (0, 0)


@pytest.mark.spec("CASH-1")
def test_a_transfer_to_oneself_moves_no_counter(world, rich):
    tx = rich.sends(rich, 1_000)
    emitted(tx, "Transfer", amount=1_000)
    assert "Moved" not in tx.events and world.axis(rich) == (1_000, 0)
    with refused("InsufficientBalance", rich, 1_000, 1_001):
        rich.sends(rich, 1_001)


def test_nobody_sends_more_than_he_has(world, rich):
    for act in (rich.sends, lambda to, amount: world.cash.checkTransfer(rich, to, amount)):
        with refused("InsufficientBalance", rich, 1_000, 1_001):
            act(world.investor, 1_001)
        with refused("InsufficientBalance", rich, 1_000, 2**256 - 1):
            act(world.investor, 2**256 - 1)
    world.cash.checkTransfer(rich, world.investor, 1_000)


@pytest.mark.spec("CASH-3", "ADM-1")
def test_both_sides_of_a_transfer_are_active(world, rich):
    acts = (rich.sends, lambda to, amount: world.cash.checkTransfer(rich, to, amount))
    for act in acts:
        with refused("NotAdmitted", world.stranger):
            act(world.stranger, 1)
        with refused("NotAdmitted", ZERO_ADDRESS):
            act(ZERO_ADDRESS, 1)
    yesterday = world.today - 1
    world.operator.lapses(world.investor)
    for act in acts:
        with refused("Lapsed", world.investor, yesterday, world.today):
            act(world.investor, 1)
    world.operator.suspends(rich)
    for act in acts:
        with refused("Suspended", rich):
            act(world.fund, 0)


@pytest.mark.spec("CASH-1", "CASH-3")
@pytest.mark.parametrize("name", ["POOL", "ESCROW", "CLAIM", "SOURCE"])
def test_a_fen_is_never_donated_to_a_purpose(world, rich, name):
    module = "CASH" if name == "SOURCE" else "PROCEEDS"
    axis = axis_of(
        module, name, *{"ESCROW": (1, rich.address), "CLAIM": (rich.address,), "POOL": (1,)}.get(name, ())
    )
    rich.approves(world.fund, 5)
    for act in (rich.sends, lambda to, amount: world.cash.checkTransfer(rich, to, amount), world.bank.mints):
        with refused("NotGeneralAxis", axis):
            act(axis, 1)
    with refused("NotGeneralAxis", axis):
        rich.sends(axis, 0)
    with refused("NotGeneralAxis", axis):
        world.cash.transferFrom(rich, axis, 1, world.fund.by)
    with refused("PurposeCannotParticipate", axis):
        world.operator.admits(axis, 1)


# --- allowances ---


def test_a_spender_moves_what_it_was_allowed(world, rich):
    emitted(rich.approves(world.fund, 300), "Approval", owner=rich, spender=world.fund, amount=300)
    tx = world.cash.transferFrom(rich, world.investor, 100, world.fund.by)
    emitted(tx, "Moved", fromAxis=rich, toAxis=world.investor, amount=100)
    tx = world.cash.transferFromWithDocument(rich, world.investor, 150, digest("why"), world.fund.by)
    emitted(tx, "Moved", amount=150, document=digest("why"))
    assert world.cash.allowance(rich, world.fund) == 50
    with refused("InsufficientAllowance", rich, world.fund, 50, 51):
        world.cash.transferFrom(rich, world.investor, 51, world.fund.by)
    with refused("InsufficientAllowance", rich, world.fund, 50, 51):
        world.cash.transferFromWithDocument(rich, world.investor, 51, ZERO, world.fund.by)


def test_an_endless_allowance_stays(world, rich):
    rich.approves(world.fund, 2**256 - 1)
    world.cash.transferFrom(rich, world.investor, 100, world.fund.by)
    assert world.cash.allowance(rich, world.fund) == 2**256 - 1


# --- redemption ---


@pytest.mark.spec("CASH-1", "CASH-2")
def test_a_holder_redeems_and_the_bank_burns(world, rich):
    waiting = axis_of("CASH", "REDEMPTION", rich.address)
    tx = world.cash.redeem(600, digest("out"), rich.by)
    emitted(
        tx,
        "Moved",
        fromAxis=rich,
        toAxis=waiting,
        amount=600,
        outOffset=0,
        inOffset=0,
        document=digest("out"),
    )
    tx = world.bank.burns(rich, 250, digest("paid"))
    emitted(tx, "Burned", holder=rich, amount=250, bankReference=digest("paid"))
    emitted(tx, "Moved", fromAxis=waiting, toAxis=SOURCE, amount=250, outOffset=0, inOffset=0)
    assert world.axis(waiting) == (600, 250) and world.axis(SOURCE) == (250, 1_000)
    assert world.cash.totalSupply() == 750


def test_a_holder_takes_a_redemption_back(world, rich):
    world.cash.redeem(600, digest("out"), rich.by)
    world.operator.suspends(rich)
    tx = world.cash.cancelRedeem(200, digest("back"), rich.by)
    emitted(tx, "Moved", toAxis=rich, amount=200, outOffset=0, inOffset=1_000, document=digest("back"))
    waiting = axis_of("CASH", "REDEMPTION", rich.address)
    with refused("InsufficientBalance", waiting, 400, 401):
        world.cash.cancelRedeem(401, digest("back"), rich.by)
    with refused("InsufficientBalance", waiting, 400, 401):
        world.bank.burns(rich, 401)


def test_redemption_asks_for_an_amount_and_an_active_holder(world, rich):
    with refused("ZeroAmount"):
        world.cash.redeem(0, ZERO, rich.by)
    with refused("ZeroAmount"):
        world.cash.cancelRedeem(0, ZERO, rich.by)
    with refused("ZeroAmount"):
        world.bank.burns(rich, 0)
    with refused("InsufficientBalance", rich, 1_000, 1_001):
        world.cash.redeem(1_001, ZERO, rich.by)
    with refused("NotAdmitted", world.stranger):
        world.cash.redeem(1, ZERO, world.stranger.by)


# --- modules ---


@pytest.mark.spec("CASH-1", "CASH-4")
def test_a_controller_collects_shifts_and_pays(world, rich, controller):
    rich.approves(world.cash, 0)
    rich.approves(controller, 500)
    tx = world.cash.collect(MODULE, TILL, rich, 500, digest("in"), controller.by)
    emitted(
        tx,
        "Moved",
        fromAxis=rich,
        toAxis=till(world),
        amount=500,
        outOffset=0,
        inOffset=0,
        document=digest("in"),
    )
    tx = world.cash.shift(MODULE, TILL, SAFE, 300, ZERO, controller.by)
    emitted(tx, "Moved", fromAxis=till(world), toAxis=till(world, SAFE), amount=300, outOffset=0, inOffset=0)
    tx = world.cash.pay(MODULE, SAFE, world.investor, 100, ZERO, controller.by)
    emitted(
        tx, "Moved", fromAxis=till(world, SAFE), toAxis=world.investor, amount=100, outOffset=0, inOffset=0
    )
    assert world.axis(till(world)) == (500, 300) and world.axis(till(world, SAFE)) == (300, 100)
    assert world.cash.axis(till(world))[2] == 1
    assert world.cash.allowance(rich, controller) == 0


@pytest.mark.spec("CASH-4")
def test_a_controller_takes_no_more_than_it_was_allowed(world, rich, controller):
    with refused("InsufficientAllowance", rich, controller, 0, 1):
        world.cash.collect(MODULE, TILL, rich, 1, ZERO, controller.by)
    rich.approves(controller, 2_000)
    with refused("InsufficientBalance", rich, 1_000, 1_001):
        world.cash.collect(MODULE, TILL, rich, 1_001, ZERO, controller.by)


def test_who_is_suspended_may_still_pay_a_debt(world, rich, controller):
    rich.approves(controller, 10)
    world.operator.suspends(rich)
    world.cash.collect(MODULE, TILL, rich, 10, ZERO, controller.by)
    assert world.axis(till(world)) == (10, 0)


@pytest.mark.spec("CASH-4")
@pytest.mark.parametrize("who", ["operator", "guardian", "stranger", "bank"])
def test_nobody_else_moves_a_modules_purposes(world, rich, controller, who):
    by = getattr(world, who).by
    with refused("NotModule", by["from"], "TEST"):
        world.cash.collect(MODULE, TILL, rich, 1, ZERO, by)
    with refused("NotModule", by["from"], "TEST"):
        world.cash.shift(MODULE, TILL, SAFE, 1, ZERO, by)
    with refused("NotModule", by["from"], "TEST"):
        world.cash.pay(MODULE, TILL, rich, 1, ZERO, by)


@pytest.mark.spec("CASH-4")
def test_a_controller_never_moves_another_modules_purposes(world, controller):
    with refused("NotModule", controller, "PROCEEDS"):
        world.cash.shift(label("PROCEEDS"), TILL, SAFE, 1, ZERO, controller.by)
    with refused("NotModule", controller, "CASH"):
        world.cash.pay(label("CASH"), TILL, world.investor, 1, ZERO, controller.by)
    with refused("NotModule", controller, "NONE"):
        world.cash.pay(label("NONE"), TILL, world.investor, 1, ZERO, controller.by)


def test_modules_move_real_amounts_between_different_purposes(world, rich, controller):
    rich.approves(controller, 100)
    world.cash.collect(MODULE, TILL, rich, 100, ZERO, controller.by)
    for act in (
        lambda: world.cash.collect(MODULE, TILL, rich, 0, ZERO, controller.by),
        lambda: world.cash.shift(MODULE, TILL, SAFE, 0, ZERO, controller.by),
        lambda: world.cash.pay(MODULE, TILL, rich, 0, ZERO, controller.by),
    ):
        with refused("ZeroAmount"):
            act()
    with refused("SameParty", till(world), till(world)):
        world.cash.shift(MODULE, TILL, TILL, 1, ZERO, controller.by)
    with refused("InsufficientBalance", till(world), 100, 101):
        world.cash.shift(MODULE, TILL, SAFE, 101, ZERO, controller.by)
    with refused("InsufficientBalance", till(world), 100, 101):
        world.cash.pay(MODULE, TILL, rich, 101, ZERO, controller.by)


@pytest.mark.spec("CASH-3")
def test_modules_pay_active_participants_only(world, rich, controller):
    rich.approves(controller, 100)
    world.cash.collect(MODULE, TILL, rich, 100, ZERO, controller.by)
    with refused("NotAdmitted", world.stranger):
        world.cash.pay(MODULE, TILL, world.stranger, 1, ZERO, controller.by)
    with refused("NotGeneralAxis", till(world, SAFE)):
        world.cash.pay(MODULE, TILL, till(world, SAFE), 1, ZERO, controller.by)
    world.operator.suspends(rich)
    with refused("Suspended", rich):
        world.cash.pay(MODULE, TILL, rich, 1, ZERO, controller.by)


# --- delayed powers ---


@pytest.mark.spec("POW-1")
def test_only_delayed_powers_name_controllers(world):
    for who in (world.operator, world.guardian, world.deployer, world.bank):
        with refused("NotPowers", who, world.powers):
            world.cash.setController(MODULE, who, who.by)


def test_a_new_controller_takes_over_what_waits(world, rich, controller):
    rich.approves(controller, 100)
    world.cash.collect(MODULE, TILL, rich, 100, ZERO, controller.by)
    tx = world.changes(world.cash, "setController", MODULE, world.guardian)
    emitted(tx, "ControllerSet", module=MODULE, controller=world.guardian)
    assert world.cash.controllerOf(MODULE) == world.guardian
    with refused("NotModule", controller, "TEST"):
        world.cash.pay(MODULE, TILL, rich, 100, ZERO, controller.by)
    world.cash.pay(MODULE, TILL, rich, 100, ZERO, world.guardian.by)
    assert rich.balance() == 1_000


@pytest.mark.spec("CASH-4")
def test_nobody_controls_the_redemption_and_source_axes():
    world = World()
    world.powers = world.new("Powers")
    world.participants = world.new("Participants", world.powers, False, 0)
    cash = world.new("Cash", world.participants, world.deployer, world.bank, CNY, 2, "", "")
    for module in (label("CASH"), ZERO):
        with refused("NotModule", world.stranger, module):
            cash.setController(module, world.stranger, world.deployer.by)


# --- the registry ---


def test_delayed_powers_list_cash_once(world):
    yen = world.new_cash(b"JPY", 0)
    with refused("CashUnknown", yen):
        world.cash_registry.requireCash(yen)
    with refused("NotPowers", world.operator, world.powers):
        world.cash_registry.list(yen, world.operator.by)
    tx = world.changes(world.cash_registry, "list", yen)
    emitted(tx, "CashListed", cash=yen, currency="JPY", bank=world.bank)
    world.cash_registry.requireCash(yen)
    assert list(world.cash_registry.cashes()) == [world.cash.address, yen.address]
    listed = "0x" + yen.address[2:].lower().zfill(64)
    with refused("ChangeFailed", ..., error_data("AlreadyUsed", "CASH", listed)):
        world.changes(world.cash_registry, "list", yen)
