"""Transfers: splitting pieces and passing them on."""

import pytest

from tests.contracts import given
from tests.contracts.given import FACE, TENOR
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import CONTRACT, MAX_LAYERS, MAX_PIECES, MIN_PIECE, SUPPLIER, TRADE, ZERO


@pytest.fixture(scope="module")
def receivable(world):
    """Accepted by the supplier, in one piece."""
    return given.accepted_receivable(world)


@pytest.fixture
def trade(world):
    return given.filed(world, world.supplier, TRADE)


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
        world.transfers.checkTransfer(receivable, start, sequence, begin, end, by, to, trade)
    with refused(*refusal):
        by.passes_on(receivable, start, begin, end, to, trade, sequence)


@pytest.mark.spec("PIECE-1")
def test_a_piece_is_passed_on_against_a_trade_document(world, receivable, trade):
    world.transfers.checkTransfer(
        receivable, 0, 0, 300_000, 700_000, world.supplier, world.subsupplier, trade
    )
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
