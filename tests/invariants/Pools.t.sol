// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coverage} from "./Handlers.t.sol";
import {Pools} from "./Pools.sol";
import {Campaign} from "./Promises.t.sol";

contract Pool1Test is Campaign {
    /// @notice POOL-1, POOL-3: what is in an asset pool is nowhere else, and adds up to its face.
    function invariant_POOL_1_POOL_3() external {
        _nothingFound();
        _nothingFound("PIECE-4");
        _nothingFound("PIECE-5");
        Pools(address(play)).checkPools();
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
