// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILimits} from "./ILimits.sol";
import {IPlacements} from "./IPlacements.sol";
import {IProceedsBooks} from "./IProceedsBooks.sol";
import {IWorks} from "./IWorks.sol";

/// @title A bond's fen: origin numbers and states, the gate, encumbrances and refunds
/// @notice BOND-1: at every block each of the `[0, raised)` fen is in exactly one state: cost, unallocated, placed, lost,
/// available, encumbered, spent or returned. BOND-2: a payment or an encumbrance leaves a budget line only with an
/// admitted payee, an eligible category, a review in force, enough budget, and obligation capacity; what was encumbered
/// is paid unconditionally. No coupon is paid from here.
/// A refund names the payment it reverses and takes that payment's next unrefunded fen, by one counter per payment:
/// the returning fen inherit the reversed interval's origin.
/// Assumes: the order of an encumbrance's payouts is the order of the receivable's fen (checked), so that out-offset
/// and piece start are the same number.
interface IProceeds is IProceedsBooks, IPlacements, IWorks, ILimits {
    struct States {
        uint256 cost;
        uint256 unallocated;
        uint256 placed;
        uint256 lost;
        uint256 available;
        uint256 encumbered;
        uint256 spent;
        uint256 returned;
    }

    event Paid(
        uint32 indexed bond,
        uint32 indexed line,
        address indexed payee,
        bytes32 fingerprint,
        uint256 amount,
        uint256 outOffset
    );
    event Encumbered(uint32 indexed bond, uint32 indexed line, uint64 indexed receivable, uint256 amount);
    event EncumbranceReleased(
        uint32 indexed bond, uint32 indexed line, uint64 indexed receivable, uint256 amount
    );
    event EncumbrancePaid(
        uint32 indexed bond,
        uint64 indexed receivable,
        address indexed holder,
        uint64 start,
        uint64 end,
        bool kept
    );
    /// @notice The fen `[start, end)` of the encumbrance were owed to nobody any more and are back on the line.
    event EncumbranceNetted(
        uint32 indexed bond, uint32 indexed line, uint64 indexed receivable, uint64 start, uint64 end
    );

    error OutOfOrder(uint64 receivable, uint256 had, uint256 needed);

    function states(uint32 bond) external view returns (States memory);
    /// @return raised fen; zero before closing
    function raised(uint32 bond) external view returns (uint256);
    function project(uint32 id) external view returns (Project memory);
    function line(uint32 id) external view returns (Line memory);
    function linesOf(uint32 bond) external view returns (uint32[] memory);
    function counts() external view returns (uint32 projects, uint32 lines);
    function reallocation(uint32 id) external view returns (Reallocation memory);
    function reallocationCount() external view returns (uint32);
    function limits(uint32 bond) external view returns (Limits memory);
    /// @return reason code of a pocket line, zero for any other
    function pocketReason(uint32 line) external view returns (uint8 reason);
    function encumbranceOf(uint64 receivable) external view returns (uint32 line, uint96 amount);
    function works(uint32 line) external view returns (Conditions memory);
    /// @return released of the line's budget by its milestones, less its retention: the whole budget without conditions
    /// @return gone spent from it, net of refunds, and encumbered
    function releasedOf(uint32 line) external view returns (uint256 released, uint256 gone);
    /// @notice The gate as a question: reverts with `pay`'s own error.
    function checkPay(uint32 line, bytes32 fingerprint, uint256 amount) external view;
    function checkEncumber(uint32 line, address obligor, bytes32 fingerprint, uint256 amount) external view;

    // --- issuer ---
    function pay(uint32 line, bytes32 fingerprint, uint256 amount) external returns (uint256 outOffset);

    // --- modules ---
    function collectBooking(uint32 bond, address investor, uint256 amount) external;
    function acceptBooking(uint32 bond, address investor, uint256 amount) external;
    function returnBooking(uint32 bond, address investor, uint256 amount) external;
    function payReturned(uint32 bond, address holder, uint256 amount, bytes32 document)
        external
        returns (bool kept);
    function encumber(uint32 line, uint64 receivable, address obligor, bytes32 fingerprint, uint256 amount)
        external;
    function releaseEncumbrance(uint64 receivable) external;
    /// @return kept true when the holder could not receive, and the money waits on its claim axis
    function payEncumbered(uint64 receivable, uint64 start, uint64 end, address holder)
        external
        returns (bool kept);
    /// @notice The share of a piece that was discharged otherwise returns to its budget line, in the order of the fen.
    function netBack(uint64 receivable, uint64 start, uint64 end) external;
}
