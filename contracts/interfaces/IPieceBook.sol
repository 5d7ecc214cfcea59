// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Receivables as intervals: every fen `[0, face)` has one holder and is discharged once
/// @notice PIECE-1. A piece is one interval with one holder, in one slot:
/// holder (bits 0..159) | end (160..223) | state (224..231) | layers (232..239) | sequence (240..255),
/// keyed by (receivable, start). The state's low 3 bits are the kind, its high 5 bits the locking module's index.
/// Open, cut, move, lock, unlock and discharge are the only acts; each carries the piece's next sequence number and a
/// cut hands the same number to both parts, so a history with a hole in it shows. Of the last 256 numbers the very last
/// is kept for discharge, which ignores locks, and the others for locking a whole piece and for what ends a lock: so
/// nobody can exhaust a piece, nor wear its numbers down to escape a court.
/// Assumes: modules on the list check trade documents, acceptance, days and rules. They cannot overlap, duplicate or
/// lose a fen, nor take a piece from anyone but the holder they name, nor break another module's lock.
interface IPieceBook {
    struct Piece {
        address holder;
        uint64 end;
        uint8 state;
        uint8 layers;
        uint16 sequence;
    }

    /// @param minPiece smallest piece a cut may leave, in fen; @param maxPieces of one receivable;
    /// @param maxLayers how often a fen may change its holder
    /// @param closesOn the due date, from which on modules leave pieces where they are; the book judges no days
    /// @param terms the programme's, kept here so that who moves pieces reads them with the piece
    struct Limits {
        uint48 minPiece;
        uint16 maxPieces;
        uint8 maxLayers;
        uint32 closesOn;
        uint8 terms;
    }

    struct Receivable {
        uint64 face;
        uint64 discharged;
        uint16 pieces;
        Limits limits;
    }

    // ERC-721 (read side): token id = receivable << 64 | start of the piece
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    event Opened(uint64 indexed receivable, address indexed holder, uint64 face, Limits limits);
    event Cut(uint64 indexed receivable, uint64 start, uint64 middle, uint64 end, uint16 sequence);
    event PieceMoved(
        uint64 indexed receivable,
        address indexed from,
        address indexed to,
        uint64 start,
        uint64 end,
        uint8 layers,
        uint16 sequence,
        bytes32 document
    );
    event Locked(uint64 indexed receivable, uint64 start, uint64 end, uint8 module, uint16 sequence);
    event Unlocked(uint64 indexed receivable, uint64 start, uint64 end, uint8 module, uint16 sequence);
    event Discharged(
        uint64 indexed receivable,
        address indexed holder,
        uint64 start,
        uint64 end,
        uint8 how,
        uint16 sequence
    );
    event ModuleSet(address indexed module, uint8 index, uint8 permissions);

    error NoPiece(uint64 receivable, uint64 start);
    error NotHolder(address who, address holder);
    error CutOutside(uint64 start, uint64 end, uint64 middle);
    error PieceLocked(uint64 receivable, uint64 start, uint8 module);
    error PieceNotLocked(uint64 receivable, uint64 start, uint8 module);
    error AlreadyDischarged(uint64 receivable, uint64 start, uint8 how);
    error StaleSequence(uint64 receivable, uint64 start, uint16 had, uint16 needed);
    error SequenceReserved(uint64 receivable, uint64 start, uint16 sequence);
    error PieceTooSmall(uint64 had, uint64 needed);
    error TooManyPieces(uint16 had, uint16 limit);
    error TooManyLayers(uint8 had, uint8 limit);
    error ReceivableExists(uint64 receivable);
    error ReadOnlyToken();

    /// @notice The piece that starts at `start`; NoPiece when none does.
    function piece(uint64 receivable, uint64 start) external view returns (Piece memory);
    function receivableOf(uint64 receivable) external view returns (Receivable memory);
    /// @notice Up to `limit` pieces from the one that starts at `from`, in order, with their starts.
    function pieces(uint64 receivable, uint64 from, uint256 limit)
        external
        view
        returns (uint64[] memory starts, Piece[] memory list);
    /// @notice When the receivable's pieces stop moving, and its programme's terms; NoPiece when it was never opened.
    function closing(uint64 receivable) external view returns (uint32 closesOn, uint8 terms);
    function moduleOf(address module) external view returns (uint8 index, uint8 permissions);
    /// @notice May this interval be moved, and if not why: reverts with the move's own error.
    function checkMove(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address holder,
        address recipient
    ) external view;

    // --- acts of modules; `sequence` is the piece's current number, else StaleSequence ---
    function open(uint64 receivable, address holder, uint64 face, Limits calldata limits) external;
    /// @return next the sequence number both parts now have
    function cut(uint64 receivable, uint64 start, uint16 sequence, uint64 middle)
        external
        returns (uint16 next);
    function move(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        address holder,
        address recipient,
        bytes32 document
    ) external returns (uint16 next);
    /// @notice Cuts `[from, to)` out of the piece at `start` and moves it, in one act of the caller.
    function carve(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address holder,
        address recipient,
        bytes32 document
    ) external returns (uint16 next);
    function lock(uint64 receivable, uint64 start, uint16 sequence) external returns (uint16 next);
    /// @notice Cuts `[from, to)` out of the piece at `start` and locks it, in one act of the caller.
    function lockPart(uint64 receivable, uint64 start, uint16 sequence, uint64 from, uint64 to)
        external
        returns (uint16 next);
    function unlock(uint64 receivable, uint64 start, uint16 sequence) external returns (uint16 next);
    /// @notice Moves a piece that the caller locked to an active `recipient` and frees it, by order of law or by consent
    /// given before: neither the holder's admission nor the programme's limit on layers is asked.
    function take(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        address holder,
        address recipient,
        bytes32 document
    ) external returns (uint16 next);
    /// @param how 3 paid, 4 set off, 5 voided
    function discharge(uint64 receivable, uint64 start, uint8 how)
        external
        returns (address holder, uint64 end);

    // --- delayed powers ---
    function setModule(address module, uint8 index, uint8 permissions) external;
}
