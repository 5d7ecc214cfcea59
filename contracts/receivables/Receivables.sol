// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {ICreditLines} from "../interfaces/ICreditLines.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {
    CurrencyMismatch,
    DateOutOfOrder,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Receivables
/// @notice The promise is in IReceivables.
contract Receivables is IReceivables, Powered {
    uint8 private constant PROPOSED = 1;
    uint8 private constant ACCEPTED = 2;
    uint8 private constant REFUSED = 3;
    uint8 private constant RETURNED = 4;
    uint8 private constant SETTLED = 5;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;
    ICashRegistry public immutable cashRegistry;
    ICreditLines public immutable creditLines;
    IProceeds public immutable proceeds;

    uint64 public count;
    uint32 private _acceptDays;
    uint32 private _maxTenorDays;
    IPieceBook.Limits private _limits;
    mapping(uint64 => Receivable) private _receivables;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        ICashRegistry cashRegistry_,
        ICreditLines creditLines_,
        IProceeds proceeds_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        pieceBook = pieceBook_;
        cashRegistry = cashRegistry_;
        creditLines = creditLines_;
        proceeds = proceeds_;
    }

    // --- reading ---

    function receivable(uint64 id) external view returns (Receivable memory) {
        return _receivables[id];
    }

    function programme() external view returns (IPieceBook.Limits memory, uint32, uint32) {
        return (_limits, _acceptDays, _maxTenorDays);
    }

    // --- obligor ---

    function checkConfirm(Confirmation calldata c, address obligor) external view {
        _requireConfirmable(c, obligor);
        documents.checkUse(c.fingerprint, c.face);
        (address payer, address payee, uint8 kind, bytes3 currency,,,) = documents.obligation(c.fingerprint);
        _requireInvoice(c, obligor, payer, payee, kind, currency);
        creditLines.checkReserve(c.creditLine, obligor, currency, c.face);
        if (c.budgetLine != 0) proceeds.checkEncumber(c.budgetLine, obligor, c.face);
    }

    function confirm(Confirmation calldata c) external returns (uint64 id) {
        _requireConfirmable(c, msg.sender);
        id = ++count;
        _receivables[id] = Receivable(
            msg.sender,
            c.due,
            participants.today(),
            PROPOSED,
            c.supplier,
            c.creditLine,
            c.budgetLine,
            c.cash,
            c.face,
            c.fingerprint
        );
        (address payer, address payee, uint8 kind, bytes3 currency,) = documents.use(c.fingerprint, c.face);
        _requireInvoice(c, msg.sender, payer, payee, kind, currency);
        creditLines.reserve(c.creditLine, msg.sender, currency, c.face);
        if (c.budgetLine != 0) proceeds.encumber(c.budgetLine, id, msg.sender, c.fingerprint, c.face);
        emit Confirmed(id, msg.sender, c.supplier, c);
    }

    function _requireConfirmable(Confirmation calldata c, address obligor) private view {
        if (c.face == 0) revert ZeroAmount();
        cashRegistry.requireCash(c.cash);
        participants.requireRole(obligor, Roles.OBLIGOR);
        participants.requireRole(c.supplier, Roles.SUPPLIER);
        uint32 day = participants.today();
        if (c.due <= day) revert DateOutOfOrder("DUE", c.due, day);
        if (c.due - day > _maxTenorDays) revert TenorTooLong(c.due - day, _maxTenorDays);
        documents.requireKnown(c.contractDocument, obligor, Kinds.CONTRACT);
        documents.requireKnown(c.deliveryDocument, obligor, Kinds.DELIVERY);
        if (c.budgetLine == 0) return;
        address cash = proceeds.line(c.budgetLine).cash;
        if (cash != c.cash) revert NotParty(c.cash, cash);
    }

    function _requireInvoice(
        Confirmation calldata c,
        address obligor,
        address payer,
        address payee,
        uint8 kind,
        bytes3 currency
    ) private view {
        if (kind != Kinds.INVOICE) {
            revert WrongState("DOCUMENT_KIND", uint256(c.fingerprint), kind, Kinds.INVOICE);
        }
        if (payer != obligor) revert NotParty(obligor, payer);
        if (payee != c.supplier) revert NotParty(c.supplier, payee);
        bytes3 needed = ICash(c.cash).currency();
        if (currency != needed) revert CurrencyMismatch(currency, needed);
    }

    // --- supplier ---

    function accept(uint64 id) external {
        Receivable storage r = _answerable(id);
        uint32 last = r.confirmedOn + _acceptDays;
        uint32 day = participants.today();
        if (day > last) revert DateOutOfOrder("ACCEPT_BY", last, day);
        r.state = ACCEPTED;
        creditLines.convert(r.creditLine, r.face);
        IPieceBook.Limits memory limits = _limits;
        limits.closesOn = r.due;
        pieceBook.open(id, msg.sender, r.face, limits);
        emit Accepted(id);
    }

    function refuse(uint64 id, bytes32 reason) external {
        _answerable(id);
        if (reason == 0) revert ZeroHash("REASON");
        _undo(id, REFUSED);
        emit Refused(id, reason);
    }

    function returnUnanswered(uint64 id) external {
        Receivable storage r = _inState(id, PROPOSED);
        uint32 last = r.confirmedOn + _acceptDays;
        uint32 day = participants.today();
        if (day <= last) revert NotYetReturnable(id, day, last + 1);
        _undo(id, RETURNED);
        emit Returned(id);
    }

    function _answerable(uint64 id) private view returns (Receivable storage r) {
        r = _inState(id, PROPOSED);
        if (msg.sender != r.supplier) revert NotParty(msg.sender, r.supplier);
        participants.requireActive(msg.sender);
    }

    function _undo(uint64 id, uint8 state) private {
        Receivable storage r = _receivables[id];
        r.state = state;
        documents.release(r.fingerprint, r.face);
        creditLines.unreserve(r.creditLine, r.face);
        if (r.budgetLine != 0) proceeds.releaseEncumbrance(id);
    }

    function _inState(uint64 id, uint8 needed) private view returns (Receivable storage r) {
        r = _receivables[id];
        uint8 state = r.state;
        if (state == 0) revert Unknown("RECEIVABLE", id);
        if (state != needed) revert WrongState("RECEIVABLE", id, state, needed);
    }

    // --- modules and delayed powers ---

    function markSettled(uint64 id) external onlyDuty("MATURITY") {
        _inState(id, ACCEPTED).state = SETTLED;
        emit Settled(id);
    }

    function setProgramme(IPieceBook.Limits calldata limits, uint32 acceptDays, uint32 maxTenorDays)
        external
        onlyPowers
    {
        (_limits, _acceptDays, _maxTenorDays) = (limits, acceptDays, maxTenorDays);
        emit ProgrammeSet(limits, acceptDays, maxTenorDays);
    }
}
