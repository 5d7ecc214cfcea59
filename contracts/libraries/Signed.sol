// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {BadSignature} from "./Errors.sol";

/// @title Statements signed off chain, bound to this chain and contract (EIP-712; keys and ERC-1271 accounts alike)
abstract contract Signed is EIP712 {
    constructor() EIP712("Green Ledger", "1") {}

    function _requireSigned(address signer, bytes32 digest, bytes calldata signature) internal view {
        if (!SignatureChecker.isValidSignatureNow(signer, digest, signature)) {
            revert BadSignature(signer, digest);
        }
    }
}
