// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Grants of reach: who may act for, or read the data of, another participant
/// @notice A mandate names its owner, its agent, what kind of reach (`MandateKinds`), one bond or all, the last day and
/// a document. It is in force from the day it is granted to that last day, unless it was ended, and only while its agent
/// may act. The owner grants it; an authority (regulator, court) may grant an auditor reach into somebody's data, which
/// the owner cannot end. A new grant of the same reach by the same side takes the place of the one before it.
/// Ending asks for no admission: who was suspended can still take back what was granted.
interface IMandates {
    /// @param grantor the owner, or an authority; @param bond 0 for all bonds
    /// @param since, @param until first and last day in force
    struct Mandate {
        address grantor;
        address agent;
        address owner;
        uint8 kind;
        uint32 bond;
        uint32 since;
        uint32 until;
        bool ended;
        bytes32 document;
    }

    event MandateGranted(
        uint256 indexed mandate, address indexed owner, address indexed agent, Mandate terms
    );
    event MandateEnded(uint256 indexed mandate, address by);

    error MandateMissing(address owner, address agent, uint8 kind, uint32 bond);

    function count() external view returns (uint256);
    function mandate(uint256 id) external view returns (Mandate memory);
    /// @return page of at most `most` grants from number `first` on; the first grant is number 1
    function mandates(uint256 first, uint256 most) external view returns (Mandate[] memory page);
    /// @notice Is a grant for that bond, or for all bonds, in force today, and may its agent act?
    function holds(address owner, address agent, uint8 kind, uint32 bond) external view returns (bool);
    /// @notice Reverts MandateMissing unless `holds`.
    function requireMandate(address owner, address agent, uint8 kind, uint32 bond) external view;
    /// @notice May this account grant this, and if not why: reverts with `grant`'s own error.
    function checkGrant(
        address grantor,
        address agent,
        address owner,
        uint8 kind,
        uint32 until,
        bytes32 document
    ) external view;

    /// @param owner the sender; or, from an authority and for an auditor, whose data it is
    /// @param until last day in force, today or later
    function grant(address agent, address owner, uint8 kind, uint32 bond, uint32 until, bytes32 document)
        external
        returns (uint256 id);
    /// @notice By the grantor or the agent; what an authority granted, any authority may end.
    function end(uint256 id) external;
}
