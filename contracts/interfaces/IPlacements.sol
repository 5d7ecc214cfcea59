// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Idle proceeds, placed for a while in named instruments, and back
/// @notice One promise with IProceeds, and one address. Unallocated fen are `placed` with a bank against an instrument's
/// document, and the bank brings them back: the returning fen name the placement and take its next fen, as a refund
/// names its payment, so they keep their origin. BOND-7: what is placed is with the place, or back in the pool, or
/// `lost` until it is made good; income never enters the partition of a bond's fen, it lies on a line of its own.
/// Fen `[0, amount)` of a placement: those that came back are counted from the start; those that were lost from the end,
/// and of them the last are made good first.
/// Assumes: what an instrument is worth is the place's word and the issuer's; a loss is shown from the act that
/// declares it, not before. Danger: the place is not asked; its general axis is its own.
interface IPlacements {
    /// @param until the day the instrument ends; zero when it is at call
    /// @param offset where the fen left the pool's axis
    struct Placement {
        address place;
        uint32 bond;
        uint32 until;
        uint128 amount;
        uint128 back;
        uint128 lost;
        uint128 good;
        uint256 offset;
    }

    /// @notice `[outOffset, + amount)` of the pool is with `place`.
    event Placed(
        uint32 indexed placement,
        uint32 indexed bond,
        address indexed place,
        uint256 amount,
        uint256 outOffset,
        uint32 until,
        string instrument,
        bytes32 document
    );
    /// @notice `[reversedOffset, + principal)` that left the pool came back as `[inOffset, + principal)` of it.
    event PlacementReturned(
        uint32 indexed placement,
        uint32 indexed bond,
        uint256 reversedOffset,
        uint256 principal,
        uint256 inOffset,
        uint256 income,
        bytes32 document
    );
    /// @notice `[offset, + amount)` that left the pool is lost.
    event PlacementLost(
        uint32 indexed placement, uint32 indexed bond, uint256 offset, uint256 amount, bytes32 document
    );
    /// @notice `[reversedOffset, + amount)` that was lost came in as `[inOffset, + amount)` of the pool.
    event LossMadeGood(
        uint32 indexed placement,
        uint32 indexed bond,
        address indexed by,
        uint256 reversedOffset,
        uint256 amount,
        uint256 inOffset,
        bytes32 document
    );
    event IncomePaid(uint32 indexed bond, address indexed payee, uint256 amount, bytes32 document);

    /// @notice More than is placed there, or more than is lost there.
    error OverPlaced(uint32 placement, uint256 had, uint256 needed);

    function placement(uint32 id) external view returns (Placement memory);
    function placementCount() external view returns (uint32);

    // --- issuer ---
    /// @param until the day the instrument ends, after today; zero when it is at call
    /// @param document the instrument's, registered by the issuer
    function place(
        uint32 bond,
        address with,
        uint256 amount,
        uint32 until,
        string calldata instrument,
        bytes32 document
    ) external returns (uint32 id);
    /// @notice Says openly that part of what is placed will not come back.
    function losePlaced(uint32 id, uint256 amount, bytes32 document) external;
    /// @notice Spends placement income; what it was spent on is in the document.
    function payIncome(uint32 bond, address payee, uint256 amount, bytes32 document) external;

    // --- the place ---
    /// @notice Of the principal the placement's next fen; the income goes to the bond's line for it.
    function returnPlaced(uint32 id, uint256 principal, uint256 income, bytes32 document) external;

    // --- issuer or place ---
    /// @notice Pays in, from the caller's own money, what was lost.
    function makeGood(uint32 id, uint256 amount, bytes32 document) external;
}
