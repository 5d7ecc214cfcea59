// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetPools} from "../../../contracts/interfaces/IAssetPools.sol";
import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {ITranches} from "../../../contracts/interfaces/ITranches.sol";
import {Trade} from "../Trade.sol";
import {Vm} from "../base/Cheats.sol";

/// @title The money of asset pools: subscribed, paid for pieces, collected, distributed, paid to lots
/// @notice Beside it the waterfall once more, from nominals, rates and days.
abstract contract WaterfallActs is Trade {
    uint256 private constant WHOLE = 360 * 1_000_000;
    uint8 internal constant OPEN = 2;
    uint8 internal constant CLOSED = 3;
    uint8 internal constant RUNNING = 4;
    uint8 internal constant CANCELLED = 5;
    uint8 internal constant BOUGHT = 2;
    uint8 internal constant BREACHED = 3;
    uint8 private constant OTHER = 63;

    struct PoolMoney {
        uint32 accruedOn;
        uint256 taken;
        uint256 refunded;
        uint256 paidFor;
        uint256 distributed;
    }

    struct TrancheRecord {
        uint256 nominal;
        uint256 ratePpm;
        uint256 outstanding;
        uint256 accrued;
        uint256 interest;
        uint256 received;
        uint256 paid;
    }

    struct LotRecord {
        address investor;
        uint8 tranche;
        uint256 length;
        uint256 paid;
    }

    IAssetPools public pools;
    ITranches public tranches;
    mapping(uint32 => PoolMoney) internal _money;
    mapping(uint32 => TrancheRecord[]) internal _tranchesOf;
    mapping(uint32 => LotRecord[]) internal _lotsOf; // number - 1
    mapping(uint64 => mapping(uint64 => bool)) internal _bought; // the trustee's, for the pool
    mapping(uint32 => mapping(uint32 => uint256)) private _collected;
    address private _carrying;
    bytes32 private _breach;

    function _poolAxis(uint32 id) internal pure returns (address) {
        return _axis("POOLS", abi.encode("ASSET_POOL", uint256(id)));
    }

    function _trancheAxis(uint32 id, uint256 index) private pure returns (address) {
        return _axis("POOLS", abi.encode("TRANCHE", uint256(id), index));
    }

    function _trustee() internal view returns (address) {
        return financiers[1];
    }

    function _somePool() internal returns (uint32 id) {
        uint32 n = pools.count();
        id = uint32(1 + _roll(n));
        if (!_odd(4) && n > 1) id = n - uint32(_roll(2));
    }

    /// @dev One that runs, where there is one.
    function _someRunning() internal returns (uint32 id) {
        id = _somePool();
        for (uint32 i = 1; i <= pools.count(); ++i) {
            if (pools.pool(i).state == RUNNING && !_odd(3)) id = i;
        }
    }

    // --- subscribing ---

    function _subscribe(uint32 id, uint8 index, uint64 amount, address by) internal {
        bytes memory data = abi.encodeCall(ITranches.subscribe, (id, index, amount));
        (bool ok,) = _act("pool.subscribe", by, address(tranches), data);
        if (!ok) return;
        _lotsOf[id].push(LotRecord(by, index, amount, 0));
        _money[id].taken += amount;
    }

    /// @dev The whole nominal is owed, and bears interest, from the day of closing.
    function _begins(uint32 id) internal {
        _money[id].accruedOn = _today();
        for (uint256 i; i < _tranchesOf[id].length; ++i) {
            _tranchesOf[id][i].outstanding = _tranchesOf[id][i].nominal;
        }
    }

    // --- money of the pieces ---

    /// @notice By anybody; the trustee carries it, or who collects where the trustee cannot.
    function pool_collect(uint256 seed) public rolling(seed) {
        (uint32 id, uint32 number) = _somePooled();
        if (number == 0) return;
        IAssetPools.PoolPiece memory e = pools.pieceOf(id, number);
        address by = _one(everybody);
        uint256 waits = _heldOf[e.receivable][e.start];
        uint32[] memory numbers = new uint32[](1);
        numbers[0] = number;
        _carrying = _active(_trustee()) ? _trustee() : by;
        uint256 had = cashes[0].balanceOf(_poolAxis(id));
        bytes memory data = abi.encodeCall(IAssetPools.collect, (id, numbers));
        (bool ok,) = _act("pool.collect", by, address(pools), data);
        _carrying = address(0);
        bool mine = e.state == BOUGHT || e.state == BREACHED;
        _judge("POOL-2", "pool.collect", mine && waits != 0 && _active(by), ok);
        if (!ok) return;
        _money[id].taken += waits;
        _collected[id][number] += waits;
        _must(pools.pieceOf(id, number).collected == _collected[id][number], "POOL-2", "collected is lost");
        bool whole = cashes[0].balanceOf(_poolAxis(id)) == had + waits;
        _must(whole, "POOL-2", "somebody holds collected money");
    }

    /// @dev A piece of a pool for which money waits, where there is one.
    function _somePooled() private returns (uint32 id, uint32 number) {
        id = _someRunning();
        if (pools.pool(id).pieces != 0) number = uint32(1 + _roll(pools.pool(id).pieces));
        for (uint32 i = 1; i <= pools.count(); ++i) {
            for (uint32 n = 1; n <= pools.pool(i).pieces; ++n) {
                IAssetPools.PoolPiece memory e = pools.pieceOf(i, n);
                if (_heldOf[e.receivable][e.start] != 0 && !_odd(3)) (id, number) = (i, n);
            }
        }
    }

    function pool_breach(uint256 seed) external rolling(seed) {
        uint32 id = _someRunning();
        if (pools.pool(id).pieces == 0) return;
        uint32 number = uint32(1 + _roll(pools.pool(id).pieces));
        _fileBreach();
        address by = _odd(8) ? _one(everybody) : _trustee();
        uint8 state = pools.pieceOf(id, number).state;
        bytes memory data = abi.encodeCall(IAssetPools.declareBreach, (id, number, _breach));
        (bool ok,) = _act("pool.breach", by, address(pools), data);
        _must(!ok || (by == _trustee() && state == BOUGHT), "POOL-2", "a breach without a cause");
        if (ok && !_odd(4)) _repurchasePooled(id, number);
    }

    function _fileBreach() private {
        if (_breach != 0) return;
        _breach = keccak256("a breach");
        bytes memory data = abi.encodeCall(IDocuments.register, (_breach, OTHER, 0));
        if (!_registered(_trustee(), data)) _breach = 0;
    }

    /// @dev For the face less what was collected of it already.
    function _repurchasePooled(uint32 id, uint32 number) private {
        IAssetPools.PoolPiece memory e = pools.pieceOf(id, number);
        uint256 had = cashes[0].balanceOf(_poolAxis(id));
        bytes memory data = abi.encodeCall(IAssetPools.repurchase, (id, number));
        (bool ok,) = _act("pool.repurchase", financiers[0], address(pools), data);
        if (!ok) return;
        uint256 amount = e.end - e.start - _collected[id][number];
        _must(cashes[0].balanceOf(_poolAxis(id)) == had + amount, "POOL-2", "a piece went below its face");
        _money[id].taken += amount;
    }

    // --- distributing ---

    function pool_distribute(uint256 seed) public rolling(seed) {
        uint32 id = _someRunning();
        uint256 left = cashes[0].balanceOf(_poolAxis(id));
        bool allowed = pools.pool(id).state == RUNNING && left != 0;
        bytes memory data = abi.encodeCall(ITranches.distribute, (id));
        (bool ok,) = _act("pool.distribute", outsider, address(tranches), data);
        _judge("POOL-2", "pool.distribute", allowed, ok);
        if (ok) _pourDown(id, left);
    }

    function _pourDown(uint32 id, uint256 left) private {
        PoolMoney storage m = _money[id];
        uint256 days_ = _today() - m.accruedOn;
        (m.accruedOn, m.distributed) = (_today(), m.distributed + left);
        bool owedAbove;
        uint256 n = _tranchesOf[id].length;
        for (uint256 i; i < n; ++i) {
            TrancheRecord storage t = _tranchesOf[id][i];
            uint256 rest = _fill(t, days_, left, i + 1 == n);
            _must(rest == left || !owedAbove, "POOL-2", "a tranche got money before the one above it");
            if (t.outstanding != 0 || t.accrued / WHOLE != t.interest) owedAbove = true;
            left = rest;
        }
    }

    /// @dev Its interest by then, its principal, and to the last whatever is left.
    function _fill(TrancheRecord storage t, uint256 days_, uint256 left, bool last)
        private
        returns (uint256)
    {
        t.accrued += t.outstanding * t.ratePpm * days_;
        uint256 interest = t.accrued / WHOLE - t.interest;
        if (interest > left) interest = left;
        uint256 principal = left - interest < t.outstanding ? left - interest : t.outstanding;
        uint256 got = last ? left : interest + principal;
        t.interest += interest;
        t.outstanding -= principal;
        t.received += got;
        return left - got;
    }

    function pool_pay(uint256 seed) public rolling(seed) {
        uint32 id = _someRunning();
        if (_lotsOf[id].length == 0) return;
        uint32[] memory numbers = new uint32[](1 + _roll(3));
        bool known = true;
        for (uint256 i; i < numbers.length; ++i) {
            numbers[i] = uint32(1 + _roll(_lotsOf[id].length + (_odd(12) ? 1 : 0)));
            known = known && numbers[i] <= _lotsOf[id].length;
        }
        uint8 state = pools.pool(id).state;
        bytes memory data = abi.encodeCall(ITranches.pay, (id, numbers));
        (bool ok,) = _act("pool.pay", outsider, address(tranches), data);
        _judge("POOL-2", "pool.pay", known && (state == RUNNING || state == CANCELLED), ok);
        if (!ok) return;
        for (uint256 i; i < numbers.length; ++i) {
            _paysLot(id, _lotsOf[id][numbers[i] - 1], state == CANCELLED);
        }
    }

    function _paysLot(uint32 id, LotRecord storage l, bool cancelled) private {
        TrancheRecord storage t = _tranchesOf[id][l.tranche];
        uint256 due = (cancelled ? l.length : t.received * l.length / t.nominal) - l.paid;
        l.paid += due;
        if (cancelled) _money[id].refunded += due;
        else t.paid += due;
    }

    // --- events ---

    function _readModule(bytes32 kind, bytes32 topic, Vm.Log memory log) internal virtual override {
        super._readModule(kind, topic, log);
        if (topic == ITranches.LotPaid.selector && log.emitter == address(tranches)) _readLot(log);
        if (log.emitter != address(pools)) return;
        if (topic == IAssetPools.PieceBought.selector) {
            (, uint64 start,, uint64 price) = abi.decode(log.data, (uint32, uint64, uint64, uint64));
            _bought[uint64(uint256(log.topics[2]))][start] = true;
            _money[uint32(uint256(log.topics[1]))].paidFor += price;
        } else if (topic == IAssetPools.PieceRepurchased.selector) {
            (, uint64 start,) = abi.decode(log.data, (uint32, uint64, uint64));
            _bought[uint64(uint256(log.topics[2]))][start] = false;
        }
    }

    function _readLot(Vm.Log memory log) private {
        (uint32 number, uint256 amount, bool kept) = abi.decode(log.data, (uint32, uint256, bool));
        address investor = _lotsOf[uint32(uint256(log.topics[1]))][number - 1].investor;
        address to = kept ? _claimAxis("POOLS", investor) : investor;
        bool exact = _lastMove.to == to && _lastMove.amount == amount && kept == !_active(investor);
        _must(exact && _address(log.topics[2]) == investor, "POOL-2", "a lot's money took another way");
    }

    /// @dev What a bought piece brings in waits until it is collected.
    function _blocked(uint64 id, uint64 start) internal view override returns (bool) {
        return super._blocked(id, start) || (_bought[id][start] && _carrying == address(0));
    }

    function _payeeOf(uint64 id, uint64 start) internal view override returns (address) {
        return _bought[id][start] && _carrying != address(0) ? _carrying : super._payeeOf(id, start);
    }

    // --- what must hold ---

    /// @notice POOL-2: a pool's money is refunded, paid for pieces, distributed or there; a tranche's is its lots' or there.
    function checkWaterfall() external view {
        for (uint32 id = 1; id <= pools.count(); ++id) {
            PoolMoney storage m = _money[id];
            (uint112 incoming, uint112 outgoing,) = cashes[0].axis(_poolAxis(id));
            require(incoming == m.taken, "POOL-2: other money reached the pool");
            require(outgoing == m.refunded + m.paidFor + m.distributed, "POOL-2: other money left the pool");
            for (uint8 i; i < _tranchesOf[id].length; ++i) {
                _checkTranche(id, i, _tranchesOf[id][i]);
            }
            for (uint32 n; n < _lotsOf[id].length; ++n) {
                LotRecord storage l = _lotsOf[id][n];
                require(tranches.lotOf(id, n + 1).paid == l.paid, "POOL-2: a lot got another amount");
            }
        }
    }

    function _checkTranche(uint32 id, uint8 index, TrancheRecord storage t) private view {
        ITranches.Tranche memory shown = tranches.tranche(id, index);
        require(shown.outstanding == t.outstanding, "POOL-2: another principal is owed");
        require(shown.interest == t.interest && shown.received == t.received, "POOL-2: another interest");
        (uint112 incoming, uint112 outgoing,) = cashes[0].axis(_trancheAxis(id, index));
        require(incoming == t.received, "POOL-2: a tranche did not get what was distributed to it");
        require(outgoing == t.paid && outgoing <= incoming, "POOL-2: lots share another amount");
    }
}
