// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Kinds of documents
library Kinds {
    // obligation documents: two unlike signers and a capacity
    uint8 internal constant INVOICE = 1;
    uint8 internal constant LOAN_DRAWDOWN = 2;
    uint8 internal constant REFINANCING = 3;
    // other documents
    uint8 internal constant TRADE = 32;
    uint8 internal constant CONTRACT = 33;
    uint8 internal constant DELIVERY = 34;
    uint8 internal constant REGISTRATION = 35;
    uint8 internal constant REGISTRY_SEARCH = 36;
    uint8 internal constant OTHER = 63;
}
