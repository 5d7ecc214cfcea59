// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICreditLines} from "../interfaces/ICreditLines.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    CurrencyMismatch,
    DateOutOfOrder,
    NotModule,
    NotParty,
    SameParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title CreditLines
/// @notice The promise is in ICreditLines.
contract CreditLines is ICreditLines, Powered {
    uint8 private constant GRANTED = 0;
    uint8 private constant REQUESTED = 1;
    uint8 private constant REFUSED = 2;
    uint8 private constant WITHDRAWN = 3;
    uint8 private constant STATE_REQUESTED = 1;
    uint8 private constant STATE_ACTIVE = 2;
    uint8 private constant STATE_SUSPENDED = 3;
    uint8 private constant STATE_EXPIRED = 4;
    uint8 private constant STATE_REFUSED = 5;

    IParticipants public immutable participants;

    uint32 public count;
    mapping(uint32 => CreditLine) private _lines;
    mapping(uint32 => Request) private _requests;

    constructor(address powers_, IParticipants participants_) Powered(powers_) {
        participants = participants_;
    }

    modifier onlyModule() {
        if (dutyOf[msg.sender] == 0) revert NotModule(msg.sender, "CREDIT_LINES");
        _;
    }

    function line(uint32 id) external view returns (CreditLine memory) {
        return _lines[id];
    }

    function requestOf(uint32 id) external view returns (Request memory) {
        return _requests[id];
    }

    function stateOf(uint32 id) external view returns (uint8 state) {
        state = _stateOf(_lines[id]);
        if (state == STATE_ACTIVE && _lines[id].parent != 0) return _stateOf(_lines[_lines[id].parent]);
    }

    function _stateOf(CreditLine storage l) private view returns (uint8) {
        if (l.bank == address(0)) return 0;
        if (l.phase == REQUESTED) return STATE_REQUESTED;
        if (l.phase != GRANTED) return STATE_REFUSED + l.phase - REFUSED;
        if (l.suspended) return STATE_SUSPENDED;
        return l.expiresOn < participants.today() ? STATE_EXPIRED : STATE_ACTIVE;
    }

    // --- requests ---

    function request(address bank, bytes3 currency, uint96 limit, uint32 expiresOn)
        external
        returns (uint32 id)
    {
        _requireTerms(bank, msg.sender, currency, limit, expiresOn);
        participants.requireRole(bank, Roles.BANK);
        id = ++count;
        CreditLine storage l = _lines[id];
        (l.bank, l.phase, l.holder, l.currency) = (bank, REQUESTED, msg.sender, currency);
        _requests[id] = Request(limit, expiresOn);
        emit LineRequested(id, bank, msg.sender, currency, limit, expiresOn);
    }

    function grantRequested(uint32 id, uint96 limit, uint32 expiresOn) external {
        CreditLine storage l = _requested(id, msg.sender);
        participants.requireRole(msg.sender, Roles.BANK);
        _requireTerms(msg.sender, l.holder, l.currency, limit, expiresOn);
        (l.phase, l.limit, l.expiresOn) = (GRANTED, limit, expiresOn);
        emit LineGranted(id, msg.sender, l.holder, 0, l.currency, limit, expiresOn);
    }

    function refuseRequest(uint32 id, bytes32 reason) external {
        CreditLine storage l = _requested(id, msg.sender);
        participants.requireActive(msg.sender);
        if (reason == 0) revert ZeroHash("REASON");
        l.phase = REFUSED;
        emit LineRefused(id, reason);
    }

    function withdrawRequest(uint32 id) external {
        CreditLine storage l = _inState(id, STATE_REQUESTED);
        if (msg.sender != l.holder) revert NotParty(msg.sender, l.holder);
        l.phase = WITHDRAWN;
        emit LineWithdrawn(id);
    }

    function _requested(uint32 id, address bank) private view returns (CreditLine storage l) {
        l = _inState(id, STATE_REQUESTED);
        if (bank != l.bank) revert NotParty(bank, l.bank);
    }

    // --- bank and group ---

    function grant(address holder, bytes3 currency, uint96 limit, uint32 expiresOn)
        external
        returns (uint32)
    {
        participants.requireRole(msg.sender, Roles.BANK);
        return _grant(msg.sender, holder, 0, currency, limit, expiresOn);
    }

    function grantSub(uint32 parent, address subsidiary, uint96 limit, uint32 expiresOn)
        external
        returns (uint32)
    {
        CreditLine storage p = _granted(parent);
        if (p.parent != 0) revert LevelTooDeep(parent);
        if (msg.sender != p.holder) revert NotParty(msg.sender, p.holder);
        participants.requireActivePair(msg.sender, subsidiary);
        uint64 group = participants.admission(msg.sender).group;
        if (group == 0 || group != participants.admission(subsidiary).group) {
            revert NotParty(subsidiary, msg.sender);
        }
        if (limit > p.limit) revert LineExceeded(parent, p.limit, limit);
        return _grant(p.bank, subsidiary, parent, p.currency, limit, expiresOn);
    }

    function _grant(
        address bank,
        address holder,
        uint32 parent,
        bytes3 currency,
        uint96 limit,
        uint32 expiresOn
    ) private returns (uint32 id) {
        _requireTerms(bank, holder, currency, limit, expiresOn);
        id = ++count;
        CreditLine storage l = _lines[id];
        (l.bank, l.holder, l.parent, l.currency) = (bank, holder, parent, currency);
        (l.limit, l.expiresOn) = (limit, expiresOn);
        emit LineGranted(id, bank, holder, parent, currency, limit, expiresOn);
    }

    function change(uint32 id, uint96 limit, uint32 expiresOn, bool suspended) external {
        CreditLine storage l = _granted(id);
        address owner = l.parent == 0 ? l.bank : _lines[l.parent].holder;
        if (msg.sender != owner && msg.sender != l.bank) revert NotParty(msg.sender, owner);
        participants.requireActive(msg.sender);
        // The group may suspend its subsidiary; only the bank lifts a suspension.
        if (l.suspended && !suspended && msg.sender != l.bank) revert NotParty(msg.sender, l.bank);
        uint256 used = uint256(l.reserved) + l.outstanding;
        if (limit < used) revert LimitBelowUse(id, used, limit);
        if (l.parent != 0 && limit > _lines[l.parent].limit) {
            revert LineExceeded(l.parent, _lines[l.parent].limit, limit);
        }
        (l.limit, l.expiresOn, l.suspended) = (limit, expiresOn, suspended);
        emit LineChanged(id, limit, expiresOn, suspended);
    }

    // --- use ---

    function checkReserve(uint32 id, address holder, bytes3 currency, uint256 amount) public view {
        CreditLine storage l = _granted(id);
        if (amount == 0) revert ZeroAmount();
        if (holder != l.holder) revert NotParty(holder, l.holder);
        if (currency != l.currency) revert CurrencyMismatch(currency, l.currency);
        participants.requireRole(l.bank, Roles.BANK);
        _requireFree(id, l, amount);
        if (l.parent != 0) _requireFree(l.parent, _lines[l.parent], amount);
    }

    function reserve(uint32 id, address holder, bytes3 currency, uint256 amount) external onlyModule {
        checkReserve(id, holder, currency, amount);
        for (uint32 level = id; level != 0; level = _lines[level].parent) {
            _lines[level].reserved += uint96(amount);
            _report(level);
        }
    }

    function convert(uint32 id, uint256 amount) external onlyModule {
        for (uint32 level = id; level != 0; level = _lines[level].parent) {
            _lines[level].reserved -= uint96(amount);
            _lines[level].outstanding += uint96(amount);
            _report(level);
        }
    }

    function unreserve(uint32 id, uint256 amount) external onlyModule {
        for (uint32 level = id; level != 0; level = _lines[level].parent) {
            _lines[level].reserved -= uint96(amount);
            _report(level);
        }
    }

    function release(uint32 id, uint256 amount) external onlyModule {
        for (uint32 level = id; level != 0; level = _lines[level].parent) {
            _lines[level].outstanding -= uint96(amount);
            _report(level);
        }
    }

    // --- small parts ---

    function _inState(uint32 id, uint8 needed) private view returns (CreditLine storage l) {
        l = _known(id);
        uint8 state = _stateOf(l);
        if (state != needed) revert WrongState("CREDIT_LINE", id, state, needed);
    }

    /// @dev Granted once, whatever it is now: what is suspended or expired has errors of its own.
    function _granted(uint32 id) private view returns (CreditLine storage l) {
        l = _known(id);
        if (l.phase != GRANTED) revert WrongState("CREDIT_LINE", id, _stateOf(l), STATE_ACTIVE);
    }

    function _known(uint32 id) private view returns (CreditLine storage l) {
        l = _lines[id];
        if (l.bank == address(0)) revert Unknown("CREDIT_LINE", id);
    }

    function _requireTerms(address bank, address holder, bytes3 currency, uint96 limit, uint32 expiresOn)
        private
        view
    {
        if (limit == 0) revert ZeroAmount();
        if (currency == 0) revert ZeroHash("CURRENCY");
        if (holder == bank) revert SameParty(holder, bank);
        uint32 day = participants.requireRole(holder, Roles.OBLIGOR);
        if (expiresOn < day) revert DateOutOfOrder("EXPIRES_ON", expiresOn, day);
    }

    function _requireFree(uint32 id, CreditLine storage l, uint256 amount) private view {
        if (l.suspended) revert LineSuspended(id);
        uint32 day = participants.today();
        if (l.expiresOn < day) revert LineExpired(id, l.expiresOn, day);
        uint256 free = uint256(l.limit) - l.reserved - l.outstanding;
        if (amount > free) revert LineExceeded(id, free, amount);
    }

    function _report(uint32 id) private {
        emit LineUsed(id, _lines[id].reserved, _lines[id].outstanding);
    }
}
