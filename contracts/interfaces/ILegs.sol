// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Money that moved outside this ledger, attested leg by leg
/// @notice LEG-1. A bond that was outstanding before, a special account at an outside bank, a payment with a past value
/// date, or where money went after it was redeemed: each is a leg, with its document and the bank's reference. It is
/// *attested*: the chain shows who said it and when, not that it is so. It moves no money, and no contract asks it
/// anything: what is attested here is never counted with what the ledger proves.
/// Who attests is a bank, an auditor or a verifier, unrelated to the bond's issuer. What the issuer reports itself counts
/// for nothing until the attester that it names confirms exactly that content. A reference of a bank stands for one leg
/// of an attester. What was said in error is superseded or withdrawn, with a reason, and stays readable.
/// Assumes: value dates, places and amounts are the document's. A value date gates nothing.
/// Danger: one attester's silence about another's leg means nothing; two attesters may describe one payment twice.
interface ILegs {
    /// @param bond of this ledger, or zero; @param instrument then the ISIN or label of a bond outside, else empty
    /// @param kind 1 raised, 2 moved between accounts, 3 spent, 4 refunded, 5 returned to investors
    /// @param payer and @param payee participants behind the places, or zero
    /// @param bank where it is booked, and @param bankReference the hash of its reference there
    /// @param from and @param to the places, as the document calls them; @param project what it is for, may be empty
    /// @param supersedes an attested leg that this one corrects, or zero; @param reason why, else empty
    struct Leg {
        uint32 bond;
        address issuer;
        bytes3 currency;
        uint8 kind;
        uint32 valueDay;
        uint112 amount;
        address payer;
        address payee;
        bytes32 bankReference;
        bytes32 document;
        uint64 supersedes;
        string instrument;
        string bank;
        string from;
        string to;
        string project;
        string reason;
    }

    /// @param state 1 reported, 2 attested, 3 superseded, 4 withdrawn, 5 refused
    /// @param subject hash of bond, issuer, currency and instrument; @param content hash of the leg
    /// @param key hash of attester, bank and reference
    struct Standing {
        address reporter;
        uint8 state;
        uint64 supersedes;
        address attester;
        uint64 supersededBy;
        bytes32 subject;
        bytes32 content;
        bytes32 key;
    }

    event LegReported(uint64 indexed leg, address indexed issuer, address indexed attester, Leg content);
    event LegAttested(uint64 indexed leg, address indexed attester, uint32 indexed bond, Leg content);
    event LegConfirmed(uint64 indexed leg, address indexed attester);
    event LegRefused(uint64 indexed leg, string reason);
    event LegSuperseded(uint64 indexed leg, uint64 indexed by);
    event LegWithdrawn(uint64 indexed leg, string reason);

    /// @notice Not what was reported, or a correction of another bond's leg.
    error LegMismatch(uint64 leg, bytes32 had, bytes32 needed);

    function count() external view returns (uint64);
    function leg(uint64 id) external view returns (Standing memory);
    /// @return id the attested leg that a bank's reference stands for, or zero
    function legOf(address attester, string calldata bank, bytes32 bankReference)
        external
        view
        returns (uint64 id);
    function contentOf(Leg calldata content) external pure returns (bytes32);

    /// @notice Each reverts with the act's own error.
    function checkAttest(Leg calldata content, address attester) external view;
    function checkReport(Leg calldata content, address attester, address issuer) external view;
    function checkConfirm(uint64 id, bytes32 content, address attester) external view;

    // --- attester ---
    function attest(Leg calldata content) external returns (uint64 id);
    /// @param content what it read: the hash of the leg that was reported
    function confirm(uint64 id, bytes32 content) external;
    function refuse(uint64 id, string calldata reason) external;

    // --- issuer ---
    function report(Leg calldata content, address attester) external returns (uint64 id);

    // --- who said it ---
    /// @notice Takes back what was attested, by its attester, or what is only reported, by its issuer.
    function withdraw(uint64 id, string calldata reason) external;
}
