// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What a programme's terms may ask for, as a bit mask, and how hard a rule is enforced
library Terms {
    /// A transfer needs the receiver's acceptance; unset: it moves on notice.
    uint8 internal constant ACCEPTANCE = 1;
    /// A payable is confirmed by two persons of the obligor's.
    uint8 internal constant TWO_PERSONS = 2;
    /// Confirmed orders may be financed, and are marked.
    uint8 internal constant ORDERS = 4;
    /// What moves uses up an invoice from the receiver to the holder; unset: a trade document of the holder's is enough.
    uint8 internal constant INVOICED = 8;

    // levels of a rule; zero: its own default
    uint8 internal constant WARN = 1;
    uint8 internal constant ATTEST = 2;
    uint8 internal constant BLOCK = 3;
}
