// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccount} from "../interfaces/IAccount.sol";
import {IAccountFactory} from "../interfaces/IAccountFactory.sol";
import {ICash} from "../interfaces/ICash.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {ICreditLines} from "../interfaces/ICreditLines.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {IProgrammes} from "../interfaces/IProgrammes.sol";
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
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";
import {Terms} from "../libraries/Terms.sol";

/// @title Receivables
/// @notice The promise is in IReceivables.
contract Receivables is IReceivables, Powered {
    uint8 private constant PROPOSED = 1;
    uint8 private constant ACCEPTED = 2;
    uint8 private constant REFUSED = 3;
    uint8 private constant RETURNED = 4;
    uint8 private constant SETTLED = 5;
    uint8 private constant VOIDED = 6;
    uint8 private constant BY_DOCUMENT = 1;
    uint8 private constant DECLARED = 2;
    uint8 private constant BY_OBLIGOR = 1;
    uint8 private constant BY_SUPPLIER = 2;
    uint8 private constant PIECE_HELD = 1;
    uint8 private constant PIECE_LOCKED = 2;
    uint8 private constant PIECE_VOIDED = 5;
    bytes32 private constant TENOR_RULE = "77-11";
    uint32 private constant TENOR_ASKED = 180;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;
    ICashRegistry public immutable cashRegistry;
    ICreditLines public immutable creditLines;
    IProceeds public immutable proceeds;
    IProgrammes public immutable programmes;
    IAccountFactory public immutable accountFactory;
    IFrameworks public immutable frameworks;

    uint64 public count;
    mapping(uint64 => Receivable) private _receivables;
    /// of what no bond funds
    mapping(uint64 => Green) private _greens;
    mapping(address => uint32) public overdue;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        ICashRegistry cashRegistry_,
        ICreditLines creditLines_,
        IProceeds proceeds_,
        IProgrammes programmes_,
        IAccountFactory accountFactory_,
        IFrameworks frameworks_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        pieceBook = pieceBook_;
        cashRegistry = cashRegistry_;
        creditLines = creditLines_;
        proceeds = proceeds_;
        programmes = programmes_;
        accountFactory = accountFactory_;
        frameworks = frameworks_;
    }

    // --- reading ---

    function receivable(uint64 id) external view returns (Receivable memory) {
        return _receivables[id];
    }

    function greenOf(uint64 id) public view returns (Green memory) {
        Receivable storage r = _receivables[id];
        if (r.budgetLine == 0) return _greens[id];
        IProceeds.Line memory line = proceeds.line(r.budgetLine);
        return Green(r.face, line.framework, line.category, true);
    }

    function greenShare(uint64 id, uint64 start, uint64 end) external view returns (uint64) {
        uint64 face = _receivables[id].face;
        if (face == 0) revert Unknown("RECEIVABLE", id);
        if (end > face) revert IPieceBook.CutOutside(0, face, end);
        if (start > end) revert IPieceBook.CutOutside(0, end, start);
        uint256 green = greenOf(id).amount;
        return uint64(green * end / face - green * start / face);
    }

    // --- obligor ---

    function checkConfirm(Confirmation calldata c, address obligor) external view {
        _requireConfirmable(c, obligor);
        documents.checkUse(c.fingerprint, c.face);
        (address payer, address payee, uint8 kind, bytes3 currency,,,) = documents.obligation(c.fingerprint);
        _requireInvoice(c, obligor, payer, payee, kind, currency);
        creditLines.checkReserve(c.creditLine, obligor, currency, c.face);
        if (c.budgetLine != 0) {
            proceeds.checkEncumber(c.budgetLine, obligor, c.fingerprint, c.face);
        }
    }

    function confirm(Confirmation calldata c) external returns (uint64 id) {
        uint32 warned = _requireConfirmable(c, msg.sender);
        id = ++count;
        _record(id, c);
        (address payer, address payee, uint8 kind, bytes3 currency,) = documents.use(c.fingerprint, c.face);
        _requireInvoice(c, msg.sender, payer, payee, kind, currency);
        creditLines.reserve(c.creditLine, msg.sender, currency, c.face);
        if (c.budgetLine != 0) proceeds.encumber(c.budgetLine, id, msg.sender, c.fingerprint, c.face);
        emit Confirmed(id, msg.sender, c.supplier, c);
        if (warned != 0) emit RuleWarned(id, TENOR_RULE, warned, TENOR_ASKED);
    }

    function _record(uint64 id, Confirmation calldata c) private {
        Receivable storage r = _receivables[id];
        (r.obligor, r.due, r.confirmedOn, r.state) = (msg.sender, c.due, participants.today(), PROPOSED);
        (r.programme, r.order) = (c.programme, c.order);
        (r.supplier, r.creditLine, r.budgetLine) = (c.supplier, c.creditLine, c.budgetLine);
        (r.cash, r.face, r.fingerprint) = (c.cash, c.face, c.fingerprint);
        if (c.green != 0) _greens[id] = Green(c.green, c.framework, c.category, false);
    }

    /// @return warned the tenor, where the programme only warns of one that long; else zero
    function _requireConfirmable(Confirmation calldata c, address obligor)
        private
        view
        returns (uint32 warned)
    {
        if (c.face == 0) revert ZeroAmount();
        cashRegistry.requireCash(c.cash);
        uint32 day = participants.requireRole(obligor, Roles.OBLIGOR);
        participants.requireRole(c.supplier, Roles.SUPPLIER);
        uint32 late = overdue[obligor];
        if (late != 0) revert ObligorInDefault(obligor, late);
        IProgrammes.Programme memory p = programmes.programme(c.programme);
        if (p.terms & Terms.TWO_PERSONS != 0) _requireTwoPersons(obligor);
        if (c.order && p.terms & Terms.ORDERS == 0) revert OrdersNotFinanced(c.programme);
        warned = _requireTenor(c, day, p.maxTenorDays);
        documents.requireKnown(c.contractDocument, obligor, Kinds.CONTRACT);
        documents.requireKnown(c.deliveryDocument, obligor, c.order ? Kinds.ORDER : Kinds.DELIVERY);
        if (c.budgetLine == 0) {
            if (c.green != 0) _requireGreen(c, obligor);
            return warned;
        }
        if (c.green != 0) revert GreenTooLarge(c.green, 0);
        address cash = proceeds.line(c.budgetLine).cash;
        if (cash != c.cash) revert NotParty(c.cash, cash);
    }

    /// @dev A plain key is one person; an account is one where its limits let a clerk confirm alone.
    function _requireTwoPersons(address obligor) private view {
        if (!accountFactory.isAccount(obligor)) revert TwoPersonsNeeded(obligor, type(uint96).max);
        uint96 alone = IAccount(obligor).limitOf(address(this), this.confirm.selector).each;
        if (alone != 0) revert TwoPersonsNeeded(obligor, alone);
    }

    function _requireTenor(Confirmation calldata c, uint32 day, uint32 most)
        private
        view
        returns (uint32 warned)
    {
        if (c.due <= day) revert DateOutOfOrder("DUE", c.due, day);
        uint32 tenor = c.due - day;
        if (tenor > most) revert TenorTooLong(tenor, most);
        if (tenor <= TENOR_ASKED) return 0;
        uint8 level = programmes.levelOf(c.programme, TENOR_RULE);
        if (level == Terms.WARN) return tenor;
        if (level == Terms.BLOCK) revert TenorTooLong(tenor, TENOR_ASKED);
        documents.requireKnown(c.reasons, creditLines.line(c.creditLine).bank, Kinds.ATTESTATION);
    }

    function _requireGreen(Confirmation calldata c, address obligor) private view {
        if (c.green > c.face) revert GreenTooLarge(c.green, c.face);
        address issuer = frameworks.framework(c.framework).issuer;
        if (issuer != obligor) revert NotParty(obligor, issuer);
        frameworks.requireEligible(c.framework, c.category);
        documents.requireKnown(c.greenDocument, obligor, 0);
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

    function deliver(uint64 id, bytes32 document) external {
        Receivable storage r = _receivables[id];
        uint8 state = r.state;
        if (state == 0) revert Unknown("RECEIVABLE", id);
        if (state > ACCEPTED) revert WrongState("RECEIVABLE", id, state, ACCEPTED);
        if (msg.sender != r.obligor) revert NotParty(msg.sender, r.obligor);
        participants.requireActive(msg.sender);
        if (!r.order) revert WrongState("ORDER", id, 0, 1);
        documents.requireKnown(document, msg.sender, Kinds.DELIVERY);
        r.order = false;
        emit Delivered(id, document);
    }

    // --- supplier ---

    function accept(uint64 id, uint8 consent, bytes32 document) external {
        Receivable storage r = _answerable(id);
        IProgrammes.Programme memory p = programmes.programme(r.programme);
        uint32 last = r.confirmedOn + p.acceptDays;
        uint32 day = participants.today();
        if (day > last) revert DateOutOfOrder("ACCEPT_BY", last, day);
        if (consent == BY_DOCUMENT) documents.requireKnown(document, msg.sender, Kinds.CONSENT);
        else if (consent != DECLARED || document != 0) revert ConsentMissing(id, consent);
        r.state = ACCEPTED;
        creditLines.convert(r.creditLine, r.face);
        IPieceBook.Limits memory limits =
            IPieceBook.Limits(p.minPiece, p.maxPieces, p.maxLayers, r.due, p.terms);
        pieceBook.open(id, msg.sender, r.face, limits);
        emit Accepted(id, consent, document);
    }

    function refuse(uint64 id, bytes32 reason) external {
        Receivable storage r = _answerable(id);
        if (reason == 0) revert ZeroHash("REASON");
        _undo(id, r, REFUSED);
        emit Refused(id, reason);
    }

    function returnUnanswered(uint64 id) external {
        Receivable storage r = _inState(id, PROPOSED);
        uint32 last = r.confirmedOn + programmes.programme(r.programme).acceptDays;
        uint32 day = participants.today();
        if (day <= last) revert NotYetReturnable(id, day, last + 1);
        _undo(id, r, RETURNED);
        emit Returned(id);
    }

    function _answerable(uint64 id) private view returns (Receivable storage r) {
        r = _inState(id, PROPOSED);
        if (msg.sender != r.supplier) revert NotParty(msg.sender, r.supplier);
        participants.requireActive(msg.sender);
    }

    function _undo(uint64 id, Receivable storage r, uint8 state) private {
        r.state = state;
        documents.release(r.fingerprint, r.face);
        if (state == VOIDED) creditLines.release(r.creditLine, r.face);
        else creditLines.unreserve(r.creditLine, r.face);
        if (r.budgetLine != 0) proceeds.releaseEncumbrance(id);
    }

    // --- both parties ---

    function checkVoid(uint64 id, address party) external view {
        _requireVoidableBy(id, party);
    }

    function proposeVoid(uint64 id, bytes32 reason) external {
        Receivable storage r = _inState(id, ACCEPTED);
        uint8 by = _partyNumber(r, msg.sender);
        if (reason == 0) revert ZeroHash("REASON");
        if (r.voidBy != 0) revert WrongState("VOID", id, r.voidBy, 0);
        _requireUntouched(id, r);
        r.voidBy = by;
        emit VoidProposed(id, msg.sender, reason);
    }

    function withdrawVoid(uint64 id) external {
        Receivable storage r = _inState(id, ACCEPTED);
        uint8 by = _partyNumber(r, msg.sender);
        if (r.voidBy != by) revert WrongState("VOID", id, r.voidBy, by);
        r.voidBy = 0;
        emit VoidWithdrawn(id, msg.sender);
    }

    function void(uint64 id) external {
        Receivable storage r = _requireVoidableBy(id, msg.sender);
        _undo(id, r, VOIDED);
        pieceBook.discharge(id, 0, PIECE_VOIDED);
        emit Voided(id, msg.sender);
    }

    function _requireVoidableBy(uint64 id, address party) private view returns (Receivable storage r) {
        r = _inState(id, ACCEPTED);
        uint8 other = BY_OBLIGOR + BY_SUPPLIER - _partyNumber(r, party);
        if (r.voidBy != other) revert WrongState("VOID", id, r.voidBy, other);
        _requireUntouched(id, r);
    }

    function _partyNumber(Receivable storage r, address party) private view returns (uint8) {
        if (party != r.obligor && party != r.supplier) revert NotParty(party, r.obligor);
        participants.requireActive(party);
        return party == r.obligor ? BY_OBLIGOR : BY_SUPPLIER;
    }

    /// @dev No layer was added, so the first holder still is the supplier.
    function _requireUntouched(uint64 id, Receivable storage r) private view {
        uint32 day = participants.today();
        if (day >= r.due) revert DateOutOfOrder("DUE", r.due, day);
        IPieceBook.Piece memory p = pieceBook.piece(id, 0);
        if (p.layers != 0) revert IPieceBook.TooManyLayers(p.layers, 0);
        if (p.end != r.face) revert PieceNotWhole(id, p.end, r.face);
        uint8 state = p.state & 7;
        if (state == PIECE_LOCKED) revert IPieceBook.PieceLocked(id, 0, p.state >> 3);
        if (state != PIECE_HELD) revert IPieceBook.AlreadyDischarged(id, 0, state);
        address axis = Purposes.axisOf(Purposes.MATURITY, Purposes.settlement(id));
        (uint256 cameIn,,) = ICash(r.cash).axis(axis);
        if (cameIn != 0) revert MoneyCameIn(id, cameIn);
    }

    function _inState(uint64 id, uint8 needed) private view returns (Receivable storage r) {
        r = _receivables[id];
        uint8 state = r.state;
        if (state == 0) revert Unknown("RECEIVABLE", id);
        if (state != needed) revert WrongState("RECEIVABLE", id, state, needed);
    }

    // --- modules ---

    function markSettled(uint64 id) external onlyDuty("MATURITY") {
        Receivable storage r = _inState(id, ACCEPTED);
        r.state = SETTLED;
        emit Settled(id);
        if (r.overdueOn != 0) _cure(id, r);
    }

    function markOverdue(uint64 id) external onlyDuty("MATURITY") {
        Receivable storage r = _inState(id, ACCEPTED);
        if (r.overdueOn != 0) revert WrongState("OVERDUE", id, 1, 0);
        r.overdueOn = participants.today();
        emit MarkedOverdue(id, r.obligor, ++overdue[r.obligor]);
    }

    function markCured(uint64 id) external onlyDuty("MATURITY") {
        Receivable storage r = _inState(id, ACCEPTED);
        if (r.overdueOn == 0) revert WrongState("OVERDUE", id, 0, 1);
        _cure(id, r);
    }

    function _cure(uint64 id, Receivable storage r) private {
        r.overdueOn = 0;
        emit MarkedCured(id, r.obligor, --overdue[r.obligor]);
    }
}
