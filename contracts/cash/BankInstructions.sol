// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBankInstructions} from "../interfaces/IBankInstructions.sol";
import {ICash} from "../interfaces/ICash.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {AlreadyUsed, NotParty, Unknown, WrongState, ZeroAmount, ZeroHash} from "../libraries/Errors.sol";
import {Purposes} from "../libraries/Purposes.sol";

/// @title BankInstructions
/// @notice The promise is in IBankInstructions.
contract BankInstructions is IBankInstructions {
    uint8 private constant DEPOSIT = 1;
    uint8 private constant PAY_IN = 2;
    uint8 private constant WITHDRAWAL = 3;
    uint8 private constant INSTRUCTED = 1;
    uint8 private constant CONFIRMED = 2;
    uint8 private constant FAILED = 3;

    IParticipants public immutable participants;
    ICashRegistry public immutable cashRegistry;
    IReceivables public immutable receivables;

    uint64 public count;
    mapping(uint64 => Instruction) private _instructions;
    mapping(address => mapping(bytes32 => uint64)) public confirmedBy;
    mapping(address => mapping(address => uint112)) public inFlight;

    constructor(IParticipants participants_, ICashRegistry cashRegistry_, IReceivables receivables_) {
        participants = participants_;
        cashRegistry = cashRegistry_;
        receivables = receivables_;
    }

    function instruction(uint64 id) external view returns (Instruction memory) {
        return _instructions[id];
    }

    // --- participant ---

    function checkDeposit(address cash, uint112 amount, uint64 receivable, address participant) public view {
        _requireMay(cash, amount, participant);
        if (receivable == 0) return;
        IReceivables.Receivable memory r = receivables.receivable(receivable);
        if (r.state == 0 || r.cash != cash) revert Unknown("RECEIVABLE", receivable);
        if (r.obligor != participant) revert NotParty(participant, r.obligor);
    }

    function instructDeposit(address cash, uint112 amount, uint64 receivable) external returns (uint64 id) {
        checkDeposit(cash, amount, receivable, msg.sender);
        return _open(receivable == 0 ? DEPOSIT : PAY_IN, cash, amount, receivable);
    }

    function checkWithdrawal(address cash, uint112 amount, address participant) public view {
        _requireMay(cash, amount, participant);
        uint256 needed = uint256(inFlight[cash][participant]) + amount;
        uint256 had = _redeemed(cash, participant);
        if (had < needed) revert ICash.InsufficientBalance(participant, had, needed);
    }

    function instructWithdrawal(address cash, uint112 amount) external returns (uint64 id) {
        checkWithdrawal(cash, amount, msg.sender);
        inFlight[cash][msg.sender] += amount;
        return _open(WITHDRAWAL, cash, amount, 0);
    }

    // --- settlement bank ---

    function checkConfirm(uint64 id, bytes32 bankReference, address bank) public view {
        address cash = _openFor(id, bank).cash;
        if (bankReference == 0) revert ZeroHash("BANK_REFERENCE");
        if (confirmedBy[cash][bankReference] != 0) revert AlreadyUsed("BANK_REFERENCE", bankReference);
        if (!ICash(cash).bankReferenceUsed(bankReference)) revert NotBooked(cash, bankReference);
    }

    function confirm(uint64 id, bytes32 bankReference) external {
        checkConfirm(id, bankReference, msg.sender);
        confirmedBy[_instructions[id].cash][bankReference] = id;
        _answer(id, CONFIRMED, bankReference);
        emit InstructionConfirmed(id, bankReference);
    }

    function checkFail(uint64 id, bytes32 reason, address bank) public view {
        _openFor(id, bank);
        if (reason == 0) revert ZeroHash("REASON");
    }

    function fail(uint64 id, bytes32 reason) external {
        checkFail(id, reason, msg.sender);
        Instruction storage i = _answer(id, FAILED, reason);
        uint112 returned = i.way == WITHDRAWAL ? _left(i) : 0;
        emit InstructionFailed(id, reason, returned);
        if (returned != 0) ICash(i.cash).returnRedemption(i.participant, returned, reason);
    }

    // --- small parts ---

    function _requireMay(address cash, uint112 amount, address participant) private view {
        participants.requireActive(participant);
        cashRegistry.requireCash(cash);
        if (amount == 0) revert ZeroAmount();
    }

    function _open(uint8 way, address cash, uint112 amount, uint64 receivable) private returns (uint64 id) {
        id = ++count;
        _instructions[id] = Instruction(
            msg.sender, way, INSTRUCTED, participants.today(), 0, cash, receivable, amount, bytes32(0)
        );
        emit Instructed(id, msg.sender, cash, way, amount, receivable);
    }

    function _openFor(uint64 id, address bank) private view returns (Instruction storage i) {
        i = _instructions[id];
        if (i.state == 0) revert Unknown("INSTRUCTION", id);
        address needed = ICash(i.cash).bank();
        if (bank != needed) revert NotParty(bank, needed);
        if (i.state != INSTRUCTED) revert WrongState("INSTRUCTION", id, i.state, INSTRUCTED);
    }

    function _answer(uint64 id, uint8 state, bytes32 answer) private returns (Instruction storage i) {
        i = _instructions[id];
        i.state = state;
        i.answeredOn = participants.today();
        i.answer = answer;
        if (i.way == WITHDRAWAL) inFlight[i.cash][i.participant] -= i.amount;
    }

    /// @dev What the holder did not cancel meanwhile, up to the amount; others of its withdrawals come first, so that
    /// a cancellation never takes the money that another instruction waits for.
    function _left(Instruction storage i) private view returns (uint112) {
        uint256 had = _redeemed(i.cash, i.participant);
        uint256 others = inFlight[i.cash][i.participant];
        if (had <= others) return 0;
        return had - others < i.amount ? uint112(had - others) : i.amount;
    }

    function _redeemed(address cash, address participant) private view returns (uint256) {
        return ICash(cash).balanceOf(Purposes.axisOf(Purposes.CASH, Purposes.redemption(participant)));
    }
}
