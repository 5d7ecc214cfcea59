// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Powered} from "../libraries/Powered.sol";

/// @title What a module's proxy may point to after an upgrade
contract NextModule is Powered {
    uint256 public constant VERSION = 2;

    constructor(address powers_) Powered(powers_) {}
}
