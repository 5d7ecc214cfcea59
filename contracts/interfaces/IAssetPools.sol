// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITranches} from "./ITranches.sol";

/// @title Asset pools (ABS): pieces pooled, every fen of every piece in sight
/// @notice An originator publishes a pool's terms and tranches, an unrelated trustee takes it on. Until the cut-off day
/// holders put pieces in, each cut out exactly and locked in its holder's name, and investors subscribe tranches
/// (ITranches). From the cut-off day on the trustee closes it; then each piece goes to the trustee and its price to the
/// holder in one act, piece by piece. What the pieces bring in later reaches the pool's axis in the same act in which it
/// is released.
/// POOL-1: a piece is in at most one asset pool, and while it is, this module's lock keeps it from being moved, cut,
/// offered, pledged or financed. POOL-3: the pieces of a pool, each an interval of its receivable, add up to its face.
/// Holds pieces' locks and no money; Tranches holds the money and no piece.
/// Assumes: Maturity pays a locked piece's money to whom `payeeOf` names, and holds it while that is nobody; an early
/// settlement is refused for a locked piece.
/// Danger: who carries collected money (the trustee; when it cannot, whoever calls) has it on its general axis within
/// that one act, never longer.
interface IAssetPools {
    /// @param closesOn the cut-off day: pieces, withdrawals and subscriptions before it, closing from it on
    /// @param dueBy no piece in the pool falls due later; @param advancePpm price of a piece in ppm of its face
    /// @param minPiece smallest piece in fen (1: small suppliers' pieces too); @param minFace or the pool does not close
    /// @param openToHolders every holder may put pieces in; else the originator alone
    struct Terms {
        address trustee;
        uint32 closesOn;
        uint32 dueBy;
        uint32 advancePpm;
        address cash;
        uint64 minPiece;
        bool openToHolders;
        uint64 minFace;
        bytes32 document;
    }

    /// @notice What a holder puts in: `[start, end)` of the piece at `pieceStart`, by its present sequence number.
    struct Part {
        uint64 receivable;
        uint64 pieceStart;
        uint16 sequence;
        uint64 start;
        uint64 end;
    }

    /// @param state 1 proposed, 2 open, 3 closed (pieces are being bought), 4 running, 5 cancelled
    /// @param pieces how many numbers were given out; @param bought up to which number buying has come
    /// @param face of the pieces in it now; @param price of those that were, or are to be, bought
    struct Pool {
        address originator;
        uint8 state;
        uint32 pieces;
        uint32 bought;
        uint64 face;
        uint64 price;
    }

    /// @param state 1 offered, 2 bought, 3 bought and in breach, 4 taken out, 5 repurchased
    /// @param sequence its number in the book under this module's lock; @param collected what it brought in
    struct PoolPiece {
        uint64 receivable;
        uint64 start;
        uint64 end;
        uint16 sequence;
        uint8 state;
        uint64 collected;
    }

    event PoolRegistered(
        uint32 indexed pool,
        address indexed originator,
        address indexed trustee,
        Terms terms,
        ITranches.TrancheTerms[] tranches,
        string name
    );
    event PoolTakenOn(uint32 indexed pool);
    event PiecePutIn(
        uint32 indexed pool,
        uint64 indexed receivable,
        address indexed holder,
        uint32 piece,
        uint64 start,
        uint64 end,
        uint64 price
    );
    event PieceTakenOut(
        uint32 indexed pool, uint64 indexed receivable, uint32 piece, uint64 start, uint64 end
    );
    event PoolClosed(uint32 indexed pool, uint64 face, uint64 price);
    event PoolCancelled(uint32 indexed pool);
    event PieceBought(
        uint32 indexed pool,
        uint64 indexed receivable,
        address indexed holder,
        uint32 piece,
        uint64 start,
        uint64 end,
        uint64 price
    );
    event PoolRunning(uint32 indexed pool);
    event PieceCollected(
        uint32 indexed pool, uint64 indexed receivable, uint32 piece, uint64 start, uint64 amount
    );
    event PieceBreached(
        uint32 indexed pool, uint64 indexed receivable, uint32 piece, uint64 start, bytes32 document
    );
    event PieceRepurchased(
        uint32 indexed pool, uint64 indexed receivable, uint32 piece, uint64 start, uint64 amount
    );
    /// @notice The pieces would cost more than all tranches bring in.
    error PoolFull(uint32 pool, uint256 had, uint256 needed);
    error PoolTooSmall(uint32 pool, uint256 had, uint256 needed);

    function count() external view returns (uint32);
    function pool(uint32 id) external view returns (Pool memory);
    function terms(uint32 id) external view returns (Terms memory);
    /// @notice Pieces are numbered from 1, in the order in which they came.
    function pieceOf(uint32 id, uint32 number) external view returns (PoolPiece memory);
    /// @notice The one pool that the piece is in, and its number there; zeros when it is in none.
    function placeOf(uint64 receivable, uint64 start) external view returns (uint32 id, uint32 number);
    /// @notice May this be put in, and if not why: reverts with `putIn`'s own error.
    function checkPutIn(uint32 id, Part calldata part, address holder) external view;
    /// @notice May the trustee close it now, and if not why: reverts with `close`'s own error.
    function checkClose(uint32 id) external view;

    // --- originator and trustee ---
    /// @param tranches the most senior first; the last one gets the rest and bears the first loss
    function register(Terms calldata terms, ITranches.TrancheTerms[] calldata tranches, string calldata name)
        external
        returns (uint32 id);
    function takeOn(uint32 id) external;
    function close(uint32 id) external;
    /// @notice By the originator or the trustee before closing; ten days after the cut-off day by anyone.
    function cancel(uint32 id) external;
    /// @notice The trustee says, against a document of its own, that a piece is not what the terms promise. Of one that
    /// was paid there is nothing to buy back any more.
    function declareBreach(uint32 id, uint32 number, bytes32 document) external;
    /// @notice The originator buys a piece in breach back: at face, less what it brought in.
    function repurchase(uint32 id, uint32 number) external;

    // --- holders of pieces ---
    /// @notice Cuts the part out of its piece and locks it in the pool; it stays its holder's until it is bought.
    function putIn(uint32 id, Part calldata part) external returns (uint32 number);
    /// @notice By its holder before the cut-off day; of a cancelled pool by anyone.
    function takeOut(uint32 id, uint32 number) external;

    // --- anyone ---
    /// @notice After closing: piece to the trustee and price to its holder, for up to `most` more pieces. One that cannot
    /// be sold any more (due, discharged, its holder suspended) is unlocked and left with its holder.
    function buy(uint32 id, uint256 most) external;
    /// @notice Brings what was paid on these pieces to the pool's axis.
    function collect(uint32 id, uint32[] calldata numbers) external;
}
