// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {Claims} from "../libraries/Claims.sol";
import {CurrencyMismatch, NotParty, SameParty} from "../libraries/Errors.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";
import {ProceedsBase} from "./ProceedsBase.sol";

/// @title Proceeds
/// @notice The promise is in IProceeds.
/// @dev What is done often, or in batches, is here; the other acts are in ProceedsBooks, Placements and Works,
/// on the same storage.
contract Proceeds is IProceeds, ProceedsBase {
    uint8 private constant LOOK_BACK = 1;
    uint8 private constant SHARE = 2;

    /// The codes of the other acts. An upgrade of this contract names its own.
    address public immutable books;
    address public immutable placements;
    address public immutable worksCode;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IPieceBook pieceBook_,
        address books_,
        address placements_,
        address worksCode_
    ) ProceedsBase(powers_, participants_, documents_, frameworks_, pieceBook_) {
        books = books_;
        placements = placements_;
        worksCode = worksCode_;
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
        (s.placed, s.lost) = (_away[bond].placed, _away[bond].lost);
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

    function reallocation(uint32 id) external view returns (Reallocation memory) {
        return _reallocations[id];
    }

    function reallocationCount() external view returns (uint32) {
        return _reallocationCount;
    }

    function encumbranceOf(uint64 receivable) external view returns (uint32, uint96) {
        return (_encumbrances[receivable].line, _encumbrances[receivable].amount);
    }

    function works(uint32 id) external view returns (Conditions memory) {
        return _works[id];
    }

    function releasedOf(uint32 id) external view returns (uint256, uint256) {
        return _releasedOf(id, _known(id));
    }

    function limits(uint32 bond) external view returns (Limits memory) {
        return _limits[bond];
    }

    function pocketReason(uint32 lineId) external view returns (uint8) {
        return _pocketReasons[lineId];
    }

    function placement(uint32 id) external view returns (Placement memory) {
        return _placements[id];
    }

    function placementCount() external view returns (uint32) {
        return _placementCount;
    }

    // --- bookings ---

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

    function payReturned(uint32 bond, address holder, uint256 amount, bytes32 document)
        external
        onlyDuty("SERVICE")
        returns (bool kept)
    {
        return Claims.payOrKeep(
            participants, ICash(_books[bond].cash), MODULE, Purposes.returned(bond), holder, amount, document
        );
    }

    // --- the gate ---

    function checkPay(uint32 lineId, bytes32 fingerprint, uint256 amount) external view {
        Line storage l = _known(lineId);
        _requireGate(lineId, l, fingerprint, amount);
        documents.checkUse(fingerprint, amount);
        (address payer, address payee,, bytes3 currency, uint32 date,,) = documents.obligation(fingerprint);
        _requireObligation(l, payer, currency);
        if (payer == payee) _requireRefinancing(l.bond, date, amount);
        participants.requireActive(payee);
    }

    function checkEncumber(uint32 lineId, address obligor, bytes32 fingerprint, uint256 amount) public view {
        Line storage l = _known(lineId);
        _requireGate(lineId, l, fingerprint, amount);
        if (obligor == l.issuer) return;
        if (!l.companyMaySpend || obligor != _projects[l.project].company) {
            revert NotParty(obligor, l.issuer);
        }
    }

    function pay(uint32 lineId, bytes32 fingerprint, uint256 amount) external returns (uint256 outOffset) {
        Line storage l = _known(lineId);
        if (msg.sender != l.issuer) revert NotParty(msg.sender, l.issuer);
        outOffset = _requireGate(lineId, l, fingerprint, amount);
        (address payer, bytes3 currency, bytes32 root, bool kept) =
            documents.useAt(fingerprint, amount, _place(lineId, outOffset));
        _requireObligation(l, payer, currency);
        address payee = _payeeOf(root);
        if (payer == payee) _countRefinanced(l.bond, lineId, fingerprint, amount);
        if (!kept) _payments[_paymentKey(lineId, outOffset, root, payee)].amount = uint128(amount);
        ICash(l.cash).pay(MODULE, Purposes.budgetLine(lineId), payee, amount, fingerprint);
        emit Paid(l.bond, lineId, payee, fingerprint, amount, outOffset);
    }

    /// @dev Everything that money leaving a line must pass, whoever asks; capacity and payee are the callers' part.
    /// @return outOffset where it will leave the line
    function _requireGate(uint32 lineId, Line storage l, bytes32 fingerprint, uint256 amount)
        private
        view
        returns (uint256 outOffset)
    {
        participants.requireRole(l.issuer, Roles.ISSUER);
        frameworks.requireEligible(l.framework, l.category);
        outOffset = _requireAvailable(lineId, l.cash, amount);
        if (l.conditions & WORKS != 0) _requireReleased(lineId, l, fingerprint, amount);
    }

    function _requireReleased(uint32 lineId, Line storage l, bytes32 fingerprint, uint256 amount)
        private
        view
    {
        address payee = _payeeOf(fingerprint);
        if (payee == _works[lineId].certifier) revert SameParty(payee, payee);
        if (l.conditions & (MILESTONES | RETENTION) == 0) return;
        (uint256 released, uint256 gone) = _releasedOf(lineId, l);
        if (amount > released - gone) revert NotReleased(lineId, released - gone, amount);
    }

    function _requireObligation(Line storage l, address payer, bytes3 currency) private view {
        if (currency != l.currency) revert CurrencyMismatch(currency, l.currency);
        if (payer != l.issuer && payer != _projects[l.project].company) revert NotParty(payer, l.issuer);
    }

    /// @dev Only who reimburses itself is asked, so that an ordinary payment reads nothing more.
    function _countRefinanced(uint32 bond, uint32 lineId, bytes32 fingerprint, uint256 amount) private {
        (,,,, uint32 expenseDay,,) = documents.obligation(fingerprint);
        _requireRefinancing(bond, expenseDay, amount);
        uint256 total = _limits[bond].refinanced += uint128(amount);
        emit Refinanced(bond, lineId, fingerprint, expenseDay, amount, total);
    }

    function _requireRefinancing(uint32 bond, uint32 expenseDay, uint256 amount) private view {
        Limits storage m = _limits[bond];
        uint8 binding = m.binding;
        if (binding & LOOK_BACK != 0 && expenseDay < m.oldest) {
            revert ExpenseTooOld(bond, expenseDay, m.oldest);
        }
        if (binding & SHARE == 0) return;
        uint256 room = _shareDown(bond, m.refinancedPpm) - m.refinanced;
        if (amount > room) revert OverRefinanced(bond, room, amount);
    }

    // --- encumbrances ---

    function encumber(uint32 lineId, uint64 receivable, address obligor, bytes32 fingerprint, uint256 amount)
        external
        onlyDuty("RECEIVABLES")
    {
        checkEncumber(lineId, obligor, fingerprint, amount);
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
        returns (bool kept)
    {
        Encumbrance memory e = _encumbrances[receivable];
        Line storage l = _lines[e.line];
        _requireNext(receivable, l.cash, start);
        _totals[e.line].settled += end - start;
        kept = Claims.payOrKeep(
            participants,
            ICash(l.cash),
            MODULE,
            Purposes.encumbrance(receivable),
            holder,
            end - start,
            e.fingerprint
        );
        emit EncumbrancePaid(l.bond, receivable, holder, start, end, kept);
    }

    function netBack(uint64 receivable, uint64 start, uint64 end) external onlyDuty("MATURITY") {
        Encumbrance memory e = _encumbrances[receivable];
        Line storage l = _lines[e.line];
        _requireNext(receivable, l.cash, start);
        _totals[e.line].unencumbered += end - start;
        // It is the line's again, so its holder, whom another paid, has nothing of it to give back.
        _refundedPieces[receivable][start] = end - start;
        ICash(l.cash)
            .shift(
                MODULE,
                Purposes.encumbrance(receivable),
                Purposes.budgetLine(e.line),
                end - start,
                e.fingerprint
            );
        emit EncumbranceNetted(l.bond, e.line, receivable, start, end);
    }

    function _requireNext(uint64 receivable, address cash, uint64 start) private view {
        (, uint256 outgoing,) = ICash(cash).axis(_axis(Purposes.encumbrance(receivable)));
        if (outgoing != start) revert OutOfOrder(receivable, start, outgoing);
    }

    // --- acts that ProceedsBooks has ---

    function openBooks(uint32, address, uint32, address) external {
        _ask(books);
    }

    function closeBooks(uint32, uint256, uint32) external returns (uint256) {
        _ask(books);
    }

    function payCost(uint32, address, uint256, bytes32) external {
        _ask(books);
    }

    function returnUnused(uint32, uint256) external {
        _ask(books);
    }

    function registerProject(uint32, address, bytes32, bytes3, uint96, string calldata, bytes32)
        external
        returns (uint32)
    {
        _ask(books);
    }

    function openLine(uint32, uint32, uint96, bool, string calldata) external returns (uint32) {
        _ask(books);
    }

    function openPocketLine(uint32, uint32, uint96, bool, string calldata, uint8, bytes32)
        external
        returns (uint32)
    {
        _ask(books);
    }

    function setLimits(uint32, uint32, uint32, uint32, uint8) external {
        _ask(books);
    }

    function checkAllocate(uint32, uint256) external view {
        _askFreely(books);
    }

    function checkDeallocate(uint32, uint256) external view {
        _askFreely(books);
    }

    function allocate(uint32, uint256) external {
        _ask(books);
    }

    function deallocate(uint32, uint256) external {
        _ask(books);
    }

    function proposeReallocation(uint32, uint32, uint96, bytes32) external returns (uint32) {
        _ask(books);
    }

    function withdrawReallocation(uint32) external {
        _ask(books);
    }

    function consentReallocation(uint32, bytes32) external {
        _ask(books);
    }

    function refund(uint32, uint256, bytes32, uint256, bytes32, uint256[] calldata) external {
        _ask(books);
    }

    function refundEncumbered(uint64, uint64, uint256, bytes32) external {
        _ask(books);
    }

    function claim(address) external {
        _ask(books);
    }

    function payKept(address, address, address) external returns (uint256) {
        _ask(books);
    }

    // --- acts that Placements has ---

    function place(uint32, address, uint256, uint32, string calldata, bytes32) external returns (uint32) {
        _ask(placements);
    }

    function returnPlaced(uint32, uint256, uint256, bytes32) external {
        _ask(placements);
    }

    function losePlaced(uint32, uint256, bytes32) external {
        _ask(placements);
    }

    function makeGood(uint32, uint256, bytes32) external {
        _ask(placements);
    }

    function payIncome(uint32, address, uint256, bytes32) external {
        _ask(placements);
    }

    // --- acts that Works has ---

    function setWorks(uint32, address, MilestoneTerms[] calldata, uint32, uint32, bytes32) external {
        _ask(worksCode);
    }

    function certifyMilestone(uint32, uint256, bytes32) external {
        _ask(worksCode);
    }

    function certifyFinal(uint32, bytes32) external {
        _ask(worksCode);
    }

    /// @dev The same for a question. The compiler takes any delegatecall for a change; what this one runs is a view.
    function _askFreely(address code) private view {
        function(address) asking = _ask;
        function(address) view free;
        assembly ("memory-safe") {
            free := asking
        }
        free(code);
    }

    /// @dev Hands the whole call on, and answers it: what that code returns or refuses is final.
    function _ask(address code) private {
        (bool ok, bytes memory answer) = code.delegatecall(msg.data);
        assembly ("memory-safe") {
            if ok { return(add(answer, 32), mload(answer)) }
            revert(add(answer, 32), mload(answer))
        }
    }
}
