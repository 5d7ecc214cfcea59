// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {PartyActs} from "./PartyActs.sol";

/// @title What holders and the settlement bank do with ledger cash
abstract contract CashActs is PartyActs {
    mapping(ICash => mapping(address => mapping(address => uint256))) private _granted;
    uint256 private _reference;

    function _cash(uint256 index) internal view returns (ICash) {
        return cashes[index];
    }

    function _someCash() internal returns (ICash) {
        return cashes[_odd(4) ? 1 : 0];
    }

    function cash_mint(uint256 seed) external rolling(seed) {
        ICash cash = _someCash();
        address to = _odd(10) ? outsider : _one(everybody);
        bool used = _odd(10);
        bytes32 ref = used ? bytes32("first") : bytes32(++_reference);
        address by = _odd(10) ? to : cash.bank();
        uint256 amount = _odd(10) ? 0 : 1 + _roll(100_000);
        bool allowed = !used && by == cash.bank() && _activeAs(by, BANK) && amount != 0 && _active(to);
        (bool ok,) = _act("cash.mint", by, address(cash), abi.encodeCall(ICash.mint, (to, amount, ref)));
        _judge("CASH-1", "cash.mint", allowed, ok);
    }

    function _fund(ICash cash, address to, uint256 amount) internal {
        bytes32 ref = keccak256(abi.encode("funding", ++_reference));
        _act("cash.mint", cash.bank(), address(cash), abi.encodeCall(ICash.mint, (to, amount, ref)));
    }

    function cash_transfer(uint256 seed) external rolling(seed) {
        ICash cash = _someCash();
        address from = _one(everybody);
        address to = _odd(12) ? outsider : _odd(8) ? from : _one(everybody);
        uint256 had = cash.balanceOf(from);
        uint256 amount = _odd(8) ? had + 1 : _roll(had + 1);
        bytes memory data = abi.encodeCall(ICash.transferWithDocument, (to, amount, PAPER));
        (bool ok,) = _act("cash.transfer", from, address(cash), data);
        _judge("CASH-1", "cash.transfer", amount <= had && _active(from) && _active(to), ok);
    }

    function cash_transferFrom(uint256 seed) external rolling(seed) {
        ICash cash = _someCash();
        (address from, address to, address by) = (_one(everybody), _one(everybody), _one(everybody));
        uint256 had = cash.balanceOf(from);
        if (_odd(2)) _approve(cash, from, by, _roll(had + 2));
        uint256 granted = _granted[cash][from][by];
        uint256 amount = _odd(4) ? granted + 1 : _roll(granted + 1);
        bytes memory data = abi.encodeCall(ICash.transferFrom, (from, to, amount));
        (bool ok,) = _act("cash.transferFrom", by, address(cash), data);
        _judge(
            "CASH-1",
            "cash.transferFrom",
            amount <= had && amount <= granted && _active(from) && _active(to),
            ok
        );
        if (ok) _granted[cash][from][by] -= amount;
        _must(
            cash.allowance(from, by) == _granted[cash][from][by],
            "CASH-1",
            "an allowance is not what was left of it"
        );
    }

    function _approve(ICash cash, address from, address by, uint256 amount) private {
        bytes memory data = abi.encodeCall(ICash.approve, (by, amount));
        (bool ok,) = _act("cash.approve", from, address(cash), data);
        if (ok) _granted[cash][from][by] = amount;
    }

    function cash_redeem(uint256 seed) external rolling(seed) {
        ICash cash = _someCash();
        address who = _one(everybody);
        uint256 had = cash.balanceOf(who);
        uint256 amount = _odd(8) ? had + 1 : _roll(had / 8 + 2);
        bytes memory data = abi.encodeCall(ICash.redeem, (amount, PAPER));
        (bool ok,) = _act("cash.redeem", who, address(cash), data);
        _judge("CASH-1", "cash.redeem", amount != 0 && amount <= had && _active(who), ok);
    }

    function cash_cancelRedeem(uint256 seed) external rolling(seed) {
        (ICash cash, address who, uint256 had) = _redeeming();
        uint256 amount = _odd(8) ? had + 1 : _roll(had + 1);
        bytes memory data = abi.encodeCall(ICash.cancelRedeem, (amount, PAPER));
        (bool ok,) = _act("cash.cancelRedeem", who, address(cash), data);
        _judge("CASH-1", "cash.cancelRedeem", amount != 0 && amount <= had, ok);
    }

    /// @dev Only what its holder put up can be burned, and never what is on a general axis.
    function cash_burn(uint256 seed) external rolling(seed) {
        (ICash cash, address who, uint256 had) = _redeeming();
        uint256 amount = _odd(6) ? had + 1 : _roll(had + 1);
        address by = _odd(10) ? who : cash.bank();
        bytes memory data = abi.encodeCall(ICash.burn, (who, amount, bytes32(++_reference)));
        (bool ok,) = _act("cash.burn", by, address(cash), data);
        _judge("CASH-1", "cash.burn", amount != 0 && amount <= had && by == cash.bank(), ok);
    }

    /// @dev Somebody with money on the way to the bank, where there is one.
    function _redeeming() private returns (ICash cash, address who, uint256 had) {
        cash = _someCash();
        uint256 first = _roll(everybody.length);
        for (uint256 i; i < everybody.length; ++i) {
            who = everybody[(first + i) % everybody.length];
            had = cash.balanceOf(_axis("CASH", abi.encode("REDEMPTION", who)));
            if (had != 0) return (cash, who, had);
        }
    }
}
