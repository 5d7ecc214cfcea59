// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What a bond's money may be used for beyond the ordinary: its pocket, and past expenses
/// @notice BOND-9: what is allocated to a bond's pocket lines, all together, never exceeds `⌊raised × pocket / 10⁶⌋`; a
/// bond that declared no pocket has none. A pocket line is one activity outside the technical screening criteria: it
/// names why (a reason code) and a document that describes the activity, and the issuer pays from it as from others.
/// BOND-10: what a bond refinanced, net of refunds, is counted from its first payment on, whether or not anything was
/// declared. Where the bond's terms bind it, no expense older than the look-back and nothing above the disclosed share
/// is reimbursed; where they do not, the figures are here and judging them is the reader's.
/// An expense is refinanced when an obligation document reimburses its own payer: its date is the day of the oldest
/// expense in it, and a verifier attests it.
/// Assumes: whoever has the duty LIMITS declares before any money was booked, and once.
interface ILimits {
    /// @param binding what refuses a payment, as bits: 1 the look-back, 2 the refinanced share
    /// @param oldest first day of an expense within the look-back, zero where none is known
    /// @param pocket allocated to pocket lines now; @param refinanced so far, net of refunds
    struct Limits {
        uint32 pocketPpm;
        uint32 refinancedPpm;
        uint32 oldest;
        uint8 binding;
        uint96 pocket;
        uint128 refinanced;
    }

    event LimitsSet(
        uint32 indexed bond, uint32 pocketPpm, uint32 refinancedPpm, uint32 oldest, uint8 binding
    );
    /// @param reason 1 no technical screening criteria are in force for the activity; 2 international support
    event PocketOpened(uint32 indexed line, uint32 indexed bond, uint8 reason, bytes32 document);
    /// @param expenseDay of the oldest expense that was reimbursed; @param total the bond's, after it
    event Refinanced(
        uint32 indexed bond,
        uint32 indexed line,
        bytes32 indexed fingerprint,
        uint32 expenseDay,
        uint256 amount,
        uint256 total
    );
    event RefinancingReversed(
        uint32 indexed bond, uint32 indexed line, bytes32 indexed fingerprint, uint256 amount, uint256 total
    );

    error ReasonUnknown(uint8 reason);
    error OverPocket(uint32 bond, uint256 had, uint256 needed);
    error ExpenseTooOld(uint32 bond, uint32 had, uint32 needed);
    error OverRefinanced(uint32 bond, uint256 had, uint256 needed);

    // --- issuer ---
    /// @notice As `openLine`, for an activity outside the criteria.
    /// @param document describes the activity and its share, registered by the issuer
    function openPocketLine(
        uint32 bond,
        uint32 project,
        uint96 budget,
        bool companyMaySpend,
        string calldata label,
        uint8 reason,
        bytes32 document
    ) external returns (uint32 id);

    // --- modules ---
    function setLimits(uint32 bond, uint32 pocketPpm, uint32 refinancedPpm, uint32 oldest, uint8 binding)
        external;
}
