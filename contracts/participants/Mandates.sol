// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IMandates} from "../interfaces/IMandates.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    DateOutOfOrder,
    NotAdmitted,
    NotParty,
    SameParty,
    Unknown,
    WrongState,
    ZeroHash
} from "../libraries/Errors.sol";
import {MandateKinds} from "../libraries/MandateKinds.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Mandates
/// @notice The promise is in IMandates.
/// @dev Immutable: what every agent's act and every reader's reach is judged by.
contract Mandates is IMandates {
    uint8 private constant IN_FORCE = 1;
    uint8 private constant ENDED = 2;

    /// The latest grant of one reach, by the owner's side and by the authorities': one slot, so that asking reads no list.
    struct Standing {
        uint96 owners;
        uint32 ownersUntil;
        uint96 authoritys;
        uint32 authoritysUntil;
    }

    IParticipants public immutable participants;

    uint256 public count;
    mapping(uint256 => Mandate) private _mandates;
    mapping(bytes32 => Standing) private _standing;

    constructor(IParticipants participants_) {
        participants = participants_;
    }

    // --- asking ---

    function mandate(uint256 id) external view returns (Mandate memory) {
        return _mandates[id];
    }

    function mandates(uint256 first, uint256 most) external view returns (Mandate[] memory page) {
        uint256 left = first <= count ? count + 1 - first : 0;
        page = new Mandate[](left < most ? left : most);
        for (uint256 i; i < page.length; ++i) {
            page[i] = _mandates[first + i];
        }
    }

    function holds(address owner, address agent, uint8 kind, uint32 bond) public view returns (bool) {
        if (!participants.isActive(agent)) return false;
        uint32 day = participants.today();
        if (_inForce(_reach(owner, agent, kind, bond), day)) return true;
        return bond != 0 && _inForce(_reach(owner, agent, kind, 0), day);
    }

    function requireMandate(address owner, address agent, uint8 kind, uint32 bond) external view {
        if (!holds(owner, agent, kind, bond)) revert MandateMissing(owner, agent, kind, bond);
    }

    function checkGrant(
        address grantor,
        address agent,
        address owner,
        uint8 kind,
        uint32 until,
        bytes32 document
    ) public view {
        if (kind == 0 || kind > MandateKinds.CREDIT_READER) {
            revert Unknown("MANDATE_KIND", kind);
        }
        if (grantor == owner) {
            participants.requireActive(grantor);
        } else {
            if (kind != MandateKinds.AUDITOR) revert NotParty(grantor, owner);
            participants.requireRole(grantor, Roles.AUTHORITY);
            if (participants.identifierOf(owner) == 0) revert NotAdmitted(owner);
        }
        if (agent == owner) revert SameParty(agent, owner);
        uint32 day = participants.requireRole(agent, MandateKinds.roleOf(kind));
        if (until < day) revert DateOutOfOrder("UNTIL", until, day);
        if (document == 0) revert ZeroHash("DOCUMENT");
    }

    // --- granting and ending ---

    function grant(address agent, address owner, uint8 kind, uint32 bond, uint32 until, bytes32 document)
        external
        returns (uint256 id)
    {
        checkGrant(msg.sender, agent, owner, kind, until, document);
        id = ++count;
        Mandate memory m =
            Mandate(msg.sender, agent, owner, kind, bond, participants.today(), until, false, document);
        _mandates[id] = m;
        uint256 former = _takePlace(id, m);
        if (former != 0) _end(former);
        emit MandateGranted(id, owner, agent, m);
    }

    /// @return former the grant whose place this one takes, zero when none was in force
    function _takePlace(uint256 id, Mandate memory m) private returns (uint256 former) {
        Standing storage s = _standing[_reach(m.owner, m.agent, m.kind, m.bond)];
        if (m.grantor == m.owner) {
            if (s.ownersUntil >= m.since) former = s.owners;
            (s.owners, s.ownersUntil) = (uint96(id), m.until);
        } else {
            if (s.authoritysUntil >= m.since) former = s.authoritys;
            (s.authoritys, s.authoritysUntil) = (uint96(id), m.until);
        }
    }

    function end(uint256 id) external {
        Mandate storage m = _mandates[id];
        if (m.grantor == address(0)) revert Unknown("MANDATE", id);
        _requireEnder(m);
        if (m.ended) revert WrongState("MANDATE", id, ENDED, IN_FORCE);
        Standing storage s = _standing[_reach(m.owner, m.agent, m.kind, m.bond)];
        if (s.owners == id) s.ownersUntil = 0;
        if (s.authoritys == id) s.authoritysUntil = 0;
        _end(id);
    }

    function _requireEnder(Mandate storage m) private view {
        if (msg.sender == m.grantor || msg.sender == m.agent) return;
        if (m.grantor == m.owner) revert NotParty(msg.sender, m.grantor);
        participants.requireRole(msg.sender, Roles.AUTHORITY);
    }

    function _end(uint256 id) private {
        _mandates[id].ended = true;
        emit MandateEnded(id, msg.sender);
    }

    // --- small parts ---

    function _inForce(bytes32 reach, uint32 day) private view returns (bool) {
        Standing storage s = _standing[reach];
        return s.ownersUntil >= day || s.authoritysUntil >= day;
    }

    function _reach(address owner, address agent, uint8 kind, uint32 bond) private pure returns (bytes32) {
        return keccak256(abi.encode(owner, agent, kind, bond));
    }
}
