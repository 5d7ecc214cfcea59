// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What projects achieved: reports by indicator and period, and a verifier's word on each
/// @notice IMP-2: of one project and indicator, at most one report counts on any day. A report is never changed:
/// a restatement is a new one that takes the former's place and leaves it to be read, with the reason. A report that
/// a verifier refused counts nothing; one that nobody validated is shown apart from those that somebody did.
/// Many issuers publish one figure for a group of projects: a report names all that it covers, and stands for each.
/// A report carries its basis (factor, its value, unit, year, region, kind, source, version) as text, so that no
/// figure stands without what it was computed with; a validation signs the hash of figure and basis together.
/// Whoever owes the report may give it: the framework's issuer or the project's company, even one that lost its role.
/// Assumes: an indicator is one code with one meaning (a code list off chain says which); the contract cannot see
/// that one effect is claimed under two codes, nor whether a figure is true.
interface IImpact {
    /// @param from first day, @param until last day of the period, days since 1970; one day for a figure as of a day
    /// @param value in units of 10^-decimals `unit`
    /// @param methodology, @param document hashes of documents that whoever reports registered
    struct Figure {
        uint32 from;
        uint32 until;
        uint8 decimals;
        uint128 value;
        bytes32 unit;
        bytes32 methodology;
        bytes32 document;
    }

    /// @param outcome 0 not validated, 1 accepted, 2 qualified, 3 refused
    /// @param supersedes, @param supersededBy report numbers, zero for none
    struct Report {
        address reporter;
        uint32 supersedes;
        uint32 supersededBy;
        uint32 from;
        uint32 until;
        uint8 decimals;
        uint8 outcome;
        uint128 value;
        bytes32 indicator;
        bytes32 unit;
        bytes32 contentHash;
    }

    /// @param nonce rises with each statement of the verifier on this report, so that one kept back undoes no newer
    struct Validation {
        uint32 report;
        bytes32 contentHash;
        address verifier;
        uint8 outcome;
        bytes32 document;
        uint64 nonce;
    }

    event ImpactReported(
        uint32 indexed report,
        bytes32 indexed indicator,
        address indexed reporter,
        uint32[] projects,
        Figure figure,
        string basis,
        bytes32 contentHash
    );
    event ImpactRestated(uint32 indexed report, uint32 indexed former, string reason);
    event ImpactValidated(uint32 indexed report, address indexed verifier, Validation validation);

    error PeriodTaken(uint32 report, uint32 from, uint32 until);
    error ProjectsOutOfOrder(uint32 had, uint32 previous);
    error TooManyProjects(uint256 had, uint256 limit);
    error TooManyReports(uint32 project, uint256 limit);
    error ReportSuperseded(uint32 report, uint32 by);
    error ReportMismatch(uint32 report, bytes32 had, bytes32 needed);
    error StaleValidation(uint32 report, uint64 had, uint64 last);

    function count() external view returns (uint32);
    function reportOf(uint32 id) external view returns (Report memory);
    function projectsOf(uint32 id) external view returns (uint32[] memory);
    /// @notice The reports of a project and indicator that nothing superseded, refused ones too; at most 128.
    function reportsOf(uint32 project, bytes32 indicator) external view returns (uint32[] memory);
    /// @notice True when the report is neither superseded nor refused.
    function counts(uint32 id) external view returns (bool);
    /// @notice Who validated a report, and the nonce of that statement; zeros when nobody did.
    function validationOf(uint32 id) external view returns (address verifier, uint64 nonce);
    function validationDigest(Validation calldata validation) external view returns (bytes32);
    /// @notice Could `who` report this, and if not why: reverts with `report`'s own error.
    function checkReport(
        address who,
        uint32[] calldata projects,
        bytes32 indicator,
        Figure calldata figure,
        string calldata basis
    ) external view;
    /// @notice As `validate`, the signature aside.
    function checkValidate(Validation calldata validation) external view;

    // --- issuer, project company ---
    /// @param projects in rising order, at most 64; whoever reports is issuer or company of each
    function report(
        uint32[] calldata projects,
        bytes32 indicator,
        Figure calldata figure,
        string calldata basis
    ) external returns (uint32 id);
    /// @notice Replaces a report by another of the same projects and indicator; by the issuer, or by who gave the former.
    /// What a verifier said of the former does not carry over.
    function restate(uint32 former, Figure calldata figure, string calldata basis, string calldata reason)
        external
        returns (uint32 id);

    // --- verifier ---
    /// @notice Accepts, qualifies or refuses a report: by the verifier's own call, or by anyone with its signature
    /// (EIP-712). Only the same verifier changes what it said. Refused to verifiers related to issuer or company.
    function validate(Validation calldata validation, bytes calldata signature) external;
}
