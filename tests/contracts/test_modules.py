"""Modules behind proxies: their code and their duties change only by the delayed powers."""

import json
from pathlib import Path

import pytest
from brownie import chain, web3

from tests.contracts import given
from tests.contracts.refusals import emitted, error_data, refused
from tests.contracts.world import DELAY, NOBODY, axis_of, label

MODULES = (
    "proceeds",
    "credit_lines",
    "receivables",
    "bond_office",
    "coupon_terms",
    "bond_service",
    "financing",
    "maturity",
    "impact",
    "labels",
    "tranches",
    "asset_pools",
)
SNAPSHOTS = Path(__file__).parent.parent / "snapshots"
IMPLEMENTATION_SLOT = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC


def implementation(world, module):
    word = web3.eth.get_storage_at(module.address, IMPLEMENTATION_SLOT)
    return web3.to_checksum_address(bytes(word)[12:].hex())


@pytest.fixture
def following(world):
    """The code that a module could get."""
    return world.new("NextModule", world.powers)


@pytest.mark.spec("POW-1")
@pytest.mark.parametrize("name", MODULES)
def test_only_delayed_powers_give_duties(world, name):
    module = getattr(world, name)
    for who in (world.operator, world.guardian, world.deployer, world.stranger):
        with refused("NotPowers", who, world.powers):
            module.setDuty(who, label("ANY"), who.by)
    tx = world.changes(module, "setDuty", world.stranger, label("ANY"))
    emitted(tx, "DutySet", module=world.stranger, duty=label("ANY"))
    assert module.dutyOf(world.stranger) == label("ANY")


def test_a_duty_is_taken_away_too(world):
    world.changes(world.proceeds, "setDuty", world.bond_office, label(""))
    framework = given.reviewed_framework(world)
    with refused("NotModule", world.bond_office, "BONDS"):
        world.issuer.registers_bond(given.terms(world, framework))


@pytest.mark.spec("POW-1")
@pytest.mark.parametrize("name", MODULES)
def test_nobody_upgrades_alone(world, following, name):
    module = getattr(world, name)
    for who in (world.operator, world.guardian, world.deployer, world.stranger):
        with refused("NotPowers", who, world.powers):
            module.upgradeToAndCall(following, b"", who.by)


@pytest.mark.spec("POW-1")
def test_an_upgrade_takes_two_roles_and_its_time(world, following):
    module, before = world.maturity, implementation(world, world.maturity)
    change = world.proposes(module, "upgradeToAndCall", following, b"")
    with refused("WrongState", "CHANGE", change, 1, 2):
        world.powers.execute(change, world.operator.by)
    world.powers.approve(change, world.guardian.by)
    with refused("ChangeNotReady", change, ..., ...):
        world.powers.execute(change, world.operator.by)
    assert implementation(world, module) == before
    chain.sleep(DELAY)
    tx = world.powers.execute(change, world.stranger.by)
    emitted(tx, "Upgraded", implementation=following)
    assert implementation(world, module) == following
    assert world.at("NextModule", module.address).VERSION() == 2
    assert world.at("NextModule", module.address).dutyOf(world.stranger) == label("")


def test_what_is_stored_stays_through_an_upgrade(world):
    bond = given.closed_bond(world)
    states = world.states(bond)
    fresh = world.new("Proceeds", *world.of_proceeds())
    world.changes(world.proceeds, "upgradeToAndCall", fresh, b"")
    assert world.states(bond) == states and world.proceeds.raised(bond) == given.RAISED
    assert implementation(world, world.proceeds) == fresh


def test_a_module_is_never_upgraded_to_what_is_no_module(world):
    for wrong in (world.cash, world.new("FakeCash")):
        reason = error_data("ERC1967InvalidImplementation", wrong)
        with refused("ChangeFailed", ..., reason):
            world.changes(world.maturity, "upgradeToAndCall", wrong, b"")


@pytest.mark.parametrize("name", MODULES)
def test_the_code_behind_a_proxy_is_nobodys(world, name):
    """Called directly, an implementation neither upgrades nor takes duties from anybody."""
    module = getattr(world, name)
    code = world.at(module._name, implementation(world, module))
    with refused("UUPSUnauthorizedCallContext"):
        code.upgradeToAndCall(code, b"", world.operator.by)
    with refused("NotPowers", world.operator, world.powers):
        code.setDuty(world.operator, label("ANY"), world.operator.by)


@pytest.mark.spec("POW-1")
def test_the_codes_of_proceeds_agree_about_every_slot_and_neighbour(world):
    """What runs on one storage must not differ about where anything is, or about whom to ask."""
    layout = json.loads((SNAPSHOTS / "storage_layout.json").read_text())
    for name, address in (
        ("ProceedsBooks", world.proceeds.books()),
        ("Placements", world.proceeds.placements()),
        ("Works", world.proceeds.worksCode()),
    ):
        assert layout["Proceeds"] == layout[name]
        for neighbour in ("powers", "participants", "documents", "frameworks", "pieceBook"):
            assert getattr(world.at(name, address), neighbour)() == getattr(world.proceeds, neighbour)()


def test_the_code_of_the_books_does_nothing_on_its_own(world):
    """Called past Proceeds it finds no bond and controls no purpose."""
    books = world.at("ProceedsBooks", world.proceeds.books())
    with refused("NotModule", world.deployer, "BONDS"):
        books.closeBooks(1, 0, 0, world.deployer.by)
    with refused("NotParty", world.issuer, NOBODY):
        books.openLine(1, 1, 1, False, "Turbines", world.issuer.by)
    with refused("NotPowers", world.operator, world.powers):
        books.setDuty(world.operator, label("BONDS"), world.operator.by)


@pytest.mark.spec("CASH-1")
def test_a_faulty_module_never_strands_money(world):
    """Its purposes are handed to another controller, which pays what waits there."""
    bond = given.closed_bond(world)
    pool = axis_of("PROCEEDS", "POOL", bond)
    waiting, _ = world.axis(pool)
    world.changes(world.cash, "setController", label("PROCEEDS"), world.deployer)
    with refused("NotModule", world.proceeds, "PROCEEDS"):
        world.issuer.allocates(given.open_line(world, bond), 1)
    purpose = "0x" + given.purpose("POOL", bond).hex()
    world.cash.pay(label("PROCEEDS"), purpose, world.investor, waiting, label("RESCUE"), world.deployer.by)
    assert world.investor.balance() == waiting and world.axis(pool) == (waiting, waiting)


def test_the_neighbours_are_those_that_were_deployed(world):
    for name in MODULES:
        module = getattr(world, name)
        assert module.powers() == world.powers and module.participants() == world.participants
    assert world.proceeds.pieceBook() == world.piece_book == world.financing.pieceBook()
    assert world.receivables.proceeds() == world.proceeds == world.maturity.proceeds()
    assert world.asset_pools.tranches() == world.tranches and world.asset_pools.maturity() == world.maturity
    assert world.asset_pools.pieceBook() == world.piece_book
    assert world.asset_pools.receivables() == world.receivables
    for module in (world.tranches, world.asset_pools):
        assert module.documents() == world.documents
    assert world.tranches.cashRegistry() == world.cash_registry
    assert world.receivables.creditLines() == world.credit_lines == world.maturity.creditLines()
    assert world.bond_office.bondImplementation() == world.bond_implementation
