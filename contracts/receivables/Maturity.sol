// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {ICreditLines} from "../interfaces/ICreditLines.sol";
import {IMaturity} from "../interfaces/IMaturity.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {Claims} from "../libraries/Claims.sol";
import {AlreadyUsed, NotParty, WrongState, ZeroAmount} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";

/// @title Maturity
/// @notice The promise is in IMaturity.
contract Maturity is IMaturity, Powered {
    bytes32 private constant MODULE = Purposes.MATURITY;
    uint8 private constant ACCEPTED = 2;
    uint8 private constant PAID = 3;

    IParticipants public immutable participants;
    IPieceBook public immutable pieceBook;
    IReceivables public immutable receivables;
    ICreditLines public immutable creditLines;
    IProceeds public immutable proceeds;

    mapping(uint64 => uint64) public cursor;

    constructor(
        address powers_,
        IParticipants participants_,
        IPieceBook pieceBook_,
        IReceivables receivables_,
        ICreditLines creditLines_,
        IProceeds proceeds_
    ) Powered(powers_) {
        participants = participants_;
        pieceBook = pieceBook_;
        receivables = receivables_;
        creditLines = creditLines_;
        proceeds = proceeds_;
    }

    function checkSettle(uint64 id) external view {
        _requireSettleable(id, receivables.receivable(id));
    }

    function payIn(uint64 id) external {
        IReceivables.Receivable memory r = receivables.receivable(id);
        if (r.state != ACCEPTED) revert WrongState("RECEIVABLE", id, r.state, ACCEPTED);
        if (msg.sender != r.obligor) revert NotParty(msg.sender, r.obligor);
        if (r.budgetLine != 0 || _paidIn(id, r.cash) != 0) {
            revert AlreadyUsed("RECEIVABLE", bytes32(uint256(id)));
        }
        ICash(r.cash).collect(MODULE, Purposes.settlement(id), msg.sender, r.face, r.fingerprint);
        emit PaidIn(id, msg.sender, r.face);
    }

    function settle(uint64 id, uint256 maxPieces) external returns (uint64 next) {
        IReceivables.Receivable memory r = receivables.receivable(id);
        _requireSettleable(id, r);
        if (maxPieces == 0) revert ZeroAmount();
        next = cursor[id];
        for (uint256 n; n < maxPieces && next < r.face; ++n) {
            next = _settleOne(id, r, next);
        }
        cursor[id] = next;
        if (next != r.face) return next;
        creditLines.release(r.creditLine, r.face);
        receivables.markSettled(id);
    }

    function _settleOne(uint64 id, IReceivables.Receivable memory r, uint64 start) private returns (uint64) {
        (address holder, uint64 end) = pieceBook.discharge(id, start, PAID);
        bool kept;
        if (r.budgetLine != 0) {
            kept = !participants.isActive(holder);
            proceeds.payEncumbered(id, start, end, holder);
        } else {
            kept = Claims.payOrKeep(
                participants,
                ICash(r.cash),
                MODULE,
                Purposes.settlement(id),
                holder,
                end - start,
                r.fingerprint
            );
        }
        emit PieceSettled(id, holder, start, end, kept);
        return end;
    }

    function _requireSettleable(uint64 id, IReceivables.Receivable memory r) private view {
        if (r.state != ACCEPTED) revert WrongState("RECEIVABLE", id, r.state, ACCEPTED);
        uint32 day = participants.today();
        if (day < r.due) revert NotDue(id, r.due, day);
        if (r.budgetLine != 0) return;
        uint256 had = _paidIn(id, r.cash);
        if (had < r.face) revert NotPaidIn(id, had, r.face);
    }

    function _paidIn(uint64 id, address cash) private view returns (uint256 incoming) {
        (incoming,,) = ICash(cash).axis(Purposes.axisOf(MODULE, Purposes.settlement(id)));
    }

    function claim(address cash) external {
        Claims.payOut(ICash(cash), MODULE, msg.sender);
    }
}
