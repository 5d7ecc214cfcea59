// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the holder of an overdue piece may do: turn to who sold it with recourse, or write it off
/// @notice MAT-5. Recourse: the holder demands; the seller of its financing takes the piece back against money in one
/// transaction, at the piece's face less what it has received, or nothing moves; of that, what still waits from a lock
/// that ended is paid to the holder first. A demand is for the piece as it was:
/// once anything was done to it, the demand is stale. A write-off is the holder's mark on its own piece and no
/// discharge: later money still reaches it.
/// Assumes: `Financing` says who sold what with recourse, `Maturity` what a piece has received. Recourse against
/// earlier holders in trade is between them.
/// Danger: taking back is a change of holder, so a piece whose layers are used up cannot be taken back.
interface IRecourse {
    struct Demand {
        address holder;
        uint16 sequence;
        uint32 demandedOn;
        address seller;
        bytes32 document;
    }

    event RecourseDemanded(
        uint64 indexed receivable,
        address indexed holder,
        address indexed seller,
        uint64 start,
        uint64 end,
        bytes32 document
    );
    event Repurchased(
        uint64 indexed receivable,
        address indexed holder,
        address indexed seller,
        uint64 start,
        uint64 end,
        uint256 amount,
        bytes32 document
    );
    event WrittenOff(
        uint64 indexed receivable, address indexed holder, uint64 start, uint64 end, bytes32 document
    );

    error NotYetOverdue(uint64 receivable);
    error NoRecourse(uint64 receivable, uint64 start);

    function demand(uint64 receivable, uint64 start) external view returns (Demand memory);
    /// @return day on which the piece at `start` was written off by its holder; zero: it was not
    function writtenOffOn(uint64 receivable, uint64 start) external view returns (uint32 day);
    /// @notice May `holder` demand, and if not why: reverts with `demandRecourse`'s own error, its document apart.
    /// @param financedStart where the financing began by which `holder` bought the piece
    function checkRecourse(uint64 receivable, uint64 start, uint64 financedStart, address holder)
        external
        view
        returns (address seller);

    // --- holder ---
    function demandRecourse(uint64 receivable, uint64 start, uint64 financedStart, bytes32 document) external;
    function writeOff(uint64 receivable, uint64 start, bytes32 document) external;
    // --- seller ---
    function repurchase(uint64 receivable, uint64 start) external;
}
