// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IProgrammes} from "../interfaces/IProgrammes.sol";
import {AmountTooLarge, NotPowers, Unknown, ZeroAmount, ZeroHash} from "../libraries/Errors.sol";
import {Terms} from "../libraries/Terms.sol";

/// @title Programmes
/// @notice The promise is in IProgrammes.
/// @dev Not behind a proxy: what a receivable may do is read here by every module, and is data, not code.
contract Programmes is IProgrammes {
    address public immutable powers;

    uint16 public last;
    mapping(uint16 => Programme) private _programmes;
    mapping(uint16 => mapping(bytes32 => uint8)) private _levels;

    constructor(address powers_) {
        powers = powers_;
    }

    modifier onlyPowers() {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        _;
    }

    function programme(uint16 id) external view returns (Programme memory) {
        return _known(id);
    }

    function levelOf(uint16 id, bytes32 rule) external view returns (uint8) {
        return _levels[id][rule];
    }

    function set(uint16 id, Programme calldata terms) external onlyPowers {
        if (id == 0) revert Unknown("PROGRAMME", id);
        if (terms.maxPieces == 0 || terms.maxTenorDays == 0) revert ZeroAmount();
        if (terms.cutOff > 1 days) revert AmountTooLarge(terms.cutOff, 1 days);
        if (id > last) last = id;
        _programmes[id] = terms;
        emit ProgrammeSet(id, terms);
    }

    function setLevel(uint16 id, bytes32 rule, uint8 level) external onlyPowers {
        _known(id);
        if (rule == 0) revert ZeroHash("RULE");
        if (level > Terms.BLOCK) revert Unknown("LEVEL", level);
        _levels[id][rule] = level;
        emit LevelSet(id, rule, level);
    }

    /// @dev No programme lets a receivable have no piece.
    function _known(uint16 id) private view returns (Programme storage p) {
        p = _programmes[id];
        if (p.maxPieces == 0) revert Unknown("PROGRAMME", id);
    }
}
