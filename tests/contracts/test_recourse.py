"""Recourse: an overdue piece goes back to who sold it, against money; or its holder writes it off."""

import pytest

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import emitted, refused

START, END = 300_000, 700_000
"""What the financier bought with recourse, of the supplier."""
WRITE_OFF_DAYS = 90


def financed(world, **changes):
    """A receivable of the core enterprise's, a part of it financed."""
    receivable = given.accepted_receivable(world)
    quote = given.accepted_quote(world, receivable, start=START, end=END, **changes)
    given.moneyed(world, world.financier, FACE, world.financing)
    world.financier.funds(quote, *given.registry_papers(world))
    return receivable


@pytest.fixture(scope="module")
def sold(world):
    return financed(world, recourse=True)


@pytest.fixture
def overdue(world, sold):
    world.days_pass(TENOR + 1)
    world.maturity.markOverdue(sold, world.stranger.by)
    return sold


def demands(world, receivable, who=None, start=START, document=None):
    who = who or world.financier
    document = document or world.filed(who)
    return world.recourse.demandRecourse(receivable, start, START, document, who.by)


def recourse_refused(world, receivable, *refusal, who=None, start=START):
    """The question and the act."""
    who = who or world.financier
    with refused(*refusal):
        world.recourse.checkRecourse(receivable, start, START, who)
    with refused(*refusal):
        demands(world, receivable, who, start)


@pytest.fixture
def demanded(world, overdue):
    demands(world, overdue)
    given.moneyed(world, world.supplier, FACE, world.recourse)
    return overdue


# --- demanding ---


@pytest.mark.spec("MAT-5")
def test_the_holder_of_an_overdue_piece_asks_its_seller(world, overdue):
    assert world.recourse.checkRecourse(overdue, START, START, world.financier) == world.supplier
    paper = world.filed(world.financier)
    tx = demands(world, overdue, document=paper)
    emitted(
        tx,
        "RecourseDemanded",
        holder=world.financier,
        seller=world.supplier,
        start=START,
        end=END,
        document=paper,
    )
    asked = world.recourse.demand(overdue, START).dict()
    assert (asked["holder"], asked["seller"], asked["demandedOn"]) == (
        world.financier,
        world.supplier,
        world.today,
    )


@pytest.mark.spec("MAT-5")
def test_nobody_is_asked_before_it_is_overdue(world, sold):
    recourse_refused(world, sold, "NotYetOverdue", sold)
    recourse_refused(world, 99, "NotYetOverdue", 99)


@pytest.mark.spec("MAT-5")
def test_only_who_bought_with_recourse_has_recourse(world, overdue):
    recourse_refused(world, overdue, "NotHolder", world.factor, world.financier, who=world.factor)
    recourse_refused(world, overdue, "NoRecourse", overdue, 0, who=world.supplier, start=0)
    with refused("DocumentUnknown", ..., world.financier, 0):
        demands(world, overdue, document=world.new_hash("not on file"))


def test_without_recourse_there_is_none(world):
    receivable = financed(world, recourse=False, nonce=2)
    world.days_pass(TENOR + 1)
    world.maturity.markOverdue(receivable, world.stranger.by)
    recourse_refused(world, receivable, "NoRecourse", receivable, START)


def test_a_locked_or_discharged_piece_is_not_given_back(world, overdue):
    world.changes(world.piece_book, "setModule", world.deployer, 9, 12)
    world.piece_book.lock(overdue, START, world.sequence(overdue, START), world.deployer.by)
    recourse_refused(world, overdue, "PieceLocked", overdue, START, 9)
    world.piece_book.discharge(overdue, START, 5, world.deployer.by)
    recourse_refused(world, overdue, "AlreadyDischarged", overdue, START, 5)


# --- taking back ---


@pytest.mark.spec("MAT-5", "FIN-1")
def test_the_seller_takes_the_piece_back_against_its_face_in_one_transaction(world, demanded):
    had = world.financier.balance()
    tx = world.recourse.repurchase(demanded, START, world.supplier.by)
    paper = world.recourse.demand(demanded, START)[4]
    emitted(tx, "Repurchased", holder=world.financier, seller=world.supplier, amount=END - START)
    emitted(tx, "PieceMoved", to=world.supplier, start=START, end=END)
    assert world.piece_book.piece(demanded, START)[0] == world.supplier
    assert world.financier.balance() == had + END - START and int(str(paper), 16) == 0
    with refused("Unknown", "DEMAND", START):
        world.recourse.repurchase(demanded, START, world.supplier.by)


@pytest.mark.spec("MAT-5", "MAT-2")
def test_what_the_piece_received_is_taken_off_its_price(world, demanded):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(demanded, FACE // 2)
    world.stranger.settles(demanded)
    had, spent = world.financier.balance(), world.supplier.balance()
    world.recourse.repurchase(demanded, START, world.supplier.by)
    assert world.financier.balance() - had == (END - START) // 2 == spent - world.supplier.balance()
    world.core.pays_in(demanded)
    world.stranger.settles(demanded)
    assert int(world.receivables.receivable(demanded).dict()["state"]) == 5


@pytest.mark.spec("MAT-5", "MAT-6")
def test_what_waited_while_the_piece_was_locked_is_its_holders_and_not_the_sellers(world, overdue):
    """Held in a round, the lock ended, nobody released it: the seller gets the piece and not that money."""
    world.changes(world.piece_book, "setModule", world.deployer, 9, 4)
    keeper = world.new("SettableKeeper")
    world.changes(world.maturity, "setKeeper", 9, keeper)
    world.piece_book.lock(overdue, START, world.sequence(overdue, START), world.deployer.by)
    keeper.tell(overdue, START, world.financier, True, world.deployer.by)
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(overdue, FACE // 2)
    world.stranger.settles(overdue)
    keeper.tell(overdue, START, world.financier, False, world.deployer.by)
    world.piece_book.unlock(overdue, START, world.sequence(overdue, START), world.deployer.by)
    demands(world, overdue)
    given.moneyed(world, world.supplier, FACE, world.recourse)
    had, spent = world.financier.balance(), world.supplier.balance()
    world.recourse.repurchase(overdue, START, world.supplier.by)
    assert world.financier.balance() - had == END - START
    assert spent - world.supplier.balance() == (END - START) // 2
    assert world.maturity.heldBy(overdue, START) == 0


@pytest.mark.spec("MAT-5")
def test_piece_and_money_or_neither(world, demanded):
    world.supplier.approves(world.recourse, END - START - 1)
    with refused("InsufficientAllowance", world.supplier, world.recourse, END - START - 1, END - START):
        world.recourse.repurchase(demanded, START, world.supplier.by)
    assert world.piece_book.piece(demanded, START)[0] == world.financier


@pytest.mark.spec("MAT-5")
def test_only_the_seller_takes_back_and_only_what_was_demanded(world, demanded):
    with refused("NotParty", world.rival, world.supplier):
        world.recourse.repurchase(demanded, START, world.rival.by)
    with refused("Unknown", "DEMAND", 0):
        world.recourse.repurchase(demanded, 0, world.supplier.by)


@pytest.mark.spec("MAT-5")
def test_a_demand_is_for_the_piece_as_it_was(world, demanded):
    world.changes(world.piece_book, "setModule", world.deployer, 9, 2)
    was = world.sequence(demanded, START)
    world.piece_book.cut(demanded, START, was, START + 1_000, world.deployer.by)
    with refused("StaleSequence", demanded, START, was, was + 1):
        world.recourse.repurchase(demanded, START, world.supplier.by)
    demands(world, demanded, start=START + 1_000)
    world.recourse.repurchase(demanded, START + 1_000, world.supplier.by)


def test_a_debt_that_is_paid_needs_no_recourse(world, demanded):
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(demanded)
    world.stranger.settles(demanded)
    with refused("NotYetOverdue", demanded):
        world.recourse.repurchase(demanded, START, world.supplier.by)


# --- writing off ---


@pytest.mark.spec("MAT-5")
def test_a_holder_writes_its_piece_off_and_later_money_still_reaches_it(world, overdue):
    world.days_pass(WRITE_OFF_DAYS - 1)
    paper = world.filed(world.financier)
    tx = world.recourse.writeOff(overdue, START, paper, world.financier.by)
    emitted(tx, "WrittenOff", holder=world.financier, start=START, end=END, document=paper)
    assert world.recourse.writtenOffOn(overdue, START) == world.today
    with refused("AlreadyUsed", "WRITE_OFF", "0x" + f"{START:064x}"):
        world.recourse.writeOff(overdue, START, paper, world.financier.by)
    had = world.financier.balance()
    given.moneyed(world, world.core, FACE, world.maturity)
    world.core.pays_in(overdue)
    world.stranger.settles(overdue)
    assert world.financier.balance() == had + END - START


def test_what_is_written_off_is_ones_own_and_long_overdue(world, overdue):
    paper = world.filed(world.financier)
    first = int(world.receivables.receivable(overdue).dict()["due"]) + WRITE_OFF_DAYS
    with refused("DateOutOfOrder", "WRITE_OFF", world.today, first):
        world.recourse.writeOff(overdue, START, paper, world.financier.by)
    with refused("NotHolder", world.supplier, world.financier):
        world.recourse.writeOff(overdue, START, paper, world.supplier.by)
    world.days_pass(WRITE_OFF_DAYS)
    with refused("DocumentUnknown", ..., world.financier, 0):
        world.recourse.writeOff(overdue, START, world.new_hash("not on file"), world.financier.by)
