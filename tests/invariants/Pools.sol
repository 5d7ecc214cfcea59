// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetPools} from "../../contracts/interfaces/IAssetPools.sol";
import {ICash} from "../../contracts/interfaces/ICash.sol";
import {ILockKeeper} from "../../contracts/interfaces/ILockKeeper.sol";
import {IMaturity} from "../../contracts/interfaces/IMaturity.sol";
import {IPieceBook} from "../../contracts/interfaces/IPieceBook.sol";
import {ITranches} from "../../contracts/interfaces/ITranches.sol";
import {ITransfers} from "../../contracts/interfaces/ITransfers.sol";
import {WaterfallActs} from "./acts/WaterfallActs.sol";

/// @title Pieces that several asset pools compete for, while their holders pass on what is left
/// @notice The world of `Trade`. A pool takes a day or three of pieces, is closed and buys, or is cancelled; a new one
/// opens. What its pieces bring in goes down two tranches; interest is steep, so that days are worth fen.
contract Pools is WaterfallActs {
    uint64 private constant SENIOR = 140;
    uint64 private constant JUNIOR = 60;
    uint32 private constant RATE = 4_000_000;
    uint8 private constant OFFERED = 1;
    uint8 private constant IN_A_POOL = 2 | (5 << 3); // locked by `AssetPools`

    mapping(uint64 => uint256) private _pooled; // fen of a receivable, by bit, while one look is taken

    function start() external override {
        _begin();
        for (uint256 i; i < everybody.length; ++i) {
            vm.prank(everybody[i]);
            cashes[0].approve(address(tranches), type(uint256).max);
        }
        _open();
        _forgetCounts();
    }

    function _deployMore() internal override {
        tranches = ITranches(
            _module("Tranches.sol:Tranches", abi.encode(powers, participants, documents, registry))
        );
        pools = IAssetPools(
            _module(
                "AssetPools.sol:AssetPools",
                abi.encode(powers, participants, documents, book, receivables, maturity, tranches)
            )
        );
        _set(address(cashes[0]), abi.encodeCall(ICash.setController, ("POOLS", address(tranches))));
        _set(address(book), abi.encodeCall(IPieceBook.setModule, (address(pools), 5, 6)));
        _set(address(maturity), abi.encodeCall(IMaturity.setKeeper, (5, ILockKeeper(address(pools)))));
        _duty(address(tranches), address(pools), "POOLS");
    }

    function _declareKinds() internal override {
        bytes32[23] memory list = [
            bytes32("trade.confirm"),
            "trade.accept",
            "trade.pass",
            "trade.offer",
            "trade.pledge",
            "trade.freeze",
            "pool.register",
            "pool.takeOn",
            "pool.put",
            "pool.out",
            "pool.close",
            "pool.cancel",
            "pool.buy",
            "pool.subscribe",
            "pool.collect",
            "pool.breach",
            "pool.repurchase",
            "pool.distribute",
            "pool.pay",
            "due.payIn",
            "due.settle",
            "party.amend",
            "attack"
        ];
        for (uint256 i; i < list.length; ++i) {
            _declare(list[i]);
        }
    }

    function selectors(bytes32) external pure override returns (bytes4[] memory list) {
        bytes4[23] memory all = [
            this.trade_confirm.selector,
            this.trade_pass.selector,
            this.trade_offer.selector,
            this.trade_answer.selector,
            this.trade_pledge.selector,
            this.trade_unpledge.selector,
            this.trade_freeze.selector,
            this.trade_thaw.selector,
            this.time_hours.selector,
            this.pool_open.selector,
            this.pool_put.selector,
            this.pool_out.selector,
            this.pool_close.selector,
            this.pool_buy.selector,
            this.life_pool.selector,
            this.pool_collect.selector,
            this.pool_breach.selector,
            this.pool_distribute.selector,
            this.pool_pay.selector,
            this.due_payIn.selector,
            this.due_settle.selector,
            this.party_amend.selector,
            this.attack_pool.selector
        ];
        list = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            list[i] = all[i];
        }
    }

    // --- acts ---

    /// @notice Never more than two at once, so that pieces meet both.
    function pool_open(uint256 seed) external rolling(seed) {
        uint256 open;
        for (uint32 id = 1; id <= pools.count(); ++id) {
            if (pools.pool(id).state == OPEN) ++open;
        }
        if (open < 2) _open();
    }

    function _open() private {
        IAssetPools.Terms memory t;
        (t.trustee, t.cash, t.document) = (financiers[1], address(cashes[0]), _paper(CONTRACT));
        (t.closesOn, t.dueBy, t.advancePpm) = (_today() + 1 + uint32(_roll(3)), FAR, 900_000);
        (t.minPiece, t.minFace, t.openToHolders) = (1, 1, true);
        ITranches.TrancheTerms[] memory parts = new ITranches.TrancheTerms[](2);
        parts[0] = ITranches.TrancheTerms(SENIOR, RATE);
        parts[1] = ITranches.TrancheTerms(JUNIOR, 2 * RATE);
        bytes memory data = abi.encodeCall(IAssetPools.register, (t, parts, "a pool"));
        (bool ok,) = _act("pool.register", financiers[0], address(pools), data);
        if (!ok) return;
        uint32 id = pools.count();
        _act("pool.takeOn", financiers[1], address(pools), abi.encodeCall(IAssetPools.takeOn, (id)));
        for (uint256 i; i < 2; ++i) {
            _tranchesOf[id].push(TrancheRecord(parts[i].nominal, parts[i].ratePpm, 0, 0, 0, 0, 0));
        }
        uint64 first = uint64(1 + _roll(SENIOR - 1));
        _subscribe(id, 0, first, investors[0]);
        _subscribe(id, 0, SENIOR - first, investors[1]);
        _subscribe(id, 1, JUNIOR, financiers[0]);
    }

    /// @notice POOL-1: only a free piece of the holder's own goes in.
    function pool_put(uint256 seed) public rolling(seed) {
        uint64 receivable = _someLive();
        if (receivable == 0) return;
        uint64 first = _freePiece(receivable);
        ITransfers.Part memory p = _part(receivable, first);
        address by = _odd(12) ? _one(suppliers) : _pieces[receivable][first].holder;
        bool free = _pieces[receivable][first].state == 1 && _pieces[receivable][first].holder == by;
        if (_put("pool.put", by, p)) {
            _must(free, "POOL-1", "a piece went into a pool that was not its holder's, or not free");
        }
    }

    function _put(bytes32 kind, address by, ITransfers.Part memory p) private returns (bool ok) {
        IAssetPools.Part memory part = IAssetPools.Part(p.receivable, p.start, p.sequence, p.from, p.to);
        bytes memory data = abi.encodeCall(IAssetPools.putIn, (_somePool(), part));
        (ok,) = _act(kind, by, address(pools), data);
    }

    function pool_out(uint256 seed) external rolling(seed) {
        uint32 id = _somePool();
        uint32 pieces = pools.pool(id).pieces;
        if (pieces == 0) return;
        uint32 number = uint32(1 + _roll(pieces));
        IAssetPools.PoolPiece memory e = pools.pieceOf(id, number);
        address by = _odd(8) ? _one(suppliers) : _pieces[e.receivable][e.start].holder;
        bool may = by == _pieces[e.receivable][e.start].holder || pools.pool(id).state == CANCELLED;
        bytes memory data = abi.encodeCall(IAssetPools.takeOut, (id, number));
        (bool ok,) = _act("pool.out", by, address(pools), data);
        _must(!ok || (may && e.state == OFFERED), "POOL-1", "a piece left a pool that held it");
    }

    function pool_close(uint256 seed) external rolling(seed) {
        uint32 id = _somePool();
        if (_odd(6)) {
            _act("pool.cancel", financiers[0], address(pools), abi.encodeCall(IAssetPools.cancel, (id)));
        } else {
            _close(id);
        }
    }

    function _close(uint32 id) private {
        bytes memory data = abi.encodeCall(IAssetPools.close, (id));
        (bool ok,) = _act("pool.close", financiers[1], address(pools), data);
        if (ok) _begins(id);
    }

    function pool_buy(uint256 seed) external rolling(seed) {
        _buy(_somePool(), 1 + _roll(3));
    }

    function _buy(uint32 id, uint256 most) private {
        bytes memory data = abi.encodeCall(IAssetPools.buy, (id, most));
        _act("pool.buy", _one(everybody), address(pools), data);
    }

    /// @dev The youngest pool to its closing and buying, and on to what its pieces bring in: single acts alone seldom get
    /// this far.
    function life_pool(uint256 seed) external rolling(seed) {
        if (pools.pool(pools.count()).state > OPEN) _open();
        uint32 id = pools.count();
        for (uint256 n; n < 4; ++n) {
            pool_put(_roll(type(uint256).max));
        }
        uint32 closesOn = pools.terms(id).closesOn;
        if (_today() < closesOn) _setClock(clock + uint256(closesOn - _today()) * 1 days);
        _close(id);
        _buy(id, 8);
        for (uint256 n = 1 + _roll(4); n != 0; --n) {
            due_payIn(_roll(type(uint256).max));
            due_settle(_roll(type(uint256).max));
        }
        for (uint256 n = 1 + _roll(3); n != 0; --n) {
            pool_collect(_roll(type(uint256).max));
        }
        pool_distribute(_roll(type(uint256).max));
        pool_pay(_roll(type(uint256).max));
    }

    /// @notice What is in one pool is put into another, with its true number.
    function attack_pool(uint256 seed) external rolling(seed) {
        uint32 id = _somePool();
        uint32 pieces = pools.pool(id).pieces;
        if (pieces == 0) return;
        IAssetPools.PoolPiece memory e = pools.pieceOf(id, uint32(1 + _roll(pieces)));
        if (e.state > BREACHED) return;
        ITransfers.Part memory p =
            ITransfers.Part(e.receivable, e.start, _pieces[e.receivable][e.start].sequence, e.start, e.end);
        bool ok = _put("attack", _pieces[e.receivable][e.start].holder, p);
        _must(!ok, "POOL-1", "a piece went into a second pool");
    }

    // --- what must hold ---

    /// @notice POOL-1: a piece is in one pool at most, locked by it exactly, and no fen is in two. POOL-3: the pieces of a
    /// pool add up to its face.
    function checkPools() external {
        for (uint64 r = 1; r <= _claims.length; ++r) {
            _pooled[r] = 0;
        }
        for (uint32 id = 1; id <= pools.count(); ++id) {
            uint64 face;
            for (uint32 number = 1; number <= pools.pool(id).pieces; ++number) {
                face += _checkPiece(id, number);
            }
            require(face == pools.pool(id).face, "POOL-3: the pieces are not the pool's face");
        }
    }

    function _checkPiece(uint32 id, uint32 number) private returns (uint64) {
        IAssetPools.PoolPiece memory e = pools.pieceOf(id, number);
        if (e.state > BREACHED) return 0;
        (uint32 pool, uint32 place) = pools.placeOf(e.receivable, e.start);
        require(pool == id && place == number, "POOL-1: the piece's place is another");
        IPieceBook.Piece memory p = book.piece(e.receivable, e.start);
        require(p.end == e.end, "POOL-1: the piece is not as it was put in");
        bool settled = p.state & 7 >= 3; // at its due date: nothing is left to lock
        require(settled || p.state == IN_A_POOL, "POOL-1: the piece is not locked");
        require(settled || p.sequence == e.sequence, "POOL-1: somebody acted on a pooled piece");
        require(
            e.state == OFFERED || p.holder == financiers[1], "POOL-1: a bought piece is not the trustee's"
        );
        uint256 fen = ((1 << (e.end - e.start)) - 1) << e.start;
        require(_pooled[e.receivable] & fen == 0, "POOL-1: a fen is in two pools");
        _pooled[e.receivable] |= fen;
        return e.end - e.start;
    }
}
