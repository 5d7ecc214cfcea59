// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../../contracts/interfaces/IDocuments.sol";
import {IMaturity} from "../../contracts/interfaces/IMaturity.sol";
import {IParticipants} from "../../contracts/interfaces/IParticipants.sol";
import {IPieceBook} from "../../contracts/interfaces/IPieceBook.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {ILockKeeper} from "../../contracts/interfaces/ILockKeeper.sol";
import {DueActs} from "./acts/DueActs.sol";

/// @title Receivables from hand to hand and to their end, without bonds
/// @notice The same world as `Play`, with what only participants among themselves, courts and late payers do.
contract Trade is DueActs {
    function start() external virtual {
        _begin();
        _forgetCounts();
    }

    function _begin() internal {
        _declareKinds();
        _deploy();
        _admitAll();
        _admitCourt();
        _registerPapers();
        _registerMore();
        _endow();
        for (uint256 i; i < 2; ++i) {
            _grant(banks[0], issuers[i], 0, 100_000, FAR);
        }
        for (uint256 n; _claims.length < 3 && n < 20; ++n) {
            _confirm(uint16(1 + n % 2));
        }
    }

    // --- set-up ---

    function _admitCourt() private {
        IParticipants.Admission memory a = IParticipants.Admission(AUTHORITY, false, FAR, 0);
        bytes memory data =
            abi.encodeCall(IParticipants.admit, (authority, keccak256("authority"), "court", a, PAPER));
        (bool ok,) = _act("party.admit", operator, address(participants), data);
        require(ok, "court");
        _admissionOf[authority] = Admission(AUTHORITY, false, FAR);
        _register(authority, COURT_ORDER);
    }

    function _registerMore() private {
        for (uint256 i; i < everybody.length; ++i) {
            _register(everybody[i], PLEDGE);
            _register(everybody[i], CONSENT);
        }
    }

    function _register(address who, uint8 kind) private {
        bytes memory data = abi.encodeCall(IDocuments.register, (_paper(kind), kind, 0));
        (bool ok,) = _act("document.register", who, address(documents), data);
        require(ok, "paper");
    }

    function _endow() private {
        address[3] memory spenders = [address(maturity), address(financing), address(recourse)];
        for (uint256 i; i < everybody.length; ++i) {
            _fund(cashes[0], everybody[i], 20_000);
            for (uint256 s; s < 3; ++s) {
                vm.prank(everybody[i]);
                cashes[0].approve(spenders[s], type(uint256).max);
            }
        }
    }

    // --- acts ---

    function _declareKinds() internal virtual {
        bytes32[28] memory list = [
            bytes32("party.amend"),
            "trade.confirm",
            "trade.accept",
            "trade.pass",
            "trade.offer",
            "trade.take",
            "trade.decline",
            "trade.withdraw",
            "trade.lapse",
            "trade.pledge",
            "trade.release",
            "trade.surrender",
            "trade.freeze",
            "trade.lift",
            "trade.moveByOrder",
            "due.payIn",
            "due.settle",
            "due.release",
            "due.claim",
            "due.early",
            "due.proposeVoid",
            "due.withdrawVoid",
            "due.void",
            "due.overdue",
            "due.finance",
            "due.demand",
            "due.repurchase",
            "attack"
        ];
        for (uint256 i; i < list.length; ++i) {
            _declare(list[i]);
        }
    }

    /// @notice The acts that matter to one promise; all of them for any other word.
    function selectors(bytes32 spec) external pure virtual returns (bytes4[] memory list) {
        bytes4[21] memory all = [
            this.party_amend.selector,
            this.trade_confirm.selector,
            this.trade_pass.selector,
            this.trade_offer.selector,
            this.trade_answer.selector,
            this.trade_pledge.selector,
            this.trade_unpledge.selector,
            this.trade_freeze.selector,
            this.trade_thaw.selector,
            this.time_hours.selector,
            this.attack_trade.selector,
            this.due_payIn.selector,
            this.due_settle.selector,
            this.due_release.selector,
            this.due_claim.selector,
            this.due_early.selector,
            this.due_void.selector,
            this.due_overdue.selector,
            this.due_finance.selector,
            this.due_demand.selector,
            this.due_repurchase.selector
        ];
        uint256 n = spec == "PIECE-4" ? 11 : 21;
        list = new bytes4[](n);
        for (uint256 i; i < n; ++i) {
            list[i] = all[i];
        }
    }

    function kindList() external view returns (bytes32[] memory) {
        return kinds;
    }

    // --- what nobody may do ---

    function attack_trade(uint256 seed) external rolling(seed) {
        address who = _odd(3) ? operator : _odd(2) ? outsider : _one(everybody);
        uint256 sort = _roll(5);
        bytes memory data = abi.encodeCall(IReceivables.markOverdue, (1));
        if (sort == 1) data = abi.encodeCall(IReceivables.markCured, (1));
        if (sort < 2) return _forbid("MAT-3", who, address(receivables), data);
        if (sort == 2) {
            data = abi.encodeCall(IMaturity.setKeeper, (4, ILockKeeper(who)));
            return _forbid("MAT-6", who, address(maturity), data);
        }
        data = abi.encodeCall(IPieceBook.unlock, (1, 0, _pieces[1][0].sequence));
        if (sort == 4) {
            data = abi.encodeCall(
                IPieceBook.take, (1, 0, _pieces[1][0].sequence, _pieces[1][0].holder, suppliers[0], PAPER)
            );
        }
        _forbid("PIECE-5", who, address(book), data);
    }

    function _forbid(bytes32 spec, address who, address target, bytes memory data) internal {
        (bool ok,) = _act("attack", who, target, data);
        _must(!ok, spec, "a forbidden act was accepted");
    }
}
