// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Credit lines: bank to group, group to subsidiary
/// @notice LINE-1: reserved + outstanding <= limit at both levels, always. Reserve at proposal, convert at acceptance,
/// release at settlement, return, refusal or voiding. A limit is never lowered below what is in use: the bank suspends
/// the line. An obligor may ask several banks; each grants what it wants of what was asked, or refuses with a reason.
interface ICreditLines {
    /// @param phase 0 granted, 1 requested, 2 refused, 3 withdrawn; amounts are zero until it is granted
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
        uint8 phase;
    }

    struct Request {
        uint96 limit;
        uint32 expiresOn;
    }

    event LineRequested(
        uint32 indexed line,
        address indexed bank,
        address indexed holder,
        bytes3 currency,
        uint96 limit,
        uint32 expiresOn
    );
    event LineRefused(uint32 indexed line, bytes32 reason);
    event LineWithdrawn(uint32 indexed line);
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
    /// @return what its holder asked for; zeros for a line that nobody asked for
    function requestOf(uint32 id) external view returns (Request memory);
    /// @return 0 none, 1 requested, 2 active, 3 suspended, 4 expired, 5 refused, 6 withdrawn; an own line that is active
    /// is what the line above it is
    function stateOf(uint32 id) external view returns (uint8);
    /// @notice May this be reserved, and if not why: reverts with `reserve`'s own error.
    function checkReserve(uint32 id, address holder, bytes3 currency, uint256 amount) external view;

    function request(address bank, bytes3 currency, uint96 limit, uint32 expiresOn)
        external
        returns (uint32 id);
    /// @notice The bank grants what was requested, or less, or more.
    function grantRequested(uint32 id, uint96 limit, uint32 expiresOn) external;
    function refuseRequest(uint32 id, bytes32 reason) external;
    function withdrawRequest(uint32 id) external;
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
