// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {IMaturity} from "../../../contracts/interfaces/IMaturity.sol";
import {IReceivables} from "../../../contracts/interfaces/IReceivables.sol";
import {IRecourse} from "../../../contracts/interfaces/IRecourse.sol";
import {Vm} from "../base/Cheats.sol";
import {TradeActs} from "./TradeActs.sol";

/// @title How receivables end: paid in parts and rounds, early, voided, overdue, bought back
abstract contract DueActs is TradeActs {
    uint256 private constant MOST_ROUNDS = 32;

    struct Sale {
        address seller;
        uint64 start;
    }

    struct DemandRecord {
        address holder;
        address seller;
        uint16 sequence;
    }

    mapping(uint64 => mapping(uint64 => Sale)) private _soldBy; // by fen, while its buyer keeps it
    mapping(uint64 => mapping(uint64 => DemandRecord)) private _demands;
    mapping(uint64 => mapping(uint64 => uint256)) internal _heldOf;
    uint256 private _number;
    bool private _unowed; // the act gives back what nobody is owed any more

    function _mask(uint64 start, uint64 end) private pure returns (uint256) {
        return (uint256(1) << end) - (uint256(1) << start);
    }

    function _ones(uint256 bits) internal pure returns (uint64 n) {
        for (; bits != 0; bits &= bits - 1) {
            ++n;
        }
    }

    /// @dev What `[start, end)` has, by bits and not by formula.
    function _got(Claim storage k, uint64 start, uint64 end) private view returns (uint64) {
        return _ones((k.given | k.reached) & _mask(start, end));
    }

    function _someOpen() private returns (uint64 id) {
        if (_claims.length == 0) return 0;
        id = uint64(1 + _roll(_claims.length));
        for (uint64 i = 1; i <= _claims.length; ++i) {
            if (_claimOf(i).state == 2 && !_odd(3)) id = i;
        }
    }

    /// @dev One with money that waits to be shared out.
    function _someShareable() private returns (uint64 id) {
        id = _someOpen();
        for (uint64 i = 1; i <= _claims.length; ++i) {
            Claim storage k = _claimOf(i);
            if (k.state == 2 && k.paidIn != _ones(k.given) && !_odd(3)) id = i;
        }
    }

    function _somePiece(uint64 id) private returns (uint64 start) {
        uint64 next;
        while ((next = _pieces[id][start].end) < _books[id].face && !_odd(3)) start = next;
    }

    // --- rounds ---

    function due_payIn(uint256 seed) public rolling(seed) {
        uint64 id = _someOpen();
        if (id == 0) return;
        Claim storage k = _claimOf(id);
        uint64 room = k.face - k.paidIn;
        uint64 amount = _odd(4) ? room : uint64(1 + _roll(room + 1));
        if (amount == 0) return;
        address by = _odd(12) ? k.supplier : k.obligor;
        bool allowed = k.state == 2 && by == k.obligor && amount <= room && cashes[0].balanceOf(by) >= amount;
        (bool ok,) = _act("due.payIn", by, address(maturity), abi.encodeCall(IMaturity.payIn, (id, amount)));
        _judge("MAT-2", "due.payIn", allowed, ok);
        if (ok) k.paidIn += amount;
    }

    function due_settle(uint256 seed) public rolling(seed) {
        uint64 id = _someShareable();
        if (id == 0) return;
        Claim storage k = _claimOf(id);
        if (k.state == 2 && _today() < k.due && _odd(3)) {
            _setClock(clock + uint256(k.due - _today()) * 1 days);
        }
        if (_odd(4)) _bringDown(_pieces[id][maturity.progress(id).cursor].holder, 0);
        bool allowed = k.state == 2 && _settleable(id, k);
        _unowed = k.state == 2 && _books[id].discharged == k.face;
        bytes memory data = abi.encodeCall(IMaturity.settle, (id, 1 + _roll(4)));
        (bool ok, bytes memory result) = _act("due.settle", outsider, address(maturity), data);
        _judge("MAT-1", "due.settle", allowed, ok);
        if (ok) _settled(k, abi.decode(result, (uint64)));
    }

    function _settleable(uint64 id, Claim storage k) private view returns (bool) {
        if (k.round != 0 || _books[id].discharged == k.face) return true;
        bool fresh = k.paidIn != _ones(k.given) && k.rounds < MOST_ROUNDS;
        return _today() >= k.due && (k.paidIn == k.face || fresh);
    }

    function _settled(Claim storage k, uint64 next) private {
        if (next != k.face) return;
        if (!_unowed) {
            _must(k.reached == k.round, "MAT-2", "a round did not give out what was paid in");
            (k.given, k.round, k.reached) = (k.given | k.round, 0, 0);
            ++k.rounds;
            if (k.target != k.face) return;
            _must(_ones(k.given) == k.face && k.out == k.face, "MAT-2", "a piece did not get its length");
        }
        _end(k);
    }

    function _end(Claim storage k) private {
        k.state = 5;
        _must(k.out == k.paidIn, "MAT-4", "what was paid in was neither paid out nor given back");
        _reserve(k.creditLine, 0, -int256(uint256(k.face - k.early)));
        if (k.late) --_lateOf[k.obligor];
        k.late = false;
    }

    function due_release(uint256 seed) external rolling(seed) {
        if (_places.length == 0) return;
        Where memory w = _places[_roll(_places.length)];
        for (uint256 i; i < _places.length; ++i) {
            if (_heldOf[_places[i].id][_places[i].start] != 0 && !_odd(3)) w = _places[i];
        }
        bool allowed = _heldOf[w.id][w.start] != 0 && !_blocked(w.id, w.start);
        bytes memory data = abi.encodeCall(IMaturity.releaseHeld, (w.id, w.start));
        (bool ok,) = _act("due.release", outsider, address(maturity), data);
        _judge("MAT-6", "due.release", allowed, ok);
    }

    function due_claim(uint256 seed) external rolling(seed) {
        _claim("due.claim", "MATURITY", address(maturity));
    }

    // --- early ---

    function due_early(uint256 seed) external rolling(seed) {
        uint64 id = _someLive();
        if (id == 0) return;
        Claim storage k = _claimOf(id);
        IMaturity.EarlyQuote memory q;
        (q.receivable, q.start, q.nonce, q.deadline) = (id, _freePiece(id), ++_number, uint64(clock));
        PieceRecord memory g = _pieces[id][q.start];
        (q.holder, q.sequence) = (g.holder, _odd(16) ? g.sequence + 1 : g.sequence);
        q.amount = uint64(1 + _roll(g.end - q.start));
        if (_odd(16)) q.amount = g.end - q.start + 1;
        address signer = _odd(10) ? k.obligor : q.holder;
        bool allowed = _live(id) && g.state == 1 && q.sequence == g.sequence && signer == q.holder
            && q.amount <= g.end - q.start && cashes[0].balanceOf(k.obligor) >= q.amount && _active(k.obligor)
            && _active(q.holder);
        _settleEarly(k, q, _signed(signer, maturity.earlyDigest(q)), allowed);
    }

    function _settleEarly(
        Claim storage k,
        IMaturity.EarlyQuote memory q,
        bytes memory signature,
        bool allowed
    ) private {
        uint64 length = _pieces[q.receivable][q.start].end - q.start;
        _unowed = _books[q.receivable].discharged + length == k.face;
        bytes memory data = abi.encodeCall(IMaturity.settleEarly, (q, signature));
        (bool ok,) = _act("due.early", k.obligor, address(maturity), data);
        _judge("MAT-4", "due.early", allowed, ok);
        if (!ok) return;
        k.early += length;
        _reserve(k.creditLine, 0, -int256(uint256(length)));
        if (_unowed) _end(k);
    }

    // --- voided by both ---

    function due_void(uint256 seed) external rolling(seed) {
        uint64 id = _someLive();
        if (id == 0) return;
        Claim storage k = _claimOf(id);
        for (uint64 i = 1; i <= _claims.length; ++i) {
            if (_claimOf(i).voidBy != 0 && _live(i)) id = i;
        }
        k = _claimOf(id);
        bool first = _odd(2);
        address by = _odd(16) ? outsider : first ? k.obligor : k.supplier;
        uint8 number = by == k.obligor ? 1 : by == k.supplier ? 2 : 0;
        if (_odd(8)) _withdrawVoid(id, k, by, number);
        else if (k.voidBy == 0 ? !_odd(3) : _odd(8)) _proposeVoid(id, k, by, number);
        else _void(id, k, by, number);
    }

    function _untouched(uint64 id, Claim storage k) private view returns (bool) {
        PieceRecord storage g = _pieces[id][0];
        return _live(id) && g.layers == 0 && g.end == k.face && g.state == 1 && k.paidIn == 0;
    }

    function _proposeVoid(uint64 id, Claim storage k, address by, uint8 number) private {
        bool allowed = number != 0 && _active(by) && k.voidBy == 0 && _untouched(id, k);
        bytes memory data = abi.encodeCall(IReceivables.proposeVoid, (id, PAPER));
        (bool ok,) = _act("due.proposeVoid", by, address(receivables), data);
        _judge("CONF-2", "due.proposeVoid", allowed, ok);
        if (ok) k.voidBy = number;
    }

    function _withdrawVoid(uint64 id, Claim storage k, address by, uint8 number) private {
        bool allowed = number != 0 && _active(by) && k.voidBy == number && k.state == 2;
        bytes memory data = abi.encodeCall(IReceivables.withdrawVoid, (id));
        (bool ok,) = _act("due.withdrawVoid", by, address(receivables), data);
        _judge("CONF-2", "due.withdrawVoid", allowed, ok);
        if (ok) k.voidBy = 0;
    }

    function _void(uint64 id, Claim storage k, address by, uint8 number) private {
        bool allowed = number != 0 && _active(by) && k.voidBy == 3 - number && _untouched(id, k);
        bytes memory data = abi.encodeCall(IReceivables.void, (id));
        (bool ok,) = _act("due.void", by, address(receivables), data);
        _judge("CONF-2", "due.void", allowed, ok);
        if (!ok) return;
        k.state = 6;
        _unuse(k.fingerprint, k.face);
        _reserve(k.creditLine, 0, -int256(uint256(k.face)));
    }

    // --- overdue and recourse ---

    function due_overdue(uint256 seed) external rolling(seed) {
        uint64 id = _someOpen();
        if (id == 0) return;
        Claim storage k = _claimOf(id);
        if (k.state == 2 && _today() <= k.due && _odd(4)) {
            _setClock(clock + uint256(k.due + 1 - _today()) * 1 days);
        }
        bool allowed = k.state == 2 && !k.late && k.paidIn < k.face && _today() > k.due;
        (bool ok,) =
            _act("due.overdue", outsider, address(maturity), abi.encodeCall(IMaturity.markOverdue, (id)));
        _judge("MAT-3", "due.overdue", allowed, ok);
        if (!ok) return;
        k.late = true;
        ++_lateOf[k.obligor];
    }

    /// @dev A quote at no discount, signed, accepted and funded; what a quote must say is judged elsewhere.
    function due_finance(uint256 seed) external rolling(seed) {
        uint64 id = _someLive();
        if (!_live(id)) return;
        IFinancing.Quote memory q;
        (q.receivable, q.pieceStart, q.financier) = (id, _freePiece(id), _one(financiers));
        PieceRecord memory g = _pieces[id][q.pieceStart];
        (q.start, q.end, q.sequence, q.holder) = (q.pieceStart, g.end, g.sequence, g.holder);
        (q.convention, q.recourse, q.net) = (1, !_odd(3), q.end - q.start);
        (q.fundingDay, q.endDay, q.nonce, q.deadline) = (_today(), _claimOf(id).due, ++_number, uint64(clock));
        bytes memory data =
            abi.encodeCall(IFinancing.accept, (q, _signed(q.financier, financing.quoteDigest(q))));
        (bool ok,) = _act("due.quote", q.holder, address(financing), data);
        if (ok && !_odd(6)) _financed(q);
    }

    function _financed(IFinancing.Quote memory q) private {
        bytes32 certificate = keccak256(abi.encode("certificate", ++_number));
        bytes memory data = abi.encodeCall(IDocuments.register, (certificate, REGISTRATION, 0));
        _act("document.register", q.financier, address(documents), data);
        data = abi.encodeCall(IFinancing.fund, (q, bytes32(_number), certificate, _paper(SEARCH)));
        (bool ok,) = _act("due.finance", q.financier, address(financing), data);
        if (!ok || !q.recourse) return;
        for (uint64 x = q.start; x < q.end; ++x) {
            _soldBy[q.receivable][x] = Sale(q.holder, q.start);
        }
    }

    /// @dev FIN-6: once a fen is passed on, its last seller answers for it no more.
    function _passedOn(uint64 id, uint64 start, uint64 end) internal override {
        if (_soldBy[id][start].seller == address(0)) return;
        for (uint64 x = start; x < end; ++x) {
            delete _soldBy[id][x];
        }
    }

    /// @dev A piece of an overdue receivable that somebody answers for, where there is one.
    function _someLate() private returns (uint64 id, uint64 start) {
        id = uint64(1 + _roll(_claims.length));
        start = _somePiece(id);
        for (uint64 i = 1; i <= _claims.length; ++i) {
            if (!_claimOf(i).late) continue;
            for (uint64 s; s < _books[i].face; s = _pieces[i][s].end) {
                if (_soldBy[i][s].seller != address(0) && _pieces[i][s].state == 1 && !_odd(3)) {
                    (id, start) = (i, s);
                }
            }
        }
    }

    function due_demand(uint256 seed) external rolling(seed) {
        (uint64 id, uint64 start) = _someLate();
        PieceRecord memory g = _pieces[id][start];
        Sale memory sale = _soldBy[id][start];
        address by = _odd(10) ? _one(suppliers) : g.holder;
        bool allowed = _claimOf(id).late && by == g.holder && g.state == 1 && sale.seller != address(0);
        bytes memory data = abi.encodeCall(
            IRecourse.demandRecourse, (id, start, sale.start, by == g.holder ? _paper(TRADE) : PAPER)
        );
        (bool ok,) = _act("due.demand", by, address(recourse), data);
        _judge("FIN-6", "due.demand", allowed, ok);
        if (!ok) return;
        _must(recourse.demand(id, start).seller == sale.seller, "FIN-6", "somebody else answers for a piece");
        _demands[id][start] = DemandRecord(g.holder, sale.seller, g.sequence);
        if (!_odd(3)) _repurchase(id, start);
    }

    function due_repurchase(uint256 seed) external rolling(seed) {
        (uint64 id, uint64 start) = _someLate();
        _repurchase(id, start);
    }

    /// @dev MAT-5: its former holder ends with the face of the piece: what it received, what was held for it, the rest.
    function _repurchase(uint64 id, uint64 start) private {
        DemandRecord memory d = _demands[id][start];
        PieceRecord memory g = _pieces[id][start];
        Claim storage k = _claimOf(id);
        uint256 amount = g.end - start - _got(k, start, g.end);
        address by = _odd(10) ? _one(suppliers) : d.seller;
        bool allowed = k.late && d.holder != address(0) && by == d.seller && g.state == 1
            && g.sequence == d.sequence && g.layers < MAX_LAYERS && _active(by) && _active(g.holder)
            && cashes[0].balanceOf(by) >= amount;
        uint256 owed = amount + _heldOf[id][start];
        uint256 had = cashes[0].balanceOf(d.holder);
        (bool ok,) =
            _act("due.repurchase", by, address(recourse), abi.encodeCall(IRecourse.repurchase, (id, start)));
        _judge("MAT-5", "due.repurchase", allowed, ok);
        if (!ok) return;
        _must(cashes[0].balanceOf(d.holder) - had == owed, "MAT-5", "a piece went back below its face");
        delete _demands[id][start];
    }

    // --- events of modules ---

    function _blocked(uint64 id, uint64 start) internal view virtual returns (bool) {
        return _frozen[id][start] || _holds[id][start].kind == 2;
    }

    function _payeeOf(uint64 id, uint64 start) internal view virtual returns (address) {
        address awarded = _awarded[id][start];
        return awarded == address(0) ? _pieces[id][start].holder : awarded;
    }

    function _readModule(bytes32, bytes32 topic, Vm.Log memory log) internal virtual override {
        if (log.emitter != address(maturity)) return;
        if (topic == IMaturity.RoundOpened.selector) _readRound(log);
        if (topic == IMaturity.PieceSettled.selector) _readPaid(log);
        if (topic == IMaturity.NettedBack.selector) _readBack(log);
        if (topic == IMaturity.HeldReleased.selector) _readReleased(log);
    }

    /// @dev MAT-2 fen by fen: of what is owed each fen gets its floor, and what has one gets nothing.
    function _readRound(Vm.Log memory log) private {
        Claim storage k = _claimOf(uint64(uint256(log.topics[1])));
        (uint64 previous, uint64 target) = abi.decode(log.data, (uint64, uint64));
        _must(previous == _ones(k.given) && target == k.paidIn, "MAT-2", "a round of another sum");
        k.target = target;
        (uint256 given, uint256 round, uint256 u) = (k.given, 0, 0);
        for (uint64 x; x < k.face; ++x) {
            if (given >> x & 1 == 1) continue;
            uint256 before = (target - previous) * u / (k.face - previous);
            if ((target - previous) * ++u / (k.face - previous) != before) round |= uint256(1) << x;
        }
        k.round = round;
    }

    function _readPaid(Vm.Log memory log) private {
        uint64 id = uint64(uint256(log.topics[1]));
        (uint64 start, uint64 end, uint256 amount, address payee, bool kept) =
            abi.decode(log.data, (uint64, uint64, uint256, address, bool));
        _must(_pieces[id][start].end == end, "MAT-1", "something else than a piece was paid");
        address held = address(uint160(uint256(keccak256(abi.encode("HELD", id, start)))));
        bool blocked = _blocked(id, start);
        _must(payee == (blocked ? held : _payeeOf(id, start)), "MAT-6", "the money took another way");
        if (blocked) _heldOf[id][start] += amount;
        _gave(id, start, end, amount);
        if (amount != 0) _arrived(id, amount, payee, kept);
    }

    function _readBack(Vm.Log memory log) private {
        uint64 id = uint64(uint256(log.topics[1]));
        (uint64 start, uint64 end, uint256 amount, bool kept) =
            abi.decode(log.data, (uint64, uint64, uint256, bool));
        Claim storage k = _claimOf(id);
        if (_unowed) {
            _must(amount == k.paidIn - k.out, "MAT-4", "what nobody is owed did not all go back");
            k.out += uint64(amount);
        } else {
            _must(_pieces[id][start].state & 7 >= 3, "MAT-4", "the share of an owed piece went back");
            _gave(id, start, end, amount);
        }
        _arrived(id, amount, k.obligor, kept);
    }

    function _gave(uint64 id, uint64 start, uint64 end, uint256 amount) private {
        Claim storage k = _claimOf(id);
        uint256 part = k.round & _mask(start, end);
        _must(amount == _ones(part), "MAT-2", "a piece got another share than its fen");
        _must(part & k.reached == 0, "MAT-2", "a fen was paid twice");
        k.reached |= part;
        k.out += uint64(amount);
    }

    function _arrived(uint64 id, uint256 amount, address payee, bool kept) private {
        address from = _axis("MATURITY", abi.encode("SETTLEMENT", uint256(id)));
        address to = kept ? _claimAxis("MATURITY", payee) : payee;
        _must(
            kept == !_active(payee), "MAT-1", "kept, though the payee could receive, or the other way round"
        );
        bool exact = _lastMove.from == from && _lastMove.to == to && _lastMove.amount == amount;
        _must(exact, "MAT-1", "a settlement took another way");
    }

    function _readReleased(Vm.Log memory log) private {
        uint64 id = uint64(uint256(log.topics[1]));
        uint64 start = abi.decode(log.data, (uint64));
        address payee = _address(log.topics[2]);
        _must(!_blocked(id, start), "MAT-6", "money left while a lock speaks");
        bool exact = payee == _payeeOf(id, start) && _lastMove.amount == _heldOf[id][start];
        address to = _active(payee) ? payee : _claimAxis("MATURITY", payee);
        _must(exact && _lastMove.to == to, "MAT-6", "held money took another way");
        _heldOf[id][start] = 0;
    }

    // --- the promises as states ---

    /// @notice MAT-2, MAT-3, MAT-6, CONF-2: money in and out, what each piece received, states and marks.
    function checkDue() external view {
        for (uint64 id = 1; id <= _claims.length; ++id) {
            Claim storage k = _claimOf(id);
            IReceivables.Receivable memory r = receivables.receivable(id);
            require(r.state == k.state && (r.overdueOn != 0) == k.late, "MAT-3: another state or mark");
            require(r.voidBy == k.voidBy, "CONF-2: another wish to void");
            address axis = _axis("MATURITY", abi.encode("SETTLEMENT", uint256(id)));
            (uint112 incoming, uint112 outgoing,) = cashes[0].axis(axis);
            require(incoming == k.paidIn && outgoing == k.out, "MAT-2: other money than was paid in or out");
            if (k.state == 2) _checkReceived(id, k);
        }
        for (uint256 i; i < issuers.length; ++i) {
            require(receivables.overdue(issuers[i]) == _lateOf[issuers[i]], "MAT-3: another count");
        }
    }

    function _checkReceived(uint64 id, Claim storage k) private view {
        for (uint64 s; s < k.face; s = _pieces[id][s].end) {
            uint256 received = maturity.received(id, s, _pieces[id][s].end);
            require(received == _got(k, s, _pieces[id][s].end), "MAT-2: another share");
        }
        for (uint256 i; i < _places.length; ++i) {
            if (_places[i].id != id) continue;
            uint64 start = _places[i].start;
            address key = address(uint160(uint256(keccak256(abi.encode("HELD", id, start)))));
            uint256 waits = cashes[0].balanceOf(_claimAxis("MATURITY", key));
            require(waits == _heldOf[id][start], "MAT-6: other money is held");
        }
    }
}
