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
    uint8 internal constant ORDER = 37;
    uint8 internal constant APPLICATION = 38;
    uint8 internal constant REVIEW_RESULT = 39;
    uint8 internal constant ATTESTATION = 40;
    uint8 internal constant CREDIT_NOTE = 41;
    uint8 internal constant COURT_ORDER = 42;
    uint8 internal constant PLEDGE = 43;
    uint8 internal constant CONSENT = 44;
    uint8 internal constant CONVERSION = 45;
    uint8 internal constant OTHER = 63;
}
