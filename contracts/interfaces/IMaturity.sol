// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILockKeeper} from "./ILockKeeper.sol";

/// @title Settlement at maturity: in rounds, by cursor; the mark of being overdue; early settlement
/// @notice From the due date anyone may settle. What the obligor has paid in, or the bond money that is encumbered, goes to
/// the holders of the pieces, shared over the fen that are still owed (MAT-2; the arithmetic is in `Shares`): after a
/// first payment P of F fen, `[a, b)` has received `floor(P*b/F) - floor(P*a/F)`. A round takes up all that was paid in
/// since the last one and goes through the pieces by cursor, in batches of any size; the round that completes the face
/// discharges the pieces, releases the credit line and closes the receivable. Bond money is there as a whole, so it
/// needs one round. There are at most 32 rounds before that one: what is paid in later waits for the whole.
/// A piece that was discharged otherwise (voided, set off, settled early) keeps its share, which goes back to the
/// obligor, or to the budget line that it came from (MAT-4). A holder who cannot receive keeps a claim; what a locked
/// piece gets goes where the module that locked it says, or is held until that module says so.
/// Overdue (MAT-3): from the day after due date and grace, while money is missing. An overdue obligor confirms nothing
/// new (银发〔2025〕77号 art. 15) until its debt is settled. What holders may do meanwhile is in IRecourse.
/// Assumes: a piece is only ever cut, never joined, so that the cursor stays between two pieces; keepers answer for
/// the locks that are theirs. `due` is a banking day: whoever confirms rolls it.
/// Danger: an open round is finished before the next begins; the gas of many small payments is their payees'.
interface IMaturity {
    /// @param previous money that finished rounds shared out; @param target the same after the open round
    /// @param cursor next fen of the open round; @param early fen settled early, whose credit is free again
    struct Progress {
        uint64 previous;
        uint64 target;
        uint64 cursor;
        uint64 early;
    }

    /// @notice The holder's word: this piece, as it is now, for `amount` before the due date.
    struct EarlyQuote {
        uint64 receivable;
        uint64 start;
        uint16 sequence;
        address holder;
        uint64 amount;
        uint256 nonce;
        uint64 deadline;
    }

    event PaidIn(uint64 indexed receivable, address indexed obligor, uint256 amount);
    event RoundOpened(uint64 indexed receivable, uint64 previous, uint64 target);
    /// @param payee the holder, or whom a lock's keeper named, or the key that the money is held under
    /// @param kept on the payee's claim axis
    event PieceSettled(
        uint64 indexed receivable,
        address indexed holder,
        uint64 start,
        uint64 end,
        uint256 amount,
        address payee,
        bool kept
    );
    /// @notice The share of `[start, end)`, discharged otherwise, went back to the obligor.
    event NettedBack(
        uint64 indexed receivable,
        address indexed obligor,
        uint64 start,
        uint64 end,
        uint256 amount,
        bool kept
    );
    event HeldReleased(uint64 indexed receivable, uint64 start, address indexed payee);
    event SettledEarly(
        bytes32 indexed quote,
        uint64 indexed receivable,
        address indexed holder,
        uint64 start,
        uint64 end,
        uint256 amount
    );
    event EarlyQuoteRevoked(address indexed holder, uint256 nonce);
    event KeeperSet(uint8 indexed module, address keeper);

    error NotDue(uint64 receivable, uint32 due, uint32 today);
    error NotPaidIn(uint64 receivable, uint256 had, uint256 needed);
    /// @param unpaid fen that are missing; zero also where bond money is encumbered
    error NothingOverdue(uint64 receivable, uint256 unpaid, uint32 today, uint32 needed);
    error StillHeld(uint64 receivable, uint64 start, uint8 module);

    // --- reading ---
    function progress(uint64 receivable) external view returns (Progress memory);
    /// @return targets the money shared out after each finished round, but for the last one of all
    function rounds(uint64 receivable) external view returns (uint64[] memory targets);
    /// @return what `[start, end)` has received so far, a piece that was discharged otherwise its kept share
    function received(uint64 receivable, uint64 start, uint64 end) external view returns (uint256);
    function nonceUsed(address holder, uint256 nonce) external view returns (bool);
    /// @return keeper of the locks of the book's module; zero: their holders are paid
    function keeperOf(uint8 module) external view returns (ILockKeeper keeper);
    /// @return module whose keeper releases what is held for the piece at `start`; zero: nothing is held
    function heldBy(uint64 receivable, uint64 start) external view returns (uint8 module);
    function earlyDigest(EarlyQuote calldata quote) external view returns (bytes32);

    // --- may it be done, and if not why: each reverts with the act's own error ---
    function checkSettle(uint64 receivable) external view;
    function checkOverdue(uint64 receivable) external view;
    /// @dev Its signature apart.
    function checkEarly(EarlyQuote calldata quote, address obligor) external view;

    // --- obligor ---
    /// @notice Any part of the face of a receivable that no bond funds, at any time until it is settled.
    function payIn(uint64 receivable, uint64 amount) external;
    /// @notice Pays the holder what it asks before the due date; the piece is discharged as paid.
    function settleEarly(EarlyQuote calldata quote, bytes calldata signature) external;

    // --- anyone ---
    /// @param maxPieces how many pieces to settle in this transaction
    /// @return next offset of the next fen to settle; the face when the round has come to its end
    function settle(uint64 receivable, uint256 maxPieces) external returns (uint64 next);
    function markOverdue(uint64 receivable) external;
    /// @notice Pays what is held for the piece at `start` to whom the keeper of its lock names now.
    function releaseHeld(uint64 receivable, uint64 start) external;

    // --- holder ---
    function revokeEarly(uint256 nonce) external;
    /// @notice Pays the caller what waits on its claim axis; the move itself is the record.
    function claim(address cash) external;

    // --- delayed powers ---
    function setKeeper(uint8 module, ILockKeeper keeper) external;
}
