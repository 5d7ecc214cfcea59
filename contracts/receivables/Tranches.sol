// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {ITranches} from "../interfaces/ITranches.sol";
import {Claims} from "../libraries/Claims.sol";
import {DateOutOfOrder, Unknown, WrongState, ZeroAmount} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Tranches
/// @notice The promise is in ITranches.
contract Tranches is ITranches, Powered {
    bytes32 private constant MODULE = Purposes.POOLS;
    uint8 private constant OPEN = 2;
    uint8 private constant CLOSED = 3;
    uint8 private constant RUNNING = 4;
    uint8 private constant CANCELLED = 5;
    uint256 private constant PPM = 1_000_000;
    uint256 private constant YEAR = 360;
    uint256 private constant MAX_TRANCHES = 5;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    ICashRegistry public immutable cashRegistry;

    mapping(uint32 => Book) private _books;
    mapping(uint32 => mapping(uint8 => Tranche)) private _tranches;
    mapping(uint32 => mapping(uint32 => Lot)) private _lots;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        ICashRegistry cashRegistry_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        cashRegistry = cashRegistry_;
    }

    // --- reading ---

    function book(uint32 id) external view returns (Book memory) {
        return _books[id];
    }

    function tranche(uint32 id, uint8 index) external view returns (Tranche memory) {
        return _tranches[id][index];
    }

    function lotOf(uint32 id, uint32 number) external view returns (Lot memory) {
        return _lots[id][number];
    }

    function dueOf(uint32 id, uint32 number) public view returns (uint256) {
        Lot storage l = _lots[id][number];
        if (_books[id].state == CANCELLED) return l.end - l.start - l.paid;
        uint256 nominal = _tranches[id][l.tranche].nominal;
        if (nominal == 0) return 0;
        return uint256(_tranches[id][l.tranche].received) * (l.end - l.start) / nominal - l.paid;
    }

    function interestOwed(uint32 id, uint8 index) external view returns (uint256) {
        Tranche storage t = _tranches[id][index];
        uint256 days_ = participants.today() - _books[id].accruedOn;
        return _interestDown(t.accrued + uint256(t.outstanding) * t.ratePpm * days_) - t.interest;
    }

    // --- investors ---

    function checkSubscribe(uint32 id, uint8 index, uint64 amount, address investor) public view {
        Book storage b = _inState(id, OPEN);
        uint32 day = participants.today();
        if (day >= b.closesOn) revert DateOutOfOrder("CLOSES_ON", b.closesOn, day);
        if (amount == 0) revert ZeroAmount();
        if (index >= b.tranches) revert Unknown("TRANCHE", index);
        // The originator may keep a part of the risk, whatever else it is admitted for.
        if (investor == b.originator) participants.requireActive(investor);
        else participants.requireRole(investor, Roles.INVESTOR);
        Tranche storage t = _tranches[id][index];
        uint256 free = t.nominal - t.subscribed;
        if (amount > free) revert TrancheFull(id, index, free, amount);
    }

    function subscribe(uint32 id, uint8 index, uint64 amount) external returns (uint32 number) {
        checkSubscribe(id, index, amount, msg.sender);
        uint64 start = _tranches[id][index].subscribed;
        _tranches[id][index].subscribed = start + amount;
        number = ++_books[id].lots;
        _lots[id][number] = Lot(msg.sender, index, start, start + amount, 0);
        _take(id, msg.sender, amount);
        emit TrancheSubscribed(id, msg.sender, number, index, start, start + amount);
    }

    // --- waterfall ---

    function distribute(uint32 id) external {
        Book storage b = _inState(id, RUNNING);
        uint256 left = ICash(b.cash).balanceOf(Purposes.axisOf(MODULE, Purposes.assetPool(id)));
        if (left == 0) revert ZeroAmount();
        uint32 day = participants.today();
        uint32 days_ = day - b.accruedOn;
        b.accruedOn = day;
        for (uint8 i; i < b.tranches; ++i) {
            left = _distributeTo(id, i, days_, left, i + 1 == b.tranches);
        }
    }

    /// @dev Its interest, then its principal; the last tranche also gets the rest.
    function _distributeTo(uint32 id, uint8 index, uint32 days_, uint256 left, bool last)
        private
        returns (uint256)
    {
        Tranche storage t = _tranches[id][index];
        t.accrued += uint128(uint256(t.outstanding) * t.ratePpm * days_);
        uint256 interest = _least(left, _interestDown(t.accrued) - t.interest);
        uint256 principal = _least(left - interest, t.outstanding);
        uint256 rest = last ? left - interest - principal : 0;
        uint256 amount = interest + principal + rest;
        if (amount == 0) return left;
        t.interest += uint128(interest);
        t.outstanding -= uint64(principal);
        t.received += uint128(amount);
        _shiftTo(id, index, amount);
        emit TrancheDistributed(id, index, interest, principal, rest);
        return left - amount;
    }

    function _shiftTo(uint32 id, uint8 index, uint256 amount) private {
        Book storage b = _books[id];
        bytes32 from = Purposes.assetPool(id);
        ICash(b.cash).shift(MODULE, from, Purposes.tranche(id, index), amount, b.document);
    }

    function pay(uint32 id, uint32[] calldata numbers) external {
        if (_books[id].state != CANCELLED) _inState(id, RUNNING);
        for (uint256 i; i < numbers.length; ++i) {
            _payLot(id, numbers[i]);
        }
    }

    function _payLot(uint32 id, uint32 number) private {
        Lot storage l = _lots[id][number];
        if (l.end == 0) revert Unknown("LOT", number);
        uint256 amount = dueOf(id, number);
        if (amount == 0) return;
        l.paid += uint128(amount);
        emit LotPaid(id, l.investor, number, amount, _payOut(id, l.tranche, l.investor, amount));
    }

    /// @dev From the tranche's axis; of a cancelled pool from where the subscriptions still are.
    function _payOut(uint32 id, uint8 index, address investor, uint256 amount) private returns (bool) {
        Book storage b = _books[id];
        bytes32 purpose = b.state == CANCELLED ? Purposes.assetPool(id) : Purposes.tranche(id, index);
        return Claims.payOrKeep(participants, ICash(b.cash), MODULE, purpose, investor, amount, b.document);
    }

    function claim(address cash) external {
        Claims.payOut(ICash(cash), MODULE, msg.sender);
    }

    // --- the module of the pieces ---

    function register(uint32 id, Book calldata book_, TrancheTerms[] calldata tranches)
        external
        onlyDuty("POOLS")
    {
        cashRegistry.requireCash(book_.cash);
        uint32 day = participants.today();
        if (book_.closesOn <= day) revert DateOutOfOrder("CLOSES_ON", book_.closesOn, day);
        documents.requireKnown(book_.document, book_.originator, Kinds.CONTRACT);
        if (tranches.length == 0 || tranches.length > MAX_TRANCHES) {
            revert TrancheCount(tranches.length, MAX_TRANCHES);
        }
        _books[id] = book_;
        uint128 nominal;
        for (uint8 i; i < tranches.length; ++i) {
            if (tranches[i].nominal == 0) revert ZeroAmount();
            (_tranches[id][i].nominal, _tranches[id][i].ratePpm) = (tranches[i].nominal, tranches[i].ratePpm);
            nominal += tranches[i].nominal;
        }
        (_books[id].tranches, _books[id].nominal) = (uint8(tranches.length), nominal);
    }

    /// @dev From closing on the whole nominal is owed and bears interest.
    function advance(uint32 id, uint8 state) external onlyDuty("POOLS") {
        Book storage b = _books[id];
        b.state = state;
        if (state != CLOSED) return;
        requireSubscribed(id);
        b.accruedOn = participants.today();
        for (uint8 i; i < b.tranches; ++i) {
            _tranches[id][i].outstanding = _tranches[id][i].nominal;
        }
    }

    function requireSubscribed(uint32 id) public view {
        for (uint8 i; i < _books[id].tranches; ++i) {
            Tranche storage t = _tranches[id][i];
            if (t.subscribed != t.nominal) revert TrancheShort(id, i, t.subscribed, t.nominal);
        }
    }

    function payFor(uint32 id, address to, uint256 amount) external onlyDuty("POOLS") {
        Book storage b = _books[id];
        ICash(b.cash).pay(MODULE, Purposes.assetPool(id), to, amount, b.document);
    }

    function take(uint32 id, address from, uint256 amount) external onlyDuty("POOLS") {
        _take(id, from, amount);
    }

    // --- small parts ---

    function _take(uint32 id, address from, uint256 amount) private {
        ICash(_books[id].cash).collect(MODULE, Purposes.assetPool(id), from, amount, _books[id].document);
    }

    function _inState(uint32 id, uint8 needed) private view returns (Book storage b) {
        b = _books[id];
        uint8 state = b.state;
        if (state == 0) revert Unknown("ASSET_POOL", id);
        if (state != needed) revert WrongState("ASSET_POOL", id, state, needed);
    }

    function _interestDown(uint256 parts) private pure returns (uint256) {
        return parts / (YEAR * PPM);
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
