// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title An account that is a contract: one key sends its acts and signs for it (ERC-1271)
contract ContractAccount is IERC1271 {
    address public immutable key;

    constructor(address key_) {
        key = key_;
    }

    function act(address target, bytes calldata data) external returns (bytes memory result) {
        require(msg.sender == key, "not the key");
        bool ok;
        (ok, result) = target.call(data);
        if (ok) return result;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && signer == key;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
