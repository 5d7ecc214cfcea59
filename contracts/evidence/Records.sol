// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IRecords} from "../interfaces/IRecords.sol";
import {
    AlreadyUsed,
    DateOutOfOrder,
    MissingRole,
    NotAdmitted,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Filed} from "../libraries/Filed.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Records
/// @notice The promise is in IRecords.
contract Records is IRecords, Filed {
    uint8 private constant KINDS = 8;
    uint32 private constant WITNESSES = Roles.BANK | Roles.AUDITOR | Roles.VERIFIER | Roles.AUTHORITY;

    uint256 public count;
    mapping(uint256 => Statement) private _statements;
    mapping(uint256 => address) private _by;
    mapping(uint256 => bool) private _withdrawn;

    constructor(IParticipants participants_, IDocuments documents_) Filed(participants_, documents_) {}

    function record(uint256 id) external view returns (Statement memory, address by, bool withdrawn) {
        return (_statements[id], _by[id], _withdrawn[id]);
    }

    function checkAttest(Statement calldata s, address by) public view {
        participants.requireActive(by);
        if (by != s.subject) {
            uint32 had = participants.admission(by).roles;
            if (had & WITNESSES == 0) revert MissingRole(by, had, WITNESSES);
            if (participants.identifierOf(s.subject) == 0) revert NotAdmitted(s.subject);
        }
        if (s.kind == 0 || s.kind > KINDS) revert WrongState("RECORD_KIND", s.kind, s.kind, KINDS);
        if (s.count == 0) revert ZeroAmount();
        if (s.amount != 0 && s.currency == 0) revert ZeroHash("CURRENCY");
        if (s.until < s.from) revert DateOutOfOrder("UNTIL", s.until, s.from);
        uint32 day = participants.today();
        if (s.until > day) revert DateOutOfOrder("UNTIL", s.until, day);
        documents.requireKnown(s.document, by, 0);
    }

    function attest(Statement calldata s) external returns (uint256 id) {
        checkAttest(s, msg.sender);
        id = ++count;
        _statements[id] = s;
        _by[id] = msg.sender;
        emit Attested(id, s.subject, msg.sender, s);
    }

    function withdraw(uint256 id, bytes32 document) external {
        address by = _by[id];
        if (by == address(0)) revert Unknown("RECORD", id);
        if (msg.sender != by) revert NotParty(msg.sender, by);
        if (_withdrawn[id]) revert AlreadyUsed("RECORD", bytes32(id));
        participants.requireActive(by);
        documents.requireKnown(document, by, 0);
        _withdrawn[id] = true;
        emit AttestationWithdrawn(id, document);
    }
}
