// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAlerts} from "../interfaces/IAlerts.sol";
import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {ILabels} from "../interfaces/ILabels.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    AlreadyUsed,
    MissingRole,
    NotAdmitted,
    NotParty,
    SameParty,
    Unknown,
    WrongState,
    ZeroHash
} from "../libraries/Errors.sol";
import {Filed} from "../libraries/Filed.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Alerts
/// @notice The promise is in IAlerts.
/// @dev Immutable: what was raised and judged is nobody's to rewrite. It decides nothing about money.
contract Alerts is IAlerts, Filed {
    uint8 private constant RAISED = 1;
    uint8 private constant ASSIGNED = 2;
    uint8 private constant EXPLAINED = 3;
    uint8 private constant CONFIRMED = 4;
    uint8 private constant DISMISSED = 5;
    uint8 private constant CONFIRMING = 3;
    uint8 private constant REASONS = 8;
    uint8 private constant ISSUED = 2;
    uint32 private constant WITNESSES = Roles.VERIFIER | Roles.AUDITOR | Roles.AUTHORITY;
    uint32 private constant JUDGES = Roles.AUDITOR | Roles.AUTHORITY;

    IBondOffice public immutable bondOffice;
    ILabels public immutable labels;
    uint32 public immutable answerDays;

    uint64 public count;
    mapping(uint64 => Alert) private _alerts;
    mapping(uint32 => mapping(bytes32 => uint64)) public idOf;
    mapping(uint64 => mapping(bytes32 => bool)) private _cited;

    constructor(
        IParticipants participants_,
        IDocuments documents_,
        IBondOffice bondOffice_,
        ILabels labels_,
        uint32 answerDays_
    ) Filed(participants_, documents_) {
        bondOffice = bondOffice_;
        labels = labels_;
        answerDays = answerDays_;
    }

    // --- reading ---

    function alert(uint64 id) external view returns (Alert memory) {
        return _alerts[id];
    }

    function alerts(uint64 first, uint256 most) external view returns (Alert[] memory page) {
        uint256 left = first <= count ? count + 1 - first : 0;
        page = new Alert[](left < most ? left : most);
        for (uint64 i; i < page.length; ++i) {
            page[i] = _alerts[first + i];
        }
    }

    function isOverdue(uint64 id) external view returns (bool) {
        return _isOverdue(_alerts[id]);
    }

    function _isOverdue(Alert memory a) private view returns (bool) {
        bool open = a.state != 0 && a.state < CONFIRMED;
        return open && participants.today() > uint256(a.raisedOn) + answerDays;
    }

    function _opened(uint64 id) private view returns (Alert memory a) {
        a = _known(id);
        if (a.state >= CONFIRMED) revert WrongState("ALERT", id, a.state, EXPLAINED);
    }

    function _known(uint64 id) private view returns (Alert memory a) {
        a = _alerts[id];
        if (a.state == 0) revert Unknown("ALERT", id);
    }

    function _issued(uint32 bond) private view returns (address issuer, address token) {
        IBondOffice.Bond memory b = bondOffice.bond(bond);
        if (b.state == 0) revert Unknown("BOND", bond);
        if (b.state != ISSUED) revert WrongState("BOND", bond, b.state, ISSUED);
        return (b.issuer, b.token);
    }

    // --- raising ---

    function checkRaise(
        uint32 bond,
        bytes32 key,
        bytes32 indicator,
        address subject,
        bytes32 document,
        address by
    ) public view {
        if (key == 0) revert ZeroHash("KEY");
        if (indicator == 0) revert ZeroHash("INDICATOR");
        if (bond != 0) _issued(bond);
        bool named = bond == 0 || subject != address(0);
        if (named && participants.identifierOf(subject) == 0) revert NotAdmitted(subject);
        _requireEntitled(bond, by);
        uint64 id = idOf[bond][key];
        if (id != 0) revert AlreadyUsed("ALERT", bytes32(uint256(id)));
        documents.requireKnown(document, by, 0);
    }

    function raiseAlert(uint32 bond, bytes32 key, bytes32 indicator, address subject, bytes32 document)
        external
        returns (uint64 id)
    {
        checkRaise(bond, key, indicator, subject, document, msg.sender);
        id = ++count;
        Alert memory a;
        a.bond = bond;
        a.state = RAISED;
        a.round = 1;
        a.raisedOn = participants.today();
        a.raisedBy = msg.sender;
        a.subject = subject;
        if (subject == address(0)) (a.subject,) = _issued(bond);
        a.key = key;
        a.indicator = indicator;
        a.evidence = document;
        _alerts[id] = a;
        idOf[bond][key] = id;
        _cited[id][document] = true;
        emit AlertRaised(id, bond, key, a);
    }

    function checkReopen(uint64 id, bytes32 document, address by) public view {
        Alert memory a = _known(id);
        if (a.state != DISMISSED) revert WrongState("ALERT", id, a.state, DISMISSED);
        _requireEntitled(a.bond, by);
        if (_cited[id][document]) revert AlreadyUsed("DOCUMENT", document);
        documents.requireKnown(document, by, 0);
    }

    function reopen(uint64 id, bytes32 document) external {
        checkReopen(id, document, msg.sender);
        Alert storage a = _alerts[id];
        a.state = RAISED;
        a.reason = 0;
        a.closedOn = 0;
        a.raisedOn = participants.today();
        a.raisedBy = msg.sender;
        a.judge = address(0);
        a.evidence = document;
        a.explanation = 0;
        a.conclusion = 0;
        _cited[id][document] = true;
        emit AlertReopened(id, a.bond, msg.sender, document, ++a.round);
    }

    /// @dev A witness by role, or whoever has money in the bond.
    function _requireEntitled(uint32 bond, address by) private view {
        uint32 had = _rolesOf(by);
        if (had & WITNESSES == 0 && _unitsOf(bond, by) == 0) revert MissingRole(by, had, WITNESSES);
    }

    function _rolesOf(address who) private view returns (uint32) {
        participants.requireActive(who);
        return participants.admission(who).roles;
    }

    function _unitsOf(uint32 bond, address who) private view returns (uint256) {
        if (bond == 0) return 0;
        (, address token) = _issued(bond);
        return IGreenBond(token).balanceOf(who);
    }

    // --- who judges ---

    function checkAssign(uint64 id, address judge, address by) public view {
        Alert memory a = _opened(id);
        if (judge == a.judge) revert SameParty(judge, a.judge);
        if (a.judge == address(0) || _isOverdue(a)) {
            if (by == a.raisedBy) participants.requireActive(by);
            else if (by != judge) _requireFit(a, by);
        } else {
            participants.requireRole(by, by == a.judge ? 0 : Roles.AUTHORITY);
            if (by != a.judge && by != judge) _requireFit(a, by);
        }
        _requireFit(a, judge);
    }

    function assign(uint64 id, address judge) external {
        checkAssign(id, judge, msg.sender);
        Alert storage a = _alerts[id];
        a.judge = judge;
        a.state = a.explanation == 0 ? ASSIGNED : EXPLAINED;
        emit AlertAssigned(id, a.bond, judge, msg.sender);
    }

    /// @dev Active, in one of the roles, without a stake in the bond, and a stranger to everybody whom the alert touches.
    function _requireFit(Alert memory a, address who) private view {
        uint32 had = _rolesOf(who);
        uint32 needed = a.round > 1 ? JUDGES : WITNESSES;
        if (had & needed == 0) revert MissingRole(who, had, needed);
        participants.requireUnrelated(a.subject, who);
        participants.requireUnrelated(a.raisedBy, who);
        if (a.bond == 0) return;
        (address issuer,) = _issued(a.bond);
        participants.requireUnrelated(issuer, who);
        uint256 units = _unitsOf(a.bond, who);
        if (units != 0) revert Interested(who, a.bond, units);
    }

    // --- the other side is heard ---

    function checkExplain(uint64 id, bytes32 document, address by) public view {
        Alert memory a = _opened(id);
        if (by != a.subject) {
            address issuer;
            if (a.bond != 0) (issuer,) = _issued(a.bond);
            if (by != issuer) revert NotParty(by, a.subject);
        }
        participants.requireActive(by);
        documents.requireKnown(document, by, 0);
    }

    function explain(uint64 id, bytes32 document) external {
        checkExplain(id, document, msg.sender);
        Alert storage a = _alerts[id];
        a.explanation = document;
        if (a.judge != address(0)) a.state = EXPLAINED;
        emit AlertExplained(id, a.bond, msg.sender, document);
    }

    // --- its end ---

    function checkConfirm(uint64 id, uint8 reason, bool severe, bytes32 document, address by) public view {
        _requireCloser(id, document, by);
        if (reason == 0 || reason > CONFIRMING) revert WrongState("REASON", id, reason, CONFIRMING);
        uint32 had = participants.admission(by).roles;
        if (severe && had & JUDGES == 0) revert MissingRole(by, had, JUDGES);
    }

    function confirm(uint64 id, uint8 reason, bool severe, bytes32 document) external {
        checkConfirm(id, reason, severe, document, msg.sender);
        _close(id, CONFIRMED, reason, document);
        Alert storage a = _alerts[id];
        uint64 breach = a.bond == 0 ? 0 : labels.confirm(a.bond, document, severe, msg.sender);
        a.breach = breach;
        emit AlertConfirmed(id, a.bond, msg.sender, reason, severe, document, breach);
    }

    function checkDismiss(uint64 id, uint8 reason, bytes32 document, address by) public view {
        _requireCloser(id, document, by);
        if (reason <= CONFIRMING || reason > REASONS) revert WrongState("REASON", id, reason, REASONS);
    }

    function dismiss(uint64 id, uint8 reason, bytes32 document) external {
        checkDismiss(id, reason, document, msg.sender);
        _close(id, DISMISSED, reason, document);
        emit AlertDismissed(id, _alerts[id].bond, msg.sender, reason, document);
    }

    /// @dev Asked again at the end: who was a stranger when it took the alert may be a relative by now.
    function _requireCloser(uint64 id, bytes32 document, address by) private view {
        Alert memory a = _opened(id);
        if (a.state == RAISED) revert WrongState("ALERT", id, RAISED, ASSIGNED);
        bool may = by == a.judge || participants.admission(by).roles & Roles.AUTHORITY != 0;
        if (!may) revert NotParty(by, a.judge);
        _requireFit(a, by);
        documents.requireKnown(document, by, 0);
    }

    function _close(uint64 id, uint8 state, uint8 reason, bytes32 document) private {
        Alert storage a = _alerts[id];
        a.state = state;
        a.reason = reason;
        a.closedOn = participants.today();
        a.conclusion = document;
        a.judge = msg.sender;
        _cited[id][document] = true;
    }
}
