"""Loans to a supplier: applied for with consent, granted as a line, drawn against money, repaid to a fen."""

import pytest

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    APPLICATION,
    FINANCIER,
    INVOICE,
    JPY,
    LOAN_DRAWDOWN,
    MAY_SEE_CREDIT,
    PLEDGE,
    REVIEW_RESULT,
    SUPPLIER,
    ZERO,
    axis_of,
    digest,
)

LIMIT, RATE, TENOR, DAYS = 1_000_000, 80_000, 30, 200
APPLIED, GRANTED, DECLINED, CLOSED = range(1, 5)
OUTSTANDING, OVERDUE, REPAID = range(1, 4)
WHOLE = 360 * 1_000_000


@pytest.fixture(scope="module")
def consented(world):
    world.supplier.mandates(world.financier, MAY_SEE_CREDIT)
    given.moneyed(world, world.financier, 2 * LIMIT, world.supplier_loans)
    given.moneyed(world, world.supplier, LIMIT, world.supplier_loans)


@pytest.fixture(scope="module")
def asked(world, consented):
    tx = world.supplier_loans.applyFor(application(world), world.supplier.by)
    return int(tx.events["LoanApplied"]["line"])


@pytest.fixture(scope="module")
def line(world, asked):
    world.supplier_loans.grant(asked, terms(world), world.financier.by)
    return asked


@pytest.fixture
def drawdown(world, line):
    return draws(world, line, 600_000)


def application(world, **changes):
    plain = {
        "financier": world.financier.address,
        "cash": world.cash.address,
        "amount": LIMIT,
        "features": digest("features"),
        "asOfBlock": 1,
        "document": "",
        "security": ZERO,
    } | changes
    plain["document"] = plain["document"] or given.filed(world, world.supplier, APPLICATION)
    return tuple(plain.values())


def terms(world, **changes):
    plain = {
        "limit": LIMIT,
        "ratePpm": RATE,
        "tenorDays": TENOR,
        "expiresOn": world.today + DAYS,
        "document": "",
    } | changes
    plain["document"] = plain["document"] or given.filed(world, world.financier, REVIEW_RESULT)
    return tuple(plain.values())


def paper(world, amount, **changes):
    """A loan drawdown document that both signed."""
    changes = {"kind": LOAN_DRAWDOWN} | changes
    return given.signed_obligation(world, world.financier, world.supplier, amount, **changes)


def draws(world, line, amount):
    tx = world.supplier_loans.draw(line, paper(world, amount), amount, world.supplier.by)
    return int(tx.events["Drawn"]["drawdown"])


def repays(world, drawdown, amount):
    return world.supplier_loans.repay(drawdown, amount, world.supplier.by)


def applying_refused(world, asked, *refusal, sender=None):
    """The question and the act."""
    sender = sender or world.supplier
    with refused(*refusal):
        world.supplier_loans.checkApply(asked, sender)
    with refused(*refusal):
        world.supplier_loans.applyFor(asked, sender.by)


def granting_refused(world, line, given_terms, *refusal, sender=None):
    sender = sender or world.financier
    with refused(*refusal):
        world.supplier_loans.checkGrant(line, given_terms, sender)
    with refused(*refusal):
        world.supplier_loans.grant(line, given_terms, sender.by)


def drawing_refused(world, line, fingerprint, amount, *refusal, sender=None):
    sender = sender or world.supplier
    with refused(*refusal):
        world.supplier_loans.checkDraw(line, fingerprint, amount, sender)
    with refused(*refusal):
        world.supplier_loans.draw(line, fingerprint, amount, sender.by)


def repaying_refused(world, drawdown, amount, *refusal, sender=None):
    sender = sender or world.supplier
    with refused(*refusal):
        world.supplier_loans.checkRepay(drawdown, amount, sender)
    with refused(*refusal):
        world.supplier_loans.repay(drawdown, amount, sender.by)


def line_of(world, line):
    return world.supplier_loans.line(line).dict()


def drawdown_of(world, drawdown):
    return world.supplier_loans.drawdown(drawdown).dict()


def interest(principal, days):
    """ACT/360 half-up: the reference for the contract's own."""
    return (principal * RATE * days + WHOLE // 2) // WHOLE


# --- application -----------------------------------------------------------------------------------------


@pytest.mark.spec("LOAN-1")
def test_an_application_names_what_the_score_was_made_from(world, asked):
    kept = line_of(world, asked)
    assert (kept["state"], kept["amount"], kept["asOfBlock"]) == (APPLIED, LIMIT, 1)
    assert str(kept["features"]) == digest("features") and world.supplier_loans.count() == asked
    world.supplier.files("pledge", PLEDGE)
    tx = world.supplier_loans.applyFor(application(world, security=digest("pledge")), world.supplier.by)
    emitted(tx, "LoanApplied", supplier=world.supplier, financier=world.financier)


@pytest.mark.spec("SCORE-1")
def test_nobody_applies_to_a_financier_without_consent(world, consented):
    asked = application(world, financier=world.factor.address)
    missing = ("MandateMissing", world.supplier, world.factor, MAY_SEE_CREDIT, 0)
    applying_refused(world, asked, *missing)
    mandate = world.supplier.mandates(world.factor, MAY_SEE_CREDIT)
    world.supplier_loans.checkApply(asked, world.supplier)
    world.mandates.end(mandate, world.supplier.by)
    applying_refused(world, asked, *missing)


def test_a_malformed_application_is_refused(world, consented):
    future = world.supplier_loans.count() + 10_000_000
    for changes, refusal in (
        ({"amount": 0}, ("ZeroAmount",)),
        ({"features": ZERO}, ("ZeroHash", "FEATURES")),
        ({"asOfBlock": future}, ("Unknown", "BLOCK", future)),
        ({"cash": world.stranger.address}, ("CashUnknown", world.stranger)),
        ({"document": digest("no")}, ("DocumentUnknown", digest("no"), world.supplier, APPLICATION)),
        ({"security": digest("no")}, ("DocumentUnknown", digest("no"), world.supplier, PLEDGE)),
        ({"financier": world.core.address}, ("MissingRole", world.core, ..., FINANCIER)),
    ):
        applying_refused(world, application(world, **changes), *refusal)
    applying_refused(world, application(world), "MissingRole", world.core, ..., SUPPLIER, sender=world.core)


# --- line ------------------------------------------------------------------------------------------------


def test_the_financier_grants_no_more_than_was_asked(world, asked):
    late = world.today - 1
    for changes, refusal in (
        ({"limit": LIMIT + 1}, ("AmountTooLarge", LIMIT + 1, LIMIT)),
        ({"limit": 0}, ("ZeroAmount",)),
        ({"tenorDays": 0}, ("ZeroAmount",)),
        ({"ratePpm": 1_000_001}, ("AmountTooLarge", 1_000_001, 1_000_000)),
        ({"expiresOn": late}, ("DateOutOfOrder", "EXPIRES_ON", late, world.today)),
        ({"document": digest("no")}, ("DocumentUnknown", digest("no"), world.financier, REVIEW_RESULT)),
    ):
        granting_refused(world, asked, terms(world, **changes), *refusal)
    granting_refused(
        world, asked, terms(world), "NotParty", world.factor, world.financier, sender=world.factor
    )
    granting_refused(world, 99, terms(world), "Unknown", "LOAN_LINE", 99)
    granted = terms(world)
    emitted(world.supplier_loans.grant(asked, granted, world.financier.by), "LoanGranted", line=asked)
    granting_refused(world, asked, granted, "WrongState", "LOAN_LINE", asked, GRANTED, APPLIED)
    assert (line_of(world, asked)["limit"], line_of(world, asked)["ratePpm"]) == (LIMIT, RATE)


def test_the_financier_may_decline(world, asked):
    document = given.filed(world, world.financier, REVIEW_RESULT)
    with refused("NotParty", world.factor, world.financier):
        world.supplier_loans.decline(asked, document, world.factor.by)
    emitted(world.supplier_loans.decline(asked, document, world.financier.by), "LoanDeclined", line=asked)
    with refused("WrongState", "LOAN_LINE", asked, DECLINED, GRANTED):
        world.supplier_loans.close(asked, world.supplier.by)


def test_either_side_closes_and_what_is_outstanding_stays_owed(world, line, drawdown):
    with refused("NotParty", world.rival, world.supplier):
        world.supplier_loans.close(line, world.rival.by)
    emitted(world.supplier_loans.close(line, world.financier.by), "LoanClosed", line=line, by=world.financier)
    drawing_refused(world, line, paper(world, 1), 1, "WrongState", "LOAN_LINE", line, CLOSED, GRANTED)
    repays(world, drawdown, 600_000)
    assert drawdown_of(world, drawdown)["state"] == REPAID
    with refused("Unknown", "LOAN_LINE", 99):
        world.supplier_loans.close(99, world.supplier.by)


# --- drawing ---------------------------------------------------------------------------------------------


@pytest.mark.spec("LOAN-1", "DOC-1")
def test_a_drawdown_moves_the_money_and_uses_its_document(world, line):
    before, fingerprint = world.supplier.balance(), paper(world, 600_000)
    world.supplier_loans.checkDraw(line, fingerprint, 400_000, world.supplier)
    tx = world.supplier_loans.draw(line, fingerprint, 400_000, world.supplier.by)
    emitted(tx, "Drawn", line=line, amount=400_000, dueOn=world.today + TENOR, fingerprint=fingerprint)
    assert world.supplier.balance() == before + 400_000
    assert world.used(fingerprint) == 400_000
    assert world.supplier_loans.drawdownCount() == tx.events["Drawn"]["drawdown"]
    drawing_refused(world, line, fingerprint, 200_001, "CapacityExceeded", fingerprint, 200_000, 200_001)


@pytest.mark.spec("LOAN-1")
def test_no_more_is_outstanding_than_the_limit(world, line, drawdown):
    fingerprint = paper(world, LIMIT)
    drawing_refused(world, line, fingerprint, 400_001, "LoanLimitExceeded", line, 400_000, 400_001)
    repays(world, drawdown, 100_000)
    drawing_refused(world, line, fingerprint, 500_001, "LoanLimitExceeded", line, 500_000, 500_001)
    world.supplier_loans.draw(line, fingerprint, 500_000, world.supplier.by)
    kept = line_of(world, line)
    assert kept["drawn"] - kept["repaid"] == LIMIT


def test_a_drawdown_document_is_of_these_two_and_this_money(world, line):
    for fingerprint, refusal in (
        (paper(world, 5, kind=INVOICE), ("WrongState", "DOCUMENT_KIND", ..., INVOICE, LOAN_DRAWDOWN)),
        (paper(world, 5, currency=JPY), ("CurrencyMismatch", JPY, b"CNY")),
        (
            given.signed_obligation(world, world.factor, world.supplier, 5, kind=LOAN_DRAWDOWN),
            ("NotParty", world.financier, world.factor),
        ),
        (
            given.signed_obligation(world, world.financier, world.subsupplier, 5, kind=LOAN_DRAWDOWN),
            ("NotParty", world.supplier, world.subsupplier),
        ),
        (digest("none"), ("ObligationUnknown", digest("none"))),
    ):
        drawing_refused(world, line, fingerprint, 5, *refusal)
    drawing_refused(world, line, paper(world, 5), 0, "ZeroAmount")


def test_who_may_not_draw_and_when(world, line, asked):
    fingerprint = paper(world, 5)
    theirs = ("NotParty", world.subsupplier, world.supplier)
    drawing_refused(world, line, fingerprint, 5, *theirs, sender=world.subsupplier)
    drawing_refused(world, 99, fingerprint, 5, "Unknown", "LOAN_LINE", 99)
    last = world.today + DAYS
    world.days_pass(DAYS + 1)
    drawing_refused(world, line, fingerprint, 5, "DateOutOfOrder", "EXPIRES_ON", last, last + 1)
    world.operator.suspends(world.financier)
    drawing_refused(world, line, fingerprint, 5, "Suspended", world.financier)


# --- repaying --------------------------------------------------------------------------------------------


@pytest.mark.spec("LOAN-1")
def test_interest_comes_first_and_is_rounded_once(world, line, drawdown):
    """Three repayments on three days: what accrued is added up exactly, so no half fen is won or lost."""
    accrued, left, paid, days = 0, 600_000, 0, 7
    for _ in range(3):
        world.days_pass(days)
        accrued, days = accrued + left * RATE * days, 1
        due = (accrued + WHOLE // 2) // WHOLE - paid
        emitted(repays(world, drawdown, 100_003), "Repaid", interest=due, principal=100_003 - due)
        paid, left = paid + due, left - (100_003 - due)
    kept = drawdown_of(world, drawdown)
    assert (kept["outstanding"], kept["interestPaid"], kept["accrued"]) == (left, paid, accrued)


@pytest.mark.spec("LOAN-1")
def test_a_drawdown_is_repaid_to_the_fen(world, line, drawdown):
    world.days_pass(10)
    due = interest(600_000, 10)
    assert tuple(world.supplier_loans.owed(drawdown)) == (600_000, due)
    repaying_refused(world, drawdown, 600_000 + due + 1, "AmountTooLarge", 600_000 + due + 1, 600_000 + due)
    before = world.financier.balance()
    tx = repays(world, drawdown, 600_000 + due)
    emitted(tx, "Repaid", principal=600_000, interest=due, outstanding=0, kept=False)
    assert world.financier.balance() == before + 600_000 + due
    repaying_refused(world, drawdown, 1, "WrongState", "DRAWDOWN", drawdown, REPAID, OUTSTANDING)
    kept = line_of(world, line)
    assert (kept["drawn"], kept["repaid"], kept["interestPaid"]) == (600_000, 600_000, due)


def test_who_repays_and_what(world, drawdown):
    repaying_refused(world, drawdown, 1, "NotParty", world.core, world.supplier, sender=world.core)
    repaying_refused(world, drawdown, 0, "ZeroAmount")
    repaying_refused(world, 99, 1, "Unknown", "DRAWDOWN", 99)


@pytest.mark.spec("LOAN-1")
@pytest.mark.parametrize("who", ["financier", "supplier"])
def test_a_suspension_stops_no_debt(world, drawdown, who):
    world.operator.suspends(getattr(world, who))
    tx = repays(world, drawdown, 600_000)
    emitted(tx, "Repaid", principal=600_000, kept=True)
    assert world.axis(axis_of("LOANS", "CLAIM", world.financier.address)) == (600_000, 0)
    world.operator.amends(getattr(world, who), suspended=False)
    before = world.financier.balance()
    world.supplier_loans.claim(world.cash, world.financier.by)
    assert world.financier.balance() == before + 600_000
    with refused("NothingToClaim", world.financier):
        world.supplier_loans.claim(world.cash, world.financier.by)
    with refused("CashUnknown", world.stranger):
        world.supplier_loans.claim(world.stranger, world.financier.by)


# --- overdue ---------------------------------------------------------------------------------------------


def test_while_something_is_overdue_nothing_more_is_drawn(world, line, drawdown):
    due = world.today + TENOR
    with refused("DrawdownNotOverdue", drawdown, due, world.today):
        world.supplier_loans.markOverdue(drawdown, world.stranger.by)
    world.days_pass(TENOR + 1)
    tx = world.supplier_loans.markOverdue(drawdown, world.stranger.by)
    emitted(tx, "DrawdownOverdue", drawdown=drawdown, line=line, dueOn=due)
    with refused("WrongState", "DRAWDOWN", drawdown, OVERDUE, OUTSTANDING):
        world.supplier_loans.markOverdue(drawdown, world.stranger.by)
    drawing_refused(world, line, paper(world, 5), 5, "LoanOverdue", line, 1)
    repays(world, drawdown, sum(world.supplier_loans.owed(drawdown)))
    assert line_of(world, line)["overdue"] == 0
    draws(world, line, 5)
    with refused("Unknown", "DRAWDOWN", 99):
        world.supplier_loans.markOverdue(99, world.stranger.by)
