// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {ILegs} from "../interfaces/ILegs.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    CurrencyMismatch,
    DateOutOfOrder,
    MissingRole,
    NotAdmitted,
    NotParty,
    SameParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Filed} from "../libraries/Filed.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Legs
/// @notice The promise is in ILegs.
/// @dev Immutable, and nobody's neighbour: it reads others, and no other contract knows its address.
contract Legs is ILegs, Filed {
    uint8 private constant REPORTED = 1;
    uint8 private constant ATTESTED = 2;
    uint8 private constant SUPERSEDED = 3;
    uint8 private constant WITHDRAWN = 4;
    uint8 private constant REFUSED = 5;
    uint8 private constant KINDS = 5;
    uint256 private constant MAX_TEXT = 200;
    uint32 private constant WITNESSES = Roles.BANK | Roles.AUDITOR | Roles.VERIFIER;

    IBondOffice public immutable bonds;

    uint64 public count;
    mapping(uint64 => Standing) private _legs;
    mapping(bytes32 => uint64) private _byKey;

    constructor(IParticipants participants_, IDocuments documents_, IBondOffice bonds_)
        Filed(participants_, documents_)
    {
        bonds = bonds_;
    }

    // --- reading ---

    function leg(uint64 id) external view returns (Standing memory) {
        return _legs[id];
    }

    function legOf(address attester, string calldata bank, bytes32 bankReference)
        external
        view
        returns (uint64)
    {
        return _byKey[_keyOf(attester, bank, bankReference)];
    }

    function contentOf(Leg calldata l) public pure returns (bytes32) {
        return keccak256(abi.encode(l));
    }

    // --- attester ---

    function checkAttest(Leg calldata l, address attester) public view {
        _requireWitness(attester, l.issuer);
        _requireSound(l, attester, attester);
    }

    function attest(Leg calldata l) external returns (uint64 id) {
        checkAttest(l, msg.sender);
        id = _keep(l, msg.sender, ATTESTED);
        _stand(id, _legs[id]);
        emit LegAttested(id, msg.sender, l.bond, l);
    }

    function checkConfirm(uint64 id, bytes32 content, address attester) public view {
        Standing storage s = _reported(id, attester);
        if (content != s.content) revert LegMismatch(id, content, s.content);
        _requireWitness(attester, s.reporter);
        _requireFree(s.key, s.supersedes, 0);
        _requireCorrects(s.supersedes, s.subject, attester);
    }

    function confirm(uint64 id, bytes32 content) external {
        checkConfirm(id, content, msg.sender);
        _legs[id].state = ATTESTED;
        _stand(id, _legs[id]);
        emit LegConfirmed(id, msg.sender);
    }

    function refuse(uint64 id, string calldata reason) external {
        Standing storage s = _reported(id, msg.sender);
        participants.requireActive(msg.sender);
        _requireText("REASON", reason, 1);
        s.state = REFUSED;
        emit LegRefused(id, reason);
    }

    // --- issuer ---

    function checkReport(Leg calldata l, address attester, address issuer) public view {
        if (issuer != l.issuer) revert NotParty(issuer, l.issuer);
        participants.requireRole(issuer, Roles.ISSUER);
        _requireWitness(attester, issuer);
        _requireSound(l, attester, issuer);
    }

    function report(Leg calldata l, address attester) external returns (uint64 id) {
        checkReport(l, attester, msg.sender);
        id = _keep(l, attester, REPORTED);
        emit LegReported(id, msg.sender, attester, l);
    }

    // --- who said it ---

    function withdraw(uint64 id, string calldata reason) external {
        Standing storage s = _legs[id];
        if (s.state == 0) revert Unknown("LEG", id);
        address by = s.state == REPORTED ? s.reporter : s.attester;
        if (msg.sender != by) revert NotParty(msg.sender, by);
        if (s.state > ATTESTED) revert WrongState("LEG", id, s.state, ATTESTED);
        participants.requireActive(by);
        _requireText("REASON", reason, 1);
        if (s.state == ATTESTED) delete _byKey[s.key];
        s.state = WITHDRAWN;
        emit LegWithdrawn(id, reason);
    }

    // --- what a leg must be ---

    function _requireWitness(address attester, address issuer) private view {
        participants.requireActive(attester);
        uint32 had = participants.admission(attester).roles;
        if (had & WITNESSES == 0) revert MissingRole(attester, had, WITNESSES);
        participants.requireUnrelated(issuer, attester);
    }

    function _requireSound(Leg calldata l, address attester, address by) private view {
        _requireBond(l);
        if (l.kind == 0 || l.kind > KINDS) revert WrongState("LEG_KIND", l.kind, l.kind, KINDS);
        if (l.amount == 0) revert ZeroAmount();
        uint32 day = participants.today();
        if (l.valueDay == 0 || l.valueDay > day) revert DateOutOfOrder("VALUE_DATE", l.valueDay, day);
        _requirePlaces(l);
        if (l.bankReference == 0) revert ZeroHash("BANK_REFERENCE");
        documents.requireKnown(l.document, by, 0);
        bytes32 key = _keyOf(attester, l.bank, l.bankReference);
        _requireFree(key, l.supersedes, l.bankReference);
        _requireCorrects(l.supersedes, _subjectOf(l), attester);
        if (l.supersedes != 0) _requireText("REASON", l.reason, 1);
        else if (bytes(l.reason).length != 0) revert AmountTooLarge(bytes(l.reason).length, 0);
    }

    /// @dev A bond of this ledger has its issuer and currency; one outside is a participant's, and has a name.
    function _requireBond(Leg calldata l) private view {
        if (l.bond == 0) {
            if (participants.identifierOf(l.issuer) == 0) revert NotAdmitted(l.issuer);
            if (l.currency == 0) revert ZeroHash("CURRENCY");
            _requireText("INSTRUMENT", l.instrument, 1);
            return;
        }
        IBondOffice.Bond memory b = bonds.bond(l.bond);
        if (b.state == 0) revert Unknown("BOND", l.bond);
        if (l.issuer != b.issuer) revert NotParty(l.issuer, b.issuer);
        bytes3 currency = ICash(b.terms.cash).currency();
        if (l.currency != currency) revert CurrencyMismatch(l.currency, currency);
        if (bytes(l.instrument).length != 0) revert AmountTooLarge(bytes(l.instrument).length, 0);
    }

    function _requirePlaces(Leg calldata l) private view {
        _requireText("BANK", l.bank, 1);
        _requireText("FROM", l.from, 1);
        _requireText("TO", l.to, 1);
        _requireText("PROJECT", l.project, 0);
        if (l.payer != address(0) && participants.identifierOf(l.payer) == 0) revert NotAdmitted(l.payer);
        if (l.payee != address(0) && participants.identifierOf(l.payee) == 0) revert NotAdmitted(l.payee);
        bool one = keccak256(bytes(l.from)) == keccak256(bytes(l.to));
        if (one && l.payer == l.payee) revert SameParty(l.payer, l.payee);
    }

    function _requireText(bytes32 what, string calldata text, uint256 least) private pure {
        uint256 size = bytes(text).length;
        if (size < least) revert ZeroHash(what);
        if (size > MAX_TEXT) revert AmountTooLarge(size, MAX_TEXT);
    }

    /// @dev The reference that a correction inherits is its own. Of what was reported, the key names it.
    function _requireFree(bytes32 key, uint64 supersedes, bytes32 bankReference) private view {
        uint64 taken = _byKey[key];
        if (taken != 0 && taken != supersedes) {
            revert AlreadyUsed("BANK_REFERENCE", bankReference == 0 ? key : bankReference);
        }
    }

    function _requireCorrects(uint64 former, bytes32 subject, address attester) private view {
        if (former == 0) return;
        Standing storage s = _legs[former];
        if (s.state == 0) revert Unknown("LEG", former);
        if (s.state != ATTESTED) revert WrongState("LEG", former, s.state, ATTESTED);
        if (s.attester != attester) revert NotParty(attester, s.attester);
        if (s.subject != subject) revert LegMismatch(former, subject, s.subject);
    }

    // --- small parts ---

    function _reported(uint64 id, address attester) private view returns (Standing storage s) {
        s = _legs[id];
        if (s.state == 0) revert Unknown("LEG", id);
        if (attester != s.attester) revert NotParty(attester, s.attester);
        if (s.state != REPORTED) revert WrongState("LEG", id, s.state, REPORTED);
    }

    function _keep(Leg calldata l, address attester, uint8 state) private returns (uint64 id) {
        id = ++count;
        Standing storage s = _legs[id];
        (s.reporter, s.state, s.supersedes, s.attester) = (msg.sender, state, l.supersedes, attester);
        (s.subject, s.content) = (_subjectOf(l), contentOf(l));
        s.key = _keyOf(attester, l.bank, l.bankReference);
    }

    /// @dev Takes its reference, after the leg that it corrects gave up its own.
    function _stand(uint64 id, Standing storage s) private {
        uint64 former = s.supersedes;
        if (former != 0) {
            Standing storage f = _legs[former];
            (f.state, f.supersededBy) = (SUPERSEDED, id);
            delete _byKey[f.key];
            emit LegSuperseded(former, id);
        }
        _byKey[s.key] = id;
    }

    function _subjectOf(Leg calldata l) private pure returns (bytes32) {
        return keccak256(abi.encode(l.bond, l.issuer, l.currency, keccak256(bytes(l.instrument))));
    }

    function _keyOf(address attester, string calldata bank, bytes32 bankReference)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(attester, keccak256(bytes(bank)), bankReference));
    }
}
