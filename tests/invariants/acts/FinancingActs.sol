// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {ReceivableActs} from "./ReceivableActs.sol";

/// @title Factoring: quotes signed off chain, accepted, funded, lapsed, revoked
abstract contract FinancingActs is ReceivableActs {
    struct Deal {
        IFinancing.Quote quote;
        uint8 state; // 1 accepted, 2 funded, 3 lapsed
    }

    Deal[] internal _deals;
    mapping(address => mapping(uint256 => bool)) private _nonceSpent;
    mapping(address => bytes32) private _lastUsed;
    uint256 private _nonce;

    function financing_accept(uint256 seed) public rolling(seed) {
        uint64 id = _someLive();
        if (id == 0 || _books[id].face == 0) return;
        IFinancing.Quote memory q = _quote(id, _freePiece(id));
        bool exact = q.discount + q.fee + q.net == q.end - q.start && q.net != 0;
        if (_odd(24)) (exact, q.discount, q.net) = (false, q.discount + 1, q.net == 0 ? 0 : q.net - 1);
        else if (_odd(10)) (exact, q.net) = (false, q.net + 1);
        address signer = _odd(10) ? _one(suppliers) : q.financier;
        _accept(q, signer, exact);
    }

    function _quote(uint64 id, uint64 start) private returns (IFinancing.Quote memory q) {
        PieceRecord memory p = _pieces[id][start];
        (q.receivable, q.pieceStart) = (id, start);
        q.sequence = _odd(24) ? p.sequence + 1 : p.sequence;
        (q.start, q.end) = _interval(start, p.end);
        q.holder = _odd(24) ? _one(suppliers) : p.holder;
        q.financier = _odd(24) ? _one(suppliers) : _one(financiers);
        q.ratePpm = uint32(_roll(200_000));
        q.fundingDay = _odd(24) ? _today() - 1 : _today();
        q.nonce = _odd(24) ? _nonce : ++_nonce;
        q.deadline = uint64(_odd(24) ? clock - 1 : clock + _roll(2 days));
        _price(q);
    }

    /// @dev The discount the other way round: the largest d with d * 360 * 10^6 <= face * rate * days + half of it.
    function _price(IFinancing.Quote memory q) private {
        uint64 due = _payable(q.receivable).due;
        uint256 owed = q.end <= q.start || due <= q.fundingDay
            ? 0
            : uint256(q.end - q.start) * q.ratePpm * (due - q.fundingDay);
        uint256 whole = owed / 360e6;
        if ((owed % 360e6) * 2 >= 360e6) ++whole;
        q.discount = uint64(whole);
        if (owed != 0) _compareDiscount(q, uint32(due));
        uint64 face = q.end > q.start ? q.end - q.start : 0;
        q.fee = face < q.discount + 3 ? 0 : uint64(_roll(3));
        q.net = face > q.discount + q.fee ? face - q.discount - q.fee : 0;
    }

    function _compareDiscount(IFinancing.Quote memory q, uint32 due) private {
        uint64 discount = financing.discountHalfUp(q.end - q.start, q.ratePpm, due - q.fundingDay);
        _must(discount == q.discount, "FIN-1", "the discount is not half-up to the fen");
    }

    function _accept(IFinancing.Quote memory q, address signer, bool exact) private {
        bool allowed = exact && signer == q.financier && _financeable(q);
        bytes memory signature = _signed(signer, financing.quoteDigest(q));
        bytes memory data = abi.encodeCall(IFinancing.accept, (q, signature));
        (bool ok,) = _act("financing.accept", q.holder, address(financing), data);
        _judge("FIN-1", "financing.accept", allowed, ok);
        if (!ok) return;
        _nonceSpent[q.financier][q.nonce] = true;
        _deals.push(Deal(q, 1));
        PieceRecord storage p = _pieces[q.receivable][q.start];
        _must(
            p.end == q.end && p.state & 7 == 2, "FIN-1", "a quote was accepted and its interval is not locked"
        );
    }

    function _financeable(IFinancing.Quote memory q) private view returns (bool) {
        Payable storage r = _payable(q.receivable);
        PieceRecord storage p = _pieces[q.receivable][q.pieceStart];
        bool timely = q.deadline >= clock && q.fundingDay >= _today() && q.fundingDay < r.due;
        bool parties = p.holder == q.holder && q.holder != q.financier && _active(q.holder)
            && _activeAs(q.financier, FINANCIER) && !_nonceSpent[q.financier][q.nonce];
        bool piece = p.state == 1 && p.sequence == q.sequence && p.layers < MAX_LAYERS
            && _carvable(q.pieceStart, p.end, q.start, q.end, _books[q.receivable].pieces);
        return r.state == 2 && timely && parties && piece;
    }

    /// @dev An open deal where there is one.
    function _someDeal() private returns (uint256 index) {
        index = _roll(_deals.length);
        for (uint256 i; i < _deals.length; ++i) {
            if (_deals[i].state == 1) index = i;
        }
    }

    /// @dev A new certificate, else one that nobody registered or that stands behind another financing.
    function _certificate(address financier) private returns (bytes32 certificate, bool good) {
        if (_odd(8)) return (keccak256("unregistered"), false);
        if (_odd(3) && _lastUsed[financier] != 0) return (_lastUsed[financier], false);
        certificate = keccak256(abi.encode("certificate", ++_nonce));
        bytes memory data = abi.encodeCall(IDocuments.register, (certificate, REGISTRATION, 0));
        (good,) = _act("document.register", financier, address(documents), data);
    }

    struct Before {
        ICash cash;
        uint256 financier;
        uint256 holder;
        address owner;
    }

    function financing_fund(uint256 seed) public rolling(seed) {
        if (_deals.length == 0) return;
        Deal storage d = _deals[_someDeal()];
        IFinancing.Quote memory q = d.quote;
        Before memory was = _before(q);
        if (was.financier < q.net && _active(q.financier) && !_odd(5)) {
            _fund(was.cash, q.financier, q.net);
            was = _before(q);
        }
        (bytes32 certificate, bool registered) = _certificate(q.financier);
        bool allowed = registered && d.state == 1 && clock <= q.deadline && q.fundingDay == _today()
            && _activeAs(q.financier, FINANCIER) && _active(q.holder) && was.financier >= q.net;
        bytes memory data = abi.encodeCall(IFinancing.fund, (q, certificate, _paper(SEARCH)));
        (bool ok,) = _act("financing.fund", q.financier, address(financing), data);
        if (ok) _lastUsed[q.financier] = certificate;
        _judge("FIN-1", "financing.fund", allowed, ok);
        _compare(q, was, ok);
        if (ok) d.state = 2;
    }

    function _before(IFinancing.Quote memory q) private view returns (Before memory) {
        ICash cash = cashes[_payable(q.receivable).cash];
        return Before(
            cash,
            cash.balanceOf(q.financier),
            cash.balanceOf(q.holder),
            book.piece(q.receivable, q.start).holder
        );
    }

    /// @dev FIN-1: both moved, by exactly the net, or neither did.
    function _compare(IFinancing.Quote memory q, Before memory was, bool ok) private {
        Before memory is_ = _before(q);
        uint256 net = ok ? q.net : 0;
        address owner = ok ? q.financier : was.owner;
        _must(is_.owner == owner, "FIN-1", "the piece did not move with the money");
        _must(is_.financier + net == was.financier, "FIN-1", "the financier paid another amount than the net");
        _must(is_.holder == was.holder + net, "FIN-1", "the holder got another amount than the net");
        if (!ok) return;
        _must(
            uint256(q.net) + q.discount + q.fee == q.end - q.start,
            "FIN-1",
            "net is not face - discount - fee"
        );
        _must(
            book.piece(q.receivable, q.start).end == q.end,
            "FIN-1",
            "another interval than the quoted one moved"
        );
    }

    function financing_lapse(uint256 seed) external rolling(seed) {
        if (_deals.length == 0) return;
        Deal storage d = _deals[_someDeal()];
        IFinancing.Quote memory q = d.quote;
        if (d.state == 1 && _odd(3)) _setClock(q.deadline > clock ? uint256(q.deadline) + 1 : clock);
        bool locked = _pieces[q.receivable][q.start].state & 7 == 2;
        bool allowed = d.state == 1 && clock > q.deadline && locked;
        (bool ok,) =
            _act("financing.lapse", outsider, address(financing), abi.encodeCall(IFinancing.lapse, (q)));
        _judge("FIN-1", "financing.lapse", allowed, ok);
        if (ok) d.state = 3;
    }

    // --- whole lives ---

    /// @dev From confirmation on through some of what holders do: single acts alone seldom get this far.
    function life_begins(uint256 seed) external rolling(seed) {
        if (!_reviewHolds(1) && _odd(2)) _review(1, 1, FAR);
        receivable_confirm(_roll(type(uint256).max));
        if (_odd(5)) receivable_refuse(_roll(type(uint256).max));
        receivable_accept(_roll(type(uint256).max));
        for (uint256 n = _roll(5); n != 0; --n) {
            _holderActs(_roll(4), _roll(type(uint256).max));
        }
    }

    function _holderActs(uint256 which, uint256 seed) private {
        if (which == 0) receivable_split(seed);
        else if (which == 1) receivable_transfer(seed);
        else if (which == 2) financing_accept(seed);
        else financing_fund(seed);
    }

    /// @dev Accepted and, most times, funded at once: a quote is good for its day only.
    function life_finances(uint256 seed) external rolling(seed) {
        uint256 before = _deals.length;
        for (uint256 n; n < 2 && !_live(_someLive()); ++n) {
            receivable_confirm(_roll(type(uint256).max));
            receivable_accept(_roll(type(uint256).max));
        }
        for (uint256 n; n < 3 && _deals.length == before; ++n) {
            financing_accept(_roll(type(uint256).max));
        }
        if (!_odd(4)) financing_fund(_roll(type(uint256).max));
    }

    /// @dev From the due date on: paid in where no bond pays, settled in batches, claimed and refunded.
    function life_ends(uint256 seed) external rolling(seed) {
        maturity_payIn(_roll(type(uint256).max));
        for (uint256 n = 1 + _roll(3); n != 0; --n) {
            maturity_settle(_roll(type(uint256).max));
        }
        proceeds_refundEncumbered(_roll(type(uint256).max));
        maturity_claim(_roll(type(uint256).max));
        proceeds_claim(_roll(type(uint256).max));
    }

    function financing_revoke(uint256 seed) external rolling(seed) {
        address who = _one(financiers);
        uint256 nonce = _odd(3) ? _nonce : ++_nonce;
        (bool ok,) =
            _act("financing.revoke", who, address(financing), abi.encodeCall(IFinancing.revoke, (nonce)));
        _judge("FIN-1", "financing.revoke", !_nonceSpent[who][nonce], ok);
        if (ok) _nonceSpent[who][nonce] = true;
    }
}
