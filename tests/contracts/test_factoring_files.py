"""Factoring files: each paper in its turn, corrections by reference, a review of exactly what was seen."""

import pytest

from tests.contracts import given
from tests.contracts.given import FACE
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    APPLICATION,
    DELIVERY,
    FINANCIER,
    INVOICE,
    LOAN_DRAWDOWN,
    ORDER,
    OTHER,
    REVIEW_RESULT,
    SUPPLIER,
    ZERO,
    digest,
)

NONE, APPLIED, APPROVED, REJECTED, OUTDATED = range(5)
START, END = 100_000, 600_000


@pytest.fixture(scope="module")
def receivable(world):
    return given.accepted_receivable(world)


@pytest.fixture(scope="module")
def file(world, receivable):
    tx = world.factoring_files.open(receivable, 0, START, END, world.supplier.by)
    return int(tx.events["FileOpened"]["file"])


@pytest.fixture(scope="module")
def complete(world, receivable, file):
    """Order, delivery and invoice are on file."""
    world.supplier.files("order", ORDER)
    world.core.files("delivery", DELIVERY)
    files(world, file, ORDER, digest("order"))
    files(world, file, DELIVERY, digest("delivery"), world.core)
    files(world, file, INVOICE, fingerprint_of(world, receivable))
    return file


@pytest.fixture
def applied(world, complete):
    applies(world, complete)
    return complete


def files(world, file, kind, document, registrar=None, sender=None):
    sender = sender or world.supplier
    return world.factoring_files.filePaper(file, kind, document, registrar or sender, sender.by)


def filing_refused(world, file, kind, document, *refusal, registrar=None, sender=None):
    """The question and the act."""
    sender = sender or world.supplier
    registrar = registrar or sender
    with refused(*refusal):
        world.factoring_files.checkFile(file, kind, document, registrar, sender)
    with refused(*refusal):
        world.factoring_files.filePaper(file, kind, document, registrar, sender.by)


def applies(world, file, financier=None):
    document = given.filed(world, world.supplier, APPLICATION)
    return world.factoring_files.applyTo(file, financier or world.financier, document, world.supplier.by)


def applying_refused(world, file, document, *refusal, financier=None, sender=None):
    financier, sender = financier or world.financier, sender or world.supplier
    with refused(*refusal):
        world.factoring_files.checkApply(file, financier, document, sender)
    with refused(*refusal):
        world.factoring_files.applyTo(file, financier, document, sender.by)


def reviews(world, file, version=3, approved=True, reason=ZERO):
    document = given.filed(world, world.financier, REVIEW_RESULT)
    return world.factoring_files.review(file, version, approved, document, reason, world.financier.by)


def reviewing_refused(world, file, version, approved, document, reason, *refusal, sender=None):
    sender = sender or world.financier
    with refused(*refusal):
        world.factoring_files.checkReview(file, version, approved, document, reason, sender)
    with refused(*refusal):
        world.factoring_files.review(file, version, approved, document, reason, sender.by)


def fingerprint_of(world, receivable):
    return str(world.receivables.receivable(receivable).dict()["fingerprint"])


def standing(world, file, financier=None):
    return int(world.factoring_files.standing(file, financier or world.financier))


# --- opening ---------------------------------------------------------------------------------------------


@pytest.mark.spec("FILE-1")
def test_a_file_is_about_an_interval_that_its_supplier_holds(world, receivable, file):
    kept = world.factoring_files.file(file)
    assert tuple(kept) == (world.supplier.address, receivable, world.today, START, END, 0, 0)
    assert world.factoring_files.count() == file
    opened = world.factoring_files.open(receivable, 0, 0, FACE, world.supplier.by)
    emitted(opened, "FileOpened", receivable=receivable, supplier=world.supplier, start=0, end=FACE)


def test_nobody_opens_a_file_on_what_it_does_not_hold(world, receivable):
    for args, who, refusal in (
        ((receivable, 0, 0, FACE), world.subsupplier, ("NotHolder", world.subsupplier, world.supplier)),
        ((receivable, 0, 0, FACE), world.financier, ("MissingRole", world.financier, FINANCIER, SUPPLIER)),
        ((receivable, 0, 5, 5), world.supplier, ("ZeroAmount",)),
        ((receivable, 0, 5, FACE + 1), world.supplier, ("CutOutside", 0, FACE, FACE + 1)),
        ((99, 0, 0, 1), world.supplier, ("WrongState", "RECEIVABLE", 99, 0, 2)),
    ):
        with refused(*refusal):
            world.factoring_files.checkOpen(*args, who)
        with refused(*refusal):
            world.factoring_files.open(*args, who.by)


# --- papers ----------------------------------------------------------------------------------------------


@pytest.mark.spec("FILE-1")
def test_each_paper_has_its_turn(world, receivable, file):
    world.supplier.files("order", ORDER)
    world.core.files("delivery", DELIVERY)
    invoice = fingerprint_of(world, receivable)
    filing_refused(
        world, file, DELIVERY, digest("delivery"), "PaperMissing", file, 0, 1, registrar=world.core
    )
    filing_refused(world, file, INVOICE, invoice, "PaperMissing", file, 0, 2)
    tx = files(world, file, ORDER, digest("order"))
    emitted(tx, "PaperFiled", file=file, kind=ORDER, document=digest("order"), version=1, supersedes=ZERO)
    filing_refused(world, file, INVOICE, invoice, "PaperMissing", file, 1, 2)
    files(world, file, DELIVERY, digest("delivery"), world.core)
    applying_refused(world, file, digest("application"), "PaperMissing", file, 2, 3)
    files(world, file, INVOICE, invoice, world.stranger)
    assert tuple(world.factoring_files.paper(file, DELIVERY)) == (
        digest("delivery"), world.core.address, world.today
    )  # fmt: skip
    assert world.factoring_files.paper(file, INVOICE)[1] == world.supplier.address
    assert tuple(world.factoring_files.file(file))[5:] == (3, 3)


def test_only_its_supplier_files_and_only_what_belongs_there(world, complete):
    filing_refused(world, complete, OTHER, digest("order"), "KindUnknown", OTHER)
    filing_refused(world, complete, ORDER, digest("order"), "AlreadyUsed", "PAPER", digest("order"))
    filing_refused(world, complete, ORDER, digest("none"), "DocumentUnknown", ..., world.supplier, ORDER)
    filing_refused(
        world, complete, ORDER, digest("x"), "NotParty", world.rival, world.core, registrar=world.rival
    )
    filing_refused(
        world, complete, ORDER, digest("x"), "NotParty", world.core, world.supplier, sender=world.core
    )
    filing_refused(world, 99, ORDER, digest("x"), "Unknown", "FILE", 99)
    world.operator.suspends(world.supplier)
    filing_refused(world, complete, ORDER, digest("x"), "Suspended", world.supplier)


def test_the_invoice_is_the_one_the_payable_was_confirmed_against(world, receivable, complete):
    other = given.signed_obligation(world, world.core, world.supplier, FACE)
    filing_refused(
        world, complete, INVOICE, other, "InvoiceMismatch", other, fingerprint_of(world, receivable)
    )
    loan = given.signed_obligation(world, world.core, world.supplier, FACE, kind=LOAN_DRAWDOWN)
    filing_refused(
        world, complete, INVOICE, loan, "WrongState", "DOCUMENT_KIND", int(loan, 16), LOAN_DRAWDOWN, INVOICE
    )
    theirs = given.signed_obligation(world, world.core, world.subsupplier, FACE)
    filing_refused(world, complete, INVOICE, theirs, "NotParty", world.supplier, world.subsupplier)
    filing_refused(world, complete, INVOICE, digest("none"), "ObligationUnknown", digest("none"))


def test_a_later_holder_files_an_invoice_of_its_own(world, receivable):
    given.three_pieces(world, receivable)
    tx = world.factoring_files.open(receivable, 300_000, 300_000, 700_000, world.subsupplier.by)
    file = tx.events["FileOpened"]["file"]
    for kind in (ORDER, DELIVERY):
        paper = given.filed(world, world.subsupplier, kind)
        files(world, file, kind, paper, sender=world.subsupplier)
    own = given.signed_obligation(world, world.supplier, world.subsupplier, 400_000)
    files(world, file, INVOICE, own, sender=world.subsupplier)
    assert world.factoring_files.paper(file, INVOICE)[0] == own


@pytest.mark.spec("FILE-1")
def test_a_correction_names_the_paper_it_supersedes(world, complete):
    world.supplier.files("another order", ORDER)
    filing_refused(
        world, complete, ORDER, digest("another order"), "NotSuperseding", ..., ZERO, digest("order")
    )
    world.supplier.files("order, corrected", ORDER, supersedes=digest("order"))
    tx = files(world, complete, ORDER, digest("order, corrected"))
    emitted(tx, "PaperFiled", document=digest("order, corrected"), version=4, supersedes=digest("order"))
    assert tuple(world.factoring_files.file(complete))[5:] == (3, 4)


# --- application and review ------------------------------------------------------------------------------


@pytest.mark.spec("FILE-1")
def test_a_review_stands_for_the_papers_it_looked_at(world, applied):
    assert standing(world, applied) == APPLIED
    tx = reviews(world, applied)
    emitted(tx, "FileReviewed", file=applied, financier=world.financier, approved=True, version=3)
    assert standing(world, applied) == APPROVED
    world.supplier.files("order, corrected", ORDER, supersedes=digest("order"))
    files(world, applied, ORDER, digest("order, corrected"))
    assert standing(world, applied) == OUTDATED
    applies(world, applied)
    reviewing_refused(
        world, applied, 3, True, given.filed(world, world.financier, REVIEW_RESULT), ZERO,
        "StaleFile", applied, 3, 4,
    )  # fmt: skip
    reviews(world, applied, version=4)
    assert standing(world, applied) == APPROVED


@pytest.mark.spec("FILE-1")
def test_on_a_confirmed_order_the_application_may_follow_the_order(world):
    evidence = given.filed(world, world.core, ORDER)
    receivable = given.accepted_receivable(world, programme=2, order=True, deliveryDocument=evidence)
    tx = world.factoring_files.open(receivable, 0, 0, FACE, world.supplier.by)
    file = tx.events["FileOpened"]["file"]
    application = given.filed(world, world.supplier, APPLICATION)
    applying_refused(world, file, application, "PaperMissing", file, 0, 1)
    files(world, file, ORDER, evidence, world.core)
    applies(world, file)
    assert standing(world, file) == APPLIED


def test_a_rejection_has_its_reason_and_leaves_the_way_open(world, applied):
    document = given.filed(world, world.financier, REVIEW_RESULT)
    reviewing_refused(world, applied, 3, False, document, ZERO, "ZeroHash", "REASON")
    reviews(world, applied, approved=False, reason=digest("too few deliveries"))
    assert standing(world, applied) == REJECTED
    kept = world.factoring_files.application(applied, world.financier)
    assert (kept[1], kept[2], kept[3], kept[4]) == (world.today, world.today, 3, REJECTED)
    applies(world, applied)
    assert standing(world, applied) == APPLIED


def test_several_financiers_may_be_asked_each_once_at_a_time(world, applied):
    emitted(applies(world, applied, world.factor), "AppliedFor", financier=world.factor, version=3)
    application = given.filed(world, world.supplier, APPLICATION)
    applying_refused(world, applied, application, "WrongState", "APPLICATION", applied, APPLIED, NONE)
    reviews(world, applied)
    applying_refused(world, applied, application, "WrongState", "APPLICATION", applied, APPROVED, NONE)
    assert standing(world, applied, world.factor) == APPLIED


def test_only_a_financier_is_asked_with_an_application_on_file(world, complete):
    application = given.filed(world, world.supplier, APPLICATION)
    applying_refused(
        world, complete, application, "MissingRole", world.core, ..., FINANCIER, financier=world.core
    )
    applying_refused(world, complete, ZERO, "DocumentUnknown", ZERO, world.supplier, APPLICATION)
    applying_refused(
        world, complete, application, "NotParty", world.rival, world.supplier, sender=world.rival
    )
    applying_refused(world, 99, application, "Unknown", "FILE", 99)


def test_only_the_financier_asked_reviews(world, applied):
    document = given.filed(world, world.financier, REVIEW_RESULT)
    state = ("WrongState", "APPLICATION", applied, NONE, APPLIED)
    reviewing_refused(world, applied, 3, True, document, ZERO, *state, sender=world.factor)
    reviewing_refused(world, 99, 3, True, document, ZERO, "Unknown", "FILE", 99)
    reviewing_refused(
        world, applied, 3, True, ZERO, ZERO, "DocumentUnknown", ZERO, world.financier, REVIEW_RESULT
    )
    world.operator.amends(world.financier, roles=SUPPLIER)
    reviewing_refused(
        world, applied, 3, True, document, ZERO, "MissingRole", world.financier, SUPPLIER, FINANCIER
    )
