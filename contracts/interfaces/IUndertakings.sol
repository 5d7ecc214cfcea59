// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What became of each undertaking, due day by due day
/// @notice An undertaking of a framework has occurrences: the n-th is due n times its months after its first due day,
/// up to its last day; one that a version dropped is owed for what was due until that day. The issuer reports a value
/// with a document, and the validator (the one the undertaking names, else the verifier of the framework's review)
/// accepts, qualifies or refuses it, citing a document of its own. A later report restates an earlier one, in the open,
/// and is judged anew.
/// The issuer may also cancel an occurrence, giving a reason: that counts as failed until the validator excuses it.
/// *Overdue*: its day has passed and nothing stands that was reported. *Failed*: cancelled, or the value reported misses
/// the target by the undertaking's polarity; an issuer's own report of a miss counts at once. *Kept*: accepted or
/// qualified by the validator and no miss, or excused.
/// Assumes: values are in the undertaking's unit. What the documents say is not on chain: it is attested by who signs.
/// Safety: a finding names the round, the value and the document it judges, so it fits one report only.
interface IUndertakings {
    /// @param state 0 open, 1 reported, 2 accepted, 3 qualified, 4 refused, 5 cancelled, 6 excused
    /// @param round number of reports and cancellations so far; @param document of the last of them
    struct Occurrence {
        uint8 state;
        uint32 round;
        uint32 reportedOn;
        uint32 judgedOn;
        uint128 value;
        bytes32 document;
    }

    /// @notice What a validator signs. @param report and @param value what it judges
    /// @param outcome 1 accepted, 2 qualified, 3 refused; @param document the validator's, with its reasons
    struct Finding {
        uint32 framework;
        uint8 index;
        uint32 occurrence;
        uint32 round;
        bytes32 report;
        uint128 value;
        address validator;
        uint8 outcome;
        bytes32 document;
    }

    /// @param restates it replaces a report that stood
    event UndertakingReported(
        uint32 indexed framework,
        uint8 index,
        uint32 occurrence,
        uint32 round,
        uint128 value,
        bytes32 document,
        uint32 dueOn,
        uint32 day,
        bool restates
    );
    event UndertakingCancelled(
        uint32 indexed framework, uint8 index, uint32 occurrence, uint32 round, bytes32 document, uint32 day
    );
    event UndertakingJudged(uint32 indexed framework, uint8 state, uint32 day, Finding finding);

    error OccurrenceUnknown(uint32 framework, uint8 index, uint32 occurrence);
    error StaleFinding(uint32 framework, uint8 index, uint32 occurrence, uint32 had, uint32 needed);
    error FindingMismatch(bytes32 report, uint128 value, bytes32 neededReport, uint128 neededValue);

    /// @notice The day an occurrence is due; OccurrenceUnknown when none is owed.
    function dueOn(uint32 framework, uint8 index, uint32 occurrence) external view returns (uint32);
    function occurrence(uint32 framework, uint8 index, uint32 occurrence)
        external
        view
        returns (Occurrence memory);
    function isOverdue(uint32 framework, uint8 index, uint32 occurrence) external view returns (bool);
    function isFailed(uint32 framework, uint8 index, uint32 occurrence) external view returns (bool);
    function isKept(uint32 framework, uint8 index, uint32 occurrence) external view returns (bool);
    /// @notice Who judges this undertaking today; zero when nobody can, because no review names a verifier.
    function validatorOf(uint32 framework, uint8 index) external view returns (address);
    function findingDigest(Finding calldata finding) external view returns (bytes32);

    /// @notice Reverts as `report` would.
    function checkReport(
        uint32 framework,
        uint8 index,
        uint32 occurrence,
        uint128 value,
        bytes32 document,
        address issuer
    ) external view;
    /// @notice Reverts as `judge` would, but for BadSignature.
    function checkFinding(Finding calldata finding) external view;

    /// @notice The issuer's evidence, by a document it registered. Before the due day, after it, and again.
    function report(uint32 framework, uint8 index, uint32 occurrence, uint128 value, bytes32 document)
        external;
    /// @notice The issuer takes an occurrence back that nobody accepted yet, with a reason it registered.
    function cancel(uint32 framework, uint8 index, uint32 occurrence, bytes32 document) external;
    /// @notice Files a finding: its validator needs no signature, anybody else brings the validator's.
    function judge(Finding calldata finding, bytes calldata signature) external;
}
