// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccount} from "./IAccount.sol";

/// @title Makes account contracts, all of the same code
/// @notice Anyone may make one: it is nobody's until the operator admits its address. The address follows from the
/// salt and the first settings, so it can be told, and admitted or named as a bank, before it exists, and nobody can
/// take it with other keys.
interface IAccountFactory {
    event AccountMade(address indexed account, address indexed by, bytes32 salt);

    /// @return the code that every account made here runs; nobody can change it
    function implementation() external view returns (address);
    function isAccount(address account) external view returns (bool);
    function addressOf(bytes32 salt, IAccount.Settings calldata settings) external view returns (address);
    function make(bytes32 salt, IAccount.Settings calldata settings) external returns (address account);
}
