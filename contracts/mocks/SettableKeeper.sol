// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILockKeeper} from "../interfaces/ILockKeeper.sol";

/// @title A keeper of locks that says what it was told to say; the holder is passed on where it was told nothing
contract SettableKeeper is ILockKeeper {
    mapping(uint64 => mapping(uint64 => address)) private _payees;
    mapping(uint64 => mapping(uint64 => bool)) private _held;

    function tell(uint64 receivable, uint64 start, address payee, bool held) external {
        _payees[receivable][start] = payee;
        _held[receivable][start] = held;
    }

    function payeeOf(uint64 receivable, uint64 start, address holder) external view returns (address) {
        if (_held[receivable][start]) return address(0);
        address payee = _payees[receivable][start];
        return payee == address(0) ? holder : payee;
    }
}
