// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who is admitted, in which roles, until when; and which business day it is
/// @notice Admission is one slot per account, read by every act. Identity is always compared with this record and
/// never taken from what a submission says about itself. The operator admits; it can never be a participant.
/// Deadlines are judged by the business date: the block's date in the deployment's time zone or, in a deployment
/// permanently flagged `replay`, the last posted date, which never goes back and never passes the block's.
interface IParticipants {
    /// @param roles bit mask of `Roles`; @param lapseDay last day on which the admission holds (days since 1970)
    /// @param group declared related parties share a non-zero group
    struct Admission {
        uint32 roles;
        bool suspended;
        uint32 lapseDay;
        uint64 group;
    }

    event Admitted(
        address indexed account,
        bytes32 indexed identifier,
        string name,
        Admission admission,
        bytes32 kycDocument
    );
    event Amended(address indexed account, Admission admission, bytes32 document);
    event BusinessDatePosted(uint32 day);

    error IdentifierTaken(bytes32 identifier, address holder);
    error AccountTaken(address account);
    error OperatorCannotParticipate(address who);
    /// @notice A purpose of money has no key, and nobody to act for it.
    error PurposeCannotParticipate(address axis);
    error NotReplay();

    /// @return true when business dates are posted (the demo, imports of history); fixed for ever at deployment
    function replay() external view returns (bool);
    /// @return the business date, in days since 1970-01-01
    function today() external view returns (uint32);
    function admission(address account) external view returns (Admission memory);
    function identifierOf(address account) external view returns (bytes32);
    function accountOf(bytes32 identifier) external view returns (address);
    function isActive(address account) external view returns (bool);

    /// @notice Reverts NotAdmitted, Suspended or Lapsed unless `account` may act today.
    function requireActive(address account) external view;
    function requireActivePair(address a, address b) external view;
    /// @notice As `requireActivePair`, and MissingRole unless `b` has every role of `roles`: one question for an act that
    /// passes something from one to the other.
    /// @return day the business date it was judged by
    function requireReceiver(address a, address b, uint32 roles) external view returns (uint32 day);
    /// @notice As `requireActive`, and MissingRole unless the account has every role of `roles`.
    /// @return day the business date it was judged by
    function requireRole(address account, uint32 roles) external view returns (uint32 day);
    /// @notice Reverts SameParty or RelatedParties unless the two are strangers by declaration.
    function requireUnrelated(address a, address b) external view;

    /// @param identifier "USCC:…" or "LEI:…" in ASCII, left-aligned; one account per identifier
    function admit(
        address account,
        bytes32 identifier,
        string calldata name,
        Admission calldata admission,
        bytes32 kycDocument
    ) external;
    /// @notice Replaces roles, suspension, lapse day and group, citing a document.
    function amend(address account, Admission calldata admission, bytes32 document) external;
    function postBusinessDate(uint32 day) external;
}
