// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IImpact} from "../interfaces/IImpact.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {
    AmountTooLarge,
    DateOutOfOrder,
    NotParty,
    Unknown,
    WrongState,
    ZeroHash
} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Impact
/// @notice The promise is in IImpact.
contract Impact is IImpact, Signed, Powered {
    bytes32 private constant VALIDATION_TYPE = keccak256(
        "Validation(uint32 report,bytes32 contentHash,address verifier,uint8 outcome,bytes32 document,uint64 nonce)"
    );
    uint256 private constant MAX_REPORTS = 128;
    uint256 private constant MAX_PROJECTS = 64;
    uint256 private constant MAX_TEXT = 1024;
    uint8 private constant MAX_DECIMALS = 18;
    uint8 private constant ACCEPTED = 1;
    uint8 private constant REFUSED = 3;

    struct Finding {
        address verifier;
        uint64 nonce;
    }

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IFrameworks public immutable frameworks;
    IProceeds public immutable proceeds;

    uint32 public count;
    mapping(uint32 => Report) private _reports;
    mapping(uint32 => uint32[]) private _projects;
    mapping(uint32 => Finding) private _findings;
    mapping(uint32 => mapping(bytes32 => uint32[])) private _standing;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IProceeds proceeds_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        frameworks = frameworks_;
        proceeds = proceeds_;
    }

    // --- reading ---

    function reportOf(uint32 id) external view returns (Report memory) {
        return _reports[id];
    }

    function projectsOf(uint32 id) external view returns (uint32[] memory) {
        return _projects[id];
    }

    function reportsOf(uint32 project, bytes32 indicator) external view returns (uint32[] memory) {
        return _standing[project][indicator];
    }

    function counts(uint32 id) external view returns (bool) {
        Report storage r = _reports[id];
        return r.reporter != address(0) && r.supersededBy == 0 && r.outcome != REFUSED;
    }

    function validationOf(uint32 id) external view returns (address, uint64) {
        return (_findings[id].verifier, _findings[id].nonce);
    }

    function validationDigest(Validation calldata v) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(VALIDATION_TYPE, v)));
    }

    // --- issuer, project company ---

    function checkReport(
        address who,
        uint32[] calldata projects,
        bytes32 indicator,
        Figure calldata figure,
        string calldata basis
    ) external view {
        _requireReport(who, projects, indicator, figure, basis);
        _requireFree(projects, indicator, figure, 0);
    }

    function report(
        uint32[] calldata projects,
        bytes32 indicator,
        Figure calldata figure,
        string calldata basis
    ) external returns (uint32 id) {
        _requireReport(msg.sender, projects, indicator, figure, basis);
        _requireFree(projects, indicator, figure, 0);
        id = _write(projects, indicator, figure, basis);
        for (uint256 i; i < projects.length; ++i) {
            _standing[projects[i]][indicator].push(id);
        }
    }

    function restate(uint32 former, Figure calldata figure, string calldata basis, string calldata reason)
        external
        returns (uint32 id)
    {
        Report storage old = _reports[former];
        if (old.reporter == address(0)) revert Unknown("REPORT", former);
        (uint32[] memory projects, bytes32 indicator) = (_projects[former], old.indicator);
        _requireReport(msg.sender, projects, indicator, figure, basis);
        _requireOwn(old.reporter, projects[0]);
        _requirePresent(former);
        _requireText("REASON", reason);
        _requireFree(projects, indicator, figure, former);
        id = _write(projects, indicator, figure, basis);
        for (uint256 i; i < projects.length; ++i) {
            _replace(_standing[projects[i]][indicator], former, id);
        }
        old.supersededBy = id;
        _reports[id].supersedes = former;
        emit ImpactRestated(id, former, reason);
    }

    function _requireReport(
        address who,
        uint32[] memory projects,
        bytes32 indicator,
        Figure calldata f,
        string calldata basis
    ) private view {
        _requireParty(who, projects);
        participants.requireActive(who);
        if (indicator == 0) revert ZeroHash("INDICATOR");
        if (f.unit == 0) revert ZeroHash("UNIT");
        if (f.decimals > MAX_DECIMALS) revert AmountTooLarge(f.decimals, MAX_DECIMALS);
        if (f.from > f.until) revert DateOutOfOrder("FROM", f.from, f.until);
        uint32 day = participants.today();
        if (f.until > day) revert DateOutOfOrder("UNTIL", f.until, day);
        _requireText("BASIS", basis);
        documents.requireKnown(f.methodology, who, 0);
        documents.requireKnown(f.document, who, 0);
    }

    function _requireParty(address who, uint32[] memory projects) private view {
        uint256 size = projects.length;
        if (size == 0) revert ZeroHash("PROJECTS");
        if (size > MAX_PROJECTS) revert TooManyProjects(size, MAX_PROJECTS);
        uint32 previous;
        for (uint256 i; i < size; ++i) {
            uint32 project = projects[i];
            if (project <= previous) revert ProjectsOutOfOrder(project, previous);
            (address issuer, address company) = _parties(project);
            if (who != issuer && who != company) revert NotParty(who, issuer);
            previous = project;
        }
    }

    /// @dev A company does not undo what the issuer said.
    function _requireOwn(address reporter, uint32 project) private view {
        (address issuer,) = _parties(project);
        if (msg.sender != issuer && msg.sender != reporter) revert NotParty(msg.sender, reporter);
    }

    /// @dev No report that stands for one of the projects, but the former, may cover a day of this one.
    function _requireFree(uint32[] memory projects, bytes32 indicator, Figure calldata f, uint32 former)
        private
        view
    {
        for (uint256 i; i < projects.length; ++i) {
            uint32[] storage standing = _standing[projects[i]][indicator];
            uint256 size = standing.length;
            if (former == 0 && size >= MAX_REPORTS) revert TooManyReports(projects[i], MAX_REPORTS);
            for (uint256 j; j < size; ++j) {
                uint32 id = standing[j];
                Report storage r = _reports[id];
                if (id != former && f.from <= r.until && r.from <= f.until) {
                    revert PeriodTaken(id, r.from, r.until);
                }
            }
        }
    }

    function _replace(uint32[] storage standing, uint32 former, uint32 id) private {
        uint256 place;
        while (standing[place] != former) ++place;
        standing[place] = id;
    }

    function _write(uint32[] memory projects, bytes32 indicator, Figure calldata f, string calldata basis)
        private
        returns (uint32 id)
    {
        id = ++count;
        bytes32 group = keccak256(abi.encodePacked(projects));
        bytes32 contentHash = keccak256(abi.encode(id, group, indicator, f, keccak256(bytes(basis))));
        Report storage r = _reports[id];
        (r.reporter, r.from, r.until) = (msg.sender, f.from, f.until);
        (r.decimals, r.value, r.indicator, r.unit) = (f.decimals, f.value, indicator, f.unit);
        r.contentHash = contentHash;
        _projects[id] = projects;
        emit ImpactReported(id, indicator, msg.sender, projects, f, basis, contentHash);
    }

    // --- verifier ---

    function checkValidate(Validation calldata v) public view {
        Report storage r = _reports[v.report];
        if (r.reporter == address(0)) revert Unknown("REPORT", v.report);
        _requirePresent(v.report);
        if (v.contentHash != r.contentHash) revert ReportMismatch(v.report, v.contentHash, r.contentHash);
        if (v.outcome == 0 || v.outcome > REFUSED) {
            revert WrongState("OUTCOME", v.report, v.outcome, ACCEPTED);
        }
        participants.requireRole(v.verifier, Roles.VERIFIER);
        _requireStranger(v.verifier, _projects[v.report]);
        documents.requireKnown(v.document, v.verifier, 0);
        // One verifier's finding is not overwritten by another's, so that a refusal cannot be shopped away.
        Finding memory present = _findings[v.report];
        if (present.nonce != 0 && present.verifier != v.verifier) {
            revert NotParty(v.verifier, present.verifier);
        }
        if (v.nonce <= present.nonce) revert StaleValidation(v.report, v.nonce, present.nonce);
    }

    function validate(Validation calldata v, bytes calldata signature) external {
        checkValidate(v);
        if (msg.sender != v.verifier) _requireSigned(v.verifier, validationDigest(v), signature);
        _findings[v.report] = Finding(v.verifier, v.nonce);
        _reports[v.report].outcome = v.outcome;
        emit ImpactValidated(v.report, v.verifier, v);
    }

    function _requireStranger(address verifier, uint32[] memory projects) private view {
        for (uint256 i; i < projects.length; ++i) {
            (address issuer, address company) = _parties(projects[i]);
            participants.requireUnrelated(issuer, verifier);
            participants.requireUnrelated(company, verifier);
        }
    }

    // --- small parts ---

    function _parties(uint32 project) private view returns (address issuer, address company) {
        IProceeds.Project memory p = proceeds.project(project);
        if (p.company == address(0)) revert Unknown("PROJECT", project);
        return (frameworks.framework(p.framework).issuer, p.company);
    }

    function _requirePresent(uint32 id) private view {
        uint32 by = _reports[id].supersededBy;
        if (by != 0) revert ReportSuperseded(id, by);
    }

    function _requireText(bytes32 what, string calldata text) private pure {
        uint256 size = bytes(text).length;
        if (size == 0) revert ZeroHash(what);
        if (size > MAX_TEXT) revert AmountTooLarge(size, MAX_TEXT);
    }
}
