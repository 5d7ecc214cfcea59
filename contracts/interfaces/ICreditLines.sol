// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Credit lines: bank to group, group to subsidiary
/// @notice LINE-1: reserved + outstanding <= limit at both levels, always. Reserve at proposal, convert at acceptance,
/// release at settlement or return. A limit is never lowered below what is in use: the bank suspends the line.
interface ICreditLines {
    struct CreditLine {
        address bank;
        bool suspended;
        uint32 parent; // zero at the bank's own level
        uint32 expiresOn;
        address holder;
        bytes3 currency;
        uint96 limit;
        uint96 reserved;
        uint96 outstanding;
    }

    event LineGranted(
        uint32 indexed line,
        address indexed bank,
        address indexed holder,
        uint32 parent,
        bytes3 currency,
        uint96 limit,
        uint32 expiresOn
    );
    event LineChanged(uint32 indexed line, uint96 limit, uint32 expiresOn, bool suspended);
    event LineUsed(uint32 indexed line, uint96 reserved, uint96 outstanding);

    error LineExceeded(uint32 line, uint256 had, uint256 needed);
    error LineSuspended(uint32 line);
    error LineExpired(uint32 line, uint32 expiresOn, uint32 today);
    error LimitBelowUse(uint32 line, uint256 had, uint256 needed);
    error LevelTooDeep(uint32 line);

    function count() external view returns (uint32);
    function line(uint32 id) external view returns (CreditLine memory);
    /// @notice May this be reserved, and if not why: reverts with `reserve`'s own error.
    function checkReserve(uint32 id, address holder, bytes3 currency, uint256 amount) external view;

    function grant(address holder, bytes3 currency, uint96 limit, uint32 expiresOn)
        external
        returns (uint32 id);
    /// @notice The holder of a bank's line passes part of it to a subsidiary of its own group.
    function grantSub(uint32 parent, address subsidiary, uint96 limit, uint32 expiresOn)
        external
        returns (uint32 id);
    function change(uint32 id, uint96 limit, uint32 expiresOn, bool suspended) external;

    // --- modules with the duty RECEIVABLES or MATURITY ---
    function reserve(uint32 id, address holder, bytes3 currency, uint256 amount) external;
    function convert(uint32 id, uint256 amount) external;
    function unreserve(uint32 id, uint256 amount) external;
    function release(uint32 id, uint256 amount) external;
}
