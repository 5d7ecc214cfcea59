// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Settlement at maturity, in batches by cursor
/// @notice From the due date anyone may settle: each piece's holder gets exactly its fen, from the encumbered bond money
/// or from what the obligor paid in. A holder who cannot receive at that moment keeps a claim, so nobody's suspension
/// stops the others.
interface IMaturity {
    event PaidIn(uint64 indexed receivable, address indexed obligor, uint256 amount);
    event PieceSettled(
        uint64 indexed receivable, address indexed holder, uint64 start, uint64 end, bool kept
    );

    error NotDue(uint64 receivable, uint32 due, uint32 today);
    error NotPaidIn(uint64 receivable, uint256 had, uint256 needed);

    /// @return offset of the next fen to settle
    function cursor(uint64 receivable) external view returns (uint64);
    /// @notice May it be settled now, and if not why: reverts with `settle`'s own error.
    function checkSettle(uint64 receivable) external view;
    /// @notice The obligor puts up the whole face of a receivable that no bond funds.
    function payIn(uint64 receivable) external;
    /// @param maxPieces how many pieces to settle in this transaction
    function settle(uint64 receivable, uint256 maxPieces) external returns (uint64 next);
    /// @notice Pays the caller what waits on its claim axis; the move itself is the record.
    function claim(address cash) external;
}
