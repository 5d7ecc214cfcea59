// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {NotParty} from "../libraries/Errors.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title GreenBond
/// @notice The promise is in IGreenBond. One clone per bond; decimals 0, because a unit is not divisible.
contract GreenBond is IGreenBond, ERC20Upgradeable {
    address public office;
    uint32 public bondId;
    IParticipants public participants;

    constructor() {
        _disableInitializers();
    }

    function initialize(address office_, address participants_, uint32 bond, string calldata label)
        external
        initializer
    {
        __ERC20_init(label, label);
        office = office_;
        bondId = bond;
        participants = IParticipants(participants_);
    }

    function decimals() public pure override returns (uint8) {
        return 0;
    }

    function mint(address investor, uint256 units) external {
        if (msg.sender != office) revert NotParty(msg.sender, office);
        _mint(investor, units);
    }

    function checkTransfer(address from, address to, uint256 units) external view {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        _requireAllowed(from, to);
        uint256 had = balanceOf(from);
        if (had < units) revert ERC20InsufficientBalance(from, had, units);
    }

    function _update(address from, address to, uint256 units) internal override {
        _requireAllowed(from, to);
        super._update(from, to, units);
    }

    function _requireAllowed(address from, address to) private view {
        participants.requireRole(to, Roles.INVESTOR);
        if (from != address(0)) participants.requireActive(from);
    }
}
