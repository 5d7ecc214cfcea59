// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPowers} from "../interfaces/IPowers.sol";
import {
    DateOutOfOrder,
    Lapsed,
    MissingRole,
    NotAdmitted,
    NotOperator,
    RelatedParties,
    SameParty,
    Suspended,
    ZeroHash
} from "../libraries/Errors.sol";
import {Purposes} from "../libraries/Purposes.sol";

/// @title Participants
/// @notice The promise is in IParticipants.
/// @dev Immutable: every act reads it. The operator is whom `Powers` names, so handing the role over needs no change here.
contract Participants is IParticipants {
    IPowers public immutable powers;
    bool public immutable replay;
    /// seconds east of UTC of the programme's time zone
    int32 public immutable zone;

    uint32 private _postedDay;
    // roles (bits 0..31) | suspended (32) | lapse day (40..71) | group (72..135): one slot, read by every act
    mapping(address => uint256) private _admissions;
    mapping(address => bytes32) public identifierOf;
    mapping(bytes32 => address) public accountOf;

    constructor(IPowers powers_, bool replay_, int32 zone_) {
        powers = powers_;
        replay = replay_;
        zone = zone_;
    }

    modifier onlyOperator() {
        address operator = powers.operator();
        if (msg.sender != operator) revert NotOperator(msg.sender, operator);
        _;
    }

    // --- dates ---

    function today() public view returns (uint32) {
        return replay ? _postedDay : _blockDay();
    }

    function postBusinessDate(uint32 day) external onlyOperator {
        if (!replay) revert NotReplay();
        if (day < _postedDay) revert DateOutOfOrder("BUSINESS_DATE", day, _postedDay);
        if (day > _blockDay()) revert DateOutOfOrder("BLOCK_DATE", day, _blockDay());
        _postedDay = day;
        emit BusinessDatePosted(day);
    }

    function _blockDay() private view returns (uint32) {
        return uint32(uint256(int256(block.timestamp) + zone) / 1 days);
    }

    // --- admission ---

    function admit(
        address account,
        bytes32 identifier,
        string calldata name,
        Admission calldata admission_,
        bytes32 kycDocument
    ) external onlyOperator {
        if (account == address(0)) revert ZeroHash("ACCOUNT");
        if (Purposes.isPurpose(account)) revert PurposeCannotParticipate(account);
        if (account == powers.operator()) revert OperatorCannotParticipate(account);
        if (identifier == 0) revert ZeroHash("IDENTIFIER");
        if (kycDocument == 0) revert ZeroHash("KYC");
        if (identifierOf[account] != 0) revert AccountTaken(account);
        if (accountOf[identifier] != address(0)) revert IdentifierTaken(identifier, accountOf[identifier]);
        _requireFuture(admission_.lapseDay);
        identifierOf[account] = identifier;
        accountOf[identifier] = account;
        _admissions[account] = _pack(admission_);
        emit Admitted(account, identifier, name, admission_, kycDocument);
    }

    function amend(address account, Admission calldata admission_, bytes32 document) external onlyOperator {
        if (identifierOf[account] == 0) revert NotAdmitted(account);
        if (document == 0) revert ZeroHash("DOCUMENT");
        if (admission_.lapseDay == 0) revert DateOutOfOrder("LAPSE_DAY", 0, today());
        _admissions[account] = _pack(admission_);
        emit Amended(account, admission_, document);
    }

    function _requireFuture(uint32 lapseDay) private view {
        uint32 day = today();
        if (lapseDay < day || lapseDay == 0) revert DateOutOfOrder("LAPSE_DAY", lapseDay, day);
    }

    // --- what acts ask ---

    function admission(address account) external view returns (Admission memory) {
        uint256 a = _admissions[account];
        return Admission(uint32(a), (a >> 32) & 1 != 0, uint32(a >> 40), uint64(a >> 72));
    }

    function isActive(address account) external view returns (bool) {
        uint256 a = _admissions[account];
        return (a >> 32) & 1 == 0 && uint32(a >> 40) != 0 && uint32(a >> 40) >= today();
    }

    function requireActive(address account) public view {
        _active(account, today());
    }

    function requireActivePair(address a, address b) external view {
        uint32 day = today();
        _active(a, day);
        _active(b, day);
    }

    function requireReceiver(address a, address b, uint32 roles) external view returns (uint32 day) {
        day = today();
        _active(a, day);
        _requireRoles(b, day, roles);
    }

    function requireRole(address account, uint32 roles) external view returns (uint32 day) {
        day = today();
        _requireRoles(account, day, roles);
    }

    function requireUnrelated(address a, address b) external view {
        if (a == b) revert SameParty(a, b);
        uint64 group = uint64(_admissions[a] >> 72);
        if (group != 0 && group == uint64(_admissions[b] >> 72)) revert RelatedParties(a, b, group);
    }

    /// @dev lapseDay is never zero for an admitted account, so one slot answers everything.
    function _active(address account, uint32 day) private view returns (uint32 roles) {
        uint256 a = _admissions[account];
        uint32 lapseDay = uint32(a >> 40);
        if (lapseDay == 0) revert NotAdmitted(account);
        if ((a >> 32) & 1 != 0) revert Suspended(account);
        if (lapseDay < day) revert Lapsed(account, lapseDay, day);
        return uint32(a);
    }

    function _requireRoles(address account, uint32 day, uint32 roles) private view {
        uint32 had = _active(account, day);
        if (had & roles != roles) revert MissingRole(account, had, roles);
    }

    function _pack(Admission calldata a) private pure returns (uint256) {
        return uint256(a.roles) | (a.suspended ? 1 << 32 : 0) | (uint256(a.lapseDay) << 40)
            | (uint256(a.group) << 72);
    }
}
