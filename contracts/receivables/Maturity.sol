// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {ICreditLines} from "../interfaces/ICreditLines.sol";
import {ILockKeeper} from "../interfaces/ILockKeeper.sol";
import {IMaturity} from "../interfaces/IMaturity.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {IProgrammes} from "../interfaces/IProgrammes.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {Claims} from "../libraries/Claims.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    DateOutOfOrder,
    DeadlinePassed,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount
} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Shares} from "../libraries/Shares.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Maturity
/// @notice The promise is in IMaturity.
contract Maturity is IMaturity, Signed, Powered {
    bytes32 private constant MODULE = Purposes.MATURITY;
    bytes32 private constant EARLY_TYPE = keccak256(
        "EarlyQuote(uint64 receivable,uint64 start,uint16 sequence,address holder,uint64 amount,uint256 nonce,uint64 deadline)"
    );
    uint8 private constant ACCEPTED = 2;
    uint8 private constant LOCKED = 2;
    uint8 private constant PAID = 3;
    uint8 private constant KIND = 7;
    uint8 private constant MODULE_SHIFT = 3;
    /// Each one makes every later share dearer to compute.
    uint256 private constant MAX_ROUNDS = 32;

    IParticipants public immutable participants;
    IPieceBook public immutable pieceBook;
    IProgrammes public immutable programmes;
    IReceivables public immutable receivables;
    ICreditLines public immutable creditLines;
    IProceeds public immutable proceeds;

    mapping(uint64 => Progress) private _progress;
    mapping(uint64 => uint64[]) private _targets;
    mapping(uint64 => mapping(uint64 => uint8)) public heldBy;
    mapping(address => mapping(uint256 => bool)) public nonceUsed;
    mapping(uint8 => ILockKeeper) public keeperOf;

    constructor(
        address powers_,
        IParticipants participants_,
        IPieceBook pieceBook_,
        IProgrammes programmes_,
        IReceivables receivables_,
        ICreditLines creditLines_,
        IProceeds proceeds_
    ) Powered(powers_) {
        participants = participants_;
        pieceBook = pieceBook_;
        programmes = programmes_;
        receivables = receivables_;
        creditLines = creditLines_;
        proceeds = proceeds_;
    }

    // --- reading ---

    function progress(uint64 id) external view returns (Progress memory) {
        return _progress[id];
    }

    function rounds(uint64 id) external view returns (uint64[] memory) {
        return _targets[id];
    }

    function received(uint64 id, uint64 start, uint64 end) external view returns (uint256) {
        uint64 face = receivables.receivable(id).face;
        if (face == 0) revert Unknown("RECEIVABLE", id);
        if (start > end || end > face) revert IPieceBook.CutOutside(0, face, end);
        return _receivedBelow(id, end, face) - _receivedBelow(id, start, face);
    }

    function _receivedBelow(uint64 id, uint64 offset, uint64 face) private view returns (uint256) {
        Progress memory p = _progress[id];
        uint64[] memory targets = _targets[id];
        uint64 reached = offset < p.cursor ? offset : p.cursor;
        return Shares.below(targets, offset, face) + Shares.gain(targets, p.target, reached, face);
    }

    function earlyDigest(EarlyQuote calldata q) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(EARLY_TYPE, q)));
    }

    // --- money in ---

    function payIn(uint64 id, uint64 amount) external {
        IReceivables.Receivable memory r = _accepted(id);
        if (msg.sender != r.obligor) revert NotParty(msg.sender, r.obligor);
        // Bond money is locked for it already.
        if (r.budgetLine != 0) revert AlreadyUsed("RECEIVABLE", bytes32(uint256(id)));
        uint256 room = r.face - _paidIn(id, r.cash);
        if (amount > room) revert AmountTooLarge(amount, room);
        ICash(r.cash).collect(MODULE, Purposes.settlement(id), msg.sender, amount, r.fingerprint);
        emit PaidIn(id, msg.sender, amount);
    }

    function _paidIn(uint64 id, address cash) private view returns (uint256 incoming) {
        (incoming,,) = ICash(cash).axis(Purposes.axisOf(MODULE, Purposes.settlement(id)));
    }

    // --- settling ---

    function checkSettle(uint64 id) external view {
        _requireSettleable(id, receivables.receivable(id), _progress[id]);
    }

    function settle(uint64 id, uint256 maxPieces) external returns (uint64 next) {
        IReceivables.Receivable memory r = receivables.receivable(id);
        Progress memory p = _progress[id];
        uint64 target = _requireSettleable(id, r, p);
        if (maxPieces == 0) revert ZeroAmount();
        if (r.budgetLine == 0 && _isOver(id, r.face)) return _closeUnowed(id, r, p);
        if (target != p.target) emit RoundOpened(id, p.previous, target);
        (p.target, next) = (target, p.cursor);
        uint64[] memory targets = _targets[id];
        for (uint256 n; n < maxPieces && next < r.face; ++n) {
            next = _settleOne(id, r, targets, target, next);
        }
        p.cursor = next;
        if (next == r.face && target != r.face) {
            (p.previous, p.cursor) = (target, 0);
            _targets[id].push(target);
        }
        _progress[id] = p;
        if (p.cursor == r.face) _close(id, r, p.early);
    }

    /// @return target of the open round, or of the one that may be opened now
    function _requireSettleable(uint64 id, IReceivables.Receivable memory r, Progress memory p)
        private
        view
        returns (uint64 target)
    {
        if (r.state != ACCEPTED) revert WrongState("RECEIVABLE", id, r.state, ACCEPTED);
        if (p.target != p.previous) return p.target;
        target = r.budgetLine != 0 ? r.face : uint64(_paidIn(id, r.cash));
        uint32 day = participants.today();
        bool shareable = target == r.face || (target != p.previous && _targets[id].length < MAX_ROUNDS);
        if (day >= r.due && shareable) return target;
        // Where nothing is owed any more, money need not wait for the day, nor the end for money.
        if (_isOver(id, r.face)) return target;
        if (day < r.due) revert NotDue(id, r.due, day);
        revert NotPaidIn(id, target, r.face);
    }

    function _isOver(uint64 id, uint64 face) private view returns (bool) {
        return pieceBook.receivableOf(id).discharged == face;
    }

    /// @dev The keeper is asked, and the piece discharged, before its money moves.
    function _settleOne(
        uint64 id,
        IReceivables.Receivable memory r,
        uint64[] memory targets,
        uint64 target,
        uint64 start
    ) private returns (uint64 end) {
        IPieceBook.Piece memory piece = pieceBook.piece(id, start);
        end = piece.end;
        uint256 amount =
            Shares.gain(targets, target, end, r.face) - Shares.gain(targets, target, start, r.face);
        if (piece.state & KIND >= PAID) {
            _netBack(id, r, start, end, amount);
            return end;
        }
        (address payee, bool held) = _payeeOf(id, start, piece);
        if (held && amount != 0) heldBy[id][start] = piece.state >> MODULE_SHIFT;
        if (target == r.face) pieceBook.discharge(id, start, PAID);
        bool kept = amount != 0 && _pay(id, r, start, end, amount, payee);
        emit PieceSettled(id, piece.holder, start, end, amount, payee, kept);
    }

    function _payeeOf(uint64 id, uint64 start, IPieceBook.Piece memory piece)
        private
        view
        returns (address payee, bool held)
    {
        if (piece.state & KIND != LOCKED) return (piece.holder, false);
        ILockKeeper keeper = keeperOf[piece.state >> MODULE_SHIFT];
        if (address(keeper) == address(0)) return (piece.holder, false);
        payee = keeper.payeeOf(id, start, piece.holder);
        if (payee == address(0)) return (Purposes.heldKey(id, start), true);
    }

    function _pay(
        uint64 id,
        IReceivables.Receivable memory r,
        uint64 start,
        uint64 end,
        uint256 amount,
        address payee
    ) private returns (bool kept) {
        if (r.budgetLine != 0) return proceeds.payEncumbered(id, start, end, payee);
        return _payOrKeep(id, r, amount, payee);
    }

    function _netBack(uint64 id, IReceivables.Receivable memory r, uint64 start, uint64 end, uint256 amount)
        private
    {
        if (amount == 0) return;
        if (r.budgetLine != 0) return proceeds.netBack(id, start, end);
        bool kept = _payOrKeep(id, r, amount, r.obligor);
        emit NettedBack(id, r.obligor, start, end, amount, kept);
    }

    function _payOrKeep(uint64 id, IReceivables.Receivable memory r, uint256 amount, address payee)
        private
        returns (bool)
    {
        return Claims.payOrKeep(
            participants, ICash(r.cash), MODULE, Purposes.settlement(id), payee, amount, r.fingerprint
        );
    }

    /// @dev All was discharged otherwise: what was paid in and not paid out goes back.
    function _closeUnowed(uint64 id, IReceivables.Receivable memory r, Progress memory p)
        private
        returns (uint64)
    {
        address axis = Purposes.axisOf(MODULE, Purposes.settlement(id));
        _netBack(id, r, p.cursor, r.face, ICash(r.cash).balanceOf(axis));
        _progress[id].cursor = r.face;
        _close(id, r, p.early);
        return r.face;
    }

    function _close(uint64 id, IReceivables.Receivable memory r, uint64 early) private {
        if (early != r.face) creditLines.release(r.creditLine, r.face - early);
        receivables.markSettled(id);
    }

    function releaseHeld(uint64 id, uint64 start) external {
        uint8 module = heldBy[id][start];
        address key = Purposes.heldKey(id, start);
        if (module == 0) revert Claims.NothingToClaim(key);
        address payee = pieceBook.piece(id, start).holder;
        ILockKeeper keeper = keeperOf[module];
        if (address(keeper) != address(0)) payee = keeper.payeeOf(id, start, payee);
        if (payee == address(0)) revert StillHeld(id, start, module);
        delete heldBy[id][start];
        IReceivables.Receivable memory r = receivables.receivable(id);
        if (r.budgetLine != 0) proceeds.payKept(r.cash, key, payee);
        else Claims.payOutTo(participants, ICash(r.cash), MODULE, key, payee);
        emit HeldReleased(id, start, payee);
    }

    function claim(address cash) external {
        Claims.payOut(ICash(cash), MODULE, msg.sender);
    }

    // --- overdue ---

    function checkOverdue(uint64 id) public view {
        IReceivables.Receivable memory r = _accepted(id);
        if (r.overdueOn != 0) revert AlreadyUsed("OVERDUE", bytes32(uint256(id)));
        uint256 unpaid = r.budgetLine != 0 ? 0 : r.face - _paidIn(id, r.cash);
        uint32 first = r.due + programmes.programme(r.programme).graceDays + 1;
        uint32 day = participants.today();
        if (unpaid == 0 || day < first) revert NothingOverdue(id, unpaid, day, first);
    }

    function markOverdue(uint64 id) external {
        checkOverdue(id);
        receivables.markOverdue(id);
    }

    // --- early ---

    function checkEarly(EarlyQuote calldata q, address obligor) public view {
        _requireEarly(q, obligor);
    }

    function settleEarly(EarlyQuote calldata q, bytes calldata signature) external {
        (IReceivables.Receivable memory r, uint64 end) = _requireEarly(q, msg.sender);
        bytes32 digest = earlyDigest(q);
        _requireSigned(q.holder, digest, signature);
        nonceUsed[q.holder][q.nonce] = true;
        Progress memory p = _progress[q.receivable];
        p.early += end - q.start;
        _progress[q.receivable].early = p.early;
        pieceBook.discharge(q.receivable, q.start, PAID);
        creditLines.release(r.creditLine, end - q.start);
        ICash(r.cash).transferFromWithDocument(msg.sender, q.holder, q.amount, digest);
        emit SettledEarly(digest, q.receivable, q.holder, q.start, end, q.amount);
        if (r.budgetLine == 0 && _isOver(q.receivable, r.face)) _closeUnowed(q.receivable, r, p);
    }

    function _requireEarly(EarlyQuote calldata q, address obligor)
        private
        view
        returns (IReceivables.Receivable memory r, uint64 end)
    {
        r = _accepted(q.receivable);
        if (obligor != r.obligor) revert NotParty(obligor, r.obligor);
        if (block.timestamp > q.deadline) revert DeadlinePassed(q.deadline, block.timestamp);
        if (nonceUsed[q.holder][q.nonce]) revert AlreadyUsed("NONCE", bytes32(q.nonce));
        uint32 day = participants.today();
        if (day >= r.due) revert DateOutOfOrder("DUE", r.due, day);
        IPieceBook.Piece memory piece = _own(q.receivable, q.start, q.holder);
        if (piece.sequence != q.sequence) {
            revert IPieceBook.StaleSequence(q.receivable, q.start, q.sequence, piece.sequence);
        }
        end = piece.end;
        if (q.amount == 0) revert ZeroAmount();
        if (q.amount > end - q.start) revert AmountTooLarge(q.amount, end - q.start);
    }

    function revokeEarly(uint256 nonce) external {
        if (nonceUsed[msg.sender][nonce]) revert AlreadyUsed("NONCE", bytes32(nonce));
        nonceUsed[msg.sender][nonce] = true;
        emit EarlyQuoteRevoked(msg.sender, nonce);
    }

    // --- small parts ---

    function _accepted(uint64 id) private view returns (IReceivables.Receivable memory r) {
        r = receivables.receivable(id);
        if (r.state != ACCEPTED) revert WrongState("RECEIVABLE", id, r.state, ACCEPTED);
    }

    /// @dev An open piece of `holder`'s: locks and discharges stand in the way of what only its holder may do.
    function _own(uint64 id, uint64 start, address holder)
        private
        view
        returns (IPieceBook.Piece memory piece)
    {
        piece = pieceBook.piece(id, start);
        if (piece.holder != holder) revert IPieceBook.NotHolder(holder, piece.holder);
        uint8 kind = piece.state & KIND;
        if (kind == LOCKED) revert IPieceBook.PieceLocked(id, start, piece.state >> MODULE_SHIFT);
        if (kind >= PAID) revert IPieceBook.AlreadyDischarged(id, start, kind);
    }

    // --- delayed powers ---

    function setKeeper(uint8 module, ILockKeeper keeper) external onlyPowers {
        keeperOf[module] = keeper;
        emit KeeperSet(module, address(keeper));
    }
}
