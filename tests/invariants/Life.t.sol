// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Campaign} from "./Promises.t.sol";
import {Coverage} from "./Handlers.t.sol";
import {Life} from "./Life.sol";

/// @title Random histories of two bonds between closing and their end
abstract contract LifeCampaign is Campaign {
    function _artifact() internal pure override returns (string memory) {
        return "Life.sol:Life";
    }

    function _life() internal view returns (Life) {
        return Life(address(play));
    }

    /// @dev Whatever an act found counts in every campaign: here all promises hang together.
    function _allWell() internal view {
        bytes32[7] memory specs = [bytes32("HOLD-1"), "HOLD-2", "HOLD-3", "SVC-1", "SVC-2", "SVC-4", "TRD-1"];
        for (uint256 i; i < specs.length; ++i) {
            _nothingFound(specs[i]);
        }
        _nothingFound("CASH-1");
        _nothingFound("BOND-1");
        _nothingFound("BOND-2");
        _nothingFound("LIVE");
        _life().checkUnits();
    }
}

contract Hold1Test is LifeCampaign {
    /// @notice HOLD-1, HOLD-2, HOLD-3, TRD-1: units are conserved, an entitlement follows the holding at the end of the
    /// record day, and units stop, start again or move by force by a named authority's order only.
    function invariant_HOLD_1_HOLD_2_HOLD_3() external view {
        _allWell();
        _life().checkRecords();
    }

    function _promise() internal pure override returns (bytes32) {
        return "HOLD-1";
    }
}

contract Svc1Test is LifeCampaign {
    /// @notice SVC-1, SVC-2, SVC-4: the entitlements of a payment are what was paid, what waits, and rounding; each holder
    /// is paid once; what is short is shared.
    function invariant_SVC_1() external view {
        _allWell();
        _life().checkRecords();
        _life().checkServices();
        _life().checkCash();
    }

    function _promise() internal pure override returns (bytes32) {
        return "SVC-1";
    }
}

/// @title Do these histories reach every kind of act?
contract LifeCoverageTest is Coverage {
    function _artifact() internal pure override returns (string memory) {
        return "Life.sol:Life";
    }
}
