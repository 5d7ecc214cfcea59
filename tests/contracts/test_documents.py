"""Documents: hashes per registrar, and obligation documents with a capacity that is used once."""

import pytest
from brownie import chain

from ledger.domain.documentuses import MOST_USES, digest_of_uses, use_of
from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    CNY,
    CONTRACT,
    CREDIT_NOTE,
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
    assert world.documents.paperOf(o["fingerprint"]) == o["document"]


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


@pytest.mark.spec("DOC-2")
def test_a_rivals_invoice_cannot_be_registered_first(world):
    """Whoever knows the rival's tag and finds a payer who signs along: the name of another payee is refused,
    under its own name it occupies nothing."""
    theirs = given.obligation(world, world.company, world.supplier, TOTAL)
    stolen = given.obligation(
        world, world.company, world.subsupplier, TOTAL, fingerprint=theirs["fingerprint"]
    )
    with refused("FingerprintForeign", theirs["fingerprint"], world.subsupplier):
        submit(world, stolen, *both(world, stolen, other=world.subsupplier))
    renamed = given.named(theirs["fingerprint"], world.subsupplier.address)
    given.signed_obligation(world, world.company, world.subsupplier, TOTAL, fingerprint=renamed)
    submit(world, theirs, *both(world, theirs))
    assert world.documents.obligation(theirs["fingerprint"])[1] == world.supplier.address


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
    if altered["payee"] != o["payee"]:
        altered["fingerprint"] = given.named(o["fingerprint"], altered["payee"])
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
def test_a_document_remembers_where_it_was_used(world, user, invoice):
    def uses(fingerprint):
        return tuple(map(int, world.documents.uses(fingerprint)))

    assert uses(invoice) == uses(digest("?")) == (0, 0)
    world.documents.use(invoice, 3, user)
    assert uses(invoice) == (0, 0), "nobody said where"
    assert not world.documents.usedAt(invoice, 0, []) and not world.documents.usedAt(digest("?"), 0, [])
    used = world.documents.useAt.call(invoice, 5, 2**144 - 1, user)
    assert list(used[:3]) == [world.company, used[1], invoice] and used[3]
    world.documents.useAt(invoice, 5, 2**144 - 1, user)
    first = use_of(2**144 - 1, 5)
    assert uses(invoice) == digest_of_uses([first]) and world.used(invoice) == 8
    world.documents.useAt(invoice, 1, 9, user)
    both = [first, use_of(9, 1)]
    assert uses(invoice) == digest_of_uses(both) and world.used(invoice) == 9
    assert (world.documents.usedAt(invoice, 9, both), world.documents.usedAt(invoice, 8, both)) == (1, 0)
    for wrong in ([first], both[::-1], [*both, first], [use_of(9, 1)], 17 * both):
        assert not world.documents.usedAt(invoice, 9, wrong)
    with refused("CapacityExceeded", invoice, TOTAL - 9, TOTAL - 8):
        world.documents.useAt(invoice, TOTAL - 8, 9, user)
    with refused("NotModule", world.stranger, "DOCUMENTS"):
        world.documents.useAt(invoice, 1, 9, world.stranger.by)


@pytest.mark.spec("DOC-1")
def test_a_document_remembers_32_uses_and_no_more(world, user, invoice):
    for place in range(MOST_USES):
        assert world.documents.useAt(invoice, 1, place, user).status == 1
    assert not world.documents.useAt.call(invoice, 1, MOST_USES, user)[3]
    world.documents.useAt(invoice, 1, MOST_USES, user)
    uses = [use_of(place, 1) for place in range(MOST_USES)]
    assert tuple(map(int, world.documents.uses(invoice))) == digest_of_uses(uses)
    assert world.documents.usedAt(invoice, MOST_USES - 1, uses) == 1 and world.used(invoice) == MOST_USES + 1
    assert not world.documents.usedAt(invoice, MOST_USES, [*uses, use_of(MOST_USES, 1)])


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


# --- red invoices ---


def credits(world, fingerprint, amount, name="red invoice", who=None):
    seller = who or world.supplier
    note = seller.files(name, CREDIT_NOTE)
    return world.documents.credit(fingerprint, note, amount, seller.by)


@pytest.mark.spec("DOC-3")
def test_a_red_invoice_stops_new_use(world, user, invoice):
    tx = credits(world, invoice, TOTAL)
    emitted(
        tx,
        "Credited",
        fingerprint=invoice,
        note=digest("red invoice"),
        amount=TOTAL,
        credited=TOTAL,
        used=0,
    )
    assert world.documents.credited(invoice) == TOTAL
    for ask in (world.documents.checkUse, world.documents.use):
        with refused("CapacityExceeded", invoice, 0, 1):
            ask(invoice, 1, user)


@pytest.mark.spec("DOC-1", "DOC-3")
def test_what_was_used_before_a_red_invoice_stays_used_and_is_named(world, user, invoice):
    world.documents.use(invoice, 300, user)
    tx = credits(world, invoice, TOTAL - 100)
    emitted(tx, "Credited", amount=TOTAL - 100, credited=TOTAL - 100, used=300)
    assert world.used(invoice) == 300
    with refused("CapacityExceeded", invoice, 0, 1):
        world.documents.use(invoice, 1, user)
    world.documents.release(invoice, 250, user)
    with refused("CapacityExceeded", invoice, 50, 51):
        world.documents.use(invoice, 51, user)
    world.documents.use(invoice, 50, user)


@pytest.mark.spec("DOC-3")
def test_partial_red_invoices_add_up_to_the_total_and_each_counts_once(world, user, invoice):
    credits(world, invoice, 100, "first")
    with refused("AlreadyUsed", "CREDIT_NOTE", digest("first")):
        world.documents.credit(invoice, digest("first"), 100, world.supplier.by)
    second = world.supplier.files("second", CREDIT_NOTE)
    with refused("CapacityExceeded", invoice, TOTAL - 100, TOTAL - 99):
        world.documents.credit(invoice, second, TOTAL - 99, world.supplier.by)
    with refused("ZeroAmount"):
        world.documents.credit(invoice, second, 0, world.supplier.by)
    world.documents.use(invoice, TOTAL - 100, user)


@pytest.mark.spec("DOC-3")
def test_only_the_payee_credits_and_with_a_red_invoice_of_its_own(world, invoice):
    for who in (world.company, world.subsupplier):
        with refused("NotParty", who, world.supplier):
            credits(world, invoice, 1, who=who)
    trade = world.supplier.files("no red invoice", TRADE)
    with refused("DocumentUnknown", trade, world.supplier, CREDIT_NOTE):
        world.documents.credit(invoice, trade, 1, world.supplier.by)
    with refused("ObligationUnknown", digest("?")):
        credits(world, digest("?"), 1)
    world.operator.suspends(world.supplier)
    with refused("Suspended", world.supplier):
        world.documents.credit(invoice, trade, 1, world.supplier.by)


# --- epochs of the key ---


@pytest.fixture
def anew(world):
    """The invoice's tag under the key of the next epoch."""
    return given.named(digest("next epoch"), world.supplier.address)


@pytest.mark.spec("DOC-4")
def test_fingerprints_of_two_epochs_share_one_capacity(world, user, invoice, anew):
    world.documents.use(invoice, TOTAL - 10, user)
    tx = world.documents.link(invoice, anew, world.supplier.by)
    emitted(tx, "Linked", root=invoice, fingerprint=anew)
    assert world.documents.rootOf(anew) == world.documents.rootOf(invoice) == invoice
    assert world.documents.obligation(anew) == world.documents.obligation(invoice)
    assert world.documents.paperOf(anew) == world.documents.paperOf(invoice) != ZERO
    for ask in (world.documents.checkUse, world.documents.use):
        with refused("CapacityExceeded", anew, 10, 11):
            ask(anew, 11, user)
    emitted(world.documents.use(anew, 10, user), "CapacityUsed", fingerprint=invoice, used=TOTAL)
    emitted(world.documents.release(anew, 4, user), "CapacityReleased", fingerprint=invoice, used=TOTAL - 4)
    with refused("CapacityExceeded", anew, TOTAL - 4, TOTAL):
        world.documents.release(anew, TOTAL, user)
    credits(world, anew, TOTAL)
    assert world.documents.credited(invoice) == world.documents.credited(anew) == TOTAL
    with refused("CapacityExceeded", invoice, 0, 1):
        world.documents.use(invoice, 1, user)


@pytest.mark.spec("DOC-4")
def test_a_linked_fingerprint_is_taken_and_links_lead_to_the_first(world, invoice, anew):
    world.documents.link(invoice, anew, world.supplier.by)
    with refused("AlreadyUsed", "FINGERPRINT", anew):
        world.documents.link(invoice, anew, world.supplier.by)
    o = given.obligation(world, world.company, world.supplier, TOTAL, fingerprint=anew)
    with refused("AlreadyUsed", "FINGERPRINT", anew):
        submit(world, o, *both(world, o))
    third = given.named(digest("third epoch"), world.supplier.address)
    world.documents.link(anew, third, world.supplier.by)
    assert world.documents.rootOf(third) == invoice
    assert world.documents.rootOf(digest("?")) == ZERO


@pytest.mark.spec("DOC-4")
def test_only_the_payee_links_and_only_what_names_it(world, invoice, anew):
    with refused("NotParty", world.company, world.supplier):
        world.documents.link(invoice, anew, world.company.by)
    own = given.named(anew, world.subsupplier.address)
    with refused("NotParty", world.subsupplier, world.supplier):
        world.documents.link(invoice, own, world.subsupplier.by)
    with refused("ObligationUnknown", digest("?")):
        world.documents.link(digest("?"), anew, world.supplier.by)
    with refused("FingerprintForeign", own, world.supplier):
        world.documents.link(invoice, own, world.supplier.by)
    world.operator.suspends(world.supplier)
    with refused("Suspended", world.supplier):
        world.documents.link(invoice, anew, world.supplier.by)


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
