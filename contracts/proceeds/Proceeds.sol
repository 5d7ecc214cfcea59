// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {Claims} from "../libraries/Claims.sol";
import {CurrencyMismatch, NotParty, Unknown, WrongState, ZeroAmount, ZeroHash} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Proceeds
/// @notice The promise is in IProceeds.
contract Proceeds is IProceeds, Powered {
    bytes32 private constant MODULE = Purposes.PROCEEDS;
    uint256 private constant MAX_LINES = 128;
    uint8 private constant PIECE_KIND = 7;
    uint8 private constant PIECE_PAID = 3;

    struct Books {
        address issuer;
        uint32 framework;
        bool closed;
        address cash;
        uint32[] lines;
    }

    /// What the counters of a line's axis cannot tell apart: cumulative amounts, in fen.
    struct Totals {
        uint128 encumbered;
        uint128 unencumbered;
        uint128 settled;
        uint128 deallocated;
        uint128 refunded;
    }

    struct Encumbrance {
        uint32 line;
        uint96 amount;
        bytes32 fingerprint;
    }

    struct Payment {
        uint128 amount;
        uint128 refunded;
    }

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IFrameworks public immutable frameworks;
    IPieceBook public immutable pieceBook;

    uint32 private _projectCount;
    uint32 private _lineCount;
    mapping(uint32 => Books) private _books;
    mapping(uint32 => Project) private _projects;
    mapping(uint32 => Line) private _lines;
    mapping(uint32 => Totals) private _totals;
    mapping(uint64 => Encumbrance) private _encumbrances;
    mapping(bytes32 => Payment) private _payments;
    mapping(uint64 => mapping(uint64 => uint256)) private _refundedPieces;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IPieceBook pieceBook_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        frameworks = frameworks_;
        pieceBook = pieceBook_;
    }

    // --- reading ---

    function raised(uint32 bond) external view returns (uint256) {
        Books storage b = _books[bond];
        return b.closed ? _incoming(b.cash, Purposes.origin(bond)) : 0;
    }

    function states(uint32 bond) external view returns (States memory s) {
        Books storage b = _books[bond];
        if (!b.closed) return s;
        s.cost = _incoming(b.cash, Purposes.cost(bond));
        s.unallocated = _balance(b.cash, Purposes.origin(bond)) + _balance(b.cash, Purposes.pool(bond));
        s.returned = _incoming(b.cash, Purposes.returned(bond));
        for (uint256 i; i < b.lines.length; ++i) {
            uint32 id = b.lines[i];
            Totals memory t = _totals[id];
            address axis = _axis(Purposes.budgetLine(id));
            (uint256 incoming, uint256 outgoing,) = ICash(b.cash).axis(axis);
            s.available += incoming - outgoing;
            s.encumbered += t.encumbered - t.unencumbered - t.settled;
            s.spent += outgoing - t.encumbered - t.deallocated + t.settled - t.refunded;
        }
    }

    function project(uint32 id) external view returns (Project memory) {
        return _projects[id];
    }

    function line(uint32 id) external view returns (Line memory) {
        return _lines[id];
    }

    function linesOf(uint32 bond) external view returns (uint32[] memory) {
        return _books[bond].lines;
    }

    function counts() external view returns (uint32 projects, uint32 lines) {
        return (_projectCount, _lineCount);
    }

    function encumbranceOf(uint64 receivable) external view returns (uint32, uint96) {
        return (_encumbrances[receivable].line, _encumbrances[receivable].amount);
    }

    // --- a bond's books ---

    function openBooks(uint32 bond, address issuer, uint32 framework, address cash)
        external
        onlyDuty("BONDS")
    {
        Books storage b = _books[bond];
        b.issuer = issuer;
        b.framework = framework;
        b.cash = cash;
        emit BondBooksOpened(bond, issuer, framework, cash);
    }

    function collectBooking(uint32 bond, address investor, uint256 amount) external onlyDuty("BONDS") {
        ICash(_books[bond].cash)
            .collect(MODULE, Purposes.escrow(bond, investor), investor, amount, bytes32(uint256(bond)));
    }

    function acceptBooking(uint32 bond, address investor, uint256 amount) external onlyDuty("BONDS") {
        ICash(_books[bond].cash)
            .shift(
                MODULE, Purposes.escrow(bond, investor), Purposes.origin(bond), amount, bytes32(uint256(bond))
            );
    }

    function returnBooking(uint32 bond, address investor, uint256 amount) external onlyDuty("BONDS") {
        Claims.payOrKeep(
            participants,
            ICash(_books[bond].cash),
            MODULE,
            Purposes.escrow(bond, investor),
            investor,
            amount,
            bytes32(uint256(bond))
        );
    }

    function closeBooks(uint32 bond, uint256 cost, uint32 valueDate)
        external
        onlyDuty("BONDS")
        returns (uint256 total)
    {
        Books storage b = _books[bond];
        if (b.closed) revert WrongState("BOOKS", bond, 1, 0);
        b.closed = true;
        ICash cash = ICash(b.cash);
        bytes32 origin = Purposes.origin(bond);
        total = _incoming(b.cash, origin);
        if (cost > total) revert OverProceeds(bond, total, cost);
        bytes32 document = bytes32(uint256(bond));
        if (cost != 0) cash.shift(MODULE, origin, Purposes.cost(bond), cost, document);
        if (cost != total) cash.shift(MODULE, origin, Purposes.pool(bond), total - cost, document);
        emit ProceedsReceived(bond, total, cost, valueDate);
    }

    function payCost(uint32 bond, address payee, uint256 amount, bytes32 document) external {
        Books storage b = _books[bond];
        _requireIssuer(b.issuer);
        documents.requireKnown(document, b.issuer, 0);
        ICash(b.cash).pay(MODULE, Purposes.cost(bond), payee, amount, document);
        emit CostPaid(bond, payee, amount, document);
    }

    // --- unused proceeds, back to the investors ---

    function returnUnused(uint32 bond, uint256 amount) external onlyDuty("SERVICE") {
        ICash(_books[bond].cash)
            .shift(MODULE, Purposes.pool(bond), Purposes.returned(bond), amount, bytes32(uint256(bond)));
    }

    function payReturned(uint32 bond, address holder, uint256 amount, bytes32 document)
        external
        onlyDuty("SERVICE")
        returns (bool kept)
    {
        return Claims.payOrKeep(
            participants, ICash(_books[bond].cash), MODULE, Purposes.returned(bond), holder, amount, document
        );
    }

    // --- projects and budget lines ---

    function registerProject(
        uint32 framework,
        address company,
        bytes32 category,
        uint96 budget,
        string calldata label,
        bytes32 document
    ) external returns (uint32 id) {
        _requireIssuer(frameworks.framework(framework).issuer);
        participants.requireActive(company);
        documents.requireKnown(document, msg.sender, 0);
        if (budget == 0) revert ZeroAmount();
        uint8 index = frameworks.categoryIndex(framework, category);
        id = ++_projectCount;
        _projects[id] = Project(company, framework, index, budget, 0);
        emit ProjectRegistered(id, framework, company, index, budget, label, document);
    }

    function openLine(
        uint32 bond,
        uint32 projectId,
        uint96 budget,
        bool companyMaySpend,
        string calldata label
    ) external returns (uint32 id) {
        Books storage b = _books[bond];
        _requireIssuer(b.issuer);
        Project storage p = _projects[projectId];
        if (p.company == address(0)) revert Unknown("PROJECT", projectId);
        if (p.framework != b.framework) revert FrameworkMismatch(p.framework, b.framework);
        if (budget == 0) revert ZeroAmount();
        if (b.lines.length >= MAX_LINES) revert TooManyLines(bond, MAX_LINES);
        id = ++_lineCount;
        b.lines.push(id);
        bytes3 currency = ICash(b.cash).currency();
        _lines[id] = Line(
            b.issuer, bond, projectId, p.category, companyMaySpend, b.cash, b.framework, currency, budget, 0
        );
        emit LineOpened(id, bond, projectId, budget, companyMaySpend, label);
    }

    function allocate(uint32 lineId, uint256 amount) external {
        Line storage l = _ownLine(lineId);
        if (amount == 0) revert ZeroAmount();
        frameworks.requireEligible(l.framework, l.category);
        Project storage p = _projects[l.project];
        uint256 room = l.budget - l.allocated;
        if (amount > room) revert OverBudget(lineId, room, amount);
        room = p.budget - p.allocated;
        if (amount > room) revert OverAllocated(l.project, room, amount);
        bytes32 pool = Purposes.pool(l.bond);
        uint256 had = _balance(l.cash, pool);
        if (amount > had) revert OverProceeds(l.bond, had, amount);
        l.allocated += uint96(amount);
        p.allocated += uint96(amount);
        ICash(l.cash).shift(MODULE, pool, Purposes.budgetLine(lineId), amount, bytes32(uint256(lineId)));
        emit Allocated(l.bond, lineId, amount);
    }

    function deallocate(uint32 lineId, uint256 amount) external {
        Line storage l = _ownLine(lineId);
        bytes32 purpose = Purposes.budgetLine(lineId);
        _requireAvailable(lineId, l.cash, amount);
        l.allocated -= uint96(amount);
        _projects[l.project].allocated -= uint96(amount);
        _totals[lineId].deallocated += uint128(amount);
        ICash(l.cash).shift(MODULE, purpose, Purposes.pool(l.bond), amount, bytes32(uint256(lineId)));
        emit Deallocated(l.bond, lineId, amount);
    }

    // --- the gate ---

    function checkPay(uint32 lineId, bytes32 fingerprint, uint256 amount) external view {
        Line storage l = _known(lineId);
        _requireGate(lineId, l, amount);
        documents.checkUse(fingerprint, amount);
        (address payer, address payee,, bytes3 currency,,,) = documents.obligation(fingerprint);
        _requireObligation(l, payer, currency);
        participants.requireActive(payee);
    }

    function checkEncumber(uint32 lineId, address obligor, uint256 amount) public view {
        Line storage l = _known(lineId);
        _requireGate(lineId, l, amount);
        if (obligor == l.issuer) return;
        if (!l.companyMaySpend || obligor != _projects[l.project].company) {
            revert NotParty(obligor, l.issuer);
        }
    }

    function pay(uint32 lineId, bytes32 fingerprint, uint256 amount) external returns (uint256 outOffset) {
        Line storage l = _known(lineId);
        if (msg.sender != l.issuer) revert NotParty(msg.sender, l.issuer);
        _requireGate(lineId, l, amount);
        (address payer, address payee,, bytes3 currency,) = documents.use(fingerprint, amount);
        _requireObligation(l, payer, currency);
        outOffset = ICash(l.cash).pay(MODULE, Purposes.budgetLine(lineId), payee, amount, fingerprint);
        _payments[_paymentKey(lineId, outOffset, fingerprint, payee)].amount = uint128(amount);
        emit Paid(l.bond, lineId, payee, fingerprint, amount, outOffset);
    }

    /// @dev Everything that money leaving a line must pass, whoever asks; capacity and payee are the callers' part.
    function _requireGate(uint32 lineId, Line storage l, uint256 amount) private view {
        participants.requireRole(l.issuer, Roles.ISSUER);
        frameworks.requireEligible(l.framework, l.category);
        _requireAvailable(lineId, l.cash, amount);
    }

    function _requireObligation(Line storage l, address payer, bytes3 currency) private view {
        if (currency != l.currency) revert CurrencyMismatch(currency, l.currency);
        if (payer != l.issuer && payer != _projects[l.project].company) revert NotParty(payer, l.issuer);
    }

    function _requireAvailable(uint32 lineId, address cash, uint256 amount) private view {
        if (amount == 0) revert ZeroAmount();
        uint256 had = _balance(cash, Purposes.budgetLine(lineId));
        if (amount > had) revert OverBudget(lineId, had, amount);
    }

    // --- encumbrances ---

    function encumber(uint32 lineId, uint64 receivable, address obligor, bytes32 fingerprint, uint256 amount)
        external
        onlyDuty("RECEIVABLES")
    {
        checkEncumber(lineId, obligor, amount);
        Line storage l = _lines[lineId];
        _encumbrances[receivable] = Encumbrance(lineId, uint96(amount), fingerprint);
        _totals[lineId].encumbered += uint128(amount);
        ICash(l.cash)
            .shift(MODULE, Purposes.budgetLine(lineId), Purposes.encumbrance(receivable), amount, fingerprint);
        emit Encumbered(l.bond, lineId, receivable, amount);
    }

    function releaseEncumbrance(uint64 receivable) external onlyDuty("RECEIVABLES") {
        Encumbrance memory e = _encumbrances[receivable];
        Line storage l = _lines[e.line];
        delete _encumbrances[receivable];
        _totals[e.line].unencumbered += e.amount;
        ICash(l.cash)
            .shift(
                MODULE, Purposes.encumbrance(receivable), Purposes.budgetLine(e.line), e.amount, e.fingerprint
            );
        emit EncumbranceReleased(l.bond, e.line, receivable, e.amount);
    }

    /// @dev Unconditional: no review, role or budget is asked any more. Payouts go in the order of the receivable's fen.
    function payEncumbered(uint64 receivable, uint64 start, uint64 end, address holder)
        external
        onlyDuty("MATURITY")
    {
        Encumbrance memory e = _encumbrances[receivable];
        Line storage l = _lines[e.line];
        bytes32 purpose = Purposes.encumbrance(receivable);
        (, uint256 outgoing,) = ICash(l.cash).axis(_axis(purpose));
        if (outgoing != start) revert OutOfOrder(receivable, start, outgoing);
        _totals[e.line].settled += end - start;
        bool kept = Claims.payOrKeep(
            participants, ICash(l.cash), MODULE, purpose, holder, end - start, e.fingerprint
        );
        emit EncumbrancePaid(l.bond, receivable, holder, start, end, kept);
    }

    // --- money that comes back ---

    function refund(uint32 lineId, uint256 outOffset, bytes32 fingerprint, uint256 amount, bytes32 document)
        external
    {
        bytes32 key = _paymentKey(lineId, outOffset, fingerprint, msg.sender);
        Payment storage p = _payments[key];
        if (p.amount == 0) revert NoSuchPayment(key);
        uint256 refunded = p.refunded;
        _requireRefundable(p.amount - refunded, amount);
        p.refunded += uint128(amount);
        address axis = _axis(Purposes.budgetLine(lineId));
        _takeBack(lineId, axis, outOffset + refunded, fingerprint, amount, document);
    }

    function refundEncumbered(uint64 receivable, uint64 start, uint256 amount, bytes32 document) external {
        Encumbrance memory e = _encumbrances[receivable];
        if (e.line == 0) revert Unknown("ENCUMBRANCE", receivable);
        IPieceBook.Piece memory p = pieceBook.piece(receivable, start);
        if (p.holder != msg.sender) revert NotParty(msg.sender, p.holder);
        if (p.state & PIECE_KIND != PIECE_PAID) revert WrongState("PIECE", start, p.state, PIECE_PAID);
        uint256 refunded = _refundedPieces[receivable][start];
        _requireRefundable(p.end - start - refunded, amount);
        _refundedPieces[receivable][start] = refunded + amount;
        address axis = _axis(Purposes.encumbrance(receivable));
        _takeBack(e.line, axis, start + refunded, e.fingerprint, amount, document);
    }

    function _requireRefundable(uint256 had, uint256 amount) private pure {
        if (amount == 0) revert ZeroAmount();
        if (amount > had) revert RefundTooLarge(had, amount);
    }

    function _takeBack(
        uint32 lineId,
        address axis,
        uint256 reversedOffset,
        bytes32 fingerprint,
        uint256 amount,
        bytes32 document
    ) private {
        if (document == 0) revert ZeroHash("DOCUMENT");
        Line storage l = _lines[lineId];
        _totals[lineId].refunded += uint128(amount);
        documents.release(fingerprint, amount);
        uint256 inOffset =
            ICash(l.cash).collect(MODULE, Purposes.budgetLine(lineId), msg.sender, amount, document);
        emit Refunded(l.bond, lineId, axis, reversedOffset, amount, inOffset, document);
    }

    function claim(address cash) external {
        Claims.payOut(ICash(cash), MODULE, msg.sender);
    }

    // --- small parts ---

    function _requireIssuer(address issuer) private view {
        if (msg.sender != issuer) revert NotParty(msg.sender, issuer);
        participants.requireRole(msg.sender, Roles.ISSUER);
    }

    function _ownLine(uint32 lineId) private view returns (Line storage l) {
        l = _known(lineId);
        _requireIssuer(l.issuer);
    }

    function _known(uint32 lineId) private view returns (Line storage l) {
        l = _lines[lineId];
        if (l.issuer == address(0)) revert Unknown("LINE", lineId);
    }

    function _paymentKey(uint32 lineId, uint256 outOffset, bytes32 fingerprint, address payee)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(lineId, outOffset, fingerprint, payee));
    }

    function _axis(bytes32 purpose) private pure returns (address) {
        return Purposes.axisOf(MODULE, purpose);
    }

    function _balance(address cash, bytes32 purpose) private view returns (uint256) {
        return ICash(cash).balanceOf(_axis(purpose));
    }

    function _incoming(address cash, bytes32 purpose) private view returns (uint256 incoming) {
        (incoming,,) = ICash(cash).axis(_axis(purpose));
    }
}
