// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {NotModule, NotPowers} from "./Errors.sol";

/// @title A module behind an ERC-1967 proxy whose code changes only by the delayed powers
/// @dev `powers` is an immutable of the implementation, so an upgrade cannot be re-pointed by storage.
/// A neighbour module that may call in is given a duty by the same delayed powers; the duty's name says which acts.
abstract contract Powered is UUPSUpgradeable {
    event DutySet(address indexed module, bytes32 duty);

    address public immutable powers;
    mapping(address => bytes32) public dutyOf;

    constructor(address powers_) {
        powers = powers_;
    }

    modifier onlyPowers() {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        _;
    }

    modifier onlyDuty(bytes32 duty) {
        if (dutyOf[msg.sender] != duty) revert NotModule(msg.sender, duty);
        _;
    }

    function setDuty(address module, bytes32 duty) external onlyPowers {
        dutyOf[module] = duty;
        emit DutySet(module, duty);
    }

    function _authorizeUpgrade(address) internal view override onlyPowers {}
}
