// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {NotPowers} from "./Errors.sol";

/// @title A module behind an ERC-1967 proxy whose code changes only by the delayed powers
/// @dev `powers` is an immutable of the implementation, so an upgrade cannot be re-pointed by storage.
abstract contract Powered is Initializable, UUPSUpgradeable {
    address public immutable powers;

    constructor(address powers_) {
        powers = powers_;
        _disableInitializers();
    }

    modifier onlyPowers() {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        _;
    }

    function _authorizeUpgrade(address) internal view override onlyPowers {}
}
