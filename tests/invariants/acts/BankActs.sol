// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBankInstructions} from "../../../contracts/interfaces/IBankInstructions.sol";
import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {BookActs} from "./BookActs.sol";

/// @title Instructions to the settlement bank, and its answers
abstract contract BankActs is BookActs {
    uint8 private constant DEPOSIT = 1;
    uint8 private constant PAY_IN = 2;
    uint8 private constant WITHDRAWAL = 3;

    struct InstructionRecord {
        address who;
        uint8 way;
        uint8 state; // 1 instructed, 2 confirmed, 3 failed
        ICash cash;
        uint256 amount;
        bytes32 answer;
    }

    IBankInstructions public instructions;
    InstructionRecord[] private _instructed; // id - 1
    mapping(ICash => mapping(bytes32 => uint256)) private _namedBy;
    mapping(address => bytes32) private _named; // the last reference that confirmed something

    function bank_deposit(uint256 seed) external rolling(seed) {
        (ICash cash, address who, uint64 receivable) = (_someCash(), _one(everybody), 0);
        bool own = true;
        if (_odd(3) && _payables.length != 0) (cash, who, receivable, own) = _owed();
        uint256 amount = _odd(12) ? 0 : 1 + _roll(5000);
        bytes memory data =
            abi.encodeCall(IBankInstructions.instructDeposit, (address(cash), uint112(amount), receivable));
        (bool ok,) = _act("bank.deposit", who, address(instructions), data);
        _judge("BANK-1", "bank.deposit", own && amount != 0 && _active(who), ok);
        uint8 way = receivable == 0 ? DEPOSIT : PAY_IN;
        if (ok) _instructed.push(InstructionRecord(who, way, 1, cash, amount, 0));
    }

    /// @dev Of a receivable that the instruction is for: now and then of another currency, or another's debt.
    function _owed() private returns (ICash cash, address who, uint64 id, bool own) {
        id = uint64(1 + _roll(_payables.length));
        Payable storage p = _payable(id);
        cash = cashes[_odd(8) ? 1 - p.cash : p.cash];
        who = _odd(8) ? _one(everybody) : p.obligor;
        own = address(cash) == address(cashes[p.cash]) && who == p.obligor;
    }

    /// @dev Redeemed first, most times; never more than what no other instruction waits for.
    function bank_withdraw(uint256 seed) external rolling(seed) {
        (ICash cash, address who) = (_someCash(), _one(everybody));
        if (_instructed.length != 0 && _odd(2)) {
            InstructionRecord storage open = _instructed[_open()];
            (cash, who) = (open.cash, open.who);
        }
        if (!_odd(3)) {
            bytes memory out = abi.encodeCall(ICash.redeem, (1 + _roll(2000), PAPER));
            _act("cash.redeem", who, address(cash), out);
        }
        uint256 free = _redeemed(cash, who);
        uint256 waiting = _waiting(cash, who);
        free = free < waiting ? 0 : free - waiting;
        uint256 amount = _odd(4) ? free + 1 : _roll(free + 1);
        bytes memory data =
            abi.encodeCall(IBankInstructions.instructWithdrawal, (address(cash), uint112(amount)));
        (bool ok,) = _act("bank.withdraw", who, address(instructions), data);
        _judge("BANK-1", "bank.withdraw", amount != 0 && amount <= free && _active(who), ok);
        if (ok) _instructed.push(InstructionRecord(who, WITHDRAWAL, 1, cash, amount, 0));
    }

    function _redeemed(ICash cash, address who) private view returns (uint256) {
        return cash.balanceOf(_axis("CASH", abi.encode("REDEMPTION", who)));
    }

    /// @dev What this holder's open withdrawals ask for.
    function _waiting(ICash cash, address who) private view returns (uint256 sum) {
        for (uint256 i; i < _instructed.length; ++i) {
            InstructionRecord storage r = _instructed[i];
            bool same = r.way == WITHDRAWAL && r.who == who && address(r.cash) == address(cash);
            if (same && r.state == 1) sum += r.amount;
        }
    }

    function bank_confirm(uint256 seed) external rolling(seed) {
        if (_instructed.length == 0) return;
        uint256 i = _open();
        InstructionRecord storage r = _instructed[i];
        address by = _odd(8) ? _one(everybody) : r.cash.bank();
        bytes32 ref = _odd(8) ? bytes32("never booked") : _booking(r);
        bool fresh = _refUsed[address(r.cash)][ref] && _namedBy[r.cash][ref] == 0;
        bytes memory data = abi.encodeCall(IBankInstructions.confirm, (uint64(i + 1), ref));
        (bool ok,) = _act("bank.confirm", by, address(instructions), data);
        _judge("BANK-1", "bank.confirm", r.state == 1 && by == r.cash.bank() && fresh, ok);
        if (!ok) return;
        (r.state, r.answer) = (2, ref);
        (_namedBy[r.cash][ref], _named[address(r.cash)]) = (i + 1, ref);
    }

    function bank_fail(uint256 seed) external rolling(seed) {
        if (_instructed.length == 0) return;
        uint256 i = _open();
        InstructionRecord storage r = _instructed[i];
        address by = _odd(8) ? _one(everybody) : r.cash.bank();
        bytes32 reason = _odd(10) ? bytes32(0) : bytes32("why");
        (uint256 had, uint256 due) = (r.cash.balanceOf(r.who), r.way == WITHDRAWAL ? _left(r) : 0);
        bytes memory data = abi.encodeCall(IBankInstructions.fail, (uint64(i + 1), reason));
        (bool ok,) = _act("bank.fail", by, address(instructions), data);
        _judge("BANK-1", "bank.fail", r.state == 1 && by == r.cash.bank() && reason != 0, ok);
        if (!ok) return;
        (r.state, r.answer) = (3, reason);
        _must(r.cash.balanceOf(r.who) == had + due, "BANK-1", "a failed withdrawal gave back another amount");
    }

    /// @dev What came for this withdrawal and is still there, after the others have theirs.
    function _left(InstructionRecord storage r) private view returns (uint256) {
        uint256 there = _redeemed(r.cash, r.who);
        uint256 others = _waiting(r.cash, r.who) - (r.state == 1 ? r.amount : 0);
        if (there <= others) return 0;
        return there - others < r.amount ? there - others : r.amount;
    }

    /// @dev One that waits for its answer, where there is one.
    function _open() private returns (uint256 i) {
        i = _roll(_instructed.length);
        for (uint256 k; k < _instructed.length; ++k) {
            if (_instructed[k].state == 1 && !_odd(3)) i = k;
        }
    }

    /// @dev Booked for it now, booked at some other time, or one that confirmed another already.
    function _booking(InstructionRecord storage r) private returns (bytes32 ref) {
        bytes32[] storage list = _bookings[address(r.cash)];
        if (_odd(6) && _named[address(r.cash)] != 0) return _named[address(r.cash)];
        if (_odd(3)) return list[_roll(list.length)];
        if (r.way == WITHDRAWAL) {
            uint256 there = _redeemed(r.cash, r.who);
            _burn(r.cash, r.who, there < r.amount ? there : r.amount);
        } else {
            _fund(r.cash, r.who, r.amount);
        }
        return list[list.length - 1];
    }

    function _burn(ICash cash, address who, uint256 amount) private {
        bytes32 ref = keccak256(abi.encode("burned", _bookings[address(cash)].length));
        _act("cash.burn", cash.bank(), address(cash), abi.encodeCall(ICash.burn, (who, amount, ref)));
    }

    /// @notice BANK-1: each instruction is in the state of its one answer, and nothing waits for an answered one.
    function checkInstructions() external view {
        require(instructions.count() == _instructed.length, "BANK-1: an instruction appeared or disappeared");
        for (uint256 i; i < _instructed.length; ++i) {
            InstructionRecord storage r = _instructed[i];
            IBankInstructions.Instruction memory shown = instructions.instruction(uint64(i + 1));
            require(shown.state == r.state && shown.answer == r.answer, "BANK-1: another state or answer");
            require(shown.participant == r.who && shown.way == r.way, "BANK-1: another participant or way");
            require(shown.amount == r.amount && shown.cash == address(r.cash), "BANK-1: another amount");
            require(
                instructions.inFlight(address(r.cash), r.who) == _waiting(r.cash, r.who),
                "BANK-1: what is in flight is not what waits"
            );
            if (r.state != 2) continue;
            uint64 named = instructions.confirmedBy(address(r.cash), r.answer);
            require(named == i + 1, "BANK-1: one reference confirms two instructions");
        }
    }
}
