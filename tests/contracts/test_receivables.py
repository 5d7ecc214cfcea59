"""Receivables: confirm, accept, refuse, return."""

import pytest

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    ACCEPT_DAYS,
    ATTESTATION,
    CONTRACT,
    JPY,
    LOAN_DRAWDOWN,
    MAX_TENOR_DAYS,
    OBLIGOR,
    OTHER,
    SUPPLIER,
    ZERO,
    axis_of,
    digest,
    label,
)


@pytest.fixture(scope="module")
def confirmation(world):
    """A payable of the core enterprise's, from general money."""
    return given.confirmation(world, world.core)


@pytest.fixture
def proposed(world, confirmation):
    return world.core.confirms(confirmation)


@pytest.fixture
def receivable(world, proposed):
    world.supplier.accepts(proposed)
    return proposed


def line_use(world, confirmation):
    return tuple(map(int, world.credit_lines.line(confirmation["creditLine"])[7:9]))


def state(world, receivable):
    return int(world.receivables.receivable(receivable)[3])


def confirming_refused(world, confirmation, *refusal, by=None, **changes):
    """The question and the act."""
    by, changed = by or world.core, tuple((confirmation | changes).values())
    with refused(*refusal):
        world.receivables.checkConfirm(changed, by)
    with refused(*refusal):
        world.receivables.confirm(changed, by.by)


# --- confirming ---


@pytest.mark.spec("DOC-1", "LINE-1")
def test_an_obligor_confirms_a_payable(world, confirmation):
    world.receivables.checkConfirm(tuple(confirmation.values()), world.core)
    tx = world.receivables.confirm(tuple(confirmation.values()), world.core.by)
    emitted(tx, "Confirmed", receivable=1, obligor=world.core, supplier=world.supplier)
    emitted(tx, "CapacityUsed", fingerprint=confirmation["fingerprint"], amount=FACE, used=FACE)
    emitted(tx, "LineUsed", line=confirmation["creditLine"], reserved=FACE, outstanding=0)
    obligor, due, on, *terms, supplier, line, budget, _, cash, face, _, invoice = (
        world.receivables.receivable(1)
    )
    assert (obligor, supplier, cash) == (world.core, world.supplier, world.cash)
    assert (due, on, face) == (world.today + TENOR, world.today, FACE)
    assert (*terms,) == (1, 1, False)
    assert (line, budget, invoice) == (confirmation["creditLine"], 0, confirmation["fingerprint"])
    assert world.receivables.count() == 1 and line_use(world, confirmation) == (FACE, 0)


def test_the_parties_have_their_roles(world, confirmation):
    confirming_refused(
        world, confirmation, "MissingRole", world.supplier, SUPPLIER, OBLIGOR, by=world.supplier
    )
    confirming_refused(world, confirmation, "NotAdmitted", world.stranger, by=world.stranger)
    confirming_refused(
        world, confirmation, "MissingRole", world.investor, ..., SUPPLIER, supplier=world.investor.address
    )
    world.operator.suspends(world.supplier)
    confirming_refused(world, confirmation, "Suspended", world.supplier)


def test_what_is_confirmed_is_due_within_a_year(world, confirmation):
    today = world.today
    confirming_refused(world, confirmation, "DateOutOfOrder", "DUE", today, today, due=today)
    confirming_refused(
        world,
        confirmation,
        "TenorTooLong",
        MAX_TENOR_DAYS + 1,
        MAX_TENOR_DAYS,
        due=today + MAX_TENOR_DAYS + 1,
    )
    reasons = given.filed(world, world.bank, ATTESTATION)
    world.core.confirms(confirmation | {"due": today + MAX_TENOR_DAYS, "reasons": reasons})


def test_contract_and_delivery_are_on_file_with_the_obligor(world, confirmation):
    paper = given.filed(world, world.core, OTHER)
    confirming_refused(
        world, confirmation, "DocumentUnknown", paper, world.core, CONTRACT, contractDocument=paper
    )
    confirming_refused(
        world, confirmation, "DocumentUnknown", digest("?"), world.core, 34, deliveryDocument=digest("?")
    )
    foreign = given.filed(world, world.supplier, CONTRACT)
    confirming_refused(
        world, confirmation, "DocumentUnknown", foreign, world.core, CONTRACT, contractDocument=foreign
    )


def test_zero_and_more_than_the_invoice(world, confirmation):
    confirming_refused(world, confirmation, "ZeroAmount", face=0)
    confirming_refused(
        world, confirmation, "CapacityExceeded", confirmation["fingerprint"], FACE, FACE + 1, face=FACE + 1
    )
    most = 2**64 - 1
    confirming_refused(
        world, confirmation, "CapacityExceeded", confirmation["fingerprint"], FACE, most, face=most
    )


def test_a_payable_is_in_listed_cash_of_the_invoices_currency(world, confirmation):
    fake = world.new("FakeCash")
    confirming_refused(world, confirmation, "CashUnknown", fake, cash=fake.address)
    yen_bill = given.signed_obligation(world, world.core, world.supplier, FACE, currency=JPY)
    confirming_refused(world, confirmation, "CurrencyMismatch", "JPY", "CNY", fingerprint=yen_bill)
    yen = world.new_cash(JPY, 0)
    world.changes(world.cash_registry, "list", yen)
    confirming_refused(world, confirmation, "CurrencyMismatch", "CNY", "JPY", cash=yen.address)


def test_the_invoice_is_between_these_two(world, confirmation):
    other = given.signed_obligation(world, world.company, world.supplier, FACE)
    confirming_refused(world, confirmation, "NotParty", world.core, world.company, fingerprint=other)
    other = given.signed_obligation(world, world.core, world.subsupplier, FACE)
    confirming_refused(world, confirmation, "NotParty", world.supplier, world.subsupplier, fingerprint=other)
    confirming_refused(world, confirmation, "ObligationUnknown", digest("?"), fingerprint=digest("?"))


def test_only_an_invoice_is_confirmed(world, confirmation):
    loan = given.signed_obligation(world, world.core, world.supplier, FACE, kind=LOAN_DRAWDOWN)
    confirming_refused(
        world, confirmation, "WrongState", "DOCUMENT_KIND", int(loan, 16), 2, 1, fingerprint=loan
    )


@pytest.mark.spec("DOC-1")
def test_the_same_invoice_is_confirmed_once(world, confirmation, proposed):
    confirming_refused(world, confirmation, "CapacityExceeded", confirmation["fingerprint"], 0, FACE)


@pytest.mark.spec("LINE-1")
def test_the_line_is_the_obligors_and_has_room(world, confirmation):
    small = world.bank.grants(world.core, FACE - 1)
    confirming_refused(world, confirmation, "LineExceeded", small, FACE - 1, FACE, creditLine=small)
    foreign = world.bank.grants(world.company, FACE)
    confirming_refused(world, confirmation, "NotParty", world.core, world.company, creditLine=foreign)
    confirming_refused(world, confirmation, "Unknown", "CREDIT_LINE", 99, creditLine=99)


def test_a_budget_line_is_one_of_the_same_cash(world, confirmation):
    confirming_refused(world, confirmation, "NotParty", world.cash, "0x" + "00" * 20, budgetLine=99)


@pytest.mark.spec("DOC-1", "LINE-1")
def test_a_refused_confirmation_leaves_capacity_and_line_alone(world, confirmation):
    small = world.bank.grants(world.core, FACE - 1)
    with refused("LineExceeded", small, FACE - 1, FACE):
        world.core.confirms(confirmation | {"creditLine": small})
    assert world.used(confirmation["fingerprint"]) == 0 and world.receivables.count() == 0


# --- answering ---


@pytest.mark.spec("PIECE-1", "LINE-1")
def test_acceptance_opens_the_pieces(world, confirmation, proposed):
    tx = world.supplier.accepts(proposed)
    emitted(tx, "Accepted", receivable=proposed)
    emitted(tx, "Opened", receivable=proposed, holder=world.supplier, face=FACE)
    emitted(tx, "LineUsed", line=confirmation["creditLine"], reserved=0, outstanding=FACE)
    assert world.pieces(proposed) == [(0, FACE, "supplier")] and state(world, proposed) == 2


@pytest.mark.parametrize("by", ["core", "subsupplier", "operator"])
def test_only_the_supplier_answers(world, proposed, by):
    actor = getattr(world, by)
    with refused("NotParty", actor, world.supplier):
        actor.accepts(proposed)
    with refused("NotParty", actor, world.supplier):
        world.receivables.refuse(proposed, digest("no"), actor.by)


def test_a_suspended_supplier_does_not_answer(world, proposed):
    world.operator.suspends(world.supplier)
    with refused("Suspended", world.supplier):
        world.supplier.accepts(proposed)
    with refused("Suspended", world.supplier):
        world.receivables.refuse(proposed, digest("no"), world.supplier.by)


def test_acceptance_has_its_last_day(world, proposed):
    last = world.today + ACCEPT_DAYS
    world.days_pass(ACCEPT_DAYS)
    with refused("NotYetReturnable", proposed, last, last + 1):
        world.receivables.returnUnanswered(proposed, world.stranger.by)
    world.days_pass(1)
    with refused("DateOutOfOrder", "ACCEPT_BY", last, last + 1):
        world.supplier.accepts(proposed)


def test_on_its_last_day_a_proposal_is_accepted(world, proposed):
    world.days_pass(ACCEPT_DAYS)
    world.supplier.accepts(proposed)
    assert state(world, proposed) == 2


@pytest.mark.spec("DOC-1", "LINE-1")
def test_a_refusal_undoes_everything(world, confirmation, proposed):
    with refused("ZeroHash", "REASON"):
        world.receivables.refuse(proposed, ZERO, world.supplier.by)
    tx = world.receivables.refuse(proposed, label("WRONG AMOUNT"), world.supplier.by)
    emitted(tx, "Refused", receivable=proposed, reason="WRONG AMOUNT")
    assert state(world, proposed) == 3 and line_use(world, confirmation) == (0, 0)
    assert world.used(confirmation["fingerprint"]) == 0
    assert world.core.confirms(confirmation) == proposed + 1


@pytest.mark.spec("DOC-1", "LINE-1")
def test_anyone_returns_what_was_not_answered(world, confirmation, proposed):
    world.operator.suspends(world.supplier)
    world.days_pass(ACCEPT_DAYS + 1)
    tx = world.receivables.returnUnanswered(proposed, world.stranger.by)
    emitted(tx, "Returned", receivable=proposed)
    assert state(world, proposed) == 4 and line_use(world, confirmation) == (0, 0)
    assert world.used(confirmation["fingerprint"]) == 0


@pytest.mark.spec("BOND-1")
@pytest.mark.parametrize("answer", ["refuse", "return"])
def test_encumbered_money_goes_back_to_its_line(world, answer):
    line = given.funded_line(world)
    receivable = world.company.confirms(given.confirmation(world, world.company, line))
    bond = int(world.proceeds.line(line)["bond"])
    if answer == "refuse":
        tx = world.receivables.refuse(receivable, digest("no"), world.supplier.by)
    else:
        world.days_pass(ACCEPT_DAYS + 1)
        tx = world.receivables.returnUnanswered(receivable, world.stranger.by)
    emitted(tx, "EncumbranceReleased", bond=bond, line=line, receivable=receivable, amount=FACE)
    states = world.states(bond)
    assert (states["available"], states["encumbered"]) == (given.ALLOCATED, 0)
    assert sum(states.values()) == given.RAISED
    assert world.axis(axis_of("PROCEEDS", "ENCUMBRANCE", receivable)) == (FACE, FACE)


@pytest.mark.parametrize("first", ["accept", "refuse", "return"])
def test_a_proposal_is_answered_once(world, proposed, first):
    if first == "accept":
        world.supplier.accepts(proposed)
    elif first == "refuse":
        world.receivables.refuse(proposed, digest("no"), world.supplier.by)
    world.days_pass(ACCEPT_DAYS + 1)
    if first == "return":
        world.receivables.returnUnanswered(proposed, world.stranger.by)
    had = {"accept": 2, "refuse": 3, "return": 4}[first]
    for act in (
        lambda: world.supplier.accepts(proposed),
        lambda: world.receivables.refuse(proposed, digest("no"), world.supplier.by),
        lambda: world.receivables.returnUnanswered(proposed, world.stranger.by),
    ):
        with refused("WrongState", "RECEIVABLE", proposed, had, 1):
            act()


def test_an_unknown_receivable(world):
    for act in (
        lambda: world.supplier.accepts(99),
        lambda: world.receivables.refuse(99, digest("no"), world.supplier.by),
        lambda: world.receivables.returnUnanswered(99, world.stranger.by),
    ):
        with refused("Unknown", "RECEIVABLE", 99):
            act()


# --- modules and delayed powers ---


@pytest.mark.parametrize("by", ["core", "operator", "deployer"])
def test_only_maturity_marks_a_receivable_settled(world, receivable, by):
    actor = getattr(world, by)
    with refused("NotModule", actor, "MATURITY"):
        world.receivables.markSettled(receivable, actor.by)


def test_even_maturity_settles_accepted_receivables_only(world, proposed):
    world.changes(world.receivables, "setDuty", world.deployer, label("MATURITY"))
    with refused("WrongState", "RECEIVABLE", proposed, 1, 2):
        world.receivables.markSettled(proposed, world.deployer.by)
