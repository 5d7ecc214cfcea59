// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Roles} from "./Roles.sol";

/// @title What an agent may do under a mandate
/// @notice The agents of an issue and of a holding act; an auditor, a verifier and a credit reader read.
library MandateKinds {
    uint8 internal constant BOOKRUNNER = 1;
    uint8 internal constant PAYING_AGENT = 2;
    uint8 internal constant DEPOSITORY = 3;
    uint8 internal constant AGENT = 4;
    uint8 internal constant AUDITOR = 5;
    uint8 internal constant VERIFIER = 6;
    /// A financier that may see the owner's score: the owner's consent, with its last day.
    uint8 internal constant CREDIT_READER = 7;

    /// @return the role an agent of this kind needs beside its mandate, zero when any participant will do
    function roleOf(uint8 kind) internal pure returns (uint32) {
        if (kind == AUDITOR) return Roles.AUDITOR;
        if (kind == CREDIT_READER) return Roles.FINANCIER;
        return kind == VERIFIER ? Roles.VERIFIER : 0;
    }
}
