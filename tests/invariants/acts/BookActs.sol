// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPieceBook} from "../../../contracts/interfaces/IPieceBook.sol";
import {FinancingActs} from "./FinancingActs.sol";

/// @title The piece book by itself: these tests are one of its modules, with every permission
/// @notice The other modules ask the book for little that it must refuse; this one asks for everything.
abstract contract BookActs is FinancingActs {
    uint64 private constant FIRST = 1_000_000; // far from the numbers of `Receivables`
    uint64 private _opened;

    function book_open(uint256 seed) external rolling(seed) {
        bool taken = _opened != 0 && _odd(6);
        uint64 id = taken ? FIRST + _opened - 1 : FIRST + _opened;
        uint64 face = _odd(8) ? 0 : uint64(1 + _roll(200));
        address holder = _odd(8) ? outsider : _one(suppliers);
        IPieceBook.Limits memory limits = IPieceBook.Limits(uint48(MIN_PIECE), MAX_PIECES, MAX_LAYERS, 0, 0);
        bytes memory data = abi.encodeCall(IPieceBook.open, (id, holder, face, limits));
        (bool ok,) = _act("book.open", address(this), address(book), data);
        _judge("PIECE-1", "book.open", !taken && face != 0 && _active(holder), ok);
        if (ok) ++_opened;
    }

    /// @dev Six acts a call, because the numbers of a piece are used up one by one.
    function book_act(uint256 seed) external rolling(seed) {
        if (_opened == 0) return;
        for (uint256 i; i < 6; ++i) {
            uint64 id = FIRST + uint64(_roll(_opened));
            uint64 start = _somePiece(id);
            PieceRecord memory p = _pieces[id][start];
            if (_odd(10)) ++p.sequence;
            bool fresh = p.sequence == _pieces[id][start].sequence;
            uint256 which = _roll(5);
            if (which == 0) _rawCut(id, start, p, fresh);
            if (which == 1) _rawMove(id, start, p, fresh);
            if (which == 2) _rawLock(id, start, p, fresh);
            if (which == 3) _rawUnlock(id, start, p, fresh);
            if (which == 4) _rawDischarge(id, start, p);
        }
    }

    function _rawCut(uint64 id, uint64 start, PieceRecord memory p, bool fresh) private {
        uint64 middle = start + uint64(_roll(p.end - start + 2));
        bool allowed = fresh && p.state == 1 && _cuttable(start, p.end, middle, _books[id].pieces);
        bytes memory data = abi.encodeCall(IPieceBook.cut, (id, start, p.sequence, middle));
        (bool ok,) = _act("book.cut", address(this), address(book), data);
        _judge("PIECE-1", "book.cut", allowed, ok);
    }

    function _rawMove(uint64 id, uint64 start, PieceRecord memory p, bool fresh) private {
        address from = _odd(6) ? _one(suppliers) : p.holder;
        address to = _one(suppliers);
        bool allowed = fresh && p.state == 1 && from == p.holder && from != to && p.layers < MAX_LAYERS
            && _active(from) && _active(to);
        bytes memory data = abi.encodeCall(IPieceBook.move, (id, start, p.sequence, from, to, PAPER));
        (bool ok,) = _act("book.move", address(this), address(book), data);
        _judge("PIECE-1", "book.move", allowed, ok);
    }

    function _rawLock(uint64 id, uint64 start, PieceRecord memory p, bool fresh) private {
        bytes memory data = abi.encodeCall(IPieceBook.lock, (id, start, p.sequence));
        (bool ok,) = _act("book.lock", address(this), address(book), data);
        _judge("PIECE-1", "book.lock", fresh && p.state == 1, ok);
    }

    /// @dev Its own lock only: now and then it tries one that `Financing` holds.
    function _rawUnlock(uint64 id, uint64 start, PieceRecord memory p, bool fresh) private {
        if (_deals.length != 0 && _odd(3)) {
            id = _deals[_deals.length - 1].quote.receivable;
            start = _deals[_deals.length - 1].quote.start;
            (p, fresh) = (_pieces[id][start], true);
        }
        bytes memory data = abi.encodeCall(IPieceBook.unlock, (id, start, p.sequence));
        (bool ok,) = _act("book.unlock", address(this), address(book), data);
        _judge("PIECE-1", "book.unlock", fresh && p.state == 2 | (9 << 3), ok);
    }

    /// @dev Locked or not, but once.
    function _rawDischarge(uint64 id, uint64 start, PieceRecord memory p) private {
        if (!_odd(4) && p.state & 7 < 3) return;
        uint8 how = uint8(2 + _roll(5));
        bytes memory data = abi.encodeCall(IPieceBook.discharge, (id, start, how));
        (bool ok,) = _act("book.discharge", address(this), address(book), data);
        _judge("PIECE-1", "book.discharge", p.state & 7 < 3 && how >= 3 && how <= 5, ok);
    }

    /// @notice PIECE-1 as a state, of the receivables that are opened here.
    function checkOwnPieces() external view {
        for (uint64 i; i < _opened; ++i) {
            _checkPieces(FIRST + i, false);
        }
    }
}
