"""PieceBook: every fen of a receivable has one holder and is discharged once."""

import pytest
from brownie import web3
from eth_abi import encode
from eth_utils import keccak

from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    MAY_DISCHARGE,
    MAY_LOCK,
    MAY_MOVE,
    MAY_OPEN,
    NOBODY,
    ZERO,
    digest,
    write_storage,
)

RECEIVABLE, FACE = 77, 10_000
DUE, TERMS = 20_500, 3
LIMITS = (100, 4, 2, DUE, TERMS)  # smallest piece, pieces, layers, due date, terms
LAST = 2**16 - 1 - 256
LAST_LOCK = 2**16 - 2
PAID, SET_OFF, VOIDED = 3, 4, 5
DOCUMENT = digest("trade")


@pytest.fixture(scope="module")
def book(world):
    """The book with two accounts as its modules: one that may do everything, one that only locks."""
    everything = MAY_OPEN | MAY_MOVE | MAY_LOCK | MAY_DISCHARGE
    world.changes(world.piece_book, "setModule", world.deployer, 9, everything)
    world.changes(world.piece_book, "setModule", world.guardian, 10, MAY_LOCK)
    return world.piece_book


@pytest.fixture(scope="module")
def module(world):
    return world.deployer.by


@pytest.fixture
def opened(world, book, module):
    book.open(RECEIVABLE, world.supplier, FACE, LIMITS, module)
    return RECEIVABLE


def token(start, receivable=RECEIVABLE):
    return receivable << 64 | start


def piece(book, start):
    return tuple(map(str, book.piece(RECEIVABLE, start)))


def shown(holder, end, state, layers, sequence):
    return (holder.address, *map(str, (end, state, layers, sequence)))


def write_piece(book, start, holder, state, layers, sequence, end=FACE):
    """Writes a piece straight into the book's storage."""
    packed = int(holder.address, 16) | end << 160 | state << 224 | layers << 232 | sequence << 240
    inner = keccak(encode(["uint64", "uint256"], [RECEIVABLE, 0]))
    slot = keccak(encode(["uint64", "bytes32"], [start, inner]))
    write_storage(book.address, slot, packed)


def write_sequence(book, world, start, sequence):
    """The supplier's piece, free, with this number."""
    write_piece(book, start, world.supplier, 1, 0, sequence)


# --- open ---


@pytest.mark.spec("PIECE-1")
def test_a_receivable_opens_as_one_piece(world, book, opened, module):
    assert piece(book, 0) == shown(world.supplier, FACE, 1, 0, 0)
    tx = book.open(78, world.supplier, 500, LIMITS, module)
    emitted(tx, "Opened", receivable=78, holder=world.supplier, face=500, limits=LIMITS)
    face, discharged, pieces, limits = book.receivableOf(78)
    assert (face, discharged, pieces) == (500, 0, 1) and list(map(int, limits)) == list(LIMITS)
    assert world.pieces(RECEIVABLE) == [(0, FACE, "supplier")]


@pytest.mark.spec("PIECE-1")
def test_opening_is_refused_twice_for_nothing_and_for_the_unadmitted(world, book, opened, module):
    with refused("ReceivableExists", RECEIVABLE):
        book.open(RECEIVABLE, world.supplier, FACE, LIMITS, module)
    with refused("ZeroAmount"):
        book.open(78, world.supplier, 0, LIMITS, module)
    with refused("NotAdmitted", world.stranger):
        book.open(78, world.stranger, 1, LIMITS, module)


# --- cut ---


@pytest.mark.spec("PIECE-1")
def test_a_cut_leaves_two_pieces_with_one_new_number(world, book, opened, module):
    tx = book.cut(RECEIVABLE, 0, 0, 4_000, module)
    emitted(tx, "Cut", receivable=RECEIVABLE, start=0, middle=4_000, end=FACE, sequence=1)
    assert piece(book, 0) == shown(world.supplier, 4_000, 1, 0, 1)
    assert piece(book, 4_000) == shown(world.supplier, FACE, 1, 0, 1)
    assert world.pieces(RECEIVABLE) == [(0, 4_000, "supplier"), (4_000, FACE, "supplier")]
    assert book.receivableOf(RECEIVABLE)[2] == 2


@pytest.mark.spec("PIECE-1")
@pytest.mark.parametrize("middle", [0, FACE, FACE + 1, 2**64 - 1])
def test_a_cut_lies_inside_the_piece(book, opened, module, middle):
    with refused("CutOutside", 0, FACE, middle):
        book.cut(RECEIVABLE, 0, 0, middle, module)


@pytest.mark.parametrize("middle", [99, FACE - 99])
def test_a_cut_leaves_no_crumb(book, opened, module, middle):
    with refused("PieceTooSmall", 99, 100):
        book.cut(RECEIVABLE, 0, 0, middle, module)


@pytest.mark.parametrize("middle", [100, FACE - 100])
def test_the_smallest_piece_may_be_cut(book, opened, module, middle):
    book.cut(RECEIVABLE, 0, 0, middle, module)
    assert book.piece(RECEIVABLE, middle)[1] == FACE


def test_pieces_are_limited(book, opened, module):
    for n, middle in enumerate((1_000, 2_000, 3_000)):
        book.cut(RECEIVABLE, middle - 1_000, n, middle, module)
    with refused("TooManyPieces", 4, 4):
        book.cut(RECEIVABLE, 3_000, 3, 4_000, module)


# --- move and carve ---


@pytest.mark.spec("PIECE-1")
def test_a_move_changes_the_holder(world, book, opened, module):
    tx = book.move(RECEIVABLE, 0, 0, world.supplier, world.subsupplier, DOCUMENT, module)
    emitted(
        tx,
        "PieceMoved",
        receivable=RECEIVABLE,
        to=world.subsupplier,
        start=0,
        end=FACE,
        layers=1,
        sequence=1,
        document=DOCUMENT,
    )
    assert piece(book, 0) == shown(world.subsupplier, FACE, 1, 1, 1)
    assert book.ownerOf(token(0)) == world.subsupplier


@pytest.mark.spec("PIECE-1")
def test_a_carve_cuts_out_the_middle_and_moves_it(world, book, opened, module):
    tx = book.carve(RECEIVABLE, 0, 0, 3_000, 7_000, world.supplier, world.subsupplier, DOCUMENT, module)
    emitted(tx, "PieceMoved", start=3_000, end=7_000, layers=1, sequence=3)
    assert [event["sequence"] for event in tx.events["Cut"]] == [1, 2]
    assert world.pieces(RECEIVABLE) == [
        (0, 3_000, "supplier"),
        (3_000, 7_000, "subsupplier"),
        (7_000, FACE, "supplier"),
    ]


@pytest.mark.parametrize(
    ("begin", "end", "cuts"), [(0, FACE, 0), (0, 5_000, 1), (5_000, FACE, 1), (2_000, 5_000, 2)]
)
def test_a_carve_cuts_only_where_it_must(world, book, opened, module, begin, end, cuts):
    book.checkMove(RECEIVABLE, 0, 0, begin, end, world.supplier, world.subsupplier)
    book.carve(RECEIVABLE, 0, 0, begin, end, world.supplier, world.subsupplier, DOCUMENT, module)
    assert len(world.pieces(RECEIVABLE)) == cuts + 1
    assert world.sequence(RECEIVABLE, begin) == cuts + 1


@pytest.mark.parametrize(
    ("begin", "end", "refusal"),
    [
        (5, 5, ("CutOutside", 0, FACE, 5)),
        (6, 5, ("CutOutside", 0, FACE, 6)),
        (0, FACE + 1, ("CutOutside", 0, FACE, FACE + 1)),
        (FACE, FACE + 1, ("CutOutside", 0, FACE, FACE)),
        (5_000, FACE + 1, ("CutOutside", 5_000, FACE, FACE + 1)),
        (50, 5_000, ("PieceTooSmall", 50, 100)),
        (0, 50, ("PieceTooSmall", 50, 100)),
        (5_000, 5_099, ("PieceTooSmall", 99, 100)),
        (0, FACE - 99, ("PieceTooSmall", 99, 100)),
        (50, FACE + 1, ("PieceTooSmall", 50, 100)),
    ],
)
def test_the_question_and_the_carve_refuse_alike(world, book, opened, module, begin, end, refusal):
    with refused(*refusal):
        book.checkMove(RECEIVABLE, 0, 0, begin, end, world.supplier, world.subsupplier)
    with refused(*refusal):
        book.carve(RECEIVABLE, 0, 0, begin, end, world.supplier, world.subsupplier, DOCUMENT, module)


def test_a_carve_before_its_piece_is_refused(world, book, opened, module):
    book.cut(RECEIVABLE, 0, 0, 5_000, module)
    with refused("CutOutside", 5_000, FACE, 4_000):
        book.checkMove(RECEIVABLE, 5_000, 1, 4_000, 6_000, world.supplier, world.subsupplier)
    with refused("CutOutside", 5_000, FACE, 4_000):
        book.carve(RECEIVABLE, 5_000, 1, 4_000, 6_000, world.supplier, world.subsupplier, DOCUMENT, module)


def movers(world, book, module, start=0, sequence=0, holder=None, recipient=None):
    """The three ways to ask for the same move."""
    holder, recipient = holder or world.supplier, recipient or world.subsupplier
    end = FACE
    return (
        lambda: book.checkMove(RECEIVABLE, start, sequence, start, end, holder, recipient),
        lambda: book.move(RECEIVABLE, start, sequence, holder, recipient, DOCUMENT, module),
        lambda: book.carve(RECEIVABLE, start, sequence, start, end, holder, recipient, DOCUMENT, module),
    )


def test_a_piece_is_taken_from_its_holder_only(world, book, opened, module):
    for move in movers(world, book, module, holder=world.investor):
        with refused("NotHolder", world.investor, world.supplier):
            move()
    for move in movers(world, book, module, recipient=world.supplier):
        with refused("SameParty", world.supplier, world.supplier):
            move()


def test_holder_and_recipient_are_active(world, book, opened, module):
    for move in movers(world, book, module, recipient=world.stranger):
        with refused("NotAdmitted", world.stranger):
            move()
    world.operator.suspends(world.supplier)
    for move in movers(world, book, module):
        with refused("Suspended", world.supplier):
            move()


def test_layers_are_limited(world, book, opened, module):
    book.move(RECEIVABLE, 0, 0, world.supplier, world.subsupplier, DOCUMENT, module)
    book.move(RECEIVABLE, 0, 1, world.subsupplier, world.supplier, DOCUMENT, module)
    for move in movers(world, book, module, sequence=2):
        with refused("TooManyLayers", 2, 2):
            move()


def test_pieces_that_do_not_begin_there(world, book, opened, module):
    for move in movers(world, book, module, start=1):
        with refused("NoPiece", RECEIVABLE, 1):
            move()
    for ask in (
        lambda: book.piece(RECEIVABLE, 1),
        lambda: book.cut(RECEIVABLE, 1, 0, 500, module),
        lambda: book.lock(RECEIVABLE, 1, 0, module),
        lambda: book.unlock(RECEIVABLE, 1, 0, module),
        lambda: book.discharge(RECEIVABLE, 1, PAID, module),
        lambda: book.ownerOf(token(1)),
        lambda: book.pieces(RECEIVABLE, 1, 10),
    ):
        with refused("NoPiece", RECEIVABLE, 1):
            ask()


@pytest.mark.spec("PIECE-1")
@pytest.mark.parametrize("stale", [0, 2])
def test_an_act_names_the_present_number(world, book, opened, module, stale):
    book.cut(RECEIVABLE, 0, 0, 4_000, module)
    acts = (
        *movers(world, book, module, start=4_000, sequence=stale),
        lambda: book.cut(RECEIVABLE, 4_000, stale, 5_000, module),
        lambda: book.lock(RECEIVABLE, 4_000, stale, module),
        lambda: book.unlock(RECEIVABLE, 4_000, stale, module),
    )
    for act in acts:
        with refused("StaleSequence", RECEIVABLE, 4_000, stale, 1):
            act()


# --- lock and unlock ---


@pytest.mark.spec("PIECE-2")
def test_a_lock_stops_everything_but_its_owner(world, book, opened, module):
    tx = book.lock(RECEIVABLE, 0, 0, module)
    emitted(tx, "Locked", receivable=RECEIVABLE, start=0, end=FACE, module=9, sequence=1)
    assert piece(book, 0) == shown(world.supplier, FACE, 2 | 9 << 3, 0, 1)
    acts = (
        *movers(world, book, module, sequence=1),
        lambda: book.cut(RECEIVABLE, 0, 1, 5_000, module),
        lambda: book.lock(RECEIVABLE, 0, 1, world.guardian.by),
    )
    for act in acts:
        with refused("PieceLocked", RECEIVABLE, 0, 9):
            act()
    with refused("PieceNotLocked", RECEIVABLE, 0, 10):
        book.unlock(RECEIVABLE, 0, 1, world.guardian.by)
    tx = book.unlock(RECEIVABLE, 0, 1, module)
    emitted(tx, "Unlocked", receivable=RECEIVABLE, start=0, end=FACE, module=9, sequence=2)
    assert piece(book, 0) == shown(world.supplier, FACE, 1, 0, 2)


def test_what_is_not_locked_is_not_unlocked(book, opened, module):
    with refused("PieceNotLocked", RECEIVABLE, 0, 9):
        book.unlock(RECEIVABLE, 0, 0, module)


# --- discharge ---


@pytest.mark.spec("PIECE-1")
@pytest.mark.parametrize("how", [PAID, SET_OFF, VOIDED])
def test_a_fen_is_discharged_once(world, book, opened, module, how):
    book.cut(RECEIVABLE, 0, 0, 4_000, module)
    tx = book.discharge(RECEIVABLE, 0, how, module)
    emitted(
        tx,
        "Discharged",
        receivable=RECEIVABLE,
        holder=world.supplier,
        start=0,
        end=4_000,
        how=how,
        sequence=2,
    )
    assert piece(book, 0) == shown(world.supplier, 4_000, how, 0, 2)
    assert book.receivableOf(RECEIVABLE)[1] == 4_000
    for again in (PAID, SET_OFF, VOIDED):
        with refused("AlreadyDischarged", RECEIVABLE, 0, how):
            book.discharge(RECEIVABLE, 0, again, module)
    for act in (
        lambda: book.cut(RECEIVABLE, 0, 2, 1_000, module),
        lambda: book.lock(RECEIVABLE, 0, 2, module),
        lambda: book.move(RECEIVABLE, 0, 2, world.supplier, world.subsupplier, DOCUMENT, module),
        lambda: book.ownerOf(token(0)),
    ):
        with refused("AlreadyDischarged", RECEIVABLE, 0, how):
            act()
    with refused("PieceNotLocked", RECEIVABLE, 0, 9):
        book.unlock(RECEIVABLE, 0, 2, module)


@pytest.mark.parametrize("how", [0, 1, 2, 6, 255])
def test_a_discharge_says_how(book, opened, module, how):
    with refused("AlreadyDischarged", RECEIVABLE, 0, how):
        book.discharge(RECEIVABLE, 0, how, module)


@pytest.mark.spec("PIECE-1", "PIECE-2")
def test_a_discharge_ignores_locks(world, book, opened, module):
    book.lock(RECEIVABLE, 0, 0, world.guardian.by)
    book.discharge(RECEIVABLE, 0, PAID, module)
    assert piece(book, 0) == shown(world.supplier, FACE, PAID, 0, 2)


# --- locking a part, and taking what was locked ---


def test_a_part_is_locked_in_one_act(world, book, opened, module):
    tx = book.lockPart(RECEIVABLE, 0, 0, 3_000, 7_000, module)
    emitted(tx, "Locked", receivable=RECEIVABLE, start=3_000, end=7_000, module=9, sequence=3)
    assert world.pieces(RECEIVABLE) == [
        (0, 3_000, "supplier"),
        (3_000, 7_000, "supplier"),
        (7_000, FACE, "supplier"),
    ]
    assert piece(book, 3_000) == shown(world.supplier, 7_000, 2 | 9 << 3, 0, 3)
    assert piece(book, 7_000) == shown(world.supplier, FACE, 1, 0, 2)


def test_a_part_to_lock_lies_inside_a_free_piece(book, opened, module):
    with refused("CutOutside", 0, FACE, 7_000):
        book.lockPart(RECEIVABLE, 0, 0, 7_000, 7_000, module)
    with refused("PieceTooSmall", 99, 100):
        book.lockPart(RECEIVABLE, 0, 0, 0, 99, module)
    book.lockPart(RECEIVABLE, 0, 0, 0, FACE, module)
    with refused("PieceLocked", RECEIVABLE, 0, 9):
        book.lockPart(RECEIVABLE, 0, 1, 0, FACE, module)


@pytest.mark.spec("PIECE-1")
def test_what_a_module_locked_it_takes_from_whoever_holds_it(world, book, opened, module):
    book.lock(RECEIVABLE, 0, 0, module)
    world.operator.suspends(world.supplier)
    tx = book.take(RECEIVABLE, 0, 1, world.supplier, world.subsupplier, DOCUMENT, module)
    emitted(tx, "Unlocked", receivable=RECEIVABLE, start=0, end=FACE, module=9, sequence=2)
    emitted(tx, "PieceMoved", to=world.subsupplier, layers=1, sequence=3, document=DOCUMENT)
    emitted(tx, "Transfer", to=world.subsupplier, tokenId=token(0))
    assert piece(book, 0) == shown(world.subsupplier, FACE, 1, 1, 3)


def test_an_order_goes_past_the_programmes_layers_but_not_past_what_can_be_counted(
    world, book, opened, module
):
    for layers in (2, 254):
        write_piece(book, 0, world.supplier, 2 | 9 << 3, layers, 7)
        book.take(RECEIVABLE, 0, 7, world.supplier, world.subsupplier, DOCUMENT, module)
        assert piece(book, 0) == shown(world.subsupplier, FACE, 1, layers + 1, 9)
    write_piece(book, 0, world.supplier, 2 | 9 << 3, 255, 7)
    with refused("TooManyLayers", 255, 255):
        book.take(RECEIVABLE, 0, 7, world.supplier, world.subsupplier, DOCUMENT, module)


@pytest.mark.spec("PIECE-1")
def test_nothing_is_taken_but_from_its_holder_and_the_modules_own_lock(world, book, opened, module):
    take = (RECEIVABLE, 0, 1, world.supplier, world.subsupplier, DOCUMENT)
    book.lock(RECEIVABLE, 0, 0, world.guardian.by)
    with refused("PieceNotLocked", RECEIVABLE, 0, 9):
        book.take(*take, module)
    book.unlock(RECEIVABLE, 0, 1, world.guardian.by)
    book.lock(RECEIVABLE, 0, 2, module)
    with refused("StaleSequence", RECEIVABLE, 0, 1, 3):
        book.take(*take, module)
    with refused("NotHolder", world.rival, world.supplier):
        book.take(RECEIVABLE, 0, 3, world.rival, world.subsupplier, DOCUMENT, module)
    with refused("SameParty", world.supplier, world.supplier):
        book.take(RECEIVABLE, 0, 3, world.supplier, world.supplier, DOCUMENT, module)
    with refused("NotAdmitted", world.stranger):
        book.take(RECEIVABLE, 0, 3, world.supplier, world.stranger, DOCUMENT, module)


def test_the_book_says_when_a_receivable_closes_and_on_which_terms(book, opened):
    assert tuple(map(int, book.closing(RECEIVABLE))) == (DUE, TERMS)
    with refused("NoPiece", 78, 0):
        book.closing(78)


# --- the end of the numbers ---


@pytest.mark.spec("PIECE-1", "PIECE-2")
def test_the_last_numbers_are_kept_for_locks_and_for_discharge(world, book, opened, module):
    write_sequence(book, world, 0, LAST)
    acts = (
        *movers(world, book, module, sequence=LAST),
        lambda: book.cut(RECEIVABLE, 0, LAST, 5_000, module),
        lambda: book.lockPart(RECEIVABLE, 0, LAST, 0, FACE, module),
    )
    for act in acts:
        with refused("SequenceReserved", RECEIVABLE, 0, LAST):
            act()
    book.lock(RECEIVABLE, 0, LAST, module)
    book.take(RECEIVABLE, 0, LAST + 1, world.supplier, world.subsupplier, DOCUMENT, module)
    book.discharge(RECEIVABLE, 0, PAID, module)
    assert world.sequence(RECEIVABLE, 0) == LAST + 4


@pytest.mark.spec("PIECE-1", "PIECE-2")
def test_a_locked_piece_at_the_end_of_its_numbers_is_still_discharged(world, book, opened, module):
    write_sequence(book, world, 0, LAST_LOCK - 1)
    book.lock(RECEIVABLE, 0, LAST_LOCK - 1, module)
    with refused("SequenceReserved", RECEIVABLE, 0, LAST_LOCK):
        book.unlock(RECEIVABLE, 0, LAST_LOCK, module)
    book.discharge(RECEIVABLE, 0, PAID, module)
    assert book.receivableOf(RECEIVABLE)[1] == FACE


@pytest.mark.parametrize(("begin", "end", "left"), [(0, 5_000, 1), (2_000, 5_000, 2)])
def test_a_carve_needs_a_number_for_each_step(world, book, opened, module, begin, end, left):
    write_sequence(book, world, 0, LAST - left)
    arguments = (RECEIVABLE, 0, LAST - left, begin, end, world.supplier, world.subsupplier)
    with refused("SequenceReserved", RECEIVABLE, begin, LAST):
        book.checkMove(*arguments)
    with refused("SequenceReserved", RECEIVABLE, begin, LAST):
        book.carve(*arguments, DOCUMENT, module)


# --- who may act ---


@pytest.mark.spec("PIECE-1")
@pytest.mark.parametrize("who", ["operator", "supplier", "bank", "stranger"])
def test_only_modules_act(world, book, opened, who):
    actor = getattr(world, who)
    acts = {
        MAY_OPEN: [lambda: book.open(78, actor, 1, LIMITS, actor.by)],
        MAY_MOVE: [
            lambda: book.cut(RECEIVABLE, 0, 0, 500, actor.by),
            lambda: book.move(RECEIVABLE, 0, 0, world.supplier, actor, ZERO, actor.by),
            lambda: book.carve(RECEIVABLE, 0, 0, 0, 500, world.supplier, actor, ZERO, actor.by),
            lambda: book.take(RECEIVABLE, 0, 0, world.supplier, actor, ZERO, actor.by),
        ],
        MAY_LOCK: [
            lambda: book.lock(RECEIVABLE, 0, 0, actor.by),
            lambda: book.lockPart(RECEIVABLE, 0, 0, 0, 500, actor.by),
            lambda: book.unlock(RECEIVABLE, 0, 0, actor.by),
        ],
        MAY_DISCHARGE: [lambda: book.discharge(RECEIVABLE, 0, PAID, actor.by)],
    }
    for permission, ways in acts.items():
        for act in ways:
            with refused("NotModule", actor, hex_word(permission)):
                act()


def test_a_module_acts_within_its_permissions(world, book, opened):
    by = world.guardian.by
    with refused("NotModule", world.guardian, hex_word(MAY_MOVE)):
        book.cut(RECEIVABLE, 0, 0, 500, by)
    with refused("NotModule", world.guardian, hex_word(MAY_DISCHARGE)):
        book.discharge(RECEIVABLE, 0, PAID, by)
    book.lock(RECEIVABLE, 0, 0, by)


def hex_word(value):
    return "0x" + value.to_bytes(32, "big").hex()


@pytest.mark.spec("POW-1")
def test_only_delayed_powers_name_modules(world, book):
    for who in (world.operator, world.guardian, world.deployer):
        with refused("NotPowers", who, world.powers):
            book.setModule(who, 1, MAY_OPEN, who.by)
    tx = world.changes(book, "setModule", world.stranger, 31, MAY_OPEN)
    emitted(tx, "ModuleSet", module=world.stranger, index=31, permissions=MAY_OPEN)
    assert list(map(int, book.moduleOf(world.stranger))) == [31, MAY_OPEN]


@pytest.mark.parametrize("index", [0, 32])
def test_a_module_has_an_index_that_fits(world, index):
    book = world.new("PieceBook", world.participants, world.deployer)
    with refused("NotModule", world.stranger, hex_word(index)):
        book.setModule(world.stranger, index, MAY_OPEN, world.deployer.by)


# --- reading ---


def test_pieces_are_read_from_any_piece_in_batches(world, book, opened, module):
    book.carve(RECEIVABLE, 0, 0, 3_000, 7_000, world.supplier, world.subsupplier, DOCUMENT, module)
    starts, pieces = book.pieces(RECEIVABLE, 3_000, 1)
    assert list(starts) == [3_000] and pieces[0][0] == world.subsupplier
    assert list(book.pieces(RECEIVABLE, 3_000, 9)[0]) == [3_000, 7_000]
    assert list(book.pieces(RECEIVABLE, FACE, 9)[0]) == []
    assert list(book.pieces(99, 0, 9)[0]) == []


@pytest.mark.spec("PIECE-3")
def test_pieces_read_as_erc721(world, book, opened, module):
    assert book.tokenId(RECEIVABLE, 5) == token(5)
    assert book.ownerOf(token(0)) == world.supplier
    assert (book.name(), book.symbol()) == ("Green Ledger receivable pieces", "GLP")
    assert book.tokenURI(token(0)) == 'data:application/json,{"name":"Receivable 77 [0,10000)","sequence":0}'
    assert book.getApproved(token(0)) == NOBODY
    assert not book.isApprovedForAll(world.supplier, world.subsupplier)
    known = [book.supportsInterface(i) for i in ("0x01ffc9a7", "0x80ac58cd", "0x5b5e139f", "0xffffffff")]
    assert known == [True, True, True, False]


@pytest.mark.spec("PIECE-1", "PIECE-3")
def test_erc721_events_follow_the_pieces(world, book, opened, module):
    tx = book.carve(RECEIVABLE, 0, 0, 3_000, FACE, world.supplier, world.subsupplier, DOCUMENT, module)
    transfers = erc721_transfers(tx, book)
    assert transfers == [
        (NOBODY, world.supplier.address, token(3_000)),
        (world.supplier.address, world.subsupplier.address, token(3_000)),
    ]
    tx = book.discharge(RECEIVABLE, 3_000, PAID, module)
    assert erc721_transfers(tx, book) == [(world.subsupplier.address, NOBODY, token(3_000))]


def erc721_transfers(tx, book):
    """Decoded here: an ERC-20 Transfer has the same name, and Brownie may take one for the other."""
    topic = keccak(text="Transfer(address,address,uint256)")
    logs = [log for log in tx.logs if bytes(log.topics[0]) == topic and len(log.topics) == 4]
    return [
        (
            *(web3.to_checksum_address(bytes(t)[12:].hex()) for t in log.topics[1:3]),
            int(bytes(log.topics[3]).hex(), 16),
        )
        for log in logs
    ]


@pytest.mark.spec("PIECE-1", "PIECE-3")
def test_standard_transfers_and_approvals_are_refused(world, book, opened):
    by = world.supplier.by
    for act in (
        lambda: book.balanceOf(world.supplier),
        lambda: book.approve(world.subsupplier, token(0), by),
        lambda: book.setApprovalForAll(world.subsupplier, True, by),
        lambda: book.transferFrom(world.supplier, world.subsupplier, token(0), by),
        lambda: book.safeTransferFrom["address,address,uint256"](
            world.supplier, world.subsupplier, token(0), by
        ),
        lambda: book.safeTransferFrom["address,address,uint256,bytes"](
            world.supplier, world.subsupplier, token(0), b"", by
        ),
    ):
        with refused("ReadOnlyToken"):
            act()
