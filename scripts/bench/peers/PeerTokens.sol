// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts-v5/token/ERC20/ERC20.sol";
import {ERC1155} from "@openzeppelin/contracts-v5/token/ERC1155/ERC1155.sol";
import {ERC6909} from "@openzeppelin/contracts-v5/token/ERC6909/draft-ERC6909.sol";

/// The library's tokens with nothing added but a way to mint, so that what is measured is the library.
contract PeerERC20 is ERC20("Peer", "PEER") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

contract PeerERC1155 is ERC1155("") {
    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }
}

contract PeerERC6909 is ERC6909 {
    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount);
    }
}
