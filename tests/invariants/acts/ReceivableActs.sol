// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IMaturity} from "../../../contracts/interfaces/IMaturity.sol";
import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IProceeds} from "../../../contracts/interfaces/IProceeds.sol";
import {IProceedsBooks} from "../../../contracts/interfaces/IProceedsBooks.sol";
import {IReceivables} from "../../../contracts/interfaces/IReceivables.sol";
import {ITransfers} from "../../../contracts/interfaces/ITransfers.sol";
import {Vm} from "../base/Cheats.sol";
import {LineActs} from "./LineActs.sol";

/// @title Receivables from confirmation to settlement
abstract contract ReceivableActs is LineActs {
    uint64 internal constant MIN_PIECE = 5;
    uint16 internal constant MAX_PIECES = 8;
    uint8 internal constant MAX_LAYERS = 4;

    struct Payable {
        address obligor;
        address supplier;
        uint8 cash;
        uint8 state; // 1 proposed, 2 accepted, 3 refused, 4 returned, 5 settled
        bool paidIn;
        uint32 due;
        uint32 confirmedOn;
        uint32 creditLine;
        uint32 budgetLine;
        uint64 face;
        bytes32 fingerprint;
    }

    Payable[] internal _payables; // id - 1
    mapping(uint64 => mapping(uint64 => uint256)) private _refundedOf;

    function _payable(uint64 id) internal view returns (Payable storage) {
        return _payables[id - 1];
    }

    /// @dev One in that state where there is one, the older more often.
    function _someIn(uint8 state) internal returns (uint64 id) {
        if (_payables.length == 0) return 0;
        id = uint64(1 + _roll(_payables.length));
        for (uint64 i = 1; i <= _payables.length && _payable(id).state != state; ++i) {
            if (_payable(i).state == state) id = i;
        }
    }

    // --- obligor ---

    function receivable_confirm(uint256 seed) public rolling(seed) {
        IReceivables.Confirmation memory c;
        address obligor = _odd(2) ? issuers[_odd(4) ? 1 : 0] : companies[_odd(4) ? 1 : 0];
        c.supplier = _odd(12) ? _one(investors) : _one(suppliers);
        c.fingerprint = _invoiceOf(obligor, c.supplier);
        if (c.fingerprint == 0) return;
        Paper storage p = _papers[_paperOf[c.fingerprint] - 1];
        if (!_odd(10)) c.supplier = p.payee;
        c.cash = address(cashes[p.cash]);
        c.budgetLine = _odd(3) ? 0 : _budgetOf(obligor, p.cash);
        c.creditLine = _creditOf(obligor, p.cash);
        c.face = uint64(_odd(8) ? 1 + _roll(12_000) : 1 + _roll(_capacity(c.fingerprint) / 2 + 1));
        c.due = _odd(12) ? _today() : _today() + 1 + uint32(_roll(6));
        if (_odd(20)) c.due = _today() + MAX_TENOR + 1;
        (c.contractDocument, c.deliveryDocument) = (_paper(CONTRACT), _paper(_odd(20) ? CONTRACT : DELIVERY));
        c.programme = 1;
        _confirm(obligor, c, p.cash);
    }

    /// @dev A known invoice of the two with something left, else a new one.
    function _invoiceOf(address obligor, address supplier) private returns (bytes32) {
        for (uint256 i; i < _papers.length && !_odd(4); ++i) {
            Paper storage p = _papers[_papers.length - 1 - i];
            if (p.payer == obligor && _capacity(p.fingerprint) != 0) return _nameOf(p);
        }
        return _obligation(_odd(12) ? LOAN : INVOICE, obligor, supplier);
    }

    function _budgetOf(address obligor, uint8 cash) private returns (uint32) {
        uint256 first = _odd(2) ? 0 : _roll(_lines.length);
        for (uint256 i; i < _lines.length; ++i) {
            uint32 id = uint32(1 + (first + i) % _lines.length);
            BondRecord storage b = _bond(_line(id).bond);
            bool own = obligor == b.issuer || obligor == _projects[_line(id).project - 1].company;
            if (own && b.cash == cash && _line(id).available != 0) return id;
        }
        return 0;
    }

    function _creditOf(address obligor, uint8 cash) private returns (uint32) {
        uint256 first = _roll(_credits.length);
        for (uint256 i; i < _credits.length; ++i) {
            uint256 k = (first + i) % _credits.length;
            if (_reservable(uint32(k + 1), obligor, cash, 1)) return uint32(k + 1);
        }
        return uint32(first + 1);
    }

    function _confirm(address obligor, IReceivables.Confirmation memory c, uint8 cash) private {
        bool allowed = _confirmable(obligor, c, cash);
        (bool free,) =
            address(receivables).staticcall(abi.encodeCall(IReceivables.checkConfirm, (c, obligor)));
        _judge("BOND-2", "receivable.checkConfirm", allowed, free);
        if (c.budgetLine != 0) {
            address axis = _proceedsAxis("ENCUMBRANCE", _payables.length + 1);
            _nameAxis(axis, Purpose.ENCUMBRANCE, _line(c.budgetLine).bond);
        }
        bytes memory data = abi.encodeCall(IReceivables.confirm, (c));
        (bool ok,) = _act("receivable.confirm", obligor, address(receivables), data);
        _judge("BOND-2", "receivable.confirm", allowed, ok);
        if (!ok) return;
        _payables.push(
            Payable(
                obligor,
                c.supplier,
                cash,
                1,
                false,
                c.due,
                _today(),
                c.creditLine,
                c.budgetLine,
                c.face,
                c.fingerprint
            )
        );
        _use(c.fingerprint, c.face);
        _reserve(c.creditLine, int256(uint256(c.face)), 0);
        if (c.budgetLine == 0) return;
        LineRecord storage l = _line(c.budgetLine);
        _goesOut(l, c.face);
        _bond(l.bond).encumbered += c.face;
    }

    function _confirmable(address obligor, IReceivables.Confirmation memory c, uint8 cash)
        private
        view
        returns (bool)
    {
        Paper storage p = _papers[_paperOf[c.fingerprint] - 1];
        bool parties = p.payer == obligor && p.payee == c.supplier && p.kind == INVOICE
            && _activeAs(obligor, OBLIGOR) && _activeAs(c.supplier, SUPPLIER);
        bool dated = c.due > _today() && c.due - _today() <= MAX_TENOR;
        bool papers = c.contractDocument == _paper(CONTRACT) && c.deliveryDocument == _paper(DELIVERY);
        bool room = c.face != 0 && c.face <= _capacity(c.fingerprint);
        return parties && dated && papers && room && _reservable(c.creditLine, obligor, cash, c.face)
            && (c.budgetLine == 0 || _encumberable(c, obligor));
    }

    function _encumberable(IReceivables.Confirmation memory c, address obligor) private view returns (bool) {
        LineRecord storage l = _line(c.budgetLine);
        bool mayAct = obligor == _bond(l.bond).issuer
            || (l.companyMaySpend && obligor == _projects[l.project - 1].company);
        return mayAct && _gateOpen(c.budgetLine, c.face, c.supplier);
    }

    // --- supplier ---

    function receivable_accept(uint256 seed) public rolling(seed) {
        uint64 id = _someIn(1);
        if (id == 0) return;
        Payable storage p = _payable(id);
        address by = _odd(10) ? _one(suppliers) : p.supplier;
        bool allowed =
            p.state == 1 && by == p.supplier && _active(by) && _today() <= p.confirmedOn + ACCEPT_DAYS;
        bytes memory data = abi.encodeCall(IReceivables.accept, (id, 2, bytes32(0)));
        (bool ok,) = _act("receivable.accept", by, address(receivables), data);
        _judge("PIECE-1", "receivable.accept", allowed, ok);
        if (!ok) return;
        p.state = 2;
        _reserve(p.creditLine, -int256(uint256(p.face)), int256(uint256(p.face)));
    }

    function receivable_refuse(uint256 seed) public rolling(seed) {
        uint64 id = _someIn(1);
        if (id == 0) return;
        Payable storage p = _payable(id);
        bool allowed = p.state == 1 && _active(p.supplier);
        bytes memory data = abi.encodeCall(IReceivables.refuse, (id, PAPER));
        (bool ok,) = _act("receivable.refuse", p.supplier, address(receivables), data);
        _judge("PIECE-1", "receivable.refuse", allowed, ok);
        if (ok) _undo(p, 3);
    }

    function receivable_return(uint256 seed) external rolling(seed) {
        uint64 id = _someIn(1);
        if (id == 0) return;
        Payable storage p = _payable(id);
        if (p.state == 1 && _odd(3)) _setClock(clock + 3 days);
        bool allowed = p.state == 1 && _today() > p.confirmedOn + ACCEPT_DAYS;
        bytes memory data = abi.encodeCall(IReceivables.returnUnanswered, (id));
        (bool ok,) = _act("receivable.return", outsider, address(receivables), data);
        _judge("PIECE-1", "receivable.return", allowed, ok);
        if (ok) _undo(p, 4);
    }

    function _undo(Payable storage p, uint8 state) private {
        p.state = state;
        _unuse(p.fingerprint, p.face);
        _reserve(p.creditLine, -int256(uint256(p.face)), 0);
        if (p.budgetLine == 0) return;
        LineRecord storage l = _line(p.budgetLine);
        _comesBack(l, p.face);
        _bond(l.bond).encumbered -= p.face;
    }

    // --- holders ---

    /// @dev Of an accepted receivable a piece, the later ones more often.
    function _somePiece(uint64 id) internal returns (uint64 start) {
        uint64 next;
        while ((next = _pieces[id][start].end) < _books[id].face && !_odd(3)) start = next;
    }

    /// @dev An accepted receivable before its due date where there is one, the younger first.
    function _someLive() internal returns (uint64 id) {
        id = _someIn(2);
        for (uint64 i = 1; i <= _payables.length; ++i) {
            if (_live(i) && !_odd(4)) id = i;
        }
    }

    /// @dev A piece that is free to be passed on where there is one.
    function _freePiece(uint64 id) internal returns (uint64 start) {
        start = _somePiece(id);
        for (uint64 s; s < _books[id].face; s = _pieces[id][s].end) {
            if (_pieces[id][start].state != 1 && _pieces[id][s].state == 1) start = s;
        }
    }

    function receivable_split(uint256 seed) public rolling(seed) {
        uint64 id = _someLive();
        if (id == 0 || _books[id].face == 0) return;
        uint64 start = _freePiece(id);
        PieceRecord storage p = _pieces[id][start];
        uint64 middle = _odd(16) ? p.end + 1 : start + uint64(_roll(p.end - start + 1));
        uint16 sequence = _odd(20) ? p.sequence + 1 : p.sequence;
        _split(id, start, sequence, middle, _odd(16) ? _one(suppliers) : p.holder);
    }

    function _split(uint64 id, uint64 start, uint16 sequence, uint64 middle, address by) private {
        PieceRecord storage p = _pieces[id][start];
        bool allowed = _live(id) && by == p.holder && _active(by) && p.state == 1 && sequence == p.sequence
            && _cuttable(start, p.end, middle, _books[id].pieces);
        bytes memory data = abi.encodeCall(ITransfers.split, (id, start, sequence, middle));
        (bool ok,) = _act("receivable.split", by, address(transfers), data);
        _judge("PIECE-1", "receivable.split", allowed, ok);
    }

    function _cuttable(uint64 start, uint64 end, uint64 middle, uint16 count) internal pure returns (bool) {
        if (middle <= start || middle >= end || count >= MAX_PIECES) return false;
        return middle - start >= MIN_PIECE && end - middle >= MIN_PIECE;
    }

    /// @dev May `[from, to)` be cut out of `[start, end)`, which leaves one, two or three pieces?
    function _carvable(uint64 start, uint64 end, uint64 from, uint64 to, uint16 count)
        internal
        pure
        returns (bool)
    {
        if (from < start || from >= to || to > end) return false;
        if (from != start && !_cuttable(start, end, from, count++)) return false;
        return to == end || _cuttable(from, end, to, count);
    }

    function _interval(uint64 start, uint64 end) internal returns (uint64 from, uint64 to) {
        if (_odd(2)) return (start, end);
        from = _odd(2) ? start : start + uint64(_roll(end - start));
        to = _odd(10) ? end + 1 : from + 1 + uint64(_roll(end - from));
        if (_odd(12) && from != 0) from -= 1;
    }

    struct Passing {
        uint64 id;
        uint64 start;
        uint16 sequence;
        uint64 from;
        uint64 to;
        address by;
        address to_;
    }

    function receivable_transfer(uint256 seed) public rolling(seed) {
        Passing memory t;
        t.id = _someLive();
        if (t.id == 0 || _books[t.id].face == 0) return;
        t.start = _freePiece(t.id);
        PieceRecord memory p = _pieces[t.id][t.start];
        (t.from, t.to) = _interval(t.start, p.end);
        t.by = _odd(16) ? _one(suppliers) : p.holder;
        t.to_ = _odd(8) ? _one(investors) : _odd(4) ? _one(financiers) : _one(suppliers);
        t.sequence = _odd(20) ? p.sequence + 1 : p.sequence;
        _transfer(t, p, _odd(20) ? keccak256("unknown") : _paper(TRADE));
    }

    function _transfer(Passing memory t, PieceRecord memory p, bytes32 paper) private {
        bool allowed = _live(t.id) && t.by == p.holder && t.by != t.to_ && _active(t.by)
            && _activeAs(t.to_, SUPPLIER) && p.state == 1 && t.sequence == p.sequence && p.layers < MAX_LAYERS
            && paper == _paper(TRADE) && _carvable(t.start, p.end, t.from, t.to, _books[t.id].pieces);
        (bool ok,) = _act("receivable.transfer", t.by, address(transfers), _transferData(t, paper));
        _judge("PIECE-1", "receivable.transfer", allowed, ok);
        if (ok) _must(_pieces[t.id][t.from].holder == t.to_, "PIECE-1", "a transfer reached somebody else");
    }

    function _transferData(Passing memory t, bytes32 paper) private pure returns (bytes memory) {
        return abi.encodeCall(
            ITransfers.transfer, (ITransfers.Part(t.id, t.start, t.sequence, t.from, t.to), t.to_, paper)
        );
    }

    function _live(uint64 id) internal view returns (bool) {
        return id != 0 && _payable(id).state == 2 && _today() < _payable(id).due;
    }

    // --- maturity ---

    function maturity_payIn(uint256 seed) public rolling(seed) {
        uint64 id = _unfunded();
        if (id == 0) return;
        Payable storage p = _payable(id);
        ICash cash = cashes[p.cash];
        if (cash.balanceOf(p.obligor) < p.face && _active(p.obligor) && !_odd(4)) {
            _fund(cash, p.obligor, p.face);
        }
        bool allowed = p.state == 2 && p.budgetLine == 0 && !p.paidIn && cash.balanceOf(p.obligor) >= p.face;
        (bool ok,) = _act(
            "maturity.payIn", p.obligor, address(maturity), abi.encodeCall(IMaturity.payIn, (id, p.face))
        );
        _judge("PIECE-1", "maturity.payIn", allowed, ok);
        if (ok) p.paidIn = true;
    }

    function _unfunded() private returns (uint64 id) {
        id = _someIn(2);
        for (uint64 i = 1; i <= _payables.length; ++i) {
            Payable storage p = _payable(i);
            if (p.state == 2 && p.budgetLine == 0 && !p.paidIn && !_odd(4)) id = i;
        }
    }

    /// @dev By anybody, in batches; sometimes the next holder is brought down first, and must not stop the others.
    function maturity_settle(uint256 seed) public rolling(seed) {
        uint64 id = _ripe();
        if (id == 0) return;
        Payable storage p = _payable(id);
        if (p.state == 2 && _today() < p.due && _odd(3)) {
            _setClock(clock + uint256(p.due - _today()) * 1 days);
        }
        if (_odd(3)) _bringDown(_pieces[id][maturity.progress(id).cursor].holder, 0);
        bool allowed = p.state == 2 && _today() >= p.due && (p.budgetLine != 0 || p.paidIn);
        bytes memory data = abi.encodeCall(IMaturity.settle, (id, 1 + _roll(4)));
        (bool ok, bytes memory result) = _act("maturity.settle", outsider, address(maturity), data);
        _judge("PIECE-1", "maturity.settle", allowed, ok);
        if (allowed && !ok) _find("BOND-2", "what was due was not paid");
        if (!ok || abi.decode(result, (uint64)) != p.face) return;
        p.state = 5;
        _reserve(p.creditLine, 0, -int256(uint256(p.face)));
        _must(_settledFen[id] == p.face, "PIECE-1", "a settled receivable was not paid in full");
    }

    function _ripe() private returns (uint64 id) {
        id = _someIn(2);
        for (uint64 i = 1; i <= _payables.length; ++i) {
            Payable storage p = _payable(i);
            if (p.state == 2 && (p.budgetLine != 0 || p.paidIn) && !_odd(3)) id = i;
        }
    }

    function maturity_claim(uint256 seed) public rolling(seed) {
        _claim("maturity.claim", "MATURITY", address(maturity));
    }

    function proceeds_refundEncumbered(uint256 seed) public rolling(seed) {
        (uint64 id, uint64 start) = _paidPiece();
        if (id == 0) return;
        PieceRecord storage g = _pieces[id][start];
        uint256 left = g.end - start - _refundedOf[id][start];
        _refundPiece(id, start, _odd(10) ? outsider : g.holder, _odd(4) ? left + 1 : _roll(left + 1));
    }

    function _refundPiece(uint64 id, uint64 start, address by, uint256 amount) private {
        Payable storage p = _payable(id);
        bool allowed = _refundable(_pieces[id][start], start, _refundedOf[id][start], by, amount)
            && cashes[p.cash].balanceOf(by) >= amount;
        bytes memory data = abi.encodeCall(IProceedsBooks.refundEncumbered, (id, start, amount, PAPER));
        _expectReversed(start + _refundedOf[id][start]);
        (bool ok,) = _act("proceeds.refundEncumbered", by, address(proceeds), data);
        _judge("BOND-1", "proceeds.refundEncumbered", allowed, ok);
        if (!ok) return;
        _refundedOf[id][start] += amount;
        _unuse(p.fingerprint, amount);
        LineRecord storage l = _line(p.budgetLine);
        _comesBack(l, amount);
        _bond(l.bond).spent -= amount;
    }

    function _refundable(PieceRecord storage g, uint64 start, uint256 refunded, address by, uint256 amount)
        private
        view
        returns (bool)
    {
        return by == g.holder && g.state == 3 && amount != 0 && amount <= g.end - start - refunded;
    }

    function _paidPiece() private returns (uint64 id, uint64 start) {
        for (uint64 i = 1; i <= _payables.length; ++i) {
            if (_payable(i).budgetLine != 0 && _settledFen[i] != 0 && (id == 0 || _odd(2))) id = i;
        }
        if (id != 0) start = _somePiece(id);
    }

    // --- events of modules ---

    function _readModule(bytes32 kind, bytes32 topic, Vm.Log memory log) internal override {
        if (topic == IProceedsBooks.Refunded.selector && log.emitter == address(proceeds)) {
            _readRefunded(log.data);
        }
        if (topic == IMaturity.PieceSettled.selector && log.emitter == address(maturity)) _readSettled(log);
        kind;
    }

    /// @dev Each piece's holder, or its claim, gets exactly the piece's fen from the receivable's own money.
    function _readSettled(Vm.Log memory log) private {
        uint64 id = uint64(uint256(log.topics[1]));
        address holder = _address(log.topics[2]);
        (uint64 start, uint64 end, uint256 amount,, bool kept) =
            abi.decode(log.data, (uint64, uint64, uint256, address, bool));
        Payable storage p = _payable(id);
        bool funded = p.budgetLine != 0;
        address from = funded
            ? _proceedsAxis("ENCUMBRANCE", id)
            : _axis("MATURITY", abi.encode("SETTLEMENT", uint256(id)));
        address to = kept ? _claimAxis(funded ? bytes32("PROCEEDS") : bytes32("MATURITY"), holder) : holder;
        _must(
            kept == !_active(holder),
            "PIECE-1",
            "kept, though the holder could receive, or the other way round"
        );
        _must(_pieces[id][start].holder == holder, "PIECE-1", "somebody else than the holder was paid");
        _must(_lastMove.from == from && _lastMove.to == to, "PIECE-1", "a settlement took another way");
        _must(
            _lastMove.amount == amount && amount == end - start,
            "PIECE-1",
            "a holder got another amount than its fen"
        );
        _settledFen[id] += end - start;
        if (!funded) return;
        BondRecord storage b = _bond(_line(p.budgetLine).bond);
        (b.encumbered, b.spent) = (b.encumbered - (end - start), b.spent + (end - start));
    }

    function _encumbered(uint32 bond, ICash cash) internal view override returns (uint256 sum) {
        for (uint256 i; i < _payables.length; ++i) {
            uint32 line = _payables[i].budgetLine;
            if (line == 0 || _line(line).bond != bond) continue;
            sum += cash.balanceOf(_proceedsAxis("ENCUMBRANCE", i + 1));
        }
    }
}
