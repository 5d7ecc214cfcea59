// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC3525} from "@solvprotocol/erc-3525/ERC3525.sol";

/// The reference implementation with nothing added but a way to mint.
contract PeerERC3525 is ERC3525("Peer", "PEER", 2) {
    function mint(address to, uint256 slot, uint256 value) external returns (uint256 id) {
        return _mint(to, slot, value);
    }
}
