// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Pieces of receivables between participants: split, passed on, offered, pledged; frozen by a court
/// @notice A holder cuts its piece where it likes, and passes any interval on against a trade document of its own, within
/// the programme's limits, until the day before the receivable is due. Where the programme asks for acceptance, it
/// offers the interval, which is cut out and locked until the receiver accepts or declines, the holder withdraws or the
/// offer lapses; where it does not, a transfer is notice enough. By a transfer the equal debt between the two is
/// extinguished: the piece moves, and its document says which debt.
/// PIECE-4: an offer binds its interval, receiver, document and last day: it cannot shrink or change hands under the
/// receiver, and it moves to the one it names or back. PIECE-5: only its holder, for a named receiver or pledgee, and
/// an authority on its order lock a piece; whoever may end a lock is named in it, and nobody else moves the piece.
/// PIECE-6: a bundle is done whole or not at all.
/// A pledge gives the pledgee no way to take the piece: the holder surrenders it when the debt is due, or a court orders
/// it (民法典 art. 428, 436). A court's freeze goes over an offer, which ends, and over a pledge, which stays beneath it;
/// it waits for a lock of another module (an accepted quote, an asset pool), which ends by that module's own rules.
/// Rules: 民法典 art. 440, 445 (pledge of receivables), 545 (assignment in part), 546 (the event is the notice).
/// Assumes: documents are what their kinds say. Where the programme's terms ask for invoices, the trade document is the
/// fingerprint of one between the two, and what moves uses up its capacity; else one document may back several
/// transfers, and the index shows how much each backs.
interface ITransfers {
    /// @param start, sequence of the piece; `[from, to)` of it is meant
    struct Part {
        uint64 receivable;
        uint64 start;
        uint16 sequence;
        uint64 from;
        uint64 to;
    }

    /// @param start, sequence of an offered piece, as its receiver saw it
    struct Place {
        uint64 receivable;
        uint64 start;
        uint16 sequence;
    }

    /// @param kind 0 none, 1 offer, 2 pledge; @param party the receiver or the pledgee
    /// @param lastDay of an offer; @param document the trade document or the pledge
    struct Hold {
        uint8 kind;
        address party;
        uint32 lastDay;
        bytes32 document;
    }

    /// @param authority who froze it and alone lifts it or orders it moved; zero: not frozen
    struct Freeze {
        address authority;
        bytes32 order;
    }

    event Offered(
        uint64 indexed receivable,
        address indexed holder,
        address indexed recipient,
        uint64 start,
        uint64 end,
        uint32 lastDay,
        bytes32 document
    );
    /// @param how 1 accepted, 2 declined, 3 withdrawn, 4 lapsed, 5 frozen
    event OfferEnded(uint64 indexed receivable, uint64 start, uint8 how);
    event Bundled(
        address indexed holder, address indexed recipient, bytes32 document, uint256 parts, uint256 amount
    );
    event Pledged(
        uint64 indexed receivable,
        address indexed holder,
        address indexed pledgee,
        uint64 start,
        uint64 end,
        bytes32 document
    );
    /// @param how 1 released, 2 surrendered, 3 by order; @param document the consent or the order
    event PledgeEnded(uint64 indexed receivable, uint64 start, uint8 how, bytes32 document);
    event Frozen(
        uint64 indexed receivable, address indexed authority, uint64 start, uint64 end, bytes32 order
    );
    event Lifted(uint64 indexed receivable, address indexed authority, uint64 start, bytes32 order);
    event MovedByOrder(
        uint64 indexed receivable,
        address indexed authority,
        address indexed recipient,
        uint64 start,
        bytes32 order
    );

    error AcceptanceNeeded(uint64 receivable);
    error NoOffer(uint64 receivable, uint64 start);
    error OfferOpen(uint64 receivable, uint64 start, uint32 lastDay, uint32 today);
    error NoPledge(uint64 receivable, uint64 start);
    error PieceFrozen(uint64 receivable, uint64 start, address authority);
    error PieceNotFrozen(uint64 receivable, uint64 start);
    error BundleSize(uint256 had, uint256 limit);

    function holdOf(uint64 receivable, uint64 start) external view returns (Hold memory);
    function freezeOf(uint64 receivable, uint64 start) external view returns (Freeze memory);
    /// @notice May this interval be passed on, and if not why: reverts with `transfer`'s own error.
    function checkTransfer(Part calldata part, address holder, address recipient, bytes32 tradeDocument)
        external
        view;
    /// @notice As `checkTransfer`, for `offer`.
    function checkOffer(Part calldata part, address holder, address recipient, bytes32 tradeDocument)
        external
        view;

    // --- holder ---
    function split(uint64 receivable, uint64 start, uint16 sequence, uint64 middle) external;
    /// @notice Passes `[from, to)` of the piece at `start` to `recipient`, on notice.
    function transfer(Part calldata part, address recipient, bytes32 tradeDocument) external;
    /// @notice Many intervals, of one receivable or several, to one recipient.
    function transferMany(Part[] calldata parts, address recipient, bytes32 tradeDocument) external;
    /// @notice Cuts the interval out and locks it for `recipient`, as many days as the programme says.
    function offer(Part calldata part, address recipient, bytes32 tradeDocument) external;
    function offerMany(Part[] calldata parts, address recipient, bytes32 tradeDocument) external;
    function withdraw(uint64 receivable, uint64 start) external;
    /// @notice Locks the interval for `pledgee`, which registered the same pledge document.
    function pledge(Part calldata part, address pledgee, bytes32 document) external;
    /// @notice Gives a pledged piece up to its pledgee, for a debt that fell due; by the holder's consent on file.
    function surrender(uint64 receivable, uint64 start, bytes32 consent) external;

    // --- receiver, pledgee, anyone ---
    function accept(Place calldata place) external;
    function acceptMany(Place[] calldata places) external;
    function decline(uint64 receivable, uint64 start) external;
    /// @notice Anyone may end an offer after its last day.
    function lapse(uint64 receivable, uint64 start) external;
    function release(uint64 receivable, uint64 start) external;

    // --- authority, each against an order of its own on file ---
    /// @notice Locks `[from, to)`; of a piece that is offered or pledged, the whole.
    function freeze(Part calldata part, bytes32 order) external;
    function lift(uint64 receivable, uint64 start, bytes32 order) external;
    /// @notice Gives a frozen piece, or its money if it was paid meanwhile, to `recipient`; a pledge on it ends.
    function moveByOrder(uint64 receivable, uint64 start, address recipient, bytes32 order) external;
}
