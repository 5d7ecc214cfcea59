// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPowers} from "../interfaces/IPowers.sol";
import {NotParty, SameParty, Unknown, WrongState, ZeroHash} from "../libraries/Errors.sol";

/// @title Powers
/// @notice The promise is in IPowers.
contract Powers is IPowers {
    uint32 public constant MIN_DELAY = 1 hours;
    uint32 public constant GRACE = 30 days;

    enum State {
        NONE,
        PROPOSED,
        APPROVED,
        CANCELLED,
        EXECUTED
    }

    struct Change {
        address target;
        uint40 readyAt;
        State state;
        bytes data;
    }

    address public immutable deployer;
    address public operator;
    address public guardian;
    uint32 public delay;
    bool public constituted;
    uint256 public count;
    /// whose record the operator must never appear in
    IParticipants public participants;
    mapping(uint256 => Change) private _changes;

    constructor() {
        deployer = msg.sender;
    }

    modifier onlyBy(address who) {
        if (msg.sender != who) revert NotParty(msg.sender, who);
        _;
    }

    function change(uint256 id) external view returns (Change memory) {
        return _changes[id];
    }

    function wire(address target, bytes calldata data) external onlyBy(deployer) {
        if (constituted) revert AlreadyConstituted();
        uint256 id = ++count;
        _call(id, target, data);
        emit Executed(id, target, data);
    }

    function constitute(address operator_, address guardian_, uint32 delay_) external onlyBy(deployer) {
        if (constituted) revert AlreadyConstituted();
        if (delay_ < MIN_DELAY) revert DelayTooShort(delay_, MIN_DELAY);
        _appoint(operator_, guardian_);
        delay = delay_;
        constituted = true;
        emit Constituted(operator_, guardian_, delay_);
    }

    function propose(address target, bytes calldata data) external onlyBy(operator) returns (uint256 id) {
        id = ++count;
        _changes[id] = Change(target, 0, State.PROPOSED, data);
        emit Proposed(id, target, data);
    }

    function approve(uint256 id) external onlyBy(guardian) {
        Change storage c = _inState(id, State.PROPOSED);
        c.state = State.APPROVED;
        c.readyAt = uint40(block.timestamp + delay);
        emit Approved(id, c.readyAt);
    }

    function cancel(uint256 id) external {
        if (msg.sender != operator && msg.sender != guardian) revert NotParty(msg.sender, operator);
        Change storage c = _changes[id];
        if (c.state != State.PROPOSED && c.state != State.APPROVED) {
            revert WrongState("CHANGE", id, uint8(c.state), uint8(State.PROPOSED));
        }
        c.state = State.CANCELLED;
        emit Cancelled(id, msg.sender);
    }

    function execute(uint256 id) external {
        Change storage c = _inState(id, State.APPROVED);
        if (block.timestamp < c.readyAt) revert ChangeNotReady(id, c.readyAt, block.timestamp);
        uint256 end = uint256(c.readyAt) + GRACE;
        if (block.timestamp > end) revert ChangeExpired(id, end, block.timestamp);
        c.state = State.EXECUTED;
        _call(id, c.target, c.data);
        emit Executed(id, c.target, c.data);
    }

    function bind(address participants_) external onlyBy(address(this)) {
        if (address(participants) != address(0)) revert AlreadyConstituted();
        participants = IParticipants(participants_);
    }

    function appoint(address operator_, address guardian_) external onlyBy(address(this)) {
        _appoint(operator_, guardian_);
        emit Constituted(operator_, guardian_, delay);
    }

    function _appoint(address operator_, address guardian_) private {
        if (operator_ == address(0)) revert ZeroHash("OPERATOR");
        if (guardian_ == address(0)) revert ZeroHash("GUARDIAN");
        if (operator_ == guardian_) revert SameParty(operator_, guardian_);
        if (address(participants) == address(0)) revert ZeroHash("PARTICIPANTS");
        if (participants.identifierOf(operator_) != 0) {
            revert IParticipants.OperatorCannotParticipate(operator_);
        }
        operator = operator_;
        guardian = guardian_;
    }

    function _inState(uint256 id, State needed) private view returns (Change storage c) {
        c = _changes[id];
        if (c.state == State.NONE) revert Unknown("CHANGE", id);
        if (c.state != needed) revert WrongState("CHANGE", id, uint8(c.state), uint8(needed));
    }

    function _call(uint256 id, address target, bytes memory data) private {
        (bool ok, bytes memory result) = target.call(data);
        if (!ok || (result.length == 0 && target.code.length == 0)) revert ChangeFailed(id, result);
    }
}
