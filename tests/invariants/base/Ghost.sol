// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IPieceBook} from "../../../contracts/interfaces/IPieceBook.sol";
import {Vm} from "./Cheats.sol";
import {World} from "./World.sol";

/// @title What the books must say, kept beside the contracts and without asking them
/// @notice Every act goes through `_act`, which counts it, reads its events and replays them on ledgers of its own:
/// axes of money, pieces of receivables. What does not fit is noted under the promise that it breaks.
abstract contract Ghost is World {
    struct Axis {
        uint256 incoming;
        uint256 outgoing;
        bool seen;
    }

    struct PieceRecord {
        address holder;
        uint64 end;
        uint8 state;
        uint8 layers;
        uint16 sequence;
    }

    struct BookRecord {
        uint64 face;
        uint64 discharged;
        uint16 pieces;
    }

    enum Purpose {
        GENERAL,
        ESCROW,
        ORIGIN,
        COST,
        POOL,
        LINE,
        ENCUMBRANCE
    }

    // --- counts and findings ---
    bytes32[] public kinds;
    mapping(bytes32 => uint256) public accepted;
    mapping(bytes32 => uint256) public refused;
    mapping(bytes32 => string[]) internal _findings;

    // --- money ---
    mapping(address => mapping(address => Axis)) internal _axes;
    mapping(address => address[]) internal _axisList;
    mapping(address => uint256) public minted;
    mapping(address => uint256) public burned;
    mapping(address => mapping(bytes32 => bool)) internal _refUsed;
    mapping(address => bytes32[]) internal _bookings;
    mapping(address => mapping(address => int256)) internal _erc20;
    mapping(address => Purpose) internal _purposeOf;
    mapping(address => uint256) internal _bondOfAxis;

    // --- pieces ---
    mapping(uint64 => BookRecord) internal _books;
    mapping(uint64 => mapping(uint64 => PieceRecord)) internal _pieces;
    mapping(uint64 => uint256) internal _settledFen;
    /// While a court, or a holder that surrenders, moves a piece: the layers' limit does not bind them.
    bool internal _byLaw;

    // --- the present act ---
    struct Move {
        address from;
        address to;
        uint256 amount;
    }

    Move internal _lastMove;
    uint256 private _dice;

    // --- randomness ---

    modifier rolling(uint256 seed) {
        _dice = seed;
        _;
    }

    function _roll(uint256 sides) internal returns (uint256) {
        _dice = uint256(keccak256(abi.encode(_dice)));
        return _dice % sides;
    }

    /// @dev Once in `n` times.
    function _odd(uint256 n) internal returns (bool) {
        return _roll(n) == 0;
    }

    function _one(address[] storage list) internal returns (address) {
        return list[_roll(list.length)];
    }

    // --- acting ---

    function _act(bytes32 kind, address actor, address target, bytes memory data)
        internal
        returns (bool ok, bytes memory result)
    {
        vm.recordLogs();
        vm.prank(actor);
        (ok, result) = target.call(data);
        _count(kind, ok);
        if (!ok) return (ok, result);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            _read(kind, logs[i]);
        }
    }

    /// @dev An act whose every condition is known here: accepted against them, or refused without reason, is a finding.
    function _judge(bytes32 spec, bytes32 kind, bool allowed, bool ok) internal {
        if (ok && !allowed) _find(spec, string.concat(_name(kind), " was accepted against a condition"));
        if (!ok && allowed) {
            _find("LIVE", string.concat(_name(kind), " was refused though every condition held"));
        }
    }

    function _count(bytes32 kind, bool ok) private {
        if (ok) ++accepted[kind];
        else ++refused[kind];
    }

    function _declare(bytes32 kind) internal {
        kinds.push(kind);
    }

    function _forgetCounts() internal {
        for (uint256 i; i < kinds.length; ++i) {
            (accepted[kinds[i]], refused[kinds[i]]) = (0, 0);
        }
    }

    function _find(bytes32 spec, string memory what) internal {
        _findings[spec].push(what);
    }

    function _must(bool holds, bytes32 spec, string memory what) internal {
        if (!holds) _find(spec, what);
    }

    function findings(bytes32 spec) external view returns (string[] memory) {
        return _findings[spec];
    }

    // --- reading events ---

    function _read(bytes32 kind, Vm.Log memory log) private {
        bytes32 topic = log.topics[0];
        if (log.emitter == address(book)) return _readBook(topic, log);
        if (log.emitter == address(cashes[0]) || log.emitter == address(cashes[1])) {
            return _readCash(kind, topic, log);
        }
        _readModule(kind, topic, log);
    }

    /// @dev What the acts' own ghosts want to see.
    function _readModule(bytes32 kind, bytes32 topic, Vm.Log memory log) internal virtual;

    function _address(bytes32 topic) internal pure returns (address) {
        return address(uint160(uint256(topic)));
    }

    // --- money ---

    function _readCash(bytes32 kind, bytes32 topic, Vm.Log memory log) private {
        if (topic == ICash.Moved.selector) {
            _readMoved(kind, log);
        } else if (topic == ICash.Transfer.selector) {
            int256 amount = int256(abi.decode(log.data, (uint256)));
            _erc20[log.emitter][_address(log.topics[1])] -= amount;
            _erc20[log.emitter][_address(log.topics[2])] += amount;
        } else if (topic == ICash.Minted.selector) {
            minted[log.emitter] += abi.decode(log.data, (uint256));
            _readBooking(log);
        } else if (topic == ICash.Burned.selector) {
            burned[log.emitter] += abi.decode(log.data, (uint256));
            _readBooking(log);
        }
    }

    /// @dev CASH-2: a reference of the bank counts once.
    function _readBooking(Vm.Log memory log) private {
        bytes32 ref = log.topics[2];
        _must(!_refUsed[log.emitter][ref], "CASH-1", "a bank's reference was booked twice");
        _refUsed[log.emitter][ref] = true;
        _bookings[log.emitter].push(ref);
    }

    /// @dev CASH-1 move by move: each interval starts where the last one of its axis ended.
    function _readMoved(bytes32 kind, Vm.Log memory log) private {
        (address from, address to) = (_address(log.topics[1]), _address(log.topics[2]));
        (uint256 amount, uint256 outOffset, uint256 inOffset,) =
            abi.decode(log.data, (uint256, uint256, uint256, bytes32));
        Axis storage a = _seen(log.emitter, from);
        Axis storage b = _seen(log.emitter, to);
        _must(amount != 0, "CASH-1", "a move of nothing");
        _must(outOffset == a.outgoing, "CASH-1", "an outgoing interval does not follow the last one");
        _must(inOffset == b.incoming, "CASH-1", "an incoming interval does not follow the last one");
        a.outgoing += amount;
        b.incoming += amount;
        _lastMove = Move(from, to, amount);
        _readFlow(kind, from, to);
    }

    function _seen(address cash, address axis) private returns (Axis storage a) {
        a = _axes[cash][axis];
        if (a.seen) return a;
        a.seen = true;
        _axisList[cash].push(axis);
    }

    /// @dev Bond money takes only the ways that DESIGN 2.2 names: so no coupon leaves a pool or a project.
    function _readFlow(bytes32 kind, address from, address to) private {
        (Purpose a, Purpose b) = (_purposeOf[from], _purposeOf[to]);
        if (a == Purpose.GENERAL && b == Purpose.GENERAL) return;
        _must(
            _mayLeave(kind, a, b),
            "BOND-2",
            string.concat(_name(kind), ": bond money took a forbidden way out")
        );
        _must(_mayEnter(kind, a, b), "BOND-1", string.concat(_name(kind), ": money took a forbidden way in"));
        if (a > Purpose.ESCROW && b > Purpose.ESCROW) {
            _must(_bondOfAxis[from] == _bondOfAxis[to], "BOND-1", "money moved between two bonds");
        }
    }

    function _mayLeave(bytes32 kind, Purpose from, Purpose to) private pure returns (bool) {
        if (from == Purpose.ORIGIN) return to == Purpose.COST || to == Purpose.POOL;
        // What nobody used goes back to investors by a redemption alone; a coupon never comes out of here.
        if (from == Purpose.POOL) return to == Purpose.LINE || kind == "service.announce";
        if (from == Purpose.COST) return kind == "proceeds.payCost";
        if (from == Purpose.LINE) {
            return to == Purpose.POOL || to == Purpose.ENCUMBRANCE || kind == "proceeds.pay"
                || (to == Purpose.LINE && kind == "proceeds.consent");
        }
        if (from == Purpose.ENCUMBRANCE) {
            return to == Purpose.LINE || (to == Purpose.GENERAL && kind == "maturity.settle");
        }
        return true;
    }

    function _mayEnter(bytes32 kind, Purpose from, Purpose to) private pure returns (bool) {
        if (to == Purpose.ESCROW) return kind == "bond.book";
        if (to == Purpose.ORIGIN) return from == Purpose.ESCROW;
        if (to == Purpose.COST) return from == Purpose.ORIGIN;
        if (to == Purpose.POOL) return from == Purpose.ORIGIN || from == Purpose.LINE;
        if (to == Purpose.ENCUMBRANCE) return from == Purpose.LINE;
        if (to == Purpose.LINE) {
            return from == Purpose.POOL || from == Purpose.ENCUMBRANCE || kind == "proceeds.refund"
                || kind == "proceeds.refundEncumbered" || (from == Purpose.LINE && kind == "proceeds.consent");
        }
        return true;
    }

    function _nameAxis(address axis, Purpose purpose, uint256 bond) internal {
        _purposeOf[axis] = purpose;
        _bondOfAxis[axis] = bond;
    }

    /// @notice CASH-1 as a state: the counters are what the moves add up to, and the balances what was minted and not burned.
    function checkCash() external view {
        for (uint256 i; i < cashes.length; ++i) {
            _checkCash(cashes[i]);
        }
    }

    function _checkCash(ICash cash) private view {
        address source = _axis("CASH", abi.encode("SOURCE"));
        address[] storage list = _axisList[address(cash)];
        uint256 sum;
        for (uint256 i; i < list.length; ++i) {
            Axis storage a = _axes[address(cash)][list[i]];
            (uint112 incoming, uint112 outgoing,) = cash.axis(list[i]);
            require(
                incoming == a.incoming && outgoing == a.outgoing,
                "CASH-1: a counter is not the sum of its moves"
            );
            if (list[i] == source) {
                require(incoming <= outgoing, "CASH-1: the source took back more than it gave");
                continue;
            }
            require(outgoing <= incoming, "CASH-1: more left an axis than entered it");
            require(cash.balanceOf(list[i]) == incoming - outgoing, "CASH-1: a balance is not in - out");
            int256 shown = _erc20[address(cash)][list[i]];
            require(
                shown == int256(uint256(incoming - outgoing)), "CASH-1: Transfer events show another balance"
            );
            sum += incoming - outgoing;
        }
        uint256 supply = minted[address(cash)] - burned[address(cash)];
        require(sum == supply, "CASH-1: the balances are not what was minted and not burned");
        require(cash.totalSupply() == supply, "CASH-1: totalSupply");
    }

    // --- pieces ---

    function _readBook(bytes32 topic, Vm.Log memory log) private {
        uint64 id = uint64(uint256(log.topics[1]));
        if (topic == IPieceBook.Opened.selector) _readOpened(id, log);
        else if (topic == IPieceBook.Cut.selector) _readCut(id, log);
        else if (topic == IPieceBook.PieceMoved.selector) _readPieceMoved(id, log);
        else if (topic == IPieceBook.Locked.selector) _readLock(id, log, true);
        else if (topic == IPieceBook.Unlocked.selector) _readLock(id, log, false);
        else if (topic == IPieceBook.Discharged.selector) _readDischarged(id, log);
    }

    function _readOpened(uint64 id, Vm.Log memory log) private {
        (uint64 face,) = abi.decode(log.data, (uint64, IPieceBook.Limits));
        _must(_books[id].face == 0, "PIECE-1", "a receivable was opened twice");
        _books[id] = BookRecord(face, 0, 1);
        _pieces[id][0] = PieceRecord(_address(log.topics[2]), face, 1, 0, 0);
    }

    function _readCut(uint64 id, Vm.Log memory log) private {
        (uint64 start, uint64 middle, uint64 end, uint16 sequence) =
            abi.decode(log.data, (uint64, uint64, uint64, uint16));
        PieceRecord storage p = _pieces[id][start];
        _must(p.end == end && p.state == 1, "PIECE-1", "a cut of a piece that is not so");
        _must(start < middle && middle < end, "PIECE-1", "a cut outside its piece");
        _step(p, sequence);
        _pieces[id][middle] = PieceRecord(p.holder, end, p.state, p.layers, sequence);
        p.end = middle;
        ++_books[id].pieces;
    }

    function _readPieceMoved(uint64 id, Vm.Log memory log) private {
        (uint64 start, uint64 end, uint8 layers, uint16 sequence,) =
            abi.decode(log.data, (uint64, uint64, uint8, uint16, bytes32));
        PieceRecord storage p = _pieces[id][start];
        _must(p.end == end && p.state == 1, "PIECE-1", "a move of a piece that is not so");
        _must(p.holder == _address(log.topics[2]), "PIECE-1", "a piece left somebody who did not hold it");
        _must(layers == p.layers + 1 && (layers <= 4 || _byLaw), "PIECE-1", "a layer was not counted");
        _step(p, sequence);
        (p.holder, p.layers) = (_address(log.topics[3]), layers);
        _passedOn(id, start, end);
    }

    /// @dev What the acts' own ghosts forget when a piece changes hands.
    function _passedOn(uint64 id, uint64 start, uint64 end) internal virtual {}

    function _readLock(uint64 id, Vm.Log memory log, bool locked) private {
        (uint64 start, uint64 end, uint8 module, uint16 sequence) =
            abi.decode(log.data, (uint64, uint64, uint8, uint16));
        PieceRecord storage p = _pieces[id][start];
        uint8 lockedState = 2 | (module << 3);
        _must(
            p.end == end && p.state == (locked ? 1 : lockedState),
            "PIECE-1",
            "a lock of a piece that is not so"
        );
        _step(p, sequence);
        p.state = locked ? lockedState : 1;
    }

    function _readDischarged(uint64 id, Vm.Log memory log) private {
        (uint64 start, uint64 end, uint8 how, uint16 sequence) =
            abi.decode(log.data, (uint64, uint64, uint8, uint16));
        PieceRecord storage p = _pieces[id][start];
        _must(p.end == end && p.state & 7 < 3, "PIECE-1", "a fen was discharged twice");
        _must(p.holder == _address(log.topics[2]), "PIECE-1", "a discharge names another holder");
        _step(p, sequence);
        p.state = how;
        _books[id].discharged += end - start;
    }

    function _step(PieceRecord storage p, uint16 sequence) private {
        _must(sequence == p.sequence + 1, "PIECE-1", "a piece's history has a hole");
        p.sequence = sequence;
    }

    /// @notice PIECE-1 as a state: pieces tile the face, each is what its history makes it.
    function checkPieces() external view {
        for (uint64 id = 1; id <= receivables.count(); ++id) {
            _checkPieces(id, true);
        }
    }

    function _checkPieces(uint64 id, bool settled) internal view {
        BookRecord storage b = _books[id];
        IPieceBook.Receivable memory r = book.receivableOf(id);
        require(r.face == b.face && r.pieces == b.pieces, "PIECE-1: another face or number of pieces");
        require(
            r.discharged == b.discharged && r.discharged <= r.face, "PIECE-1: another sum of discharged fen"
        );
        uint64 start;
        uint64 discharged;
        for (uint256 n; n < b.pieces; ++n) {
            IPieceBook.Piece memory p = book.piece(id, start);
            PieceRecord storage g = _pieces[id][start];
            require(p.end == g.end && p.end > start && p.holder == g.holder, "PIECE-1: another end or holder");
            require(p.state == g.state && p.layers == g.layers, "PIECE-1: another state or layer");
            require(p.sequence == g.sequence, "PIECE-1: another sequence number");
            if (p.state & 7 >= 3) discharged += p.end - start;
            start = p.end;
        }
        require(start == r.face, "PIECE-1: the pieces do not tile the face");
        require(discharged == r.discharged, "PIECE-1: a fen was discharged twice or not at all");
        require(!settled || _settledFen[id] == discharged, "PIECE-1: what was discharged was not paid once");
    }
}
