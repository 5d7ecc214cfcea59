"""Placements: idle proceeds with a bank and back, what they earn, what is lost and made good."""

import pytest

from tests.contracts import given
from tests.contracts.given import COST, RAISED
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import BANK, INVESTOR, ISSUER, NOBODY, ZERO, axis_of, digest

POOLED = RAISED - COST
PLACED = 500_000
pytestmark = pytest.mark.spec("BOND-7")


@pytest.fixture(scope="module")
def bond(world):
    return given.closed_bond(world)


@pytest.fixture
def placement(world, bond):
    """With the settlement bank, which has what it needs to bring it back."""
    given.moneyed(world, world.bank, 2 * PLACED, world.proceeds)
    return world.issuer.places(bond, PLACED, world.today + 30)


def pool(bond):
    return axis_of("PROCEEDS", "POOL", bond)


def income(bond):
    return axis_of("PROCEEDS", "INCOME", bond)


def states(world, bond):
    found = world.states(bond)
    assert sum(found.values()) == RAISED
    return {state: found[state] for state in ("unallocated", "placed", "lost")}


def test_idle_money_is_placed_with_a_bank(world, bond):
    document, until = world.issuer.files("deposit"), world.today + 30
    tx = world.proceeds.place(bond, world.bank, PLACED, until, "7-day notice", document, world.issuer.by)
    said = {"bond": bond, "place": world.bank, "amount": PLACED, "outOffset": 0, "until": until}
    emitted(tx, "Placed", **said, instrument="7-day notice", document=document)
    emitted(tx, "Moved", fromAxis=pool(bond), toAxis=world.bank, amount=PLACED, document=document)
    made = world.proceeds.placement(tx.events["Placed"]["placement"])
    assert list(made) == [world.bank, bond, until, PLACED, 0, 0, 0, 0]
    assert world.proceeds.placementCount() == tx.events["Placed"]["placement"]
    assert world.bank.balance() == PLACED
    assert states(world, bond) == {"unallocated": POOLED - PLACED, "placed": PLACED, "lost": 0}


def test_a_second_placement_begins_where_the_first_left_the_pool(world, bond, placement):
    assert world.proceeds.placement(world.issuer.places(bond, 5))[7] == PLACED


def test_placing_needs_the_issuer_a_bank_a_day_to_come_a_document_and_the_money(world, bond):
    paper = world.issuer.files("deposit")

    def place(by=world.issuer, of=bond, at=world.bank, amount=1, until=0, document=paper):
        world.proceeds.place(of, at, amount, until, "Deposit", document, by.by)

    with refused("NotParty", world.rival, world.issuer):
        place(by=world.rival)
    with refused("NotParty", world.issuer, NOBODY):
        place(of=99)
    with refused("MissingRole", world.investor, INVESTOR, BANK):
        place(at=world.investor)
    with refused("NotAdmitted", world.stranger):
        place(at=world.stranger)
    with refused("DateOutOfOrder", "PLACEMENT", world.today, world.today):
        place(until=world.today)
    with refused("DocumentUnknown", digest("?"), world.issuer, 0):
        place(document=digest("?"))
    with refused("OverProceeds", bond, POOLED, POOLED + 1):
        place(amount=POOLED + 1)
    with refused("OverProceeds", bond, POOLED, 2**256 - 1):
        place(amount=2**256 - 1)
    with refused("ZeroAmount"):
        place(amount=0)
    world.operator.amends(world.issuer, roles=INVESTOR)
    with refused("MissingRole", world.issuer, INVESTOR, ISSUER):
        place()


def test_placed_money_is_nobodys_to_allocate(world, bond, placement):
    world.issuer.places(bond, POOLED - PLACED - 1)
    line = given.open_line(world, bond)
    with refused("OverProceeds", bond, 1, 2):
        world.issuer.allocates(line, 2)


def test_the_place_brings_the_next_fen_back_and_the_income_beside_them(world, bond, placement):
    tx = world.proceeds.returnPlaced(placement, 300_000, 700, digest("statement"), world.bank.by)
    said = {"placement": placement, "bond": bond, "reversedOffset": 0, "principal": 300_000}
    emitted(tx, "PlacementReturned", **said, inOffset=POOLED, income=700, document=digest("statement"))
    tx = world.proceeds.returnPlaced(placement, 200_000, 0, digest("statement"), world.bank.by)
    emitted(tx, "PlacementReturned", reversedOffset=300_000, principal=200_000, inOffset=POOLED + 300_000)
    assert states(world, bond) == {"unallocated": POOLED, "placed": 0, "lost": 0}
    assert world.axis(income(bond)) == (700, 0)
    with refused("OverPlaced", placement, 0, 1):
        world.proceeds.returnPlaced(placement, 1, 0, digest("statement"), world.bank.by)


def test_income_alone_moves_no_fen_of_the_bond(world, bond, placement):
    before = states(world, bond)
    tx = world.proceeds.returnPlaced(placement, 0, 700, digest("interest"), world.bank.by)
    emitted(tx, "PlacementReturned", principal=0, inOffset=0, income=700)
    assert states(world, bond) == before


def test_only_the_place_returns_what_it_has_against_its_document(world, bond, placement):
    def give(by=world.bank, of=placement, principal=1, income=0, document="statement"):
        paper = digest(document) if document else ZERO
        world.proceeds.returnPlaced(of, principal, income, paper, by.by)

    with refused("Unknown", "PLACEMENT", 99):
        give(of=99)
    with refused("NotParty", world.issuer, world.bank):
        give(by=world.issuer)
    with refused("ZeroHash", "DOCUMENT"):
        give(document="")
    with refused("ZeroAmount"):
        give(principal=0)
    with refused("OverPlaced", placement, PLACED, PLACED + 1):
        give(principal=PLACED + 1)
    world.bank.approves(world.proceeds, 5)
    with refused("InsufficientAllowance", world.bank, world.proceeds, 5, 6):
        give(principal=6)


def test_a_suspended_bank_gives_money_back_all_the_same(world, bond, placement):
    world.operator.suspends(world.bank)
    world.proceeds.returnPlaced(placement, PLACED, 0, digest("statement"), world.bank.by)
    assert states(world, bond)["placed"] == 0


def test_a_loss_is_a_state_of_its_own_until_it_is_made_good(world, bond, placement):
    world.proceeds.returnPlaced(placement, 100_000, 0, digest("statement"), world.bank.by)
    document = world.issuer.files("notice of insolvency")
    tx = world.proceeds.losePlaced(placement, 50_000, document, world.issuer.by)
    emitted(tx, "PlacementLost", placement=placement, bond=bond, offset=450_000, amount=50_000)
    world.proceeds.losePlaced(placement, 10_000, document, world.issuer.by)
    assert states(world, bond) == {"unallocated": POOLED - 400_000, "placed": 340_000, "lost": 60_000}
    given.moneyed(world, world.issuer, 20_000, world.proceeds)
    tx = world.proceeds.makeGood(placement, 20_000, digest("receipt"), world.issuer.by)
    said = {"placement": placement, "bond": bond, "by": world.issuer, "reversedOffset": 480_000}
    emitted(tx, "LossMadeGood", **said, amount=20_000, inOffset=POOLED + 100_000)
    tx = world.proceeds.makeGood(placement, 40_000, digest("recovery"), world.bank.by)
    emitted(tx, "LossMadeGood", by=world.bank, reversedOffset=440_000, amount=40_000)
    assert states(world, bond) == {"unallocated": POOLED - 340_000, "placed": 340_000, "lost": 0}
    with refused("OverPlaced", placement, 0, 1):
        world.proceeds.makeGood(placement, 1, digest("receipt"), world.issuer.by)


def test_a_loss_is_the_issuers_to_declare_once_and_with_a_document(world, bond, placement):
    document = world.issuer.files("notice")
    lose = world.proceeds.losePlaced
    with refused("Unknown", "PLACEMENT", 99):
        lose(99, 1, document, world.issuer.by)
    with refused("NotParty", world.bank, world.issuer):
        lose(placement, 1, document, world.bank.by)
    with refused("DocumentUnknown", digest("?"), world.issuer, 0):
        lose(placement, 1, digest("?"), world.issuer.by)
    with refused("ZeroAmount"):
        lose(placement, 0, document, world.issuer.by)
    with refused("OverPlaced", placement, PLACED, PLACED + 1):
        lose(placement, PLACED + 1, document, world.issuer.by)
    lose(placement, PLACED, document, world.issuer.by)
    with refused("OverPlaced", placement, 0, 1):
        world.proceeds.returnPlaced(placement, 1, 0, digest("statement"), world.bank.by)


def test_a_loss_is_made_good_by_issuer_or_place_with_money_and_document(world, bond, placement):
    world.proceeds.losePlaced(placement, 10, world.issuer.files("notice"), world.issuer.by)
    good = world.proceeds.makeGood
    with refused("Unknown", "PLACEMENT", 99):
        good(99, 1, digest("receipt"), world.issuer.by)
    with refused("NotParty", world.investor, world.issuer):
        good(placement, 1, digest("receipt"), world.investor.by)
    with refused("ZeroHash", "DOCUMENT"):
        good(placement, 1, ZERO, world.bank.by)
    with refused("ZeroAmount"):
        good(placement, 0, digest("receipt"), world.bank.by)
    with refused("InsufficientAllowance", world.issuer, world.proceeds, 0, 1):
        good(placement, 1, digest("receipt"), world.issuer.by)


def test_income_is_spent_by_the_issuer_against_its_document(world, bond, placement):
    world.proceeds.returnPlaced(placement, 0, 700, digest("interest"), world.bank.by)
    document, pay = world.issuer.files("bill"), world.proceeds.payIncome
    with refused("NotParty", world.rival, world.issuer):
        pay(bond, world.supplier, 1, document, world.rival.by)
    with refused("DocumentUnknown", digest("?"), world.issuer, 0):
        pay(bond, world.supplier, 1, digest("?"), world.issuer.by)
    with refused("InsufficientBalance", income(bond), 700, 701):
        pay(bond, world.supplier, 701, document, world.issuer.by)
    tx = pay(bond, world.supplier, 700, document, world.issuer.by)
    emitted(tx, "IncomePaid", bond=bond, payee=world.supplier, amount=700, document=document)
    assert world.supplier.balance() == 700
