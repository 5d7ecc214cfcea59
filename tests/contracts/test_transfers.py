"""Transfers: pieces split, passed on, offered, bundled and pledged; frozen and moved by a court."""

import pytest

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    AUTHORITY,
    CONSENT,
    CONTRACT,
    COURT_ORDER,
    FINANCIER,
    INVOICE,
    JPY,
    LOAN_DRAWDOWN,
    MAX_LAYERS,
    MAX_PIECES,
    MIN_PIECE,
    NOBODY,
    PLEDGE,
    SUPPLIER,
    TRADE,
    ZERO,
    digest,
    programme,
)

LOCKED_HERE = 2 | 4 << 3
OFFER_DAYS = 5
OFFER, PLEDGED = 1, 2
DECLINED, WITHDRAWN, LAPSED, FROZEN = 2, 3, 4, 5
RELEASED, SURRENDERED, BY_ORDER = 1, 2, 3


@pytest.fixture(scope="module")
def receivable(world):
    """Accepted by the supplier, in one piece; it moves on notice."""
    return given.accepted_receivable(world)


@pytest.fixture(scope="module")
def asking(world):
    """As `receivable`, in a programme that asks for the receiver's acceptance."""
    return _in_programme(world, terms=1)


@pytest.fixture(scope="module")
def invoiced(world):
    """As `receivable`, in a programme where what moves uses up an invoice."""
    return _in_programme(world, terms=8)


def _in_programme(world, **terms):
    number = world.programmes.last() + 1
    world.changes(world.programmes, "set", number, programme(**terms))
    return given.accepted_receivable(world, programme=number)


@pytest.fixture
def trade(world):
    return given.filed(world, world.supplier, TRADE)


@pytest.fixture
def order(world):
    return given.filed(world, world.regulator, COURT_ORDER)


@pytest.fixture
def agreement(world):
    """A pledge agreement that both registered."""
    document = world.new_hash("pledge")
    for who in (world.supplier, world.financier):
        world.documents.register(document, PLEDGE, ZERO, who.by)
    return document


def part(world, receivable, begin=0, end=FACE, start=0):
    return (receivable, start, world.sequence(receivable, start), begin, end)


def state(world, receivable, start=0):
    return int(world.piece_book.piece(receivable, start)[2])


def held(world, receivable, start=0):
    kind, party, last_day, document = world.transfers.holdOf(receivable, start)
    return int(kind), str(party), int(last_day), str(document)


def payee(world, receivable, start=0):
    return world.transfers.payeeOf(receivable, start, world.supplier)


@pytest.fixture
def offered(world, asking, trade):
    world.supplier.offers(asking, 300_000, 700_000, world.subsupplier, trade)
    return asking


@pytest.fixture
def pledged(world, receivable, agreement):
    world.transfers.pledge(part(world, receivable), world.financier, agreement, world.supplier.by)
    return receivable


@pytest.fixture
def frozen(world, receivable, order):
    world.transfers.freeze(part(world, receivable), order, world.regulator.by)
    return receivable


# --- splitting ---


@pytest.mark.spec("PIECE-1")
def test_a_holder_splits_its_piece(world, receivable):
    tx = world.supplier.splits(receivable, 0, 400_000)
    emitted(tx, "Cut", receivable=receivable, start=0, middle=400_000, end=FACE, sequence=1)
    assert world.pieces(receivable) == [(0, 400_000, "supplier"), (400_000, FACE, "supplier")]


def test_only_its_active_holder_splits_a_piece(world, receivable):
    with refused("NotHolder", world.subsupplier, world.supplier):
        world.subsupplier.splits(receivable, 0, 400_000)
    with refused("NotAdmitted", world.stranger):
        world.stranger.splits(receivable, 0, 400_000)
    world.operator.suspends(world.supplier)
    with refused("Suspended", world.supplier):
        world.supplier.splits(receivable, 0, 400_000)


def test_a_split_lies_inside_and_names_the_present_number(world, receivable):
    with refused("CutOutside", 0, FACE, FACE):
        world.supplier.splits(receivable, 0, FACE)
    with refused("PieceTooSmall", MIN_PIECE - 1, MIN_PIECE):
        world.supplier.splits(receivable, 0, MIN_PIECE - 1)
    with refused("StaleSequence", receivable, 0, 1, 0):
        world.supplier.splits(receivable, 0, 400_000, sequence=1)
    with refused("NoPiece", receivable, 5):
        world.supplier.splits(receivable, 5, 400_000, sequence=0)


def test_a_receivable_has_as_many_pieces_as_its_programme_lets(world, receivable):
    for n in range(1, MAX_PIECES):
        world.supplier.splits(receivable, (n - 1) * 1_000, n * 1_000)
    with refused("TooManyPieces", MAX_PIECES, MAX_PIECES):
        world.supplier.splits(receivable, (MAX_PIECES - 1) * 1_000, 500_000)


# --- passing on ---


def passing_refused(
    world, receivable, trade, *refusal, to=None, start=0, begin=0, end=FACE, sequence=0, by=None
):
    to, by = to or world.subsupplier, by or world.supplier
    with refused(*refusal):
        world.transfers.checkTransfer((receivable, start, sequence, begin, end), by, to, trade)
    with refused(*refusal):
        by.passes_on(receivable, start, begin, end, to, trade, sequence)


@pytest.mark.spec("PIECE-1")
def test_a_piece_is_passed_on_against_a_trade_document(world, receivable, trade):
    part = (receivable, 0, 0, 300_000, 700_000)
    world.transfers.checkTransfer(part, world.supplier, world.subsupplier, trade)
    tx = world.supplier.passes_on(receivable, 0, 300_000, 700_000, world.subsupplier, trade)
    emitted(
        tx,
        "PieceMoved",
        receivable=receivable,
        start=300_000,
        end=700_000,
        layers=1,
        sequence=3,
        document=trade,
    )
    assert world.pieces(receivable) == [
        (0, 300_000, "supplier"),
        (300_000, 700_000, "subsupplier"),
        (700_000, FACE, "supplier"),
    ]


def test_passing_on_goes_to_active_suppliers(world, receivable, trade):
    passing_refused(
        world, receivable, trade, "MissingRole", world.financier, ..., SUPPLIER, to=world.financier
    )
    passing_refused(world, receivable, trade, "NotAdmitted", world.stranger, to=world.stranger)
    passing_refused(world, receivable, trade, "SameParty", world.supplier, world.supplier, to=world.supplier)
    world.operator.suspends(world.supplier)
    passing_refused(world, receivable, trade, "Suspended", world.supplier)


def test_passing_on_needs_the_holders_own_trade_document(world, receivable, trade):
    contract = given.filed(world, world.supplier, CONTRACT)
    passing_refused(world, receivable, contract, "DocumentUnknown", contract, world.supplier, TRADE)
    foreign = given.filed(world, world.subsupplier, TRADE)
    passing_refused(world, receivable, foreign, "DocumentUnknown", foreign, world.supplier, TRADE)
    passing_refused(world, receivable, ZERO, "DocumentUnknown", ZERO, world.supplier, TRADE)


def test_nobody_passes_on_anothers_piece(world, receivable):
    own = given.filed(world, world.subsupplier, TRADE)
    passing_refused(
        world,
        receivable,
        own,
        "NotHolder",
        world.subsupplier,
        world.supplier,
        by=world.subsupplier,
        to=given.other_supplier(world),
    )


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"end": FACE + 1}, ("CutOutside", 0, FACE, FACE + 1)),
        ({"begin": 9, "end": 9}, ("CutOutside", 0, FACE, 9)),
        ({"begin": 99}, ("PieceTooSmall", 99, MIN_PIECE)),
        ({"sequence": 1}, ("StaleSequence", ..., 0, 1, 0)),
        ({"start": 9}, ("NoPiece", ..., 9)),
    ],
)
def test_what_is_passed_on_lies_inside_its_piece(world, receivable, trade, fields, refusal):
    passing_refused(world, receivable, trade, *refusal, **fields)


def test_a_fen_changes_hands_only_so_often(world, receivable):
    pair = (world.supplier, world.subsupplier)
    papers = {who.name: given.filed(world, who, TRADE) for who in pair}
    for n in range(MAX_LAYERS):
        giver, taker = pair[n % 2], pair[(n + 1) % 2]
        giver.passes_on(receivable, 0, 0, FACE, taker, papers[giver.name])
    holder, taker = pair[MAX_LAYERS % 2], pair[(MAX_LAYERS + 1) % 2]
    passing_refused(
        world,
        receivable,
        papers[holder.name],
        "TooManyLayers",
        MAX_LAYERS,
        MAX_LAYERS,
        sequence=MAX_LAYERS,
        by=holder,
        to=taker,
    )


def test_from_the_due_date_on_pieces_stay_where_they_are(world, receivable, trade):
    due = world.today + TENOR
    world.days_pass(TENOR)
    passing_refused(world, receivable, trade, "DateOutOfOrder", "DUE", due, due)
    with refused("DateOutOfOrder", "DUE", due, due):
        world.supplier.splits(receivable, 0, 400_000)


def test_what_nobody_accepted_has_no_pieces(world, trade):
    proposed = world.core.confirms(given.confirmation(world, world.core))
    passing_refused(world, proposed, trade, "NoPiece", proposed, 0)
    with refused("NoPiece", proposed, 0):
        world.supplier.splits(proposed, 0, 500, sequence=0)


# --- offers ---


@pytest.mark.spec("PIECE-4")
def test_where_the_programme_asks_nothing_moves_without_acceptance(world, asking, trade):
    passing_refused(world, asking, trade, "AcceptanceNeeded", asking)
    with refused("AcceptanceNeeded", asking):
        world.transfers.transferMany([part(world, asking)], world.subsupplier, trade, world.supplier.by)


@pytest.mark.spec("PIECE-4")
def test_an_offer_is_cut_out_and_waits_for_its_receiver(world, asking, trade):
    world.transfers.checkOffer(
        part(world, asking, 300_000, 700_000), world.supplier, world.subsupplier, trade
    )
    tx = world.supplier.offers(asking, 300_000, 700_000, world.subsupplier, trade)
    last = world.today + OFFER_DAYS
    emitted(
        tx,
        "Offered",
        receivable=asking,
        holder=world.supplier,
        recipient=world.subsupplier,
        start=300_000,
        end=700_000,
        lastDay=last,
        document=trade,
    )
    assert held(world, asking, 300_000) == (OFFER, world.subsupplier.address, last, trade)
    assert state(world, asking, 300_000) == LOCKED_HERE
    assert payee(world, asking, 300_000) == world.supplier
    tx = world.subsupplier.takes(asking, 300_000)
    emitted(tx, "PieceMoved", start=300_000, end=700_000, layers=1, document=trade)
    emitted(tx, "OfferEnded", receivable=asking, start=300_000, how=1)
    assert world.pieces(asking)[1] == (300_000, 700_000, "subsupplier")
    assert held(world, asking, 300_000) == (0, NOBODY, 0, ZERO)


@pytest.mark.spec("PIECE-4")
def test_an_offer_is_accepted_by_its_receiver_alone_as_it_saw_it(world, offered):
    with refused("NotParty", world.rival, world.subsupplier):
        world.rival.takes(offered, 300_000)
    with refused("StaleSequence", offered, 300_000, 0, 3):
        world.transfers.accept((offered, 300_000, 0), world.subsupplier.by)
    with refused("NoOffer", offered, 0):
        world.subsupplier.takes(offered, 0)
    world.operator.suspends(world.supplier)
    with refused("Suspended", world.supplier):
        world.subsupplier.takes(offered, 300_000)


def offering_refused(world, receivable, trade, *refusal, to=None, by=None, begin=0, end=FACE):
    to, by = to or world.subsupplier, by or world.supplier
    asked = part(world, receivable, begin, end)
    with refused(*refusal):
        world.transfers.checkOffer(asked, by, to, trade)
    with refused(*refusal):
        world.transfers.offer(asked, to, trade, by.by)


@pytest.mark.spec("PIECE-4", "PIECE-5")
def test_only_the_holder_offers_and_only_what_it_could_pass_on(world, asking, trade):
    own = given.filed(world, world.subsupplier, TRADE)
    stranger_to_it = given.other_supplier(world)
    offering_refused(
        world, asking, own, "NotHolder", world.subsupplier, world.supplier,
        by=world.subsupplier, to=stranger_to_it,
    )  # fmt: skip
    offering_refused(world, asking, trade, "SameParty", world.supplier, world.supplier, to=world.supplier)
    offering_refused(
        world, asking, trade, "MissingRole", world.financier, FINANCIER, SUPPLIER, to=world.financier
    )
    offering_refused(world, asking, ZERO, "DocumentUnknown", ZERO, world.supplier, TRADE)
    offering_refused(world, asking, trade, "CutOutside", 0, FACE, 9, begin=9, end=9)
    offering_refused(world, asking, trade, "PieceTooSmall", MIN_PIECE - 1, MIN_PIECE, end=MIN_PIECE - 1)
    world.supplier.offers(asking, 0, FACE, world.subsupplier, trade)
    offering_refused(world, asking, trade, "PieceLocked", asking, 0, 4)


@pytest.mark.spec("PIECE-4")
def test_an_offer_is_declined_withdrawn_or_lapses_and_the_piece_is_free(world, offered):
    with refused("NotParty", world.supplier, world.subsupplier):
        world.transfers.decline(offered, 300_000, world.supplier.by)
    with refused("NotHolder", world.subsupplier, world.supplier):
        world.transfers.withdraw(offered, 300_000, world.subsupplier.by)
    last = world.today + OFFER_DAYS
    with refused("OfferOpen", offered, 300_000, last, world.today):
        world.transfers.lapse(offered, 300_000, world.stranger.by)
    tx = world.transfers.decline(offered, 300_000, world.subsupplier.by)
    emitted(tx, "OfferEnded", receivable=offered, start=300_000, how=DECLINED)
    emitted(tx, "Unlocked", start=300_000, end=700_000, module=4)
    assert state(world, offered, 300_000) == 1
    for act in ("decline", "withdraw", "lapse"):
        with refused("NoOffer", offered, 300_000):
            getattr(world.transfers, act)(offered, 300_000, world.supplier.by)


def test_who_offered_takes_it_back(world, offered):
    emitted(world.transfers.withdraw(offered, 300_000, world.supplier.by), "OfferEnded", how=WITHDRAWN)
    assert held(world, offered, 300_000)[0] == 0


@pytest.mark.spec("PIECE-4")
def test_after_its_last_day_an_offer_is_over(world, offered):
    last = world.today + OFFER_DAYS
    world.days_pass(OFFER_DAYS + 1)
    with refused("DateOutOfOrder", "ACCEPT_BY", last, last + 1):
        world.subsupplier.takes(offered, 300_000)
    emitted(world.transfers.lapse(offered, 300_000, world.stranger.by), "OfferEnded", how=LAPSED)
    assert state(world, offered, 300_000) == 1


def test_an_offer_ends_with_the_last_day_on_which_pieces_move(world, asking, trade):
    world.days_pass(TENOR - 2)
    world.supplier.offers(asking, 0, FACE, world.subsupplier, trade)
    assert held(world, asking)[2] == world.today + 1
    world.days_pass(2)
    offering_refused(world, asking, trade, "DateOutOfOrder", "DUE", world.today, world.today)


def test_an_offer_cannot_be_cut_or_passed_on_under_its_receiver(world, offered, trade):
    with refused("PieceLocked", offered, 300_000, 4):
        world.supplier.splits(offered, 300_000, 400_000)
    with refused("PieceLocked", offered, 300_000, 4):
        world.transfers.offer(
            part(world, offered, 300_000, 700_000, 300_000), world.subsupplier, trade, world.supplier.by
        )


def test_what_was_paid_while_it_was_offered_is_no_offer_for_long(world, offered):
    """Settlement ignores locks: an offer that nobody answered ends like any other, and unlocks nothing."""
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(offered, 300_000, 3, world.deployer.by)
    assert payee(world, offered, 300_000) == world.supplier
    emitted(world.transfers.withdraw(offered, 300_000, world.supplier.by), "OfferEnded", how=WITHDRAWN)
    assert state(world, offered, 300_000) == 3


# --- bundles ---


@pytest.mark.spec("PIECE-6")
def test_many_pieces_of_several_receivables_move_in_one_act(world, receivable, trade):
    other = given.accepted_receivable(world)
    parts = [(receivable, 0, 0, 0, 200_000), (receivable, 200_000, 1, 500_000, FACE), (other, 0, 0, 0, FACE)]
    tx = world.transfers.transferMany(parts, world.subsupplier, trade, world.supplier.by)
    emitted(
        tx, "Bundled", holder=world.supplier, recipient=world.subsupplier, document=trade, parts=3,
        amount=1_700_000,
    )  # fmt: skip
    assert world.pieces(receivable) == [
        (0, 200_000, "subsupplier"),
        (200_000, 500_000, "supplier"),
        (500_000, FACE, "subsupplier"),
    ]
    assert world.pieces(other) == [(0, FACE, "subsupplier")]


@pytest.mark.spec("PIECE-6")
def test_a_bundle_is_done_whole_or_not_at_all(world, receivable, asking, trade):
    stale = [part(world, receivable, 0, 200_000)]
    with refused("StaleSequence", receivable, 0, 0, 2):
        world.transfers.transferMany(stale * 2, world.subsupplier, trade, world.supplier.by)
    with refused("AcceptanceNeeded", asking):
        mixed = [part(world, receivable), part(world, asking)]
        world.transfers.transferMany(mixed, world.subsupplier, trade, world.supplier.by)
    assert world.pieces(receivable) == [(0, FACE, "supplier")]


@pytest.mark.spec("PIECE-6")
def test_offers_are_made_and_accepted_many_at_once(world, receivable, asking, trade):
    parts = [part(world, receivable, 0, 200_000), part(world, asking)]
    tx = world.transfers.offerMany(parts, world.subsupplier, trade, world.supplier.by)
    emitted(tx, "Bundled", parts=2, amount=200_000 + FACE)
    places = [(receivable, 0, world.sequence(receivable, 0)), (asking, 0, world.sequence(asking, 0))]
    with refused("NoOffer", receivable, 200_000):
        missing = (receivable, 200_000, 0)
        world.transfers.acceptMany([*places, missing], world.subsupplier.by)
    world.transfers.acceptMany(places, world.subsupplier.by)
    assert world.pieces(asking) == [(0, FACE, "subsupplier")]
    assert world.pieces(receivable)[0] == (0, 200_000, "subsupplier")


def test_a_bundle_has_a_size(world, receivable, trade):
    by = world.supplier.by
    for had, parts in ((0, []), (51, [part(world, receivable)] * 51)):
        with refused("BundleSize", had, 50):
            world.transfers.transferMany(parts, world.subsupplier, trade, by)
        with refused("BundleSize", had, 50):
            world.transfers.offerMany(parts, world.subsupplier, trade, by)
        with refused("BundleSize", had, 50):
            world.transfers.acceptMany([(one[0], one[1], one[2]) for one in parts], by)


# --- invoices behind transfers ---


@pytest.fixture
def invoice(world):
    """The supplier owes it to its own supplier."""
    return given.signed_obligation(world, world.supplier, world.subsupplier, 600_000)


@pytest.mark.spec("DOC-1")
def test_where_the_programme_asks_what_moves_uses_up_an_invoice_between_the_two(world, invoiced, invoice):
    world.transfers.checkTransfer(
        part(world, invoiced, 0, 400_000), world.supplier, world.subsupplier, invoice
    )
    world.supplier.passes_on(invoiced, 0, 0, 400_000, world.subsupplier, invoice)
    assert world.used(invoice) == 400_000
    asked = part(world, invoiced, 400_000, 700_000, 400_000)
    for act in (
        lambda: world.transfers.checkTransfer(asked, world.supplier, world.subsupplier, invoice),
        lambda: world.transfers.transfer(asked, world.subsupplier, invoice, world.supplier.by),
    ):
        with refused("CapacityExceeded", invoice, 200_000, 300_000):
            act()


@pytest.mark.spec("DOC-1")
def test_an_offer_holds_its_part_of_the_invoice_until_it_ends(world, invoiced, invoice):
    world.supplier.offers(invoiced, 0, 400_000, world.subsupplier, invoice)
    assert world.used(invoice) == 400_000
    world.transfers.decline(invoiced, 0, world.subsupplier.by)
    assert world.used(invoice) == 0
    world.supplier.offers(invoiced, 0, 400_000, world.subsupplier, invoice)
    world.subsupplier.takes(invoiced, 0)
    assert world.used(invoice) == 400_000


def test_only_an_invoice_from_the_receiver_to_the_holder_counts(world, invoiced, trade):
    passing_refused(world, invoiced, trade, "ObligationUnknown", trade)
    foreign = given.signed_obligation(world, world.core, world.subsupplier, FACE)
    passing_refused(world, invoiced, foreign, "NotParty", world.supplier, world.core)
    other = given.signed_obligation(world, world.supplier, world.company, FACE)
    passing_refused(world, invoiced, other, "NotParty", world.subsupplier, world.company)
    yen = given.signed_obligation(world, world.supplier, world.subsupplier, FACE, currency=JPY)
    passing_refused(world, invoiced, yen, "CurrencyMismatch", ..., ...)
    loan = given.signed_obligation(world, world.supplier, world.subsupplier, FACE, kind=LOAN_DRAWDOWN)
    passing_refused(
        world, invoiced, loan, "WrongState", "DOCUMENT_KIND", int(loan, 16), LOAN_DRAWDOWN, INVOICE
    )


# --- pledges ---


@pytest.mark.spec("PIECE-5")
def test_a_pledge_locks_an_interval_for_its_pledgee(world, receivable, agreement):
    asked = part(world, receivable, 0, 400_000)
    tx = world.transfers.pledge(asked, world.financier, agreement, world.supplier.by)
    emitted(
        tx, "Pledged", receivable=receivable, holder=world.supplier, pledgee=world.financier, start=0,
        end=400_000, document=agreement,
    )  # fmt: skip
    assert held(world, receivable) == (PLEDGED, world.financier.address, 0, agreement)
    assert state(world, receivable) == LOCKED_HERE and payee(world, receivable) == NOBODY
    assert world.pieces(receivable)[0] == (0, 400_000, "supplier")
    with refused("NoOffer", receivable, 0):
        world.financier.takes(receivable, 0)


@pytest.mark.spec("PIECE-5")
def test_nobody_pledges_but_the_holder_by_a_paper_of_both(world, receivable, agreement):
    asked, pledge = part(world, receivable), world.transfers.pledge
    world.documents.register(agreement, PLEDGE, ZERO, world.subsupplier.by)
    with refused("NotHolder", world.subsupplier, world.supplier):
        pledge(asked, world.financier, agreement, world.subsupplier.by)
    with refused("MissingRole", world.subsupplier, SUPPLIER, FINANCIER):
        pledge(asked, world.subsupplier, agreement, world.supplier.by)
    with refused("DocumentUnknown", agreement, world.factor, PLEDGE):
        pledge(asked, world.factor, agreement, world.supplier.by)
    alone = world.new_hash("pledge")
    world.documents.register(alone, PLEDGE, ZERO, world.financier.by)
    with refused("DocumentUnknown", alone, world.supplier, PLEDGE):
        pledge(asked, world.financier, alone, world.supplier.by)
    world.operator.amends(world.financier, roles=FINANCIER | SUPPLIER)
    with refused("SameParty", world.financier, world.financier):
        pledge(asked, world.financier, agreement, world.financier.by)


@pytest.mark.spec("PIECE-5")
def test_a_pledge_is_released_by_its_pledgee_alone(world, pledged):
    for who in (world.supplier, world.factor, world.regulator):
        with refused("NotParty", who, world.financier):
            world.transfers.release(pledged, 0, who.by)
    with refused("NoOffer", pledged, 0):
        world.transfers.withdraw(pledged, 0, world.supplier.by)
    tx = world.transfers.release(pledged, 0, world.financier.by)
    emitted(tx, "PledgeEnded", receivable=pledged, start=0, how=RELEASED, document=ZERO)
    assert state(world, pledged) == 1 and payee(world, pledged) == world.supplier
    with refused("NoPledge", pledged, 0):
        world.transfers.release(pledged, 0, world.financier.by)


@pytest.mark.spec("PIECE-5")
def test_a_pledged_piece_goes_to_the_pledgee_by_its_holders_own_act(world, pledged):
    consent = given.filed(world, world.supplier, CONSENT)
    with refused("NotHolder", world.financier, world.supplier):
        world.transfers.surrender(pledged, 0, consent, world.financier.by)
    with refused("DocumentUnknown", ZERO, world.supplier, CONSENT):
        world.transfers.surrender(pledged, 0, ZERO, world.supplier.by)
    tx = world.transfers.surrender(pledged, 0, consent, world.supplier.by)
    emitted(tx, "PledgeEnded", receivable=pledged, start=0, how=SURRENDERED, document=consent)
    emitted(tx, "PieceMoved", to=world.financier, document=consent)
    assert world.pieces(pledged) == [(0, FACE, "financier")] and state(world, pledged) == 1
    with refused("NoPledge", pledged, 0):
        world.transfers.surrender(pledged, 0, consent, world.supplier.by)


@pytest.mark.spec("PIECE-5")
def test_the_money_of_a_pledged_piece_waits_for_what_becomes_of_the_pledge(world, pledged):
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(pledged, 0, 3, world.deployer.by)
    assert payee(world, pledged) == NOBODY
    consent = given.filed(world, world.supplier, CONSENT)
    world.transfers.surrender(pledged, 0, consent, world.supplier.by)
    assert payee(world, pledged) == world.financier


# --- courts ---


@pytest.mark.spec("PIECE-5")
def test_a_court_freezes_an_interval_and_alone_lifts_it(world, receivable, order):
    asked = part(world, receivable, 200_000, FACE)
    tx = world.transfers.freeze(asked, order, world.regulator.by)
    emitted(
        tx, "Frozen", receivable=receivable, authority=world.regulator, start=200_000, end=FACE, order=order
    )
    assert world.transfers.freezeOf(receivable, 200_000) == (world.regulator, order)
    assert state(world, receivable, 200_000) == LOCKED_HERE and payee(world, receivable, 200_000) == NOBODY
    with refused("PieceFrozen", receivable, 200_000, world.regulator):
        world.transfers.freeze(part(world, receivable, 200_000, FACE, 200_000), order, world.regulator.by)
    for who in (world.supplier, world.auditor):
        with refused("NotParty", who, world.regulator):
            world.transfers.lift(receivable, 200_000, order, who.by)
    with refused("DocumentUnknown", ZERO, world.regulator, COURT_ORDER):
        world.transfers.lift(receivable, 200_000, ZERO, world.regulator.by)
    tx = world.transfers.lift(receivable, 200_000, order, world.regulator.by)
    emitted(tx, "Lifted", receivable=receivable, authority=world.regulator, start=200_000, order=order)
    assert state(world, receivable, 200_000) == 1
    with refused("PieceNotFrozen", receivable, 200_000):
        world.transfers.lift(receivable, 200_000, order, world.regulator.by)


@pytest.mark.spec("PIECE-5")
@pytest.mark.parametrize("who", ["supplier", "financier", "stranger", "auditor"])
def test_nobody_freezes_but_an_authority_on_its_order(world, receivable, order, who):
    actor = getattr(world, who)
    refusal = ("NotAdmitted", actor) if who == "stranger" else ("MissingRole", actor, ..., AUTHORITY)
    with refused(*refusal):
        world.transfers.freeze(part(world, receivable), order, actor.by)
    paper = given.filed(world, world.regulator, CONTRACT)
    with refused("DocumentUnknown", paper, world.regulator, COURT_ORDER):
        world.transfers.freeze(part(world, receivable), paper, world.regulator.by)


@pytest.mark.spec("PIECE-5")
def test_a_court_moves_what_it_froze_even_from_who_is_suspended(world, frozen, order):
    world.operator.suspends(world.supplier)
    with refused("NotParty", world.supplier, world.regulator):
        world.transfers.moveByOrder(frozen, 0, world.supplier, order, world.supplier.by)
    with refused("NotAdmitted", world.stranger):
        world.transfers.moveByOrder(frozen, 0, world.stranger, order, world.regulator.by)
    tx = world.transfers.moveByOrder(frozen, 0, world.subsupplier, order, world.regulator.by)
    emitted(
        tx, "MovedByOrder", receivable=frozen, authority=world.regulator, recipient=world.subsupplier,
        start=0,
        order=order,
    )  # fmt: skip
    assert world.pieces(frozen) == [(0, FACE, "subsupplier")] and state(world, frozen) == 1
    with refused("PieceNotFrozen", frozen, 0):
        world.transfers.moveByOrder(frozen, 0, world.supplier, order, world.regulator.by)


@pytest.mark.spec("PIECE-5")
def test_a_freeze_ends_an_offer(world, offered, order):
    partly = (offered, 300_000, world.sequence(offered, 300_000), 300_000, 400_000)
    with refused("PieceLocked", offered, 300_000, 4):
        world.transfers.freeze(partly, order, world.regulator.by)
    with refused("StaleSequence", offered, 300_000, 0, 3):
        world.transfers.freeze((offered, 300_000, 0, 300_000, 700_000), order, world.regulator.by)
    asked = part(world, offered, 300_000, 700_000, 300_000)
    tx = world.transfers.freeze(asked, order, world.regulator.by)
    emitted(tx, "OfferEnded", receivable=offered, start=300_000, how=FROZEN)
    with refused("NoOffer", offered, 300_000):
        world.subsupplier.takes(offered, 300_000)
    world.transfers.lift(offered, 300_000, order, world.regulator.by)
    assert state(world, offered, 300_000) == 1


@pytest.mark.spec("PIECE-5")
def test_a_pledge_stays_beneath_a_freeze(world, pledged, order):
    world.transfers.freeze(part(world, pledged), order, world.regulator.by)
    consent = given.filed(world, world.supplier, CONSENT)
    with refused("PieceFrozen", pledged, 0, world.regulator):
        world.transfers.surrender(pledged, 0, consent, world.supplier.by)
    world.transfers.lift(pledged, 0, order, world.regulator.by)
    assert state(world, pledged) == LOCKED_HERE and held(world, pledged)[0] == PLEDGED
    world.transfers.freeze(part(world, pledged), order, world.regulator.by)
    world.transfers.release(pledged, 0, world.financier.by)
    assert state(world, pledged) == LOCKED_HERE and payee(world, pledged) == NOBODY
    world.transfers.lift(pledged, 0, order, world.regulator.by)
    assert state(world, pledged) == 1


def test_a_courts_order_ends_a_pledge(world, pledged, order):
    world.transfers.freeze(part(world, pledged), order, world.regulator.by)
    tx = world.transfers.moveByOrder(pledged, 0, world.subsupplier, order, world.regulator.by)
    emitted(tx, "PledgeEnded", receivable=pledged, start=0, how=BY_ORDER, document=order)
    assert world.pieces(pledged) == [(0, FACE, "subsupplier")]
    assert held(world, pledged)[0] == 0


@pytest.mark.spec("PIECE-5")
def test_the_money_of_a_frozen_piece_goes_where_the_court_says(world, frozen, order):
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(frozen, 0, 3, world.deployer.by)
    assert payee(world, frozen) == NOBODY
    with refused("NotAdmitted", world.stranger):
        world.transfers.moveByOrder(frozen, 0, world.stranger, order, world.regulator.by)
    world.transfers.moveByOrder(frozen, 0, world.subsupplier, order, world.regulator.by)
    assert payee(world, frozen) == world.subsupplier
    with refused("AlreadyDischarged", frozen, 0, 3):
        world.transfers.freeze(part(world, frozen), order, world.regulator.by)


def test_a_court_freezes_the_money_that_waits_for_a_pledge(world, pledged, order):
    world.changes(world.piece_book, "setModule", world.deployer, 9, 8)
    world.piece_book.discharge(pledged, 0, 3, world.deployer.by)
    world.transfers.freeze(part(world, pledged), order, world.regulator.by)
    world.transfers.release(pledged, 0, world.financier.by)
    assert payee(world, pledged) == NOBODY
    world.transfers.lift(pledged, 0, order, world.regulator.by)
    assert payee(world, pledged) == world.supplier


# --- griefing ---


@pytest.mark.spec("PIECE-5")
@pytest.mark.parametrize("who", ["stranger", "subsupplier", "financier", "regulator"])
def test_nobody_ties_down_anothers_piece(world, receivable, who):
    """What ERC-3525 left open: a stranger's act, worth nothing, that changes another's token."""
    actor, before = getattr(world, who), str(world.piece_book.piece(receivable, 0))
    asked, by = part(world, receivable, 0, MIN_PIECE), actor.by
    for act in (
        lambda: world.transfers.split(receivable, 0, 0, MIN_PIECE, by),
        lambda: world.transfers.transfer(asked, world.subsupplier, digest("none"), by),
        lambda: world.transfers.offer(asked, world.subsupplier, digest("none"), by),
        lambda: world.transfers.offerMany([asked], world.subsupplier, digest("none"), by),
        lambda: world.transfers.pledge(asked, world.financier, digest("none"), by),
        lambda: world.transfers.freeze(asked, digest("none"), by),
    ):
        with pytest.raises(given.VirtualMachineError):
            act()
    assert str(world.piece_book.piece(receivable, 0)) == before


def test_nothing_of_no_length_moves_or_locks(world, receivable, trade, agreement, order):
    nothing = part(world, receivable, 500_000, 500_000)
    for act in (
        lambda: world.transfers.transfer(nothing, world.subsupplier, trade, world.supplier.by),
        lambda: world.transfers.offer(nothing, world.subsupplier, trade, world.supplier.by),
        lambda: world.transfers.pledge(nothing, world.financier, agreement, world.supplier.by),
        lambda: world.transfers.freeze(nothing, order, world.regulator.by),
    ):
        with refused("CutOutside", 0, FACE, 500_000):
            act()


def test_offers_and_withdrawals_without_end_leave_a_piece_that_a_court_still_freezes(
    world, receivable, trade, order
):
    last = 2**16 - 1 - 256
    given.write_piece(world, receivable, 0, world.supplier, FACE, last - 1)
    world.supplier.offers(receivable, 0, FACE, world.subsupplier, trade)
    world.transfers.withdraw(receivable, 0, world.supplier.by)
    with refused("SequenceReserved", receivable, 0, last + 1):
        world.supplier.offers(receivable, 0, FACE, world.subsupplier, trade)
    world.transfers.freeze(part(world, receivable), order, world.regulator.by)
    world.transfers.moveByOrder(receivable, 0, world.subsupplier, order, world.regulator.by)
    assert world.pieces(receivable) == [(0, FACE, "subsupplier")]


def test_dust_before_the_maturity_ends_with_the_programmes_pieces(world, receivable, trade):
    """However many offers of the least piece, a receivable has its limit of pieces; it settles in batches."""
    for n in range(MAX_PIECES - 1):
        begin = n * MIN_PIECE
        asked = part(world, receivable, begin, begin + MIN_PIECE, begin)
        world.transfers.offer(asked, world.subsupplier, trade, world.supplier.by)
    begin = (MAX_PIECES - 1) * MIN_PIECE
    with refused("TooManyPieces", MAX_PIECES, MAX_PIECES):
        asked = part(world, receivable, begin, begin + MIN_PIECE, begin)
        world.transfers.offer(asked, world.subsupplier, trade, world.supplier.by)
