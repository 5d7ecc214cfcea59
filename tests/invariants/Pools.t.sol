// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coverage} from "./Handlers.t.sol";
import {Pools} from "./Pools.sol";
import {Campaign} from "./Promises.t.sol";

contract Pool1Test is Campaign {
    /// @notice POOL-1, POOL-3: what is in an asset pool is nowhere else, and adds up to its face. POOL-2: its money is
    /// accounted for, and goes down the tranches in their order, to their lots in proportion.
    function invariant_POOL_1_POOL_2_POOL_3() external {
        bytes32[6] memory specs = [bytes32("POOL-2"), "PIECE-4", "PIECE-5", "MAT-1", "MAT-2", "MAT-6"];
        for (uint256 i; i < specs.length; ++i) {
            _nothingFound(specs[i]);
        }
        _nothingFound();
        Pools(address(play)).checkPools();
        Pools(address(play)).checkWaterfall();
    }

    function _artifact() internal pure override returns (string memory) {
        return "Pools.sol:Pools";
    }

    function _promise() internal pure override returns (bytes32) {
        return "POOL-1";
    }
}

/// @title Do these histories reach every kind of act?
contract PoolCoverageTest is Coverage {
    function _artifact() internal pure override returns (string memory) {
        return "Pools.sol:Pools";
    }
}
