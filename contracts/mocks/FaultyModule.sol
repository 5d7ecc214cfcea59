// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Powered} from "../libraries/Powered.sol";

/// @title A module that an upgrade made faulty
/// @notice Does what the right one does, by its code, and something more; `greenledger check` has to notice.
/// @dev Keeps nothing of its own in storage: the slots stay those of the right one.
abstract contract FaultyModule is Powered {
    address private immutable _right;

    constructor(address powers_, address right) Powered(powers_) {
        _right = right;
    }

    fallback() external {
        (bool ok, bytes memory answer) = _right.delegatecall(msg.data);
        assembly ("memory-safe") {
            if ok { return(add(answer, 32), mload(answer)) }
            revert(add(answer, 32), mload(answer))
        }
    }
}
