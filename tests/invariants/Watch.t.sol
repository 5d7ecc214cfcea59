// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coverage} from "./Handlers.t.sol";
import {Campaign} from "./Promises.t.sol";
import {Watch} from "./Watch.sol";

contract Alert2Test is Campaign {
    /// @notice ALERT-2: an alert is judged by strangers without a stake. LEG-1: a bank's reference stands for one leg of an
    /// attester, and what was said stays. Neither moves units or money.
    function invariant_ALERT_2_LEG_1() external view {
        _nothingFound();
        _nothingFound("LEG-1");
        _nothingFound("HOLD-3");
        Watch watch = Watch(address(play));
        watch.checkAlerts();
        watch.checkLegs();
        watch.checkUnits();
    }

    function _artifact() internal pure override returns (string memory) {
        return "Watch.sol:Watch";
    }

    function _promise() internal pure override returns (bytes32) {
        return "ALERT-2";
    }
}

/// @title Do these histories reach every kind of act?
contract WatchCoverageTest is Coverage {
    function _artifact() internal pure override returns (string memory) {
        return "Watch.sol:Watch";
    }
}
