"""The gate: what must be so before bond money is paid or encumbered, and that nothing stops it afterwards."""

import pytest
from brownie import web3

from tests.contracts import given
from tests.contracts.given import ALLOCATED, FACE
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    CATALOGUE,
    INVESTOR,
    ISSUER,
    JPY,
    LOAN_DRAWDOWN,
    REFINANCING,
    ZERO,
    axis_of,
    digest,
    label,
)

AMOUNT = 250_000
pytestmark = pytest.mark.spec("BOND-2")


@pytest.fixture(scope="module")
def line(world):
    return given.funded_line(world)


@pytest.fixture(scope="module")
def bond(world, line):
    return int(world.proceeds.line(line)["bond"])


@pytest.fixture(scope="module")
def framework(world, line):
    return int(world.proceeds.line(line)["framework"])


@pytest.fixture(scope="module")
def invoice(world):
    """The supplier's bill to the project company."""
    return given.signed_obligation(world, world.company, world.supplier, FACE)


@pytest.fixture(scope="module")
def confirmation(world, line):
    """A payable of the project company's, to be funded from the line."""
    return given.confirmation(world, world.company, line)


def ways_to_pay(world, line, fingerprint, amount=AMOUNT):
    """The question and the act."""
    return (
        lambda: world.proceeds.checkPay(line, fingerprint, amount),
        lambda: world.issuer.pays(line, fingerprint, amount),
    )


def ways_to_confirm(world, confirmation):
    return (
        lambda: world.receivables.checkConfirm(tuple(confirmation.values()), world.company),
        lambda: world.company.confirms(confirmation),
    )


# --- what passes ---


@pytest.mark.spec("BOND-1", "DOC-1")
def test_a_payment_passes_the_gate(world, bond, line, invoice):
    world.proceeds.checkPay(line, invoice, AMOUNT)
    tx = world.issuer.pays(line, invoice, AMOUNT)
    emitted(
        tx,
        "Paid",
        bond=bond,
        line=line,
        payee=world.supplier,
        fingerprint=invoice,
        amount=AMOUNT,
        outOffset=0,
    )
    axis = axis_of("PROCEEDS", "LINE", line)
    emitted(tx, "Moved", fromAxis=axis, toAxis=world.supplier, amount=AMOUNT, outOffset=0, document=invoice)
    assert emitted(world.issuer.pays(line, invoice, 1), "Paid")["outOffset"] == AMOUNT
    states = world.states(bond)
    assert (states["spent"], states["available"]) == (AMOUNT + 1, ALLOCATED - AMOUNT - 1)
    assert sum(states.values()) == given.RAISED
    assert world.used(invoice) == AMOUNT + 1 and world.supplier.balance() == AMOUNT + 1


def test_the_issuers_own_bills_are_paid_too(world, line):
    invoice = given.signed_obligation(world, world.issuer, world.supplier, AMOUNT)
    world.issuer.pays(line, invoice, AMOUNT)
    assert world.supplier.balance() == AMOUNT


def test_a_loan_drawdown_is_paid_to_its_lender(world, line):
    drawdown = given.signed_obligation(world, world.company, world.bank, AMOUNT, kind=LOAN_DRAWDOWN)
    world.issuer.pays(line, drawdown, AMOUNT)
    assert world.bank.balance() == AMOUNT


def test_a_refinancing_reimburses_the_issuer(world, line):
    statement = given.signed_obligation(
        world,
        world.issuer,
        world.issuer,
        AMOUNT,
        kind=REFINANCING,
        attester=world.verifier.address,
        date=world.today - 400,
    )
    world.issuer.pays(line, statement, AMOUNT)
    assert world.issuer.balance() == AMOUNT


@pytest.mark.spec("BOND-1", "DOC-1", "LINE-1")
def test_a_confirmation_passes_the_gate_and_encumbers(world, bond, line, confirmation):
    world.receivables.checkConfirm(tuple(confirmation.values()), world.company)
    tx = world.receivables.confirm(tuple(confirmation.values()), world.company.by)
    receivable = tx.events["Confirmed"]["receivable"]
    emitted(tx, "Encumbered", bond=bond, line=line, receivable=receivable, amount=FACE)
    locked = axis_of("PROCEEDS", "ENCUMBRANCE", receivable)
    emitted(tx, "Moved", fromAxis=axis_of("PROCEEDS", "LINE", line), toAxis=locked, amount=FACE)
    states = world.states(bond)
    assert (states["encumbered"], states["available"]) == (FACE, ALLOCATED - FACE)
    assert sum(states.values()) == given.RAISED
    assert list(map(int, world.proceeds.encumbranceOf(receivable))) == [line, FACE]


def test_the_issuer_confirms_from_its_own_line(world, line):
    world.operator.amends(world.issuer, roles=ISSUER | 8)
    confirmation = given.confirmation(world, world.issuer, line)
    assert world.issuer.confirms(confirmation) == 1


# --- each refusal ---


def test_an_unadmitted_payee(world, line):
    """The seller was admitted when it signed, and its admission lapsed since."""
    bill = given.signed_obligation(world, world.company, world.supplier, AMOUNT)
    yesterday = world.today - 1
    world.operator.lapses(world.supplier)
    for pay in ways_to_pay(world, line, bill):
        with refused("Lapsed", world.supplier, yesterday, yesterday + 1):
            pay()


@pytest.mark.spec("ADM-1")
def test_a_suspended_payee(world, line, invoice, confirmation):
    world.operator.suspends(world.supplier)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("Suspended", world.supplier):
            act()


def test_an_ineligible_category(world, line, framework, invoice, confirmation):
    world.frameworks.amend(framework, (digest("v2"), label(CATALOGUE), [label("WIND")], []), world.issuer.by)
    world.verifier.reviews(framework)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("CategoryNotAdmitted", framework, 0):
            act()


@pytest.mark.spec("FRM-1")
def test_no_review_since_the_framework_was_edited(world, line, framework, invoice, confirmation):
    world.frameworks.amend(framework, (digest("v2"), label(CATALOGUE), [label("SOLAR")], []), world.issuer.by)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("ReviewMissing", framework, 1, 2):
            act()
    world.verifier.reviews(framework)
    world.issuer.pays(line, invoice, AMOUNT)


@pytest.mark.spec("FRM-1")
def test_a_withdrawn_review(world, line, framework, invoice, confirmation):
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("ReviewMissing", framework, 0, 1):
            act()


def test_a_refused_review(world, line, framework, invoice, confirmation):
    world.verifier.reviews(framework, outcome=3)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("ReviewNotPositive", framework, 3):
            act()


@pytest.mark.spec("FRM-1")
def test_a_lapsed_review(world, line, framework, invoice, confirmation):
    last = world.today
    world.verifier.reviews(framework, validUntil=last)
    world.days_pass(1)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("ReviewLapsed", framework, last, last + 1):
            act()


def test_over_the_line(world, line):
    bill = given.signed_obligation(world, world.company, world.supplier, 9 * FACE)
    for pay in ways_to_pay(world, line, bill, ALLOCATED + 1):
        with refused("OverBudget", line, ALLOCATED, ALLOCATED + 1):
            pay()
    world.issuer.pays(line, bill, ALLOCATED - FACE + 1)
    for confirm in ways_to_confirm(world, given.confirmation(world, world.company, line)):
        with refused("OverBudget", line, FACE - 1, FACE):
            confirm()


@pytest.mark.spec("DOC-1")
def test_over_the_invoice(world, line, invoice):
    world.issuer.pays(line, invoice, FACE - 10)
    for pay in ways_to_pay(world, line, invoice, 11):
        with refused("CapacityExceeded", invoice, 10, 11):
            pay()


@pytest.mark.spec("DOC-1")
def test_the_same_invoice_on_a_bond_and_on_a_receivable(world, line, confirmation):
    invoice = confirmation["fingerprint"]
    world.issuer.pays(line, invoice, 1)
    for confirm in ways_to_confirm(world, confirmation):
        with refused("CapacityExceeded", invoice, FACE - 1, FACE):
            confirm()


@pytest.mark.spec("DOC-1")
def test_the_same_invoice_on_a_receivable_and_on_a_bond(world, line, confirmation):
    world.company.confirms(confirmation)
    for pay in ways_to_pay(world, line, confirmation["fingerprint"], 1):
        with refused("CapacityExceeded", confirmation["fingerprint"], 0, 1):
            pay()


def test_an_unknown_invoice(world, line):
    for pay in ways_to_pay(world, line, digest("?")):
        with refused("ObligationUnknown", digest("?")):
            pay()


def test_a_bill_to_somebody_else(world, line):
    bill = given.signed_obligation(world, world.core, world.supplier, AMOUNT)
    for pay in ways_to_pay(world, line, bill):
        with refused("NotParty", world.core, world.issuer):
            pay()


def test_a_bill_in_another_currency(world, line):
    bill = given.signed_obligation(world, world.company, world.supplier, AMOUNT, currency=JPY)
    for pay in ways_to_pay(world, line, bill):
        with refused("CurrencyMismatch", "JPY", "CNY"):
            pay()


def test_zero_huge_and_unknown(world, line, invoice):
    for pay in ways_to_pay(world, line, invoice, 0):
        with refused("ZeroAmount"):
            pay()
    for pay in ways_to_pay(world, line, invoice, 2**256 - 1):
        with refused("OverBudget", line, ALLOCATED, 2**256 - 1):
            pay()
    for pay in ways_to_pay(world, 99, invoice):
        with refused("Unknown", "LINE", 99):
            pay()
    with refused("Unknown", "LINE", 99):
        world.proceeds.checkEncumber(99, world.issuer, ZERO, 1)


def test_only_the_issuer_pays(world, line, invoice):
    for who in (world.company, world.rival, world.operator, world.stranger):
        with refused("NotParty", who, world.issuer):
            who.pays(line, invoice, AMOUNT)


def test_an_issuer_that_is_no_issuer_any_more(world, line, invoice, confirmation):
    world.operator.amends(world.issuer, roles=INVESTOR)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("MissingRole", world.issuer, INVESTOR, ISSUER):
            act()
    world.operator.suspends(world.issuer)
    for act in (*ways_to_pay(world, line, invoice), *ways_to_confirm(world, confirmation)):
        with refused("Suspended", world.issuer):
            act()


def test_a_company_confirms_only_where_the_issuer_lets_it(world, bond, framework):
    project = world.issuer.registers_project(framework, world.company)
    reserved = world.issuer.opens_line(bond, project, FACE, company_may_spend=False)
    world.issuer.allocates(reserved, FACE)
    for confirm in ways_to_confirm(world, given.confirmation(world, world.company, reserved)):
        with refused("NotParty", world.company, world.issuer):
            confirm()


def test_an_obligor_that_is_not_the_projects_company(world, line):
    confirmation = given.confirmation(world, world.core, line)
    with refused("NotParty", world.core, world.issuer):
        world.receivables.checkConfirm(tuple(confirmation.values()), world.core)
    with refused("NotParty", world.core, world.issuer):
        world.core.confirms(confirmation)


# --- a refused act changes nothing ---


def test_a_refused_transaction_leaves_every_contract_as_it_was(world, bond, line, invoice, confirmation):
    world.operator.suspends(world.supplier)
    before = given.storage_roots(world)
    for act in (
        lambda: world.issuer.pays(line, invoice, AMOUNT),
        lambda: world.company.confirms(confirmation),
        lambda: world.issuer.allocates(line, 10**9),
        lambda: world.bank.mints(world.supplier, 1),
        lambda: world.investor.books(bond, 1),
    ):
        with pytest.raises(given.VirtualMachineError):
            act()
    assert given.storage_roots(world) == before
    world.operator.amends(world.supplier, suspended=False)
    assert given.storage_roots(world) != before


# --- what was encumbered is paid ---


@pytest.mark.spec("BOND-1")
def test_what_was_encumbered_is_paid_though_everything_else_failed(world, bond, framework, confirmation):
    receivable = world.company.confirms(confirmation)
    world.supplier.accepts(receivable)
    given.three_pieces(world, receivable)
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    for who in (world.issuer, world.company, world.bank, world.subsupplier):
        world.operator.suspends(who)
    world.days_pass(given.TENOR)
    world.stranger.settles(receivable)
    assert world.supplier.balance() == 600_000
    claim = axis_of("PROCEEDS", "CLAIM", world.subsupplier.address)
    assert world.axis(claim) == (400_000, 0)
    states = world.states(bond)
    assert (states["encumbered"], states["spent"]) == (0, FACE) and sum(states.values()) == given.RAISED


def test_encumbered_money_is_for_its_receivable_only(world, line, confirmation):
    world.company.confirms(confirmation)
    with refused("OverBudget", line, ALLOCATED - FACE, ALLOCATED):
        world.proceeds.deallocate(line, ALLOCATED, world.issuer.by)


def test_payouts_keep_the_order_of_the_fen(world, bond, confirmation):
    """Even a faulty maturity module cannot pay an interval out of turn."""
    receivable = world.company.confirms(confirmation)
    world.changes(world.proceeds, "setDuty", world.deployer, label("MATURITY"))
    with refused("OutOfOrder", receivable, 5, 0):
        world.proceeds.payEncumbered(receivable, 5, 10, world.supplier, world.deployer.by)
    tx = world.proceeds.payEncumbered(receivable, 0, 5, world.supplier, world.deployer.by)
    emitted(
        tx,
        "EncumbrancePaid",
        bond=bond,
        receivable=receivable,
        holder=world.supplier,
        start=0,
        end=5,
        kept=False,
    )
    with refused("OutOfOrder", receivable, 0, 5):
        world.proceeds.payEncumbered(receivable, 0, 5, world.supplier, world.deployer.by)
    assert world.states(bond)["spent"] == 5


@pytest.mark.spec("BOND-1")
def test_what_is_owed_to_nobody_any_more_is_the_lines_again(world, bond, line, confirmation):
    receivable = world.company.confirms(confirmation)
    world.changes(world.proceeds, "setDuty", world.deployer, label("MATURITY"))
    by, before = world.deployer.by, world.states(bond)
    world.proceeds.payEncumbered(receivable, 0, 5, world.supplier, by)
    with refused("OutOfOrder", receivable, 0, 5):
        world.proceeds.netBack(receivable, 0, 9, by)
    tx = world.proceeds.netBack(receivable, 5, 9, by)
    emitted(tx, "EncumbranceNetted", bond=bond, line=line, receivable=receivable, start=5, end=9)
    world.proceeds.payEncumbered(receivable, 9, FACE, world.supplier, by)
    moved = {"encumbered": -FACE, "spent": FACE - 4, "available": 4}
    assert world.states(bond) == {state: fen + moved.get(state, 0) for state, fen in before.items()}


def test_held_money_goes_to_whom_the_module_names(world, confirmation):
    """A key that nobody was admitted under holds it, and a payee who cannot receive keeps a claim."""
    receivable = world.company.confirms(confirmation)
    world.changes(world.proceeds, "setDuty", world.deployer, label("MATURITY"))
    by, key = world.deployer.by, web3.to_checksum_address("0x" + "ed" * 20)
    emitted(world.proceeds.payEncumbered(receivable, 0, 5, key, by), "EncumbrancePaid", holder=key, kept=True)
    world.operator.suspends(world.supplier)
    world.proceeds.payKept(world.cash, key, world.supplier, by)
    with refused("NothingToClaim", key):
        world.proceeds.payKept(world.cash, key, world.supplier, by)
    assert world.axis(axis_of("PROCEEDS", "CLAIM", world.supplier.address)) == (5, 0)
    world.proceeds.payEncumbered(receivable, 5, 9, key, by)
    world.proceeds.payKept(world.cash, key, world.subsupplier, by)
    assert world.subsupplier.balance() == 4
