// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Roles of a participant, as a bit mask
/// @notice ILLUSTRATIVE marks a party that no source names; it is shown wherever the party is shown.
library Roles {
    uint32 internal constant ISSUER = 1 << 0;
    uint32 internal constant VERIFIER = 1 << 1;
    uint32 internal constant INVESTOR = 1 << 2;
    uint32 internal constant OBLIGOR = 1 << 3;
    uint32 internal constant SUPPLIER = 1 << 4;
    uint32 internal constant FINANCIER = 1 << 5;
    uint32 internal constant BANK = 1 << 6;
    uint32 internal constant AUDITOR = 1 << 7;
    /// Regulator or court: reads everything, orders what the law lets it order.
    uint32 internal constant AUTHORITY = 1 << 8;
    uint32 internal constant ILLUSTRATIVE = 1 << 31;
}
