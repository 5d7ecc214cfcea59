// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IAccount} from "../interfaces/IAccount.sol";
import {IAccountFactory} from "../interfaces/IAccountFactory.sol";
import {AlreadyUsed} from "../libraries/Errors.sol";

/// @title AccountFactory
/// @notice The promise is in IAccountFactory.
contract AccountFactory is IAccountFactory {
    address public immutable implementation;
    mapping(address => bool) public isAccount;

    constructor(address implementation_) {
        implementation = implementation_;
    }

    function addressOf(bytes32 salt, IAccount.Settings calldata settings) public view returns (address) {
        return Clones.predictDeterministicAddress(implementation, _salted(salt, settings));
    }

    function make(bytes32 salt, IAccount.Settings calldata settings) external returns (address account) {
        account = addressOf(salt, settings);
        if (isAccount[account]) revert AlreadyUsed("ACCOUNT", bytes32(uint256(uint160(account))));
        isAccount[account] = true;
        emit AccountMade(account, msg.sender, salt);
        Clones.cloneDeterministic(implementation, _salted(salt, settings));
        IAccount(account).initialize(settings);
    }

    function _salted(bytes32 salt, IAccount.Settings calldata settings) private pure returns (bytes32) {
        return keccak256(abi.encode(salt, settings));
    }
}
