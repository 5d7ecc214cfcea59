"""Frameworks: what an issuer promises to fund, and the review of exactly that."""

import pytest
from brownie import chain
from eth_abi import encode
from eth_utils import keccak

from tests.contracts.refusals import emitted, error_data, refused, to_bytes
from tests.contracts.world import CATALOGUE, ISSUER, VERIFIER, ZERO, digest, label

SOLAR, WIND = label("SOLAR"), label("WIND")
PROMISE = "(uint8,uint8,uint8,uint32,uint32,address,bytes32,bytes16,uint128)"


@pytest.fixture
def framework(world):
    return world.issuer.registers_framework("SOLAR", "WIND")


def register(world, by=None, codes=(SOLAR,), promises=(), **options):
    catalogue = options.get("catalogue", label(CATALOGUE))
    content = (options.get("document", digest("d")), catalogue, list(codes), rows(promises))
    return world.frameworks.register(content, (by or world.issuer).by)


def amend(world, framework, *codes, by=None, promises=(), **options):
    catalogue = options.get("catalogue", label(CATALOGUE))
    content = (options.get("document", digest("new")), catalogue, list(codes), rows(promises))
    return world.frameworks.amend(framework, content, (by or world.issuer).by)


def rows(promises):
    return [tuple(promise.values()) for promise in promises]


def promise(world, **changes):
    return world.promise(**changes)


def submit(world, review, signer=None, **options):
    contract = options.get("contract", world.frameworks)
    signature = (signer or world.verifier).signs("Review", review, contract, options.get("chain_id"))
    return world.frameworks.submitReview(tuple(review.values()), signature, world.stranger.by)


# --- the issuer ---


def test_an_issuer_registers_a_framework(world):
    tx = register(world, codes=[SOLAR, WIND])
    emitted(
        tx,
        "FrameworkRegistered",
        framework=1,
        issuer=world.issuer,
        version=1,
        document=digest("d"),
        catalogue=CATALOGUE,
        categories=[SOLAR, WIND],
        undertaken=0,
    )
    issuer, version, admitted, content = world.frameworks.framework(1)
    assert (issuer, version, admitted) == (world.issuer.address, 1, 0b11)
    assert content == tx.events["FrameworkRegistered"]["contentHash"] and content != ZERO
    assert world.frameworks.count() == 1
    assert world.frameworks.categoryCode(1, 1) == WIND and world.frameworks.categoryIndex(1, WIND) == 1


@pytest.mark.spec("FRM-3")
def test_what_a_review_signs_is_all_of_the_content(world):
    """The hash derived here a second time: document, catalogue, categories, each field of each promise."""
    one = promise(world)
    register(world, promises=[one])
    fields = [*one.values()]
    fields[6:8] = to_bytes(fields[6]), to_bytes(fields[7], 16)
    content = (to_bytes(digest("d")), to_bytes(CATALOGUE), [to_bytes(SOLAR)], [tuple(fields)])
    kinds = ["uint32", "uint32", f"(bytes32,bytes32,bytes32[],{PROMISE}[])"]
    expected = "0x" + keccak(encode(kinds, [1, 1, content])).hex()
    assert str(world.frameworks.framework(1)[3]) == expected


def test_only_an_issuer_registers(world):
    with refused("MissingRole", world.verifier, VERIFIER, ISSUER):
        register(world, by=world.verifier)
    with refused("NotAdmitted", world.stranger):
        register(world, by=world.stranger)


def test_a_framework_has_a_document_a_catalogue_and_categories(world):
    with refused("ZeroHash", "DOCUMENT"):
        register(world, document=ZERO)
    with refused("ZeroHash", "CATALOGUE"):
        register(world, catalogue=ZERO)
    with refused("ZeroHash", "CATEGORIES"):
        register(world, codes=[])
    with refused("ZeroHash", "CATEGORY"):
        register(world, codes=[SOLAR, ZERO])


def test_a_framework_knows_at_most_64_categories(world):
    codes = [label(f"C{i}") for i in range(65)]
    with refused("TooManyCategories", 65, 64):
        register(world, codes=codes)
    register(world, codes=codes[:64])
    with refused("TooManyCategories", 65, 64):
        amend(world, 1, codes[64])


@pytest.mark.spec("BOND-2", "FRM-1")
def test_editing_voids_the_review_and_categories_keep_their_meaning(world, framework):
    world.verifier.reviews(framework)
    before = world.frameworks.framework(framework)[3]
    tx = amend(world, framework, label("HYDRO"), WIND)
    emitted(tx, "FrameworkRegistered", framework=framework, version=2, categories=[label("HYDRO"), WIND])
    _, version, admitted, content = world.frameworks.framework(framework)
    assert (version, admitted) == (2, 0b110) and content != before
    with refused("ReviewMissing", framework, 1, 2):
        world.frameworks.requireReview(framework)
    world.verifier.reviews(framework)
    world.frameworks.requireEligible(framework, 1)
    with refused("CategoryNotAdmitted", framework, 0):
        world.frameworks.requireEligible(framework, 0)


def test_only_its_issuer_amends(world, framework):
    with refused("NotParty", world.rival, world.issuer):
        amend(world, framework, SOLAR, by=world.rival)
    with refused("Unknown", "FRAMEWORK", 9):
        amend(world, 9, SOLAR)
    with refused("ZeroHash", "DOCUMENT"):
        amend(world, framework, SOLAR, document=ZERO)
    world.operator.suspends(world.issuer)
    with refused("Suspended", world.issuer):
        amend(world, framework, SOLAR)


def test_unknown_categories(world, framework):
    with refused("CategoryUnknown", framework, "HYDRO"):
        world.frameworks.categoryIndex(framework, label("HYDRO"))
    with refused("CategoryNotAdmitted", framework, 2):
        world.frameworks.categoryCode(framework, 2)


# --- the catalogue ---


@pytest.mark.spec("FRM-2")
def test_a_new_framework_needs_a_catalogue_in_force_today(world):
    day, code = world.today, label("GBEPC-2025")
    with refused("CatalogueNotInForce", code, 0, 0, day):
        register(world, catalogue=code)
    world.changes(world.frameworks, "setCatalogue", code, day + 2, 0, ZERO)
    for ask in (lambda: world.frameworks.checkCatalogue(code), lambda: register(world, catalogue=code)):
        with refused("CatalogueNotInForce", code, day + 2, 0, day):
            ask()
    world.days_pass(2)
    world.frameworks.checkCatalogue(code)
    register(world, catalogue=code)
    assert world.frameworks.catalogueOf(1) == code


@pytest.mark.spec("FRM-2")
def test_an_older_framework_keeps_its_catalogue_and_no_new_one_begins_with_it(world, framework):
    day, code = world.today, label(CATALOGUE)
    tx = world.changes(world.frameworks, "setCatalogue", code, 1, day, digest("list"))
    emitted(tx, "CatalogueSet", code=code, until=day, contentHash=digest("list"))
    assert list(world.frameworks.catalogue(code)) == [1, day, digest("list")]
    register(world)
    world.days_pass(1)
    with refused("CatalogueNotInForce", code, 1, day, day + 1):
        register(world)
    amend(world, framework, SOLAR)
    world.changes(world.frameworks, "setCatalogue", label("GBEPC-2025"), day, 0, ZERO)
    amend(world, framework, SOLAR, catalogue=label("GBEPC-2025"))
    with refused("CatalogueNotInForce", code, 1, day, day + 1):
        amend(world, framework, SOLAR)


def test_only_the_delayed_powers_set_a_catalogue(world):
    for who in (world.operator, world.issuer, world.stranger):
        with refused("NotPowers", who, world.powers):
            world.frameworks.setCatalogue(label("MINE"), 1, 0, ZERO, who.by)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ((ZERO, 1, 0, ZERO), ("ZeroHash", "CATALOGUE")),
        ((label("X"), 0, 0, ZERO), ("DateOutOfOrder", "FROM", 0, 1)),
        ((label("X"), 9, 8, ZERO), ("DateOutOfOrder", "UNTIL", 8, 9)),
    ],
)
def test_a_catalogue_has_a_code_and_days_in_order(world, terms, refusal):
    with refused("ChangeFailed", ..., error_data(*refusal)):
        world.changes(world.frameworks, "setCatalogue", *terms)


# --- undertakings ---


@pytest.mark.spec("FRM-3")
def test_undertakings_are_part_of_what_a_review_signs(world):
    report = promise(world)
    framework = world.issuer.registers_framework("SOLAR", undertakings=[report])
    content = world.frameworks.framework(framework)[3]
    other = world.issuer.registers_framework("SOLAR", undertakings=[report | {"dueDay": world.today + 31}])
    review = world.review_of(framework, world.verifier)
    with refused("ReviewMismatch", other, content, world.frameworks.framework(other)[3]):
        submit(world, review | {"framework": other})
    submit(world, review)
    amend(world, framework, SOLAR, promises=[])
    with refused("ReviewMissing", framework, 1, 2):
        world.frameworks.requireReview(framework)
    assert not world.frameworks.hasReview(framework)


def test_an_undertaking_is_registered_as_given(world):
    report, target = (
        promise(world),
        promise(world, kind=4, polarity=1, unit=b"tCO2e".ljust(16, b"\0"), target=500),
    )
    tx = register(world, promises=[report, target])
    assert [e["index"] for e in tx.events["UndertakingAdded"]] == [0, 1]
    emitted(tx, "FrameworkRegistered", framework=1, undertaken=0b11)
    terms, dropped_on = world.frameworks.undertaking(1, 1)
    assert (terms[0], terms[1], terms[8], dropped_on) == (4, 1, 500, 0)
    assert terms[6] == label("REPORT") and terms[7] == "0x" + b"tCO2e".ljust(16, b"\0").hex()
    assert world.frameworks.undertaken(1) == 0b11 and world.frameworks.undertakingCount(1) == 2
    with refused("UndertakingUnknown", 1, 2):
        world.frameworks.undertaking(1, 2)


@pytest.mark.spec("FRM-3")
def test_a_dropped_undertaking_keeps_its_day_and_its_number(world):
    first, second = promise(world), promise(world, code=label("SECOND"))
    register(world, promises=[first, second])
    world.days_pass(1)
    tx = amend(world, 1, SOLAR, promises=[second])
    emitted(tx, "UndertakingDropped", framework=1, index=0, day=world.today)
    assert world.frameworks.undertaking(1, 0)[1] == world.today
    assert world.frameworks.undertaken(1) == 0b10
    world.days_pass(40)
    tx = amend(world, 1, SOLAR, promises=[first, second])
    emitted(tx, "UndertakingResumed", framework=1, index=0)
    assert world.frameworks.undertaking(1, 0)[1] == 0 and world.frameworks.undertaken(1) == 0b11


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code": ZERO}, ("ZeroHash", "UNDERTAKING")),
        ({"kind": 0}, ("WrongState", "UNDERTAKING_KIND", 0, 0, 4)),
        ({"kind": 5}, ("WrongState", "UNDERTAKING_KIND", 0, 5, 4)),
        ({"kind": 4}, ("WrongState", "POLARITY", 0, 0, 2)),
        ({"polarity": 3}, ("WrongState", "POLARITY", 0, 3, 2)),
        ({"kind": 4, "polarity": 1}, ("ZeroHash", "UNIT")),
        ({"polarity": 2}, ("ZeroHash", "UNIT")),
        ({"dueDay": 5}, ("DateOutOfOrder", "DUE_DAY", 5, ...)),
        ({"lastDay": 5}, ("DateOutOfOrder", "LAST_DAY", 5, ...)),
    ],
)
def test_an_undertaking_is_measurable_and_dated(world, changes, refusal):
    with refused(*refusal):
        register(world, promises=[promise(world, **changes)])


@pytest.mark.usefixtures("heavy_refusal")
def test_a_framework_knows_at_most_64_undertakings(world):
    many = [promise(world, code=label(f"U{i}")) for i in range(65)]
    with refused("TooManyUndertakings", 65, 64):
        register(world, promises=many)
    register(world, promises=many[:63])
    register(world, promises=many[:1] * 3)
    assert world.frameworks.undertakingCount(2) == 1
    with refused("TooManyUndertakings", 65, 64):
        amend(world, 1, SOLAR, promises=many[63:])
    amend(world, 1, SOLAR, promises=many[63:64])


# --- the verifier ---


def test_a_verifier_reviews_exactly_this_content(world, framework):
    review = world.review_of(framework, world.verifier, kind=3, outcome=2, shade=1)
    tx = submit(world, review)
    emitted(tx, "Reviewed", framework=framework, version=1)
    standing = world.frameworks.standing(framework)
    assert list(standing) == [world.verifier.address, 1, review["validUntil"], 3, 2, 1]
    assert world.frameworks.lastNonce(framework, world.verifier) == 1
    world.frameworks.requireReview(framework)
    world.frameworks.requireEligible(framework, 1)


@pytest.mark.spec("FRM-1")
def test_a_review_of_something_else_is_refused(world, framework):
    review = world.review_of(framework, world.verifier, contentHash=digest("other"))
    with refused("ReviewMismatch", framework, digest("other"), world.frameworks.framework(framework)[3]):
        submit(world, review)
    with refused("Unknown", "FRAMEWORK", 9):
        submit(world, review | {"framework": 9})


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"document": ZERO}, ("ZeroHash", "DOCUMENT")),
        ({"kind": 0}, ("WrongState", "REVIEW_KIND", 1, 0, 4)),
        ({"kind": 5}, ("WrongState", "REVIEW_KIND", 1, 5, 4)),
        ({"outcome": 0}, ("WrongState", "OUTCOME", 1, 0, 1)),
        ({"outcome": 4}, ("WrongState", "OUTCOME", 1, 4, 1)),
        ({"shade": 4}, ("WrongState", "SHADE", 1, 4, 3)),
        ({"outcome": 2, "reasons": ZERO}, ("ZeroHash", "REASONS")),
        ({"outcome": 3, "reasons": ZERO}, ("ZeroHash", "REASONS")),
        ({"nonce": 0}, ("StaleReview", 1, 0, 1)),
    ],
)
def test_a_malformed_review_is_refused(world, framework, changes, refusal):
    with refused(*refusal):
        submit(world, world.review_of(framework, world.verifier, **changes))


def test_a_review_that_has_lapsed_already_is_refused(world, framework):
    yesterday = world.today - 1
    with refused("DateOutOfOrder", "VALID_UNTIL", yesterday, world.today):
        submit(world, world.review_of(framework, world.verifier, validUntil=yesterday))


def test_the_reviewer_is_an_active_verifier_unrelated_to_the_issuer(world, framework):
    with refused("MissingRole", world.investor, ..., VERIFIER):
        submit(world, world.review_of(framework, world.investor), world.investor)
    world.operator.amends(world.issuer, roles=ISSUER | VERIFIER)
    with refused("SameParty", world.issuer, world.issuer):
        submit(world, world.review_of(framework, world.issuer), world.issuer)
    for who in (world.issuer, world.verifier):
        world.operator.amends(who, group=2)
    with refused("RelatedParties", world.issuer, world.verifier, 2):
        submit(world, world.review_of(framework, world.verifier))
    world.operator.suspends(world.verifier)
    with refused("Suspended", world.verifier):
        submit(world, world.review_of(framework, world.verifier))


def test_nobody_signs_for_the_verifier(world, framework):
    review = world.review_of(framework, world.verifier)
    of = world.frameworks.reviewDigest(tuple(review.values()))
    with refused("BadSignature", world.verifier, of):
        submit(world, review, world.issuer)
    with refused("BadSignature", world.verifier, of):
        submit(world, review, chain_id=chain.id + 1)
    with refused("BadSignature", world.verifier, of):
        submit(world, review, contract=world.documents)
    signature = world.verifier.signs("Review", review, world.frameworks)
    better = review | {"shade": 0}
    with refused("BadSignature", world.verifier, ...):
        world.frameworks.submitReview(tuple(better.values()), signature, world.issuer.by)


@pytest.mark.spec("BOND-2", "FRM-1")
def test_a_review_kept_back_never_undoes_a_later_refusal(world, framework):
    kept_back = world.review_of(framework, world.verifier, nonce=1)
    submit(world, world.review_of(framework, world.verifier, outcome=3, nonce=2))
    with refused("StaleReview", framework, 1, 3):
        submit(world, kept_back)
    with refused("ReviewNotPositive", framework, 3):
        world.frameworks.requireReview(framework)


@pytest.fixture
def second_verifier(world):
    world.operator.amends(world.fund, roles=VERIFIER)
    return world.fund


@pytest.mark.spec("FRM-1")
@pytest.mark.parametrize("outcome", [1, 3])
def test_a_finding_is_not_overwritten_by_another_verifiers(world, framework, second_verifier, outcome):
    """Neither is a refusal shopped away, nor a stranger's framework voided."""
    world.verifier.reviews(framework, outcome=outcome)
    review = world.review_of(framework, second_verifier, outcome=4 - outcome)
    with refused("NotParty", second_verifier, world.verifier):
        submit(world, review, second_verifier)
    world.verifier.reviews(framework, outcome=2)
    assert world.frameworks.standing(framework)[4] == 2


@pytest.mark.spec("FRM-1")
@pytest.mark.parametrize("end", ["withdrawn", "lapsed", "edited"])
def test_another_verifier_reviews_when_the_first_finding_has_ended(world, framework, second_verifier, end):
    world.verifier.reviews(framework, validUntil=world.today)
    if end == "withdrawn":
        world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    elif end == "lapsed":
        world.days_pass(1)
    else:
        amend(world, framework, SOLAR)
    submit(world, world.review_of(framework, second_verifier), second_verifier)
    assert world.frameworks.standing(framework)[0] == second_verifier
    world.frameworks.requireReview(framework)


def test_a_review_is_submitted_once(world, framework):
    review = world.review_of(framework, world.verifier)
    submit(world, review)
    with refused("StaleReview", framework, 1, 2):
        submit(world, review)


@pytest.mark.spec("FRM-1")
def test_a_verifier_withdraws_its_review(world, framework):
    review = world.review_of(framework, world.verifier)
    submit(world, review)
    with refused("NotParty", world.issuer, world.verifier):
        world.frameworks.withdrawReview(framework, digest("why"), world.issuer.by)
    with refused("ZeroHash", "DOCUMENT"):
        world.frameworks.withdrawReview(framework, ZERO, world.verifier.by)
    tx = world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    emitted(tx, "ReviewWithdrawn", framework=framework, verifier=world.verifier, document=digest("why"))
    with refused("ReviewMissing", framework, 0, 1):
        world.frameworks.requireReview(framework)
    with refused("ReviewMissing", framework, 0, 1):
        world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    with refused("StaleReview", framework, 2, 3):
        submit(world, review | {"nonce": 2})


def test_a_verifier_never_runs_out_of_numbers(world, framework):
    last = 2**64 - 1
    with refused("StaleReview", framework, last, 1):
        submit(world, world.review_of(framework, world.verifier, nonce=last))
    submit(world, world.review_of(framework, world.verifier, nonce=last - 1))
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    assert world.frameworks.lastNonce(framework, world.verifier) == last - 1
    with refused("StaleReview", framework, last - 1, last):
        submit(world, world.review_of(framework, world.verifier, nonce=last - 1))


# --- what the gate asks ---


@pytest.mark.spec("BOND-2", "FRM-1")
def test_a_review_is_needed_and_holds_to_the_end_of_its_last_day(world, framework):
    with refused("ReviewMissing", framework, 0, 1):
        world.frameworks.requireReview(framework)
    with refused("Unknown", "FRAMEWORK", 9):
        world.frameworks.requireReview(9)
    last = world.today
    world.verifier.reviews(framework, validUntil=last)
    world.frameworks.requireReview(framework)
    world.days_pass(1)
    for ask in (
        lambda: world.frameworks.requireReview(framework),
        lambda: world.frameworks.requireEligible(framework, 0),
    ):
        with refused("ReviewLapsed", framework, last, last + 1):
            ask()


@pytest.mark.spec("BOND-2")
def test_a_refused_review_is_no_review(world, framework):
    world.verifier.reviews(framework, outcome=3)
    with refused("ReviewNotPositive", framework, 3):
        world.frameworks.requireReview(framework)


@pytest.mark.parametrize("category", [2, 63, 64, 255])
def test_categories_beyond_the_list_are_not_admitted(world, framework, category):
    world.verifier.reviews(framework)
    with refused("CategoryNotAdmitted", framework, category):
        world.frameworks.requireEligible(framework, category)
