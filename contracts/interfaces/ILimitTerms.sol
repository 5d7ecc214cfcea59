// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What a bond says before anybody books: its pocket, its look-back, and how much it refinances
/// @notice Declared once, by the issuer, while the order book is empty; what was declared then holds for the bond's life,
/// so every investor read it before it booked. What the pocket may be at most depends on the jurisdiction whose rules
/// the bond follows, a parameter that two roles set after a delay; a later change touches no declared bond.
/// The look-back is counted in calendar months from the issue date of the bond's terms.
interface ILimitTerms {
    /// @param jurisdiction code in ASCII; @param pocketPpm, @param refinancedPpm of the proceeds, parts per million
    /// @param lookBackMonths with zero and no binding: none is disclosed
    /// @param lookBackBinds, @param shareBinds whether a payment beyond it is refused, or only shows
    struct Terms {
        bytes32 jurisdiction;
        uint32 pocketPpm;
        uint32 lookBackMonths;
        uint32 refinancedPpm;
        bool lookBackBinds;
        bool shareBinds;
        bytes32 document;
    }

    struct Rule {
        bool known;
        uint32 pocketPpm;
    }

    event LimitsDeclared(uint32 indexed bond, address indexed issuer, uint32 oldest, Terms terms);
    event JurisdictionSet(bytes32 indexed jurisdiction, Rule rule);

    error BookingBegun(uint32 bond, uint256 had);
    error AboveRule(bytes32 jurisdiction, uint256 had, uint256 needed);

    /// @notice What was declared; the jurisdiction is zero when nothing was.
    function terms(uint32 bond) external view returns (Terms memory);
    function jurisdiction(bytes32 code) external view returns (Rule memory);
    /// @notice May `who` declare this, and if not why: reverts with `declare`'s own error.
    /// @return oldest day of an expense within the look-back; zero where that asks nothing
    function checkDeclare(uint32 bond, address who, Terms calldata declared)
        external
        view
        returns (uint32 oldest);

    function declare(uint32 bond, Terms calldata declared) external;

    // --- delayed powers ---
    function setJurisdiction(bytes32 code, Rule calldata rule) external;
}
