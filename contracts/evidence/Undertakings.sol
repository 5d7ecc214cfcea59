// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IUndertakings} from "../interfaces/IUndertakings.sol";
import {Calendar} from "../libraries/Calendar.sol";
import {NotParty, Unknown, WrongState, ZeroHash} from "../libraries/Errors.sol";
import {Filed} from "../libraries/Filed.sol";
import {Roles} from "../libraries/Roles.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Undertakings
/// @notice The promise is in IUndertakings.
/// @dev Immutable: it holds what was reported and judged, and decides nothing about money.
contract Undertakings is IUndertakings, Filed, Signed {
    bytes32 private constant FINDING_TYPE = keccak256(
        "Finding(uint32 framework,uint8 index,uint32 occurrence,uint32 round,bytes32 report,uint128 value,address validator,uint8 outcome,bytes32 document)"
    );
    uint8 private constant OPEN = 0;
    uint8 private constant REPORTED = 1;
    uint8 private constant ACCEPTED = 2;
    uint8 private constant QUALIFIED = 3;
    uint8 private constant REFUSED = 4;
    uint8 private constant CANCELLED = 5;
    uint8 private constant EXCUSED = 6;
    uint8 private constant OUTCOMES = 3;
    uint8 private constant REFUSAL = 3;
    uint8 private constant AT_LEAST = 1;
    uint8 private constant AT_MOST = 2;

    IFrameworks public immutable frameworks;

    mapping(uint32 => mapping(uint8 => mapping(uint32 => Occurrence))) private _occurrences;

    constructor(IParticipants participants_, IDocuments documents_, IFrameworks frameworks_)
        Filed(participants_, documents_)
    {
        frameworks = frameworks_;
    }

    // --- reading ---

    function occurrence(uint32 framework, uint8 index, uint32 n) external view returns (Occurrence memory) {
        return _occurrences[framework][index][n];
    }

    function dueOn(uint32 framework, uint8 index, uint32 n) public view returns (uint32 day) {
        (day,) = _owed(framework, index, n);
    }

    function isOverdue(uint32 framework, uint8 index, uint32 n) external view returns (bool) {
        uint32 day = dueOn(framework, index, n);
        uint8 state = _occurrences[framework][index][n].state;
        return (state == OPEN || state == REFUSED) && participants.today() > day;
    }

    function isFailed(uint32 framework, uint8 index, uint32 n) external view returns (bool) {
        (, IFrameworks.Undertaking memory u) = _owed(framework, index, n);
        Occurrence memory o = _occurrences[framework][index][n];
        bool reported = o.state == REPORTED || o.state == ACCEPTED || o.state == QUALIFIED;
        return o.state == CANCELLED || (reported && _misses(u, o.value));
    }

    function isKept(uint32 framework, uint8 index, uint32 n) external view returns (bool) {
        (, IFrameworks.Undertaking memory u) = _owed(framework, index, n);
        Occurrence memory o = _occurrences[framework][index][n];
        bool accepted = o.state == ACCEPTED || o.state == QUALIFIED;
        return o.state == EXCUSED || (accepted && !_misses(u, o.value));
    }

    function validatorOf(uint32 framework, uint8 index) public view returns (address) {
        (IFrameworks.Undertaking memory u,) = frameworks.undertaking(framework, index);
        return u.validator == address(0) ? frameworks.standing(framework).verifier : u.validator;
    }

    function _misses(IFrameworks.Undertaking memory u, uint128 value) private pure returns (bool) {
        return (u.polarity == AT_LEAST && value < u.target) || (u.polarity == AT_MOST && value > u.target);
    }

    function _owed(uint32 framework, uint8 index, uint32 n)
        private
        view
        returns (uint32, IFrameworks.Undertaking memory)
    {
        (IFrameworks.Undertaking memory u, uint32 droppedOn) = frameworks.undertaking(framework, index);
        uint256 day = Calendar.addMonths(u.dueDay, uint256(n) * u.everyMonths);
        bool once = u.everyMonths == 0 && n != 0;
        bool dropped = droppedOn != 0 && day > droppedOn;
        if (once || day > u.lastDay || dropped) revert OccurrenceUnknown(framework, index, n);
        return (uint32(day), u);
    }

    // --- issuer ---

    function checkReport(
        uint32 framework,
        uint8 index,
        uint32 n,
        uint128, /* value */
        bytes32 document,
        address issuer
    ) public view {
        _requireOwn(framework, index, n, document, issuer);
        uint8 state = _occurrences[framework][index][n].state;
        if (state == EXCUSED) revert WrongState("OCCURRENCE", n, state, OPEN);
    }

    function report(uint32 framework, uint8 index, uint32 n, uint128 value, bytes32 document) external {
        checkReport(framework, index, n, value, document, msg.sender);
        Occurrence storage o = _occurrences[framework][index][n];
        bool restates = o.state == REPORTED || o.state == ACCEPTED || o.state == QUALIFIED;
        uint32 day = participants.today();
        uint32 round = o.round + 1;
        _occurrences[framework][index][n] = Occurrence(REPORTED, round, day, 0, value, document);
        uint32 due = dueOn(framework, index, n);
        emit UndertakingReported(framework, index, n, round, value, document, due, day, restates);
    }

    function cancel(uint32 framework, uint8 index, uint32 n, bytes32 document) external {
        _requireOwn(framework, index, n, document, msg.sender);
        Occurrence storage o = _occurrences[framework][index][n];
        bool open = o.state == OPEN || o.state == REPORTED || o.state == REFUSED;
        if (!open) revert WrongState("OCCURRENCE", n, o.state, OPEN);
        uint32 day = participants.today();
        uint32 round = o.round + 1;
        _occurrences[framework][index][n] = Occurrence(CANCELLED, round, day, 0, 0, document);
        emit UndertakingCancelled(framework, index, n, round, document, day);
    }

    function _requireOwn(uint32 framework, uint8 index, uint32 n, bytes32 document, address who)
        private
        view
    {
        address issuer = _issuerOf(framework);
        if (who != issuer) revert NotParty(who, issuer);
        participants.requireRole(who, Roles.ISSUER);
        dueOn(framework, index, n);
        documents.requireKnown(document, who, 0);
    }

    function _issuerOf(uint32 framework) private view returns (address issuer) {
        issuer = frameworks.framework(framework).issuer;
        if (issuer == address(0)) revert Unknown("FRAMEWORK", framework);
    }

    // --- validator ---

    function findingDigest(Finding calldata f) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    FINDING_TYPE,
                    f.framework,
                    f.index,
                    f.occurrence,
                    f.round,
                    f.report,
                    f.value,
                    f.validator,
                    f.outcome,
                    f.document
                )
            )
        );
    }

    function checkFinding(Finding calldata f) public view {
        address issuer = _issuerOf(f.framework);
        dueOn(f.framework, f.index, f.occurrence);
        if (f.outcome == 0 || f.outcome > OUTCOMES) {
            revert WrongState("OUTCOME", f.occurrence, f.outcome, OUTCOMES);
        }
        if (f.document == 0) revert ZeroHash("DOCUMENT");
        _requireReported(f);
        address validator = validatorOf(f.framework, f.index);
        if (f.validator != validator) revert NotParty(f.validator, validator);
        participants.requireRole(validator, Roles.VERIFIER);
        participants.requireUnrelated(issuer, validator);
    }

    function _requireReported(Finding calldata f) private view {
        Occurrence memory o = _occurrences[f.framework][f.index][f.occurrence];
        if (o.state != REPORTED && o.state != CANCELLED) {
            revert WrongState("OCCURRENCE", f.occurrence, o.state, REPORTED);
        }
        if (f.round != o.round) revert StaleFinding(f.framework, f.index, f.occurrence, f.round, o.round);
        if (f.report != o.document || f.value != o.value) {
            revert FindingMismatch(f.report, f.value, o.document, o.value);
        }
    }

    function judge(Finding calldata f, bytes calldata signature) external {
        checkFinding(f);
        if (msg.sender != f.validator) _requireSigned(f.validator, findingDigest(f), signature);
        Occurrence storage o = _occurrences[f.framework][f.index][f.occurrence];
        uint8 state = f.outcome == REFUSAL ? REFUSED : o.state == CANCELLED ? EXCUSED : f.outcome + 1;
        o.state = state;
        uint32 day = participants.today();
        o.judgedOn = day;
        emit UndertakingJudged(f.framework, state, day, f);
    }
}
