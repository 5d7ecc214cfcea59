// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {AlreadyUsed, NotPowers} from "../libraries/Errors.sol";

/// @title CashRegistry
/// @notice The promise is in ICashRegistry.
contract CashRegistry is ICashRegistry {
    address public immutable powers;
    mapping(address => bool) public isCash;
    address[] private _cashes;

    constructor(address powers_) {
        powers = powers_;
    }

    function requireCash(address cash) external view {
        if (!isCash[cash]) revert CashUnknown(cash);
    }

    function cashes() external view returns (address[] memory) {
        return _cashes;
    }

    function list(address cash) external {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        if (isCash[cash]) revert AlreadyUsed("CASH", bytes32(uint256(uint160(cash))));
        isCash[cash] = true;
        _cashes.push(cash);
        emit CashListed(cash, ICash(cash).currency(), ICash(cash).bank());
    }
}
