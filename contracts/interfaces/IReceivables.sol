// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPieceBook} from "./IPieceBook.sol";

/// @title Confirmed payables: confirm, accept, refuse, return
/// @notice The obligor confirms a payable within a bank's line, against an invoice both sides signed, its contract and its
/// delivery evidence; capacity is used and the line reserved at once. With a budget line, the bond's money is locked in
/// the same act. The supplier's acceptance opens the pieces; refusal or return undoes everything.
/// Rules: 银发〔2025〕77号 art. 11 (tenor at most one year), art. 12 (contract, invoice and delivery).
interface IReceivables {
    /// @param budgetLine zero: paid from general money at maturity; else funded from that line of a bond
    struct Confirmation {
        address supplier;
        address cash;
        uint64 face;
        uint32 due;
        uint32 creditLine;
        uint32 budgetLine;
        bytes32 fingerprint;
        bytes32 contractDocument;
        bytes32 deliveryDocument;
    }

    /// @param state 1 proposed, 2 accepted, 3 refused, 4 returned, 5 settled
    struct Receivable {
        address obligor;
        uint32 due;
        uint32 confirmedOn;
        uint8 state;
        address supplier;
        uint32 creditLine;
        uint32 budgetLine;
        address cash;
        uint64 face;
        bytes32 fingerprint;
    }

    event Confirmed(
        uint64 indexed receivable,
        address indexed obligor,
        address indexed supplier,
        Confirmation confirmation
    );
    event Accepted(uint64 indexed receivable);
    event Refused(uint64 indexed receivable, bytes32 reason);
    event Returned(uint64 indexed receivable);
    event Settled(uint64 indexed receivable);
    event ProgrammeSet(IPieceBook.Limits limits, uint32 acceptDays, uint32 maxTenorDays);

    error TenorTooLong(uint32 had, uint32 needed);
    error NotYetReturnable(uint64 receivable, uint32 today, uint32 needed);

    function count() external view returns (uint64);
    function receivable(uint64 id) external view returns (Receivable memory);
    function programme()
        external
        view
        returns (IPieceBook.Limits memory limits, uint32 acceptDays, uint32 maxTenorDays);
    /// @notice May this payable be confirmed, and if not why: reverts with `confirm`'s own error.
    function checkConfirm(Confirmation calldata confirmation, address obligor) external view;

    function confirm(Confirmation calldata confirmation) external returns (uint64 id);
    function accept(uint64 id) external;
    function refuse(uint64 id, bytes32 reason) external;
    /// @notice Anyone may return a proposal that was not answered in time.
    function returnUnanswered(uint64 id) external;

    // --- modules ---
    function markSettled(uint64 id) external;
    // --- delayed powers ---
    function setProgramme(IPieceBook.Limits calldata limits, uint32 acceptDays, uint32 maxTenorDays) external;
}
