// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {ILabels} from "../interfaces/ILabels.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IUndertakings} from "../interfaces/IUndertakings.sol";
import {AlreadyUsed, MissingRole, NotParty, Unknown, WrongState} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Labels
/// @notice The promise is in ILabels.
/// @dev Open breaches of a bond are a linked list in order of their days, so the oldest is at hand whatever their number.
contract Labels is ILabels, Powered {
    uint8 private constant ISSUED = 2;
    uint8 private constant GREEN = 1;
    uint8 private constant WATCH = 2;
    uint8 private constant WITHDRAWN = 3;
    uint8 private constant REVIEW = 1;
    uint8 private constant VERIFIER = 2;
    uint8 private constant UNDERTAKING = 3;
    uint8 private constant ALERT = 4;
    uint32 private constant WITNESSES = Roles.VERIFIER | Roles.AUDITOR | Roles.AUTHORITY;
    uint32 private constant JUDGES = Roles.AUDITOR | Roles.AUTHORITY;

    struct Line {
        uint64 oldest;
        uint64 newest;
        uint32 open;
        uint32 severe;
    }

    struct Link {
        uint64 before;
        uint64 next;
    }

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IFrameworks public immutable frameworks;
    IUndertakings public immutable undertakings;
    IBondOffice public immutable bondOffice;

    uint64 public count;
    uint32 public cureDays;
    mapping(uint64 => Breach) private _breaches;
    mapping(uint64 => Link) private _links;
    mapping(uint32 => Line) private _lines;
    mapping(bytes32 => uint64) private _openOf;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IUndertakings undertakings_,
        IBondOffice bondOffice_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        frameworks = frameworks_;
        undertakings = undertakings_;
        bondOffice = bondOffice_;
    }

    // --- reading ---

    function breach(uint64 id) external view returns (Breach memory) {
        return _breaches[id];
    }

    function labelOf(uint32 bond) external view returns (uint8 label, uint32 open, uint32 since) {
        Line memory line = _lines[bond];
        if (line.open == 0 && bondOffice.bond(bond).state != ISSUED) return (0, 0, 0);
        return (_label(line), line.open, _breaches[line.oldest].since);
    }

    function openBreaches(uint32 bond, uint64 afterId, uint256 limit)
        external
        view
        returns (uint64[] memory list)
    {
        uint64 id = afterId == 0 ? _lines[bond].oldest : _links[afterId].next;
        uint256 most = _lines[bond].open < limit ? _lines[bond].open : limit;
        list = new uint64[](most);
        uint256 n;
        for (; n < most && id != 0; ++n) {
            list[n] = id;
            id = _links[id].next;
        }
        assembly ("memory-safe") {
            mstore(list, n)
        }
    }

    function _label(Line memory line) private view returns (uint8) {
        if (line.open == 0) return GREEN;
        bool late = participants.today() > uint256(_breaches[line.oldest].since) + cureDays;
        return line.severe != 0 || late ? WITHDRAWN : WATCH;
    }

    function _issued(uint32 bond) private view returns (address issuer, uint32 framework) {
        IBondOffice.Bond memory b = bondOffice.bond(bond);
        if (b.state == 0) revert Unknown("BOND", bond);
        if (b.state != ISSUED) revert WrongState("BOND", bond, b.state, ISSUED);
        return (b.issuer, b.terms.framework);
    }

    // --- what the chain sees ---

    function checkRaise(uint32 bond, uint8 cause, uint8 index, uint32 occurrence) public view {
        (address issuer, uint32 framework) = _issued(bond);
        uint64 open = _openOf[_key(bond, cause, index, occurrence)];
        if (open != 0) revert AlreadyUsed("BREACH", bytes32(uint256(open)));
        if (!_isSeen(issuer, framework, cause, index, occurrence)) revert NoBreach(bond, cause);
    }

    function raiseBreach(uint32 bond, uint8 cause, uint8 index, uint32 occurrence) external returns (uint64) {
        checkRaise(bond, cause, index, occurrence);
        uint32 day = participants.today();
        return _open(Breach(bond, cause, index, occurrence, day, 0, false, msg.sender, 0));
    }

    function checkCure(uint64 id) public view {
        Breach memory b = _openBreach(id);
        (address issuer, uint32 framework) = _issued(b.bond);
        bool gone = b.cause == UNDERTAKING
            ? undertakings.isKept(framework, b.index, b.occurrence)
            : b.cause != ALERT && !_isSeen(issuer, framework, b.cause, b.index, b.occurrence);
        if (!gone) revert NotCured(id, b.cause);
    }

    function cure(uint64 id) external {
        checkCure(id);
        _close(id, 0);
    }

    /// @dev Numbers that a cause does not have are zero, so that one cause is one breach.
    function _isSeen(address issuer, uint32 framework, uint8 cause, uint8 index, uint32 occurrence)
        private
        view
        returns (bool)
    {
        if (cause == UNDERTAKING) {
            return undertakings.isOverdue(framework, index, occurrence)
                || undertakings.isFailed(framework, index, occurrence);
        }
        if (index != 0 || occurrence != 0) return false;
        if (cause == REVIEW) return !frameworks.hasReview(framework);
        return cause == VERIFIER && !_isFit(frameworks.standing(framework).verifier, issuer);
    }

    /// @dev A review that was withdrawn has no verifier to judge: that is the first cause.
    function _isFit(address verifier, address issuer) private view returns (bool) {
        if (verifier == address(0)) return true;
        IParticipants.Admission memory v = participants.admission(verifier);
        bool related = verifier == issuer || (v.group != 0 && v.group == participants.admission(issuer).group);
        return participants.isActive(verifier) && v.roles & Roles.VERIFIER != 0 && !related;
    }

    // --- what somebody confirms ---

    /// @dev Alerts asked who judges, and lets an alert be confirmed once.
    function confirm(uint32 bond, bytes32 document, bool severe, address by)
        external
        onlyDuty("ALERTS")
        returns (uint64)
    {
        _issued(bond);
        uint32 day = participants.today();
        return _open(Breach(bond, ALERT, 0, 0, day, 0, severe, by, document));
    }

    function aggravate(uint64 id, bytes32 document) external {
        Breach memory b = _openBreach(id);
        (address issuer,) = _issued(b.bond);
        _requireWitness(issuer, JUDGES, document);
        if (b.severe) revert WrongState("BREACH", id, 1, 0);
        _breaches[id].severe = true;
        _breaches[id].by = msg.sender;
        ++_lines[b.bond].severe;
        emit BreachSevere(id, b.bond, msg.sender, document);
    }

    function cureAlert(uint64 id, bytes32 document) external {
        Breach memory b = _openBreach(id);
        if (b.cause != ALERT) revert NotCured(id, b.cause);
        (address issuer,) = _issued(b.bond);
        _requireWitness(issuer, WITNESSES, document);
        uint32 others = b.severe ? Roles.AUTHORITY : Roles.VERIFIER | Roles.AUTHORITY;
        bool may = msg.sender == b.by || participants.admission(msg.sender).roles & others != 0;
        if (!may) revert NotParty(msg.sender, b.by);
        _close(id, document);
    }

    /// @dev Active, in one of the roles, unrelated to the issuer, and answering with a document it registered.
    function _requireWitness(address issuer, uint32 roles, bytes32 document) private view {
        participants.requireRole(msg.sender, 0);
        uint32 had = participants.admission(msg.sender).roles;
        if (had & roles == 0) revert MissingRole(msg.sender, had, roles);
        participants.requireUnrelated(issuer, msg.sender);
        documents.requireKnown(document, msg.sender, 0);
    }

    // --- open breaches, oldest first ---

    function _open(Breach memory b) private returns (uint64 id) {
        id = ++count;
        _breaches[id] = b;
        Line storage line = _lines[b.bond];
        _links[id].before = line.newest;
        if (line.newest == 0) line.oldest = id;
        else _links[line.newest].next = id;
        line.newest = id;
        ++line.open;
        if (b.severe) ++line.severe;
        if (b.cause != ALERT) _openOf[_keyOf(b)] = id;
        emit BreachRaised(id, b.bond, _label(line), b);
    }

    function _close(uint64 id, bytes32 document) private {
        Breach memory b = _breaches[id];
        _breaches[id].curedOn = participants.today();
        Link memory link = _links[id];
        Line storage line = _lines[b.bond];
        if (link.before == 0) line.oldest = link.next;
        else _links[link.before].next = link.next;
        if (link.next == 0) line.newest = link.before;
        else _links[link.next].before = link.before;
        delete _links[id];
        --line.open;
        if (b.severe) --line.severe;
        if (b.cause != ALERT) delete _openOf[_keyOf(b)];
        emit BreachCured(id, b.bond, _label(line), msg.sender, document);
    }

    function _openBreach(uint64 id) private view returns (Breach memory b) {
        b = _breaches[id];
        if (b.bond == 0) revert Unknown("BREACH", id);
        if (b.curedOn != 0) revert WrongState("BREACH", id, 1, 0);
    }

    function _keyOf(Breach memory b) private pure returns (bytes32) {
        return _key(b.bond, b.cause, b.index, b.occurrence);
    }

    function _key(uint32 bond, uint8 cause, uint8 index, uint32 occurrence) private pure returns (bytes32) {
        return keccak256(abi.encode(bond, cause, index, occurrence));
    }

    // --- delayed powers ---

    function setCureDays(uint32 days_) external onlyPowers {
        cureDays = days_;
        emit CureDaysSet(days_);
    }
}
