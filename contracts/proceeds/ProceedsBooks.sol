// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {ILimits} from "../interfaces/ILimits.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceedsBooks} from "../interfaces/IProceedsBooks.sol";
import {IWorks} from "../interfaces/IWorks.sol";
import {Claims} from "../libraries/Claims.sol";
import {CurrencyMismatch, NotParty, Unknown, WrongState, ZeroAmount, ZeroHash} from "../libraries/Errors.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";
import {ProceedsBase} from "./ProceedsBase.sol";

/// @title ProceedsBooks
/// @notice The promise is in IProceedsBooks.
/// @dev Proceeds hands these acts on by delegatecall, so they run on its storage, as it, for its caller. Called here
/// directly they find empty books and no purpose that this address controls.
contract ProceedsBooks is IProceedsBooks, ILimits, ProceedsBase {
    uint256 private constant MAX_LINES = 128;
    uint8 private constant PROPOSED = 1;
    uint8 private constant DONE = 2;
    uint8 private constant WITHDRAWN = 3;
    uint8 private constant NO_CRITERIA = 1;
    uint8 private constant INTERNATIONAL_SUPPORT = 2;
    uint8 private constant PIECE_KIND = 7;
    uint8 private constant PIECE_PAID = 3;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IPieceBook pieceBook_
    ) ProceedsBase(powers_, participants_, documents_, frameworks_, pieceBook_) {}

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

    function setLimits(uint32 bond, uint32 pocketPpm, uint32 refinancedPpm, uint32 oldest, uint8 binding)
        external
        onlyDuty("LIMITS")
    {
        Limits storage m = _limits[bond];
        m.pocketPpm = pocketPpm;
        m.refinancedPpm = refinancedPpm;
        m.oldest = oldest;
        m.binding = binding;
        emit LimitsSet(bond, pocketPpm, refinancedPpm, oldest, binding);
    }

    // --- unused proceeds, back to the investors ---

    function returnUnused(uint32 bond, uint256 amount) external onlyDuty("SERVICE") {
        ICash(_books[bond].cash)
            .shift(MODULE, Purposes.pool(bond), Purposes.returned(bond), amount, bytes32(uint256(bond)));
    }

    // --- projects and budget lines ---

    function registerProject(
        uint32 framework,
        address company,
        bytes32 category,
        bytes3 currency,
        uint96 budget,
        string calldata label,
        bytes32 document
    ) external returns (uint32 id) {
        _requireIssuer(frameworks.framework(framework).issuer);
        participants.requireActive(company);
        documents.requireKnown(document, msg.sender, 0);
        if (currency == 0) revert ZeroHash("CURRENCY");
        if (budget == 0) revert ZeroAmount();
        uint8 index = frameworks.categoryIndex(framework, category);
        id = ++_projectCount;
        _projects[id] = Project(company, framework, index, currency, budget, 0);
        emit ProjectRegistered(id, framework, company, index, currency, budget, label, document);
    }

    function openLine(
        uint32 bond,
        uint32 projectId,
        uint96 budget,
        bool companyMaySpend,
        string calldata label
    ) external returns (uint32 id) {
        return _open(bond, projectId, budget, companyMaySpend, label);
    }

    function openPocketLine(
        uint32 bond,
        uint32 projectId,
        uint96 budget,
        bool companyMaySpend,
        string calldata label,
        uint8 reason,
        bytes32 document
    ) external returns (uint32 id) {
        _requireIssuer(_books[bond].issuer);
        if (reason != NO_CRITERIA && reason != INTERNATIONAL_SUPPORT) revert ReasonUnknown(reason);
        documents.requireKnown(document, msg.sender, 0);
        if (_limits[bond].pocketPpm == 0) revert OverPocket(bond, 0, budget);
        id = _open(bond, projectId, budget, companyMaySpend, label);
        _lines[id].conditions = POCKET;
        _pocketReasons[id] = reason;
        emit PocketOpened(id, bond, reason, document);
    }

    function _open(uint32 bond, uint32 projectId, uint96 budget, bool companyMaySpend, string calldata label)
        private
        returns (uint32 id)
    {
        Books storage b = _books[bond];
        _requireIssuer(b.issuer);
        Project storage p = _projects[projectId];
        if (p.company == address(0)) revert Unknown("PROJECT", projectId);
        if (p.framework != b.framework) revert FrameworkMismatch(p.framework, b.framework);
        bytes3 currency = ICash(b.cash).currency();
        if (currency != p.currency) revert CurrencyMismatch(currency, p.currency);
        if (budget == 0) revert ZeroAmount();
        if (b.lines.length >= MAX_LINES) revert TooManyLines(bond, MAX_LINES);
        id = ++_lineCount;
        b.lines.push(id);
        _lines[id] = Line(
            b.issuer,
            bond,
            projectId,
            p.category,
            companyMaySpend,
            0,
            b.cash,
            b.framework,
            currency,
            budget,
            0
        );
        emit LineOpened(id, bond, projectId, budget, companyMaySpend, label);
    }

    function checkAllocate(uint32 lineId, uint256 amount) external view {
        Line storage l = _known(lineId);
        participants.requireRole(l.issuer, Roles.ISSUER);
        _requireAllocable(lineId, l, amount);
    }

    function checkDeallocate(uint32 lineId, uint256 amount) external view {
        Line storage l = _known(lineId);
        participants.requireRole(l.issuer, Roles.ISSUER);
        _requireIdle(lineId, l, amount);
    }

    function allocate(uint32 lineId, uint256 amount) external {
        Line storage l = _ownLine(lineId);
        _requireAllocable(lineId, l, amount);
        _give(l, amount);
        bytes32 line = Purposes.budgetLine(lineId);
        ICash(l.cash).shift(MODULE, Purposes.pool(l.bond), line, amount, bytes32(uint256(lineId)));
        emit Allocated(l.bond, lineId, amount);
    }

    function deallocate(uint32 lineId, uint256 amount) external {
        Line storage l = _ownLine(lineId);
        bytes32 purpose = Purposes.budgetLine(lineId);
        _requireIdle(lineId, l, amount);
        _take(lineId, l, amount);
        ICash(l.cash).shift(MODULE, purpose, Purposes.pool(l.bond), amount, bytes32(uint256(lineId)));
        emit Deallocated(l.bond, lineId, amount);
    }

    function proposeReallocation(uint32 from, uint32 to, uint96 amount, bytes32 document)
        external
        returns (uint32 id)
    {
        uint32 bond = _ownLine(from).bond;
        uint32 other = _known(to).bond;
        if (other != bond) revert BondMismatch(other, bond);
        if (amount == 0) revert ZeroAmount();
        documents.requireKnown(document, msg.sender, 0);
        id = ++_reallocationCount;
        _reallocations[id] = Reallocation(from, to, PROPOSED, amount);
        emit ReallocationProposed(id, from, to, amount, document);
    }

    function withdrawReallocation(uint32 id) external {
        Reallocation storage r = _proposed(id);
        _ownLine(r.from);
        r.state = WITHDRAWN;
        emit ReallocationWithdrawn(id);
    }

    function consentReallocation(uint32 id, bytes32 document) external {
        Reallocation storage r = _proposed(id);
        (uint32 from, uint32 to, uint256 amount) = (r.from, r.to, r.amount);
        Line storage l = _lines[to];
        address verifier = frameworks.standing(l.framework).verifier;
        if (msg.sender != verifier) revert NotParty(msg.sender, verifier);
        participants.requireRole(msg.sender, Roles.VERIFIER);
        documents.requireKnown(document, msg.sender, 0);
        frameworks.requireEligible(l.framework, l.category);
        _requireAvailable(from, l.cash, amount);
        _take(from, _lines[from], amount);
        _requireRoom(to, l, amount);
        _give(l, amount);
        r.state = DONE;
        ICash(l.cash).shift(MODULE, Purposes.budgetLine(from), Purposes.budgetLine(to), amount, document);
        emit Reallocated(id, from, to, amount, msg.sender, document);
    }

    function _proposed(uint32 id) private view returns (Reallocation storage r) {
        r = _reallocations[id];
        if (r.state != PROPOSED) revert WrongState("REALLOCATION", id, r.state, PROPOSED);
    }

    /// @dev What may still be allocated to a line: by its own budget, by its project's, and by its bond's pocket.
    function _requireRoom(uint32 lineId, Line storage l, uint256 amount) private view {
        uint256 room = l.budget - l.allocated;
        if (amount > room) revert OverBudget(lineId, room, amount);
        Project storage p = _projects[l.project];
        room = p.budget - p.allocated;
        if (amount > room) revert OverAllocated(l.project, room, amount);
        if (l.conditions & POCKET == 0) return;
        Limits storage m = _limits[l.bond];
        room = _shareDown(l.bond, m.pocketPpm) - m.pocket;
        if (amount > room) revert OverPocket(l.bond, room, amount);
    }

    /// @dev All that `allocate` asks, but for who sends it.
    function _requireAllocable(uint32 lineId, Line storage l, uint256 amount) private view {
        if (amount == 0) revert ZeroAmount();
        frameworks.requireEligible(l.framework, l.category);
        _requireRoom(lineId, l, amount);
        uint256 had = _balance(l.cash, Purposes.pool(l.bond));
        if (amount > had) revert OverProceeds(l.bond, had, amount);
    }

    /// @dev All that `deallocate` asks, but for who sends it. What works hold back stays where they are.
    function _requireIdle(uint32 lineId, Line storage l, uint256 amount) private view {
        _requireAvailable(lineId, l.cash, amount);
        if (l.conditions & (MILESTONES | RETENTION) == 0) return;
        (uint256 released,) = _releasedOf(lineId, l);
        uint256 held = l.budget - released;
        uint256 available = _balance(l.cash, Purposes.budgetLine(lineId));
        uint256 idle = available < held ? 0 : available - held;
        if (amount > idle) revert IWorks.NotReleased(lineId, idle, amount);
    }

    function _give(Line storage l, uint256 amount) private {
        if (l.conditions & POCKET != 0) _limits[l.bond].pocket += uint96(amount);
        l.allocated += uint96(amount);
        _projects[l.project].allocated += uint96(amount);
    }

    /// @dev Available money leaves a line unspent: its axis counts it as out, and so must the totals.
    function _take(uint32 lineId, Line storage l, uint256 amount) private {
        if (l.conditions & POCKET != 0) _limits[l.bond].pocket -= uint96(amount);
        l.allocated -= uint96(amount);
        _projects[l.project].allocated -= uint96(amount);
        _totals[lineId].deallocated += uint128(amount);
    }

    // --- money that comes back ---

    function refund(
        uint32 lineId,
        uint256 outOffset,
        bytes32 fingerprint,
        uint256 amount,
        bytes32 document,
        uint256[] calldata uses
    ) external {
        uint256 refunded = _reverse(lineId, outOffset, documents.rootOf(fingerprint), amount, uses);
        _uncountRefinanced(lineId, fingerprint, amount);
        address axis = _axis(Purposes.budgetLine(lineId));
        _takeBack(lineId, axis, outOffset + refunded, fingerprint, amount, document);
    }

    /// @dev Counts the amount as refunded of its payment, which the document remembers, or this contract where the
    /// document had too many.
    /// @return refunded of that payment before
    function _reverse(uint32 lineId, uint256 outOffset, bytes32 root, uint256 amount, uint256[] calldata uses)
        private
        returns (uint256 refunded)
    {
        bytes32 key = _paymentKey(lineId, outOffset, root, msg.sender);
        Payment storage p = _payments[key];
        uint256 length = p.amount;
        if (length == 0 && msg.sender == _payeeOf(root) && outOffset <= type(uint112).max) {
            length = documents.usedAt(root, _place(lineId, outOffset), uses);
        }
        if (length == 0) revert NoSuchPayment(key);
        refunded = p.refunded;
        _requireRefundable(length - refunded, amount);
        p.refunded = uint128(refunded + amount);
    }

    /// @dev A payee who reimbursed itself gives back what counts as refinanced no longer.
    function _uncountRefinanced(uint32 lineId, bytes32 fingerprint, uint256 amount) private {
        (address payer,,,,,,) = documents.obligation(fingerprint);
        if (payer != msg.sender) return;
        uint32 bond = _lines[lineId].bond;
        uint256 total = _limits[bond].refinanced -= uint128(amount);
        emit RefinancingReversed(bond, lineId, fingerprint, amount, total);
    }

    function refundEncumbered(uint64 receivable, uint64 start, uint256 amount, bytes32 document) external {
        Encumbrance memory e = _encumbrances[receivable];
        if (e.line == 0) revert Unknown("ENCUMBRANCE", receivable);
        IPieceBook.Piece memory p = pieceBook.piece(receivable, start);
        if (p.holder != msg.sender) revert NotParty(msg.sender, p.holder);
        if (p.state & PIECE_KIND != PIECE_PAID) revert WrongState("PIECE", start, p.state, PIECE_PAID);
        uint256 refunded = _refundedPieces[receivable][start];
        address axis = _axis(Purposes.encumbrance(receivable));
        // A piece that was settled early is paid too, but not from here: none of it has left the encumbrance yet.
        (, uint256 left,) = ICash(_lines[e.line].cash).axis(axis);
        _requireRefundable(left < p.end ? 0 : p.end - start - refunded, amount);
        _refundedPieces[receivable][start] = refunded + amount;
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

    // --- money that waits ---

    function claim(address cash) external {
        Claims.payOut(ICash(cash), MODULE, msg.sender);
    }

    function payKept(address cash, address owner, address payee)
        external
        onlyDuty("MATURITY")
        returns (uint256)
    {
        return Claims.payOutTo(participants, ICash(cash), MODULE, owner, payee);
    }
}
