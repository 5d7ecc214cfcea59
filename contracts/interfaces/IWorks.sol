// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Works: what holds a part of a budget line back until a certificate is filed
/// @notice BOND-11: what was spent from a line (net of refunds) and is encumbered from it stays within what its
/// milestones have released; a milestone releases its amount once, when the named certifier files its certificate.
/// What no milestone holds is released from the beginning (an advance). BOND-12: until the final certificate a line
/// keeps its retention back: of whatever is released, floor(released * (10^6 - retention) / 10^6) may be spent.
/// The conditions are fixed before the line's first fen and never changed, and the certifier is paid nothing from it:
/// not before the last certificate, and not after.
/// BOND-13: what the works hold back stays on the line: `deallocate` takes none of it, and a reallocation needs the
/// consent of the verifier whose review is in force.
/// A line without conditions pays for none: the gate reads one byte that it reads anyway.
/// Assumes: a certificate says what was built; a contract sees who filed it, not what stands on the site. Retention is
/// of the line: an issuer that wants it of each contract opens a line for each.
/// Dangerous: works that will never be finished hold their money until the verifier consents to another line for it.
interface IWorks {
    /// @param dueDay when its certificate is expected: late ones show, and nothing else follows
    /// @param certifiedOn zero: not yet
    struct Milestone {
        uint96 amount;
        uint32 dueDay;
        uint32 certifiedOn;
    }

    /// @param what a short name, or the hash of a longer description
    struct MilestoneTerms {
        uint96 amount;
        uint32 dueDay;
        bytes32 what;
    }

    /// @param held of the line's budget by milestones without a certificate
    /// @param retention millionths; @param finalDueDay when the final certificate is expected; @param finalOn zero: not yet
    /// @param agreed the certifier is no verifier, and the framework's verifier consented to it
    struct Conditions {
        address certifier;
        uint96 held;
        uint32 retention;
        uint32 finalDueDay;
        uint32 finalOn;
        bool agreed;
        Milestone[] milestones;
    }

    event WorksSet(
        uint32 indexed line,
        uint32 indexed bond,
        address indexed certifier,
        uint32 retention,
        uint32 finalDueDay,
        bytes32 consent,
        MilestoneTerms[] milestones
    );
    event MilestoneCertified(
        uint32 indexed line,
        uint32 indexed bond,
        address indexed certifier,
        uint256 index,
        uint256 amount,
        uint32 day,
        bytes32 document
    );
    event FinallyCertified(
        uint32 indexed line, uint32 indexed bond, address indexed certifier, uint32 day, bytes32 document
    );

    error NotReleased(uint32 line, uint256 had, uint256 needed);
    error LineBegun(uint32 line, uint256 had);
    error TooManyMilestones(uint32 line, uint256 had, uint256 needed);

    // --- issuer ---
    /// @notice Once, and before anything was allocated to the line.
    /// @param certifier an admitted verifier or, with consent, another: an engineer, say; unrelated to issuer and company
    /// @param consent zero for a verifier; else a CONSENT that the verifier of the review in force registered, used once
    function setWorks(
        uint32 line,
        address certifier,
        MilestoneTerms[] calldata milestones,
        uint32 retention,
        uint32 finalDueDay,
        bytes32 consent
    ) external;

    // --- certifier ---
    /// @param document the certificate, registered by the certifier
    function certifyMilestone(uint32 line, uint256 index, bytes32 document) external;
    /// @notice Ends the retention. Milestones that are open stay so.
    function certifyFinal(uint32 line, bytes32 document) external;
}
