"""Documents: hashes per registrar, and obligation documents with a capacity that is used once."""

import pytest
from brownie import chain

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    CNY,
    CONTRACT,
    INVOICE,
    LOAN_DRAWDOWN,
    OTHER,
    REFINANCING,
    SUPPLIER,
    TRADE,
    VERIFIER,
    ZERO,
    digest,
    label,
)

TOTAL = 500_000


@pytest.fixture
def user(world):
    """A module that may use capacity, played by an account."""
    world.changes(world.documents, "setUser", world.deployer, True)
    return world.deployer.by


@pytest.fixture
def invoice(world):
    return given.signed_obligation(world, world.company, world.supplier, TOTAL)


def both(world, o, payer=None, other=None, **options):
    """The two signatures of an obligation between the company and the supplier."""
    signers = (payer or world.company, other or world.supplier)
    return [
        who.signs("Obligation", o, options.get("contract", world.documents), options.get("chain_id"))
        for who in signers
    ]


def submit(world, o, *signatures):
    return world.stranger.registers_obligation(o, *signatures)


# --- by hash ---


def test_a_participant_registers_a_document(world):
    tx = world.documents.register(digest("a"), CONTRACT, ZERO, world.supplier.by)
    emitted(
        tx,
        "DocumentRegistered",
        document=digest("a"),
        registrar=world.supplier,
        kind=CONTRACT,
        supersedes=ZERO,
    )
    kind, at, supersedes = world.documents.document(digest("a"), world.supplier)
    assert (kind, at, supersedes) == (CONTRACT, chain[-1].timestamp, ZERO)
    world.documents.requireKnown(digest("a"), world.supplier, CONTRACT)
    world.documents.requireKnown(digest("a"), world.supplier, 0)


def test_a_version_supersedes_an_earlier_one_of_the_same_registrar(world):
    old = world.supplier.files("v1")
    new = world.supplier.files("v2", supersedes=old)
    assert world.documents.document(new, world.supplier)[2] == old
    with refused("DocumentUnknown", old, world.investor, 0):
        world.investor.files("v3", supersedes=old)


def test_nobody_occupies_anothers_hash(world):
    world.supplier.files("a")
    world.subsupplier.files("a")
    with refused("AlreadyUsed", "DOCUMENT", digest("a")):
        world.supplier.files("a")


def test_registering_asks_for_admission_a_hash_and_a_kind(world):
    with refused("NotAdmitted", world.stranger):
        world.stranger.files("a")
    with refused("ZeroHash", "DOCUMENT"):
        world.documents.register(ZERO, OTHER, ZERO, world.supplier.by)
    with refused("KindUnknown", 0):
        world.supplier.files("a", kind=0)


def test_known_means_this_registrar_and_this_kind(world):
    world.supplier.files("a", TRADE)
    with refused("DocumentUnknown", digest("a"), world.supplier, CONTRACT):
        world.documents.requireKnown(digest("a"), world.supplier, CONTRACT)
    with refused("DocumentUnknown", digest("a"), world.investor, 0):
        world.documents.requireKnown(digest("a"), world.investor, 0)


# --- obligation documents ---


@pytest.mark.spec("DOC-1", "DOC-2")
def test_buyer_and_seller_sign_an_invoice(world):
    o = given.obligation(world, world.company, world.supplier, TOTAL)
    tx = submit(world, o, *both(world, o))
    emitted(tx, "ObligationRegistered", fingerprint=o["fingerprint"])
    payer, payee, kind, currency, date, total, used = world.documents.obligation(o["fingerprint"])
    assert (payer, payee, kind) == (world.company.address, world.supplier.address, INVOICE)
    assert (currency, date, total, used) == ("0x" + CNY.hex(), o["date"], TOTAL, 0)


def test_borrower_and_lender_sign_a_loan_drawdown(world):
    fingerprint = given.signed_obligation(world, world.company, world.bank, TOTAL, kind=LOAN_DRAWDOWN)
    assert world.documents.obligation(fingerprint)[2] == LOAN_DRAWDOWN


def test_issuer_and_verifier_sign_a_refinancing_statement(world):
    fingerprint = given.signed_obligation(
        world, world.issuer, world.issuer, TOTAL, kind=REFINANCING, attester=world.verifier.address
    )
    assert world.documents.obligation(fingerprint)[:2] == (world.issuer.address, world.issuer.address)


@pytest.mark.parametrize(
    ("field", "error"),
    [("fingerprint", "FINGERPRINT"), ("document", "DOCUMENT")],
)
def test_hashes_of_zero_are_refused(world, field, error):
    o = given.obligation(world, world.company, world.supplier, TOTAL, **{field: ZERO})
    with refused("ZeroHash", error):
        submit(world, o, *both(world, o))


def test_an_invoice_over_nothing_is_refused(world):
    o = given.obligation(world, world.company, world.supplier, 0)
    with refused("ZeroAmount"):
        submit(world, o, *both(world, o))


@pytest.mark.parametrize("days", [None, 1])
def test_an_obligation_is_dated_and_not_in_the_future(world, days):
    date = 0 if days is None else world.today + days
    o = given.obligation(world, world.company, world.supplier, TOTAL, date=date)
    with refused("DateOutOfOrder", "OBLIGATION", date, world.today):
        submit(world, o, *both(world, o))


@pytest.mark.spec("DOC-1", "DOC-2")
def test_the_same_fingerprint_again_is_refused_with_whatever_total(world, invoice):
    o = given.obligation(world, world.company, world.supplier, 2 * TOTAL, fingerprint=invoice)
    with refused("AlreadyUsed", "FINGERPRINT", invoice):
        submit(world, o, *both(world, o))


def test_unknown_kinds_are_refused(world):
    o = given.obligation(world, world.company, world.supplier, TOTAL, kind=TRADE)
    with refused("KindUnknown", TRADE):
        submit(world, o, *both(world, o))


@pytest.mark.spec("DOC-2")
def test_nobody_invoices_himself(world):
    o = given.obligation(world, world.company, world.company, TOTAL)
    with refused("SameParty", world.company, world.company):
        submit(world, o, *both(world, o, other=world.company))


def test_a_refinancing_reimburses_its_own_payer(world):
    o = given.obligation(
        world, world.issuer, world.supplier, TOTAL, kind=REFINANCING, attester=world.verifier.address
    )
    with refused("SameParty", world.issuer, world.supplier):
        submit(world, o, *both(world, o, world.issuer, world.verifier))


@pytest.mark.spec("DOC-2")
def test_a_refinancing_is_attested_by_an_unrelated_verifier(world):
    def statement(attester):
        return given.obligation(
            world, world.issuer, world.issuer, TOTAL, kind=REFINANCING, attester=attester.address
        )

    o = statement(world.investor)
    with refused("MissingRole", world.investor, ..., VERIFIER):
        submit(world, o, *both(world, o, world.issuer, world.investor))
    world.operator.amends(world.verifier, group=4)
    world.operator.amends(world.issuer, group=4)
    o = statement(world.verifier)
    with refused("RelatedParties", world.issuer, world.verifier, 4):
        submit(world, o, *both(world, o, world.issuer, world.verifier))


def test_both_signers_are_admitted(world):
    o = given.obligation(world, world.company, world.stranger, TOTAL)
    with refused("NotAdmitted", world.stranger):
        submit(world, o, *both(world, o, other=world.stranger))
    world.operator.suspends(world.company)
    o = given.obligation(world, world.company, world.supplier, TOTAL)
    with refused("Suspended", world.company):
        submit(world, o, *both(world, o))


# --- signatures ---


@pytest.mark.spec("DOC-2")
def test_one_side_alone_is_refused(world):
    o = given.obligation(world, world.company, world.supplier, TOTAL)
    payer, payee = both(world, o)
    of = world.documents.obligationDigest(tuple(o.values()))
    with refused("BadSignature", world.supplier, of):
        submit(world, o, payer, payer)
    with refused("BadSignature", world.company, of):
        submit(world, o, payee, payee)
    with refused("BadSignature", world.supplier, of):
        submit(world, o, payer, b"")


@pytest.mark.spec("DOC-2")
@pytest.mark.parametrize("change", [{"total": TOTAL + 1}, {"payee": None}, {"date": 1}])
def test_what_was_signed_cannot_be_changed(world, change):
    o = given.obligation(world, world.company, world.supplier, TOTAL)
    signatures = both(world, o)
    altered = o | {k: v or world.subsupplier.address for k, v in change.items()}
    with refused("BadSignature", world.company, ...):
        submit(world, altered, *signatures)


def test_a_signature_for_another_chain_is_refused(world):
    o = given.obligation(world, world.company, world.supplier, TOTAL)
    with refused("BadSignature", world.company, ...):
        submit(world, o, *both(world, o, chain_id=chain.id + 1))


def test_a_signature_for_another_contract_is_refused(world):
    o = given.obligation(world, world.company, world.supplier, TOTAL)
    other = world.new("Documents", world.participants, world.powers)
    with refused("BadSignature", world.company, ...):
        submit(world, o, *both(world, o, contract=other))


def test_an_account_contract_signs_by_its_key(world):
    account = world.new("ContractAccount", world.stranger)
    world.operator.admits(account, SUPPLIER)
    o = given.obligation(world, world.company, account, TOTAL)
    first, second = both(world, o, other=world.stranger)
    submit(world, o, first, second)
    assert world.documents.obligation(o["fingerprint"])[1] == account


def test_an_account_contract_refuses_anothers_key(world):
    account = world.new("ContractAccount", world.stranger)
    world.operator.admits(account, SUPPLIER)
    o = given.obligation(world, world.company, account, TOTAL)
    with refused("BadSignature", account, ...):
        submit(world, o, *both(world, o, other=world.supplier))


# --- capacity ---


@pytest.mark.spec("DOC-1")
def test_capacity_is_used_up_to_the_total_and_no_further(world, user, invoice):
    tx = world.documents.use(invoice, TOTAL - 1, user)
    emitted(tx, "CapacityUsed", fingerprint=invoice, module=world.deployer, amount=TOTAL - 1, used=TOTAL - 1)
    world.documents.checkUse(invoice, 1)
    for ask in (world.documents.checkUse, world.documents.use):
        with refused("CapacityExceeded", invoice, 1, 2):
            ask(invoice, 2, user)
    world.documents.use(invoice, 1, user)
    for ask in (world.documents.checkUse, world.documents.use):
        with refused("CapacityExceeded", invoice, 0, 1):
            ask(invoice, 1, user)
    assert world.used(invoice) == TOTAL


@pytest.mark.spec("DOC-1")
def test_released_capacity_is_used_again(world, user, invoice):
    world.documents.use(invoice, TOTAL, user)
    tx = world.documents.release(invoice, 200, user)
    emitted(tx, "CapacityReleased", fingerprint=invoice, module=world.deployer, amount=200, used=TOTAL - 200)
    world.documents.use(invoice, 200, user)
    assert world.used(invoice) == TOTAL


@pytest.mark.spec("DOC-1")
def test_no_more_is_released_than_was_used(world, user, invoice):
    world.documents.use(invoice, 10, user)
    with refused("CapacityExceeded", invoice, 10, 11):
        world.documents.release(invoice, 11, user)


def test_unknown_obligations_zero_and_huge_amounts(world, user, invoice):
    for ask in (world.documents.checkUse, world.documents.use):
        with refused("ObligationUnknown", digest("?")):
            ask(digest("?"), 1, user)
        with refused("ZeroAmount"):
            ask(invoice, 0, user)
        with refused("CapacityExceeded", invoice, TOTAL, 2**256 - 1):
            ask(invoice, 2**256 - 1, user)


@pytest.mark.spec("DOC-1")
def test_only_named_modules_use_and_release(world, invoice):
    for who in (world.company, world.operator, world.stranger):
        with refused("NotModule", who, "DOCUMENTS"):
            world.documents.use(invoice, 1, who.by)
        with refused("NotModule", who, "DOCUMENTS"):
            world.documents.release(invoice, 1, who.by)


# --- delayed powers ---


@pytest.mark.spec("POW-1")
def test_only_delayed_powers_name_users_and_kinds(world):
    for who in (world.operator, world.guardian, world.deployer):
        with refused("NotPowers", who, world.powers):
            world.documents.setUser(who, True, who.by)
        with refused("NotPowers", who, world.powers):
            world.documents.setKind(9, (1, 0), who.by)


def test_users_and_kinds_are_announced(world):
    tx = world.changes(world.documents, "setKind", 9, (2, VERIFIER))
    emitted(tx, "KindSet", kind=9, rule=(2, VERIFIER))
    assert list(map(int, world.documents.kindRule(9))) == [2, VERIFIER]
    tx = world.changes(world.documents, "setUser", world.deployer, True)
    emitted(tx, "UserSet", module=world.deployer, allowed=True)
    tx = world.changes(world.documents, "setUser", world.deployer, False)
    assert not world.documents.isUser(world.deployer)
    with refused("NotModule", world.deployer, "DOCUMENTS"):
        world.documents.use(label("x"), 1, world.deployer.by)
