// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IReceivables} from "../../../contracts/interfaces/IReceivables.sol";
import {ITransfers} from "../../../contracts/interfaces/ITransfers.sol";
import {Vm} from "../base/Cheats.sol";
import {LineActs} from "./LineActs.sol";

/// @title Receivables between participants: confirmed, offered, bundled, pledged, frozen
/// @notice Faces are small, so that what each fen has received is one bit of a word.
abstract contract TradeActs is LineActs {
    uint64 internal constant MIN_PIECE = 5;
    uint16 internal constant MAX_PIECES = 8;
    uint8 internal constant MAX_LAYERS = 4;
    uint32 internal constant OFFER_DAYS = 5;
    uint8 internal constant COURT_ORDER = 42;
    uint8 internal constant PLEDGE = 43;
    uint8 internal constant OURS = 2 | (4 << 3); // locked by `Transfers`

    struct Claim {
        address obligor;
        address supplier;
        uint32 due;
        uint32 creditLine;
        uint64 face;
        uint16 programme;
        uint8 state; // 2 accepted, 5 settled, 6 voided
        uint8 voidBy;
        bool late;
        bytes32 fingerprint;
        uint64 early; // fen settled early
        uint64 paidIn;
        uint64 out; // of what was paid in
        uint64 target; // of the last round opened
        uint8 rounds; // finished
        uint256 given; // fen that finished rounds gave, by bit
        uint256 round; // fen that the open round gives
        uint256 reached; // fen of the open round that were given
    }

    struct HoldRecord {
        uint8 kind; // 1 offer, 2 pledge
        address party;
        address holder;
        uint32 lastDay;
        uint64 end;
    }

    struct Where {
        uint64 id;
        uint64 start;
    }

    Claim[] internal _claims; // id - 1
    mapping(address => uint32) internal _lateOf;
    mapping(uint64 => mapping(uint64 => HoldRecord)) internal _holds;
    mapping(uint64 => mapping(uint64 => bool)) internal _frozen;
    mapping(uint64 => mapping(uint64 => address)) internal _awarded;
    Where[] internal _places; // that were held or frozen once

    function _claimOf(uint64 id) internal view returns (Claim storage) {
        return _claims[id - 1];
    }

    function _live(uint64 id) internal view returns (bool) {
        return id != 0 && _claimOf(id).state == 2 && _today() < _claimOf(id).due;
    }

    /// @dev One that lives where there is one, the younger more often.
    function _someLive() internal returns (uint64 id) {
        if (_claims.length == 0) return 0;
        id = uint64(1 + _roll(_claims.length));
        for (uint64 i = 1; i <= _claims.length; ++i) {
            if (_live(i) && !_odd(3)) id = i;
        }
    }

    function _freePiece(uint64 id) internal returns (uint64 start) {
        for (uint64 s; s < _books[id].face; s = _pieces[id][s].end) {
            if ((_pieces[id][start].state != 1 || _odd(2)) && _pieces[id][s].state == 1) start = s;
        }
    }

    // --- confirmation ---

    function trade_confirm(uint256 seed) external rolling(seed) {
        uint256 live;
        for (uint64 i = 1; i <= _claims.length; ++i) {
            if (_live(i)) ++live;
        }
        if (live < 4) _confirm(uint16(1 + _roll(2)));
    }

    /// @dev CONF-3: nothing new from an obligor with an overdue receivable. Accepted in the same act.
    function _confirm(uint16 programme) internal {
        uint256 i = _roll(2);
        address supplier = _one(suppliers);
        bytes32 fingerprint = _obligation(INVOICE, issuers[i], supplier);
        if (fingerprint == 0 || _papers[_paperOf[fingerprint] - 1].cash != 0) return;
        IReceivables.Confirmation memory c;
        (c.supplier, c.cash, c.programme, c.fingerprint) =
        (supplier, address(cashes[0]), programme, fingerprint);
        (c.creditLine, c.due) = (uint32(i + 1), _today() + 2 + uint32(_roll(7)));
        c.face = uint64(20 + _roll(100));
        (c.contractDocument, c.deliveryDocument) = (_paper(CONTRACT), _paper(DELIVERY));
        bool allowed = _lateOf[issuers[i]] == 0 && _activeAs(issuers[i], OBLIGOR)
            && _activeAs(supplier, SUPPLIER) && c.face <= _capacity(fingerprint)
            && _reservable(c.creditLine, issuers[i], 0, c.face);
        bytes memory data = abi.encodeCall(IReceivables.confirm, (c));
        (bool ok,) = _act("trade.confirm", issuers[i], address(receivables), data);
        _judge("CONF-3", "trade.confirm", allowed, ok);
        if (ok) _answer(c, issuers[i]);
    }

    function _answer(IReceivables.Confirmation memory c, address obligor) private {
        uint64 id = uint64(_claims.length + 1);
        Claim storage k = _claims.push();
        (k.obligor, k.supplier, k.due, k.creditLine) = (obligor, c.supplier, c.due, c.creditLine);
        (k.face, k.programme, k.state, k.fingerprint) = (c.face, c.programme, 2, c.fingerprint);
        bytes memory data = abi.encodeCall(IReceivables.accept, (id, 2, bytes32(0)));
        (bool ok,) = _act("trade.accept", c.supplier, address(receivables), data);
        _judge("CONF-2", "trade.accept", true, ok);
        _use(c.fingerprint, c.face);
        _reserve(c.creditLine, 0, int256(uint256(c.face)));
    }

    // --- parts of pieces ---

    function _part(uint64 id, uint64 start) internal returns (ITransfers.Part memory p) {
        PieceRecord storage g = _pieces[id][start];
        (p.receivable, p.start, p.from, p.to) = (id, start, start, g.end);
        p.sequence = _odd(20) ? g.sequence + 1 : g.sequence;
        if (_odd(2)) return p;
        if (_odd(2)) p.from = start + uint64(_roll(g.end - start));
        p.to = _odd(10) ? g.end + 1 : p.from + 1 + uint64(_roll(g.end - p.from));
    }

    function _cuttable(uint64 start, uint64 end, uint64 middle, uint16 count) private pure returns (bool) {
        if (middle <= start || middle >= end || count >= MAX_PIECES) return false;
        return middle - start >= MIN_PIECE && end - middle >= MIN_PIECE;
    }

    /// @dev May the part be cut out of its piece, as it is now?
    function _carvable(ITransfers.Part memory p) internal view returns (bool) {
        PieceRecord storage g = _pieces[p.receivable][p.start];
        uint16 count = _books[p.receivable].pieces;
        if (g.state != 1 || p.sequence != g.sequence || p.from >= p.to || p.to > g.end) return false;
        if (p.from != p.start && !_cuttable(p.start, g.end, p.from, count++)) return false;
        return p.to == g.end || _cuttable(p.from, g.end, p.to, count);
    }

    function _passable(ITransfers.Part memory p, address by, address to) internal view returns (bool) {
        PieceRecord storage g = _pieces[p.receivable][p.start];
        return _live(p.receivable) && by == g.holder && by != to && _active(by) && _activeAs(to, SUPPLIER)
            && g.layers < MAX_LAYERS && _carvable(p);
    }

    /// @dev One part, or a second one of the same holder's from another receivable where there is one.
    function _bundle() private returns (ITransfers.Part[] memory parts, address by) {
        uint64 id = _someLive();
        if (id == 0) return (parts, by);
        ITransfers.Part memory first = _part(id, _freePiece(id));
        by = _pieces[id][first.start].holder;
        ITransfers.Part memory second;
        for (uint64 i = 1; i <= _claims.length && second.receivable == 0; ++i) {
            if (i == id || _claimOf(i).state != 2) continue;
            for (uint64 s; s < _books[i].face && second.receivable == 0; s = _pieces[i][s].end) {
                if (_pieces[i][s].holder == by) second = _part(i, s);
            }
        }
        bool two = second.receivable != 0 && !_odd(3);
        parts = new ITransfers.Part[](two ? 2 : 1);
        parts[0] = first;
        if (two) parts[1] = second;
        if (_odd(20)) by = _one(suppliers);
    }

    function _mayAll(ITransfers.Part[] memory parts, address by, address to) private view returns (bool all) {
        all = true;
        for (uint256 i; i < parts.length; ++i) {
            all = all && _passable(parts[i], by, to);
        }
    }

    function _someReceiver() private returns (address) {
        return _odd(12) ? _one(investors) : _odd(4) ? _one(financiers) : _one(suppliers);
    }

    // --- on notice ---

    function trade_pass(uint256 seed) external rolling(seed) {
        (ITransfers.Part[] memory parts, address by) = _bundle();
        if (parts.length == 0) return;
        address to = _someReceiver();
        bool allowed = _mayAll(parts, by, to);
        for (uint256 i; i < parts.length; ++i) {
            allowed = allowed && _claimOf(parts[i].receivable).programme == 1;
        }
        bytes memory data = abi.encodeCall(ITransfers.transferMany, (parts, to, _paper(TRADE)));
        (bool ok,) = _act("trade.pass", by, address(transfers), data);
        _judge(parts.length == 1 ? bytes32("PIECE-4") : bytes32("PIECE-6"), "trade.pass", allowed, ok);
        for (uint256 i; ok && i < parts.length; ++i) {
            bool moved = _pieces[parts[i].receivable][parts[i].from].holder == to;
            _must(moved, "PIECE-6", "a part of a bundle did not move");
        }
    }

    // --- offers ---

    function trade_offer(uint256 seed) external rolling(seed) {
        (ITransfers.Part[] memory parts, address by) = _bundle();
        if (parts.length == 0) return;
        address to = _someReceiver();
        bool allowed = _mayAll(parts, by, to);
        bytes memory data = abi.encodeCall(ITransfers.offerMany, (parts, to, _paper(TRADE)));
        (bool ok,) = _act("trade.offer", by, address(transfers), data);
        _judge(parts.length == 1 ? bytes32("PIECE-4") : bytes32("PIECE-6"), "trade.offer", allowed, ok);
        for (uint256 i; ok && i < parts.length; ++i) {
            uint32 due = _claimOf(parts[i].receivable).due;
            uint32 last = _today() + OFFER_DAYS;
            _hold(parts[i], HoldRecord(1, to, by, last < due ? last : due - 1, parts[i].to));
        }
    }

    function _hold(ITransfers.Part memory p, HoldRecord memory h) private {
        _holds[p.receivable][p.from] = h;
        _places.push(Where(p.receivable, p.from));
    }

    /// @dev A place with such a hold where there is one, the younger more often.
    function _someHold(uint8 kind) private returns (Where memory w) {
        if (_places.length == 0) return w;
        w = _places[_roll(_places.length)];
        for (uint256 i; i < _places.length; ++i) {
            if (_holds[_places[i].id][_places[i].start].kind == kind && !_odd(3)) w = _places[i];
        }
    }

    function trade_answer(uint256 seed) external rolling(seed) {
        Where memory w = _someHold(1);
        if (w.id == 0) return;
        uint256 which = _roll(5);
        if (which < 2) _acceptOffer(w);
        else _endOffer(w, which);
    }

    function _acceptOffer(Where memory w) private {
        HoldRecord memory h = _holds[w.id][w.start];
        PieceRecord storage g = _pieces[w.id][w.start];
        address by = _odd(12) ? _one(suppliers) : h.party;
        uint16 sequence = _odd(16) ? g.sequence - 1 : g.sequence;
        bool allowed = h.kind == 1 && by == h.party && _active(g.holder) && _activeAs(by, SUPPLIER)
            && _today() <= h.lastDay && sequence == g.sequence && g.state == OURS;
        bytes memory data = abi.encodeCall(ITransfers.accept, (ITransfers.Place(w.id, w.start, sequence)));
        (bool ok,) = _act("trade.take", by, address(transfers), data);
        _judge("PIECE-4", "trade.take", allowed, ok);
        if (!ok) return;
        bool exact = g.holder == by && g.end == h.end && g.state == 1;
        _must(exact, "PIECE-4", "an offer went to somebody else, or shrank");
        delete _holds[w.id][w.start];
    }

    /// @dev 2 declined, 3 withdrawn, 4 lapsed
    function _endOffer(Where memory w, uint256 how) private {
        HoldRecord memory h = _holds[w.id][w.start];
        address holder = _pieces[w.id][w.start].holder;
        address by = how == 2 ? h.party : how == 3 ? holder : outsider;
        if (_odd(12)) by = _one(suppliers);
        bool allowed = h.kind == 1 && (how != 2 || by == h.party) && (how != 3 || by == holder)
            && (how != 4 || _today() > h.lastDay);
        bytes memory data = abi.encodeCall(ITransfers.decline, (w.id, w.start));
        if (how == 3) data = abi.encodeCall(ITransfers.withdraw, (w.id, w.start));
        if (how == 4) data = abi.encodeCall(ITransfers.lapse, (w.id, w.start));
        bytes32 kind = how == 2
            ? bytes32("trade.decline")
            : how == 3 ? bytes32("trade.withdraw") : bytes32("trade.lapse");
        (bool ok,) = _act(kind, by, address(transfers), data);
        _judge("PIECE-4", kind, allowed, ok);
        if (!ok) return;
        _must(_pieces[w.id][w.start].holder == h.holder, "PIECE-4", "an offer that ended changed the holder");
        delete _holds[w.id][w.start];
    }

    // --- pledges ---

    function trade_pledge(uint256 seed) external rolling(seed) {
        uint64 id = _someLive();
        if (id == 0) return;
        ITransfers.Part memory p = _part(id, _freePiece(id));
        address holder = _pieces[id][p.start].holder;
        address by = _odd(16) ? _one(suppliers) : holder;
        address to = _odd(12) ? _one(suppliers) : _one(financiers);
        bool allowed =
            _live(id) && by == holder && by != to && _active(by) && _activeAs(to, FINANCIER) && _carvable(p);
        bytes memory data = abi.encodeCall(ITransfers.pledge, (p, to, _paper(PLEDGE)));
        (bool ok,) = _act("trade.pledge", by, address(transfers), data);
        _judge("PIECE-5", "trade.pledge", allowed, ok);
        if (ok) _hold(p, HoldRecord(2, to, by, 0, p.to));
    }

    function trade_unpledge(uint256 seed) external rolling(seed) {
        Where memory w = _someHold(2);
        if (w.id == 0) return;
        if (_odd(2)) _release(w);
        else _surrender(w);
    }

    function _release(Where memory w) private {
        HoldRecord memory h = _holds[w.id][w.start];
        address by = _odd(8) ? _pieces[w.id][w.start].holder : h.party;
        bool allowed = h.kind == 2 && by == h.party;
        bytes memory data = abi.encodeCall(ITransfers.release, (w.id, w.start));
        (bool ok,) = _act("trade.release", by, address(transfers), data);
        _judge("PIECE-5", "trade.release", allowed, ok);
        if (ok) delete _holds[w.id][w.start];
    }

    function _surrender(Where memory w) private {
        HoldRecord memory h = _holds[w.id][w.start];
        address holder = _pieces[w.id][w.start].holder;
        address by = _odd(8) ? h.party : holder;
        bool allowed = h.kind == 2 && by == holder && _active(by) && _activeAs(h.party, FINANCIER)
            && !_frozen[w.id][w.start];
        bytes memory data = abi.encodeCall(ITransfers.surrender, (w.id, w.start, _paper(CONSENT)));
        _byLaw = true;
        (bool ok,) = _act("trade.surrender", by, address(transfers), data);
        _byLaw = false;
        _judge("PIECE-5", "trade.surrender", allowed, ok);
        if (!ok) return;
        delete _holds[w.id][w.start];
        _given(w, h.party);
    }

    /// @dev Of a piece that was paid meanwhile the money goes where the piece would have gone.
    function _given(Where memory w, address to) private {
        PieceRecord storage g = _pieces[w.id][w.start];
        if (g.state & 7 >= 3) _awarded[w.id][w.start] = to;
        else _must(g.holder == to && g.state == 1, "PIECE-5", "a piece was given to somebody else");
    }

    // --- a court ---

    function trade_freeze(uint256 seed) external rolling(seed) {
        uint64 id = uint64(1 + _roll(_claims.length));
        uint64 start = _freePiece(id);
        if (_odd(2) && _places.length != 0) {
            Where memory w = _someHold(uint8(1 + _roll(2)));
            (id, start) = (w.id, w.start);
        }
        if (_books[id].face == 0 || _pieces[id][start].end == 0) return;
        _freeze(_part(id, start), _odd(10) ? _one(everybody) : authority);
    }

    /// @dev Over an offer, which ends; over a pledge, which stays beneath it; else of any part of a free piece.
    function _freeze(ITransfers.Part memory p, address by) private {
        bool over = _overHold(p);
        bool allowed = by == authority && !_frozen[p.receivable][p.from] && (over || _carvable(p));
        bytes memory data = abi.encodeCall(ITransfers.freeze, (p, _paper(COURT_ORDER)));
        (bool ok,) = _act("trade.freeze", by, address(transfers), data);
        _judge("PIECE-5", "trade.freeze", allowed, ok);
        if (!ok) return;
        if (over && _holds[p.receivable][p.start].kind == 1) delete _holds[p.receivable][p.start];
        _frozen[p.receivable][p.from] = true;
        _places.push(Where(p.receivable, p.from));
    }

    function _overHold(ITransfers.Part memory p) private view returns (bool) {
        PieceRecord storage g = _pieces[p.receivable][p.start];
        uint8 kind = _holds[p.receivable][p.start].kind;
        bool whole = p.from == p.start && p.to == g.end && p.sequence == g.sequence;
        return whole && kind != 0 && (g.state == OURS || (kind == 2 && g.state & 7 >= 3));
    }

    function trade_thaw(uint256 seed) external rolling(seed) {
        if (_places.length == 0) return;
        Where memory w = _places[_roll(_places.length)];
        for (uint256 i; i < _places.length; ++i) {
            if (_frozen[_places[i].id][_places[i].start]) w = _places[i];
        }
        address by = _odd(10) ? _one(everybody) : authority;
        bool allowed = by == authority && _frozen[w.id][w.start];
        if (_odd(2)) {
            bytes memory data = abi.encodeCall(ITransfers.lift, (w.id, w.start, _paper(COURT_ORDER)));
            (bool ok,) = _act("trade.lift", by, address(transfers), data);
            _judge("PIECE-5", "trade.lift", allowed, ok);
            if (ok) _frozen[w.id][w.start] = false;
        } else {
            _moveByOrder(w, by, _someReceiver(), allowed);
        }
    }

    function _moveByOrder(Where memory w, address by, address to, bool allowed) private {
        PieceRecord storage g = _pieces[w.id][w.start];
        allowed = allowed && _active(to) && (g.state & 7 >= 3 || g.holder != to);
        bytes memory data = abi.encodeCall(ITransfers.moveByOrder, (w.id, w.start, to, _paper(COURT_ORDER)));
        _byLaw = true;
        (bool ok,) = _act("trade.moveByOrder", by, address(transfers), data);
        _byLaw = false;
        _judge("PIECE-5", "trade.moveByOrder", allowed, ok);
        if (!ok) return;
        _frozen[w.id][w.start] = false;
        delete _holds[w.id][w.start];
        _given(w, to);
    }

    // --- the promises as states ---

    /// @notice PIECE-1, and PIECE-4 and 5: a piece is locked exactly while somebody named in a hold or a freeze says so,
    /// and it is what was held then.
    function checkHolds() external view {
        for (uint64 id = 1; id <= _claims.length; ++id) {
            _checkPieces(id, false);
            for (uint64 s; s < _books[id].face; s = _pieces[id][s].end) {
                HoldRecord storage h = _holds[id][s];
                PieceRecord storage g = _pieces[id][s];
                ITransfers.Hold memory shown = transfers.holdOf(id, s);
                require(shown.kind == h.kind && shown.party == h.party, "PIECE-5: another hold");
                bool stopped = transfers.freezeOf(id, s).authority != address(0);
                require(stopped == _frozen[id][s], "PIECE-5: frozen or not");
                bool held = h.kind != 0 || stopped;
                require(g.state & 7 >= 3 || (g.state == OURS) == held, "PIECE-5: a lock without a hold");
                require(
                    h.kind == 0 || (g.end == h.end && g.holder == h.holder),
                    "PIECE-4: what is held changed under the one it is held for"
                );
            }
        }
    }

    function _readModule(bytes32 kind, bytes32 topic, Vm.Log memory log) internal virtual override {}

    function _encumbered(uint32, ICash) internal pure override returns (uint256) {
        return 0;
    }
}
