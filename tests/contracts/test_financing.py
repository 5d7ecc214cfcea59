"""Financing: a quote signed off chain; piece against money in one transaction."""

import datetime as dt

import pytest
from brownie import chain

from ledger.domain.discount import MOST_AHEAD
from tests.contracts import given
from tests.contracts.given import FACE, RATE, TENOR
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    FINANCIER,
    NOBODY,
    REGISTRATION,
    REGISTRY_SEARCH,
    SUPPLIER,
    TRADE,
    ZERO,
    digest,
)

START, END = 200_000, 700_000
pytestmark = pytest.mark.spec("FIN-1")


@pytest.fixture(scope="module")
def receivable(world):
    return given.accepted_receivable(world)


@pytest.fixture
def quote(world, receivable):
    """The financier's quote for the middle of the supplier's piece."""
    return given.quote(world, receivable, START, END)


@pytest.fixture
def papers(world):
    return given.registry_papers(world)


@pytest.fixture
def accepted(world, receivable):
    return given.accepted_quote(world, receivable, start=START, end=END)


@pytest.fixture
def moneyed(world):
    given.moneyed(world, world.financier, FACE, world.financing)


def day(text):
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days


def as_tuple(quote):
    return tuple(quote.values())


def digest_of(world, quote):
    return str(world.financing.quoteDigest(as_tuple(quote)))


def signature(world, quote, signer=None, **options):
    return (signer or world.financier).signs(
        "Quote", quote, options.get("contract", world.financing), options.get("chain_id")
    )


def state(world, quote):
    return int(world.financing.stateOf(digest_of(world, quote)))


def accepting_refused(world, quote, *refusal):
    """The question and the act."""
    with refused(*refusal):
        world.financing.checkQuote(as_tuple(quote))
    with refused(*refusal):
        world.supplier.accepts_quote(quote, signature(world, quote))


# --- discount ---


@pytest.mark.parametrize(
    ("face", "rate", "days", "discount"),
    [
        (
            100_000_000,
            30_000,
            90,
            750_000,
        ),  # the published check: 1,000,000 at 3% for 3 months pays out 992,500
        (1, 1, 1, 0),
        (0, 30_000, 90, 0),
        (180, 1_000_000, 1, 1),  # exactly half a fen goes up
        (179, 1_000_000, 1, 0),
        (2**64 - 1, 1_000_000, 360, 2**64 - 1),
    ],
)
def test_discount_is_act_360_half_up(world, face, rate, days, discount):
    assert world.financing.discountHalfUp(face, rate, days) == discount == given.discount(face, rate, days)


def test_an_absurd_discount_is_refused_and_not_cut_off(world):
    too_much = given.discount(2**64 - 1, 1_000_001, 360)
    with refused("AmountTooLarge", too_much, 2**64 - 1):
        world.financing.discountHalfUp(2**64 - 1, 1_000_001, 360)


DAYS = {
    # convention, funding day, end day: days
    "ACT/360, three months": (1, "2025-07-01", "2025-10-01", 92),
    "ACT/360, a leap day": (1, "2028-02-28", "2028-03-01", 2),
    "30/360, three months": (2, "2025-07-01", "2025-10-01", 90),
    "30/360, both on a 31st": (2, "2025-07-31", "2025-10-31", 90),
    "30/360, from the end of February": (2, "2025-02-28", "2025-03-31", 32),
    "30/360, from a 30th to a 31st": (2, "2025-07-30", "2025-07-31", 0),
    "rolled over a weekend": (3, "2025-07-07", "2025-10-06", 91),
}


@pytest.mark.spec("FIN-5")
@pytest.mark.parametrize(("convention", "first", "last", "days"), DAYS.values(), ids=DAYS)
def test_days_are_counted_by_named_conventions(world, convention, first, last, days):
    assert world.financing.daysOf(convention, day(first), day(last)) == days


@pytest.mark.spec("FIN-5")
def test_the_published_check_value(world):
    """CNY 1,000,000 at 3% for 3 months (90/360) pays out 992,500."""
    days = world.financing.daysOf(2, day("2025-07-01"), day("2025-10-01"))
    assert 100_000_000 - world.financing.discountHalfUp(100_000_000, 30_000, days) == 99_250_000


@pytest.mark.spec("FIN-5")
def test_days_need_a_convention_and_an_order(world):
    for unknown in (0, 4):
        with refused("ConventionUnknown", unknown):
            world.financing.daysOf(unknown, 1, 2)
    with refused("DateOutOfOrder", "END_DAY", 1, 2):
        world.financing.daysOf(1, 2, 1)


# --- acceptance ---


@pytest.mark.spec("PIECE-1", "FIN-2")
def test_acceptance_cuts_out_and_locks_exactly_the_quoted_interval(world, receivable, quote):
    world.financing.checkQuote(as_tuple(quote))
    tx = world.supplier.accepts_quote(quote, signature(world, quote))
    emitted(
        tx,
        "QuoteAccepted",
        quote=digest_of(world, quote),
        receivable=receivable,
        financier=world.financier,
        holder=world.supplier,
        start=START,
        end=END,
    )
    emitted(tx, "Locked", receivable=receivable, start=START, end=END, module=2, sequence=3)
    assert world.pieces(receivable) == [
        (0, START, "supplier"),
        (START, END, "supplier"),
        (END, FACE, "supplier"),
    ]
    assert state(world, quote) == 1 and world.financing.nonceUsed(world.financier, quote["nonce"])


@pytest.mark.parametrize(("start", "end", "sequence"), [(0, FACE, 1), (0, END, 2), (START, FACE, 2)])
def test_acceptance_cuts_only_where_it_must(world, receivable, start, end, sequence):
    quote = given.accepted_quote(world, receivable, start=start, end=end)
    assert world.sequence(receivable, start) == sequence and state(world, quote) == 1


def test_only_the_holder_accepts(world, quote):
    for who in (world.financier, world.core, world.stranger):
        with refused("NotParty", who, world.supplier):
            who.accepts_quote(quote, signature(world, quote))


def test_the_named_holder_holds_the_piece(world, receivable):
    accepting_of = given.quote(world, receivable, START, END, holder=world.subsupplier.address)
    with refused("NotHolder", world.subsupplier, world.supplier):
        world.financing.checkQuote(as_tuple(accepting_of))
    with refused("NotHolder", world.subsupplier, world.supplier):
        world.subsupplier.accepts_quote(accepting_of, signature(world, accepting_of))


def test_the_financier_is_an_active_financier(world, receivable, quote):
    impostor = quote | {"financier": world.investor.address}
    with refused("MissingRole", world.investor, ..., FINANCIER):
        world.supplier.accepts_quote(impostor, signature(world, impostor, world.investor))
    world.operator.suspends(world.financier)
    accepting_refused(world, quote, "Suspended", world.financier)


def test_holder_is_active(world, quote):
    world.operator.suspends(world.supplier)
    accepting_refused(world, quote, "Suspended", world.supplier)


def test_empty_and_reversed_intervals(world, quote):
    accepting_refused(world, quote | {"end": START}, "ZeroAmount")
    accepting_refused(world, quote | {"end": START - 1}, "ZeroAmount")


def test_a_quote_has_a_deadline(world, quote):
    chain.sleep(3_700)
    chain.mine()
    accepting_refused(world, quote, "DeadlinePassed", quote["deadline"], ...)


def test_funding_lies_between_today_and_the_due_date(world, receivable, quote):
    today, due = world.today, world.today + TENOR
    accepting_refused(
        world, quote | {"fundingDay": today - 1}, "DateOutOfOrder", "FUNDING_DAY", today - 1, today
    )
    world.days_pass(TENOR - 1)
    late = quote | {"fundingDay": due, "deadline": quote["deadline"] + TENOR * 86_400}
    accepting_refused(world, late, "DateOutOfOrder", "DUE", due, due)


def test_a_quote_keeps_a_court_waiting_for_eleven_days_at_most(world, receivable, quote):
    """Its lock holds off a freeze until it lapses, which its funding day decides."""
    last = world.today + MOST_AHEAD
    off = given.discount(END - START, RATE, TENOR - MOST_AHEAD)
    world.financing.checkQuote(
        as_tuple(given.quote(world, receivable, START, END, fundingDay=last, discount=off))
    )
    accepting_refused(
        world, quote | {"fundingDay": last + 1}, "DateOutOfOrder", "FUNDING_DAY", last, last + 1
    )


def test_the_receivable_is_accepted(world, quote):
    accepting_refused(world, quote | {"receivable": 99}, "WrongState", "RECEIVABLE", 99, 0, 2)
    proposed = world.core.confirms(given.confirmation(world, world.core))
    accepting_refused(world, quote | {"receivable": proposed}, "WrongState", "RECEIVABLE", proposed, 1, 2)


def test_the_discount_is_the_rates(world, quote):
    right = quote["discount"]
    for wrong in (right - 1, right + 1, 0):
        accepting_refused(world, quote | {"discount": wrong}, "DiscountMismatch", wrong, right)


def test_net_is_face_less_discount_and_fee(world, quote):
    for wrong in (quote["net"] - 1, quote["net"] + 1, 0, 2**64 - 1):
        accepting_refused(world, quote | {"net": wrong}, "NetMismatch", wrong, quote["net"])
    everything = END - START - quote["discount"]
    accepting_refused(world, quote | {"fee": everything, "net": 0}, "NetMismatch", 0, 0)
    accepting_refused(world, quote | {"fee": 2**64 - 1, "net": 1}, "NetMismatch", 1, 0)


@pytest.mark.spec("FIN-5")
def test_the_discount_runs_to_the_due_day_or_to_where_that_rolls(world, receivable, quote):
    due = world.today + TENOR
    for convention, last in ((1, due), (2, due), (3, due + 10)):
        for wrong in (due - 1, last + 1):
            changed = quote | {"convention": convention, "endDay": wrong}
            accepting_refused(world, changed, "EndDayUnfit", wrong, due, last)
    accepting_refused(world, quote | {"convention": 4}, "ConventionUnknown", 4)
    rolled = quote | {"convention": 3, "endDay": due + 2}
    dearer = given.discount(END - START, RATE, TENOR + 2)
    accepting_refused(world, rolled, "DiscountMismatch", quote["discount"], dearer)
    rolled |= {"discount": dearer, "net": END - START - dearer - quote["fee"]}
    world.supplier.accepts_quote(rolled, signature(world, rolled))
    assert state(world, rolled) == 1


def test_a_fee_apart_is_a_third_partys(world, quote):
    accepting_refused(world, quote | {"feePayee": world.financier.address}, "SameParty", world.financier, ...)
    accepting_refused(world, quote | {"feePayee": world.supplier.address}, "SameParty", world.supplier, ...)
    accepting_refused(world, quote | {"feePayee": world.operator.address}, "NotAdmitted", world.operator)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"sequence": 1}, ("StaleSequence", 1, 0, 1, 0)),
        ({"pieceStart": 5}, ("NoPiece", 1, 5)),
    ],
)
def test_a_quote_names_its_piece_as_it_is(world, quote, changes, refusal):
    accepting_refused(world, quote | changes, *refusal)


def test_a_quote_lies_inside_its_piece(world, receivable):
    accepting_refused(
        world, given.quote(world, receivable, START, FACE + 1), "CutOutside", START, FACE, FACE + 1
    )
    accepting_refused(world, given.quote(world, receivable, 99, END), "PieceTooSmall", 99, 100)


@pytest.mark.spec("FIN-2")
def test_a_piece_that_shrank_under_its_quote_is_quoted_again(world, receivable, quote):
    """A split ahead of the acceptance makes the quote stale; the same interval can be quoted anew."""
    world.supplier.splits(receivable, 0, 800_000)
    accepting_refused(world, quote, "StaleSequence", receivable, 0, 0, 1)
    again = given.quote(world, receivable, START, END, nonce=2)
    world.supplier.accepts_quote(again, signature(world, again))
    assert state(world, again) == 1


@pytest.mark.spec("PIECE-1", "FIN-2", "PIECE-2")
def test_a_quoted_piece_neither_shrinks_nor_goes_to_another(world, receivable, accepted):
    sequence = world.sequence(receivable, START)
    trade = given.filed(world, world.supplier, TRADE)
    with refused("PieceLocked", receivable, START, 2):
        world.supplier.splits(receivable, START, START + 1_000)
    with refused("PieceLocked", receivable, START, 2):
        world.supplier.passes_on(receivable, START, START, END, world.subsupplier, trade)
    rival = given.quote(
        world,
        receivable,
        START,
        END,
        pieceStart=START,
        sequence=sequence,
        financier=world.factor.address,
    )
    with refused("PieceLocked", receivable, START, 2):
        world.supplier.accepts_quote(rival, signature(world, rival, world.factor))


# --- signatures ---


def test_only_the_financier_signs_its_quote(world, quote):
    of = digest_of(world, quote)
    for signed in (
        signature(world, quote, world.supplier),
        signature(world, quote, chain_id=chain.id + 1),
        signature(world, quote, contract=world.documents),
        b"",
        b"\x01" * 65,
    ):
        with refused("BadSignature", world.financier, of):
            world.supplier.accepts_quote(quote, signed)


def another(world, quote, name):
    """Another value of that field."""
    if name in ("holder", "financier", "feePayee"):
        return world.factor.address
    return not quote[name] if name == "recourse" else quote[name] + 1


@pytest.mark.parametrize("name", ["fee", "nonce", "deadline", "ratePpm", "recourse", "feePayee"])
def test_what_was_signed_cannot_be_changed(world, receivable, quote, name):
    signed = signature(world, quote)
    changed = {name: another(world, quote, name), "discount": quote["discount"]}
    other = given.quote(world, receivable, START, END, **changed)
    if name == "ratePpm":
        other["discount"] = given.discount(END - START, RATE + 1, TENOR)
        other["net"] = END - START - other["discount"] - other["fee"]
    with refused("BadSignature", world.financier, digest_of(world, other)):
        world.supplier.accepts_quote(other, signed)


def test_an_account_contract_quotes_by_its_key(world, receivable):
    account = world.new("ContractAccount", world.stranger)
    world.operator.admits(account, FINANCIER)
    quote = given.quote(world, receivable, START, END, financier=account.address)
    with refused("BadSignature", account, ...):
        world.supplier.accepts_quote(quote, signature(world, quote))
    world.supplier.accepts_quote(quote, signature(world, quote, world.stranger))
    assert state(world, quote) == 1


def test_an_account_contract_acts_as_the_financier(world, receivable):
    account = world.new("ContractAccount", world.stranger)
    world.operator.admits(account, FINANCIER)
    quote = given.quote(world, receivable, START, END, financier=account.address)
    world.supplier.accepts_quote(quote, signature(world, quote, world.stranger))
    world.bank.mints(account, FACE)
    zero = "0x" + "00" * 32
    for contract, call in (
        (world.cash, world.cash.approve.encode_input(world.financing, FACE)),
        (world.documents, world.documents.register.encode_input(digest("s"), REGISTRY_SEARCH, zero)),
        (world.documents, world.documents.register.encode_input(digest("r"), REGISTRATION, zero)),
        (
            world.financing,
            world.financing.fund.encode_input(as_tuple(quote), digest("n"), digest("r"), digest("s")),
        ),
    ):
        account.act(contract, call, world.stranger.by)
    assert world.piece_book.piece(receivable, START)[0] == account
    assert world.supplier.balance() == quote["net"]


# --- nonces ---


def test_a_quote_is_accepted_once(world, quote):
    world.supplier.accepts_quote(quote, signature(world, quote))
    accepting_refused(world, quote, "AlreadyUsed", "NONCE", "0x" + f"{quote['nonce']:064x}")


def test_a_financier_revokes_quotes_by_nonce(world, quote):
    tx = world.financing.revoke(quote["nonce"], world.financier.by)
    emitted(tx, "QuoteRevoked", financier=world.financier, nonce=quote["nonce"])
    nonce = "0x" + f"{quote['nonce']:064x}"
    accepting_refused(world, quote, "AlreadyUsed", "NONCE", nonce)
    with refused("AlreadyUsed", "NONCE", nonce):
        world.financing.revoke(quote["nonce"], world.financier.by)


def test_nonces_are_each_financiers_own(world, quote):
    world.financing.revoke(quote["nonce"], world.factor.by)
    world.supplier.accepts_quote(quote, signature(world, quote))
    assert state(world, quote) == 1


def test_what_is_accepted_is_not_revoked(world, accepted):
    with refused("AlreadyUsed", "NONCE", "0x" + f"{accepted['nonce']:064x}"):
        world.financing.revoke(accepted["nonce"], world.financier.by)


# --- funding ---


@pytest.mark.spec("FIN-1", "PIECE-1", "CASH-1")
def test_funding_moves_piece_and_money_together(world, receivable, accepted, papers, moneyed):
    tx = world.financier.funds(accepted, *papers)
    of = digest_of(world, accepted)
    emitted(
        tx,
        "Financed",
        quote=of,
        receivable=receivable,
        financier=world.financier,
        number=papers[0],
        registration=papers[1],
        search=papers[2],
    )
    emitted(tx, "Moved", fromAxis=world.financier, toAxis=world.supplier, amount=accepted["net"], document=of)
    emitted(tx, "PieceMoved", start=START, end=END, layers=1, document=of)
    assert world.pieces(receivable)[1] == (START, END, "financier")
    assert world.supplier.balance() == accepted["net"] == END - START - accepted["discount"] - accepted["fee"]
    assert world.financier.balance() == FACE - accepted["net"]
    assert state(world, accepted) == 2


@pytest.mark.spec("FIN-1")
def test_a_fee_reaches_its_payee_in_the_same_transaction(world, receivable, papers):
    quote = given.accepted_quote(world, receivable, start=START, end=END, feePayee=world.investor.address)
    whole = quote["net"] + quote["fee"]
    given.moneyed(world, world.financier, whole - 1)
    world.financier.approves(world.financing, FACE)
    with refused("InsufficientBalance", world.financier, quote["fee"] - 1, quote["fee"]):
        world.financier.funds(quote, *papers)
    assert world.supplier.balance() == 0, "the net did not move without the fee"
    given.moneyed(world, world.financier, 1)
    world.financier.funds(quote, *papers)
    assert (world.supplier.balance(), world.investor.balance()) == (quote["net"], quote["fee"])
    assert world.financier.balance() == 0


@pytest.mark.spec("FIN-1")
def test_no_fee_no_payee(world, receivable, papers, moneyed):
    """A payee of no fee gets nothing, and an admission that ended does not stop a quote without one."""
    quote = given.accepted_quote(
        world, receivable, start=START, end=END, fee=0, feePayee=world.investor.address
    )
    world.financier.funds(quote, *papers)
    assert world.investor.balance() == 0 and world.supplier.balance() == quote["net"]


# --- recourse ---


def answers(world, receivable, piece, financed=START):
    return world.financing.recourse(receivable, piece, financed)


@pytest.mark.spec("FIN-6")
def test_the_seller_answers_for_what_it_sold_with_recourse(world, receivable, papers, moneyed):
    """Every part of the interval, however it was cut since; nothing beside it."""
    quote = given.accepted_quote(world, receivable, start=START, end=END, recourse=True)
    assert answers(world, receivable, START) == NOBODY, "accepted is not sold"
    world.financier.funds(quote, *papers)
    assert answers(world, receivable, START) == world.supplier
    world.financier.splits(receivable, START, START + 1_000)
    assert answers(world, receivable, START) == answers(world, receivable, START + 1_000) == world.supplier
    assert answers(world, receivable, START + 1_000, START + 1_000) == NOBODY, "no financing begins there"
    assert answers(world, receivable, 0, START) == answers(world, receivable, END) == NOBODY
    with refused("NoPiece", receivable, START + 1):
        answers(world, receivable, START + 1)


@pytest.mark.spec("FIN-6")
@pytest.mark.parametrize("recourse", [False, True])
def test_recourse_ends_with_the_next_sale(world, receivable, papers, moneyed, recourse):
    """The next buyer has what its own quote says, and the first seller is out."""
    quote = given.accepted_quote(world, receivable, start=START, end=END, recourse=True)
    world.financier.funds(quote, *papers)
    resale = given.quote(
        world, receivable, START, END - 1_000, pieceStart=START, sequence=world.sequence(receivable, START),
        holder=world.financier.address, financier=world.factor.address, recourse=recourse,
    )  # fmt: skip
    world.financier.accepts_quote(resale, signature(world, resale, world.factor))
    given.moneyed(world, world.factor, FACE, world.financing)
    world.factor.funds(resale, *given.registry_papers(world, world.factor))
    assert answers(world, receivable, START) == (world.financier if recourse else NOBODY)
    assert answers(world, receivable, END - 1_000) == world.supplier, (
        "what was kept is still the first sale's"
    )


@pytest.mark.spec("FIN-6")
def test_without_recourse_nobody_answers(world, receivable, accepted, papers, moneyed):
    world.financier.funds(accepted, *papers)
    assert answers(world, receivable, START) == NOBODY


def test_without_the_money_the_piece_stays(world, receivable, accepted, papers):
    given.moneyed(world, world.financier, accepted["net"] - 1)
    with refused("InsufficientAllowance", world.financier, world.financing, 0, accepted["net"]):
        world.financier.funds(accepted, *papers)
    world.financier.approves(world.financing, FACE)
    with refused("InsufficientBalance", world.financier, accepted["net"] - 1, accepted["net"]):
        world.financier.funds(accepted, *papers)
    assert world.pieces(receivable)[1] == (START, END, "supplier") and world.supplier.balance() == 0
    assert state(world, accepted) == 1
    given.moneyed(world, world.financier, 1)
    world.financier.funds(accepted, *papers)
    assert world.pieces(receivable)[1] == (START, END, "financier")


def test_without_the_piece_the_money_stays(world, receivable, accepted, papers, moneyed):
    """The holder cannot receive any more: neither moves."""
    world.operator.suspends(world.supplier)
    with refused("Suspended", world.supplier):
        world.financier.funds(accepted, *papers)
    assert world.financier.balance() == FACE and world.pieces(receivable)[1] == (START, END, "supplier")


@pytest.mark.spec("FIN-3")
def test_no_money_before_the_registration(world, accepted, papers, moneyed):
    number, registration, search = papers
    with refused("DocumentUnknown", digest("?"), world.financier, REGISTRATION):
        world.financier.funds(accepted, number, digest("?"), search)
    with refused("DocumentUnknown", digest("?"), world.financier, REGISTRY_SEARCH):
        world.financier.funds(accepted, number, registration, digest("?"))
    with refused("DocumentUnknown", registration, world.financier, REGISTRY_SEARCH):
        world.financier.funds(accepted, number, search, registration)
    with refused("ZeroHash", "REGISTRATION_NUMBER"):
        world.financier.funds(accepted, ZERO, registration, search)
    foreign = given.registry_papers(world, world.factor)
    with refused("DocumentUnknown", foreign[2], world.financier, REGISTRY_SEARCH):
        world.financier.funds(accepted, *foreign)


@pytest.mark.spec("FIN-3")
def test_the_search_is_the_one_before_the_registration(world, accepted, papers, moneyed):
    number, registration, _ = papers
    chain.sleep(5)
    late = given.filed(world, world.financier, REGISTRY_SEARCH)
    with refused("SearchedTooLate", late, ..., ...):
        world.financier.funds(accepted, number, registration, late)
    world.financier.funds(accepted, number, given.filed(world, world.financier, REGISTRATION), late)
    assert state(world, accepted) == 2


@pytest.mark.spec("FIN-3")
def test_one_certificate_stands_behind_one_financing(world, receivable, accepted, papers, moneyed):
    world.financier.funds(accepted, *papers)
    number, registration, search = papers
    assert world.financing.registrationUsed(world.financier, registration)
    assert world.financing.numberUsed(world.financier, number)
    rest = given.accepted_quote(world, receivable, start=0, end=START, nonce=2)
    fresh = given.registry_papers(world)
    with refused("AlreadyUsed", "REGISTRATION", registration):
        world.financier.funds(rest, fresh[0], registration, search)
    with refused("AlreadyUsed", "REGISTRATION_NUMBER", number):
        world.financier.funds(rest, number, fresh[1], search)
    world.financier.funds(rest, fresh[0], fresh[1], search)
    assert [holder for _, _, holder in world.pieces(receivable)] == ["financier", "financier", "supplier"]


def test_only_the_financier_funds(world, accepted, papers, moneyed):
    for who in (world.supplier, world.factor, world.operator):
        with refused("NotParty", who, world.financier):
            who.funds(accepted, *papers)


def test_only_what_was_accepted_is_funded_and_once(world, quote, papers, moneyed):
    of = int(digest_of(world, quote), 16)
    with refused("Unknown", "QUOTE", of):
        world.financier.funds(quote, *papers)
    world.supplier.accepts_quote(quote, signature(world, quote))
    world.financier.funds(quote, *papers)
    with refused("WrongState", "QUOTE", of, 2, 1):
        world.financier.funds(quote, *papers)
    chain.sleep(4_000)
    with refused("WrongState", "QUOTE", of, 2, 1):
        world.financing.lapse(as_tuple(quote), world.stranger.by)


def test_funding_is_on_its_day_and_before_the_deadline(world, receivable, papers, moneyed):
    tomorrow = world.today + 1
    quote = given.quote(
        world,
        receivable,
        START,
        END,
        fundingDay=tomorrow,
        discount=given.discount(END - START, RATE, TENOR - 1),
        deadline=world.now + 3 * 86_400,
    )
    world.supplier.accepts_quote(quote, signature(world, quote))
    with refused("DateOutOfOrder", "FUNDING_DAY", tomorrow, tomorrow - 1):
        world.financier.funds(quote, *papers)
    world.days_pass(2)
    with refused("DateOutOfOrder", "FUNDING_DAY", tomorrow, tomorrow + 1):
        world.financier.funds(quote, *papers)
    world.days_pass(2)
    with refused("DeadlinePassed", quote["deadline"], ...):
        world.financier.funds(quote, *papers)


def test_funding_asks_again_for_the_financiers_role(world, accepted, papers, moneyed):
    world.operator.amends(world.financier, roles=SUPPLIER)
    with refused("MissingRole", world.financier, SUPPLIER, FINANCIER):
        world.financier.funds(accepted, *papers)


def test_a_financed_piece_is_financed_on(world, receivable, accepted, papers, moneyed):
    """What the financier holds it may sell to another, in the same way."""
    world.financier.funds(accepted, *papers)
    resale = given.quote(
        world,
        receivable,
        START,
        END,
        pieceStart=START,
        sequence=world.sequence(receivable, START),
        holder=world.financier.address,
        financier=world.factor.address,
    )
    world.financier.accepts_quote(resale, signature(world, resale, world.factor))
    given.moneyed(world, world.factor, FACE, world.financing)
    world.factor.funds(resale, *given.registry_papers(world, world.factor))
    assert world.pieces(receivable)[1] == (START, END, "factor")


# --- lapse ---


def test_after_the_deadline_anyone_unlocks(world, receivable, accepted, papers, moneyed):
    of = digest_of(world, accepted)
    with refused("QuoteNotLapsed", of, accepted["deadline"], ...):
        world.financing.lapse(as_tuple(accepted), world.stranger.by)
    chain.sleep(3_700)
    chain.mine()
    with refused("DeadlinePassed", accepted["deadline"], ...):
        world.financier.funds(accepted, *papers)
    tx = world.financing.lapse(as_tuple(accepted), world.stranger.by)
    emitted(tx, "QuoteLapsed", quote=of)
    emitted(tx, "Unlocked", receivable=receivable, start=START, end=END)
    assert state(world, accepted) == 3
    world.supplier.splits(receivable, START, START + 1_000)
    for act in (
        lambda: world.financing.lapse(as_tuple(accepted), world.stranger.by),
        lambda: world.financier.funds(accepted, *papers),
    ):
        with refused("WrongState", "QUOTE", int(of, 16), 3, 1):
            act()


def test_no_deadline_holds_a_piece_past_the_funding_day(world, receivable, papers, moneyed):
    """FIN-2: what can be funded no more holds no piece, whatever deadline two who collude agreed on."""
    quote = given.quote(world, receivable, START, END, deadline=2**64 - 1)
    world.supplier.accepts_quote(quote, signature(world, quote))
    chain.sleep(4_000)
    chain.mine()
    with refused("QuoteNotLapsed", digest_of(world, quote), quote["deadline"], ...):
        world.financing.lapse(as_tuple(quote), world.stranger.by)
    world.days_pass(1)
    with refused("DateOutOfOrder", "FUNDING_DAY", quote["fundingDay"], quote["fundingDay"] + 1):
        world.financier.funds(quote, *papers)
    tx = world.financing.lapse(as_tuple(quote), world.stranger.by)
    emitted(tx, "QuoteLapsed", quote=digest_of(world, quote))
    emitted(tx, "Unlocked", receivable=receivable, start=START, end=END)


def test_an_unknown_quote_does_not_lapse(world, quote):
    with refused("Unknown", "QUOTE", int(digest_of(world, quote), 16)):
        world.financing.lapse(as_tuple(quote), world.stranger.by)


def test_the_contracts_digest_is_the_wallets(world, quote):
    """The signature made from the published type string is the one the contract expects, field by field."""
    for name in quote:
        changed = quote | {name: another(world, quote, name)}
        assert digest_of(world, changed) != digest_of(world, quote)
