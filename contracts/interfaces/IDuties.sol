// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Which duty the delayed powers gave a neighbour module (see `Powered`)
interface IDuties {
    function dutyOf(address module) external view returns (bytes32);
}
