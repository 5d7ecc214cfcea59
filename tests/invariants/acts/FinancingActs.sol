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

    bytes32 private constant UNREGISTERED = keccak256("unregistered");

    Deal[] internal _deals;
    mapping(address => mapping(uint256 => bool)) private _nonceSpent;
    mapping(address => bytes32) private _lastUsed;
    mapping(address => bytes32) private _lastNumber;
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
        q.convention = uint8(1 + _roll(3));
        q.recourse = _odd(2);
        q.fundingDay = _odd(24) ? _today() - 1 : _today();
        q.endDay = uint32(_payable(id).due + (q.convention == 3 ? _roll(4) : 0));
        if (_odd(24)) q.endDay += 11;
        if (_odd(2)) q.feePayee = _odd(12) ? q.holder : _one(investors);
        q.nonce = _odd(24) ? _nonce : ++_nonce;
        q.deadline = uint64(_odd(24) ? clock - 1 : clock + _roll(2 days));
        _price(q);
    }

    /// @dev The discount the other way round: the largest d with d * 360 * 10^6 <= face * rate * days + half of it.
    function _price(IFinancing.Quote memory q) private {
        uint64 due = _payable(q.receivable).due;
        uint256 days_ = q.convention == 2 && q.endDay >= q.fundingDay
            ? financing.daysOf(2, q.fundingDay, q.endDay)
            : q.endDay > q.fundingDay ? q.endDay - q.fundingDay : 0;
        uint256 owed =
            q.end <= q.start || due <= q.fundingDay ? 0 : uint256(q.end - q.start) * q.ratePpm * days_;
        uint256 whole = owed / 360e6;
        if ((owed % 360e6) * 2 >= 360e6) ++whole;
        q.discount = uint64(whole);
        if (owed != 0) _compareDiscount(q, uint32(days_));
        uint64 face = q.end > q.start ? q.end - q.start : 0;
        q.fee = face < q.discount + 3 ? 0 : uint64(_roll(3));
        q.net = face > q.discount + q.fee ? face - q.discount - q.fee : 0;
    }

    function _compareDiscount(IFinancing.Quote memory q, uint32 days_) private {
        uint64 discount = financing.discountHalfUp(q.end - q.start, q.ratePpm, days_);
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
        return r.state == 2 && timely && _ends(q, r.due) && parties && piece && _payeeFits(q);
    }

    /// @dev Where the discount may end: the due day, or up to ten days on where it rolls.
    function _ends(IFinancing.Quote memory q, uint256 due) private pure returns (bool) {
        return q.endDay >= due && q.endDay <= due + (q.convention == 3 ? 10 : 0);
    }

    function _payeeFits(IFinancing.Quote memory q) private view returns (bool) {
        if (q.feePayee == address(0)) return true;
        return q.feePayee != q.financier && q.feePayee != q.holder && _active(q.feePayee);
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
        if (_odd(8)) return (UNREGISTERED, false);
        if (_odd(3) && _lastUsed[financier] != 0) return (_lastUsed[financier], false);
        certificate = keccak256(abi.encode("certificate", ++_nonce));
        bytes memory data = abi.encodeCall(IDocuments.register, (certificate, REGISTRATION, 0));
        (good,) = _act("document.register", financier, address(documents), data);
    }

    struct Before {
        ICash cash;
        uint256 financier;
        uint256 holder;
        uint256 payee;
        address owner;
    }

    function financing_fund(uint256 seed) public rolling(seed) {
        if (_deals.length == 0) return;
        Deal storage d = _deals[_someDeal()];
        IFinancing.Quote memory q = d.quote;
        Before memory was = _before(q);
        uint256 due = uint256(q.net) + _feeApart(q);
        if (was.financier < due && _active(q.financier) && !_odd(5)) {
            _fund(was.cash, q.financier, due);
            was = _before(q);
        }
        (bytes32 certificate, bool registered) = _certificate(q.financier);
        bool allowed = registered && d.state == 1 && clock <= q.deadline && q.fundingDay == _today()
            && _activeAs(q.financier, FINANCIER) && _active(q.holder) && was.financier >= due
            && (_feeApart(q) == 0 || _active(q.feePayee));
        bool used = _odd(12) && _lastNumber[q.financier] != 0;
        bytes32 number = used ? _lastNumber[q.financier] : bytes32(++_nonce);
        (bool ok,) = _act("financing.fund", q.financier, address(financing), _funding(q, number, certificate));
        if (ok) (_lastUsed[q.financier], _lastNumber[q.financier]) = (certificate, number);
        allowed = allowed && !used;
        _judge("FIN-1", "financing.fund", allowed, ok);
        _compare(q, was, ok);
        if (ok) d.state = 2;
    }

    /// @dev Where nobody registered the certificate, nobody searched either.
    function _funding(IFinancing.Quote memory q, bytes32 number, bytes32 certificate)
        private
        pure
        returns (bytes memory)
    {
        bytes32 search = certificate == UNREGISTERED ? certificate : _paper(SEARCH);
        return abi.encodeCall(IFinancing.fund, (q, number, certificate, search));
    }

    function _feeApart(IFinancing.Quote memory q) private pure returns (uint256) {
        return q.feePayee == address(0) ? 0 : q.fee;
    }

    function _before(IFinancing.Quote memory q) private view returns (Before memory) {
        ICash cash = cashes[_payable(q.receivable).cash];
        return Before(
            cash,
            cash.balanceOf(q.financier),
            cash.balanceOf(q.holder),
            q.feePayee == address(0) ? 0 : cash.balanceOf(q.feePayee),
            book.piece(q.receivable, q.start).holder
        );
    }

    /// @dev FIN-1: piece, net and fee all moved, to the fen, or none did.
    function _compare(IFinancing.Quote memory q, Before memory was, bool ok) private {
        Before memory is_ = _before(q);
        uint256 net = ok ? q.net : 0;
        uint256 fee = ok ? _feeApart(q) : 0;
        address owner = ok ? q.financier : was.owner;
        _must(is_.owner == owner, "FIN-1", "the piece did not move with the money");
        _must(
            is_.financier + net + fee == was.financier,
            "FIN-1",
            "the financier paid another amount than the net and the fee"
        );
        _must(is_.holder == was.holder + net, "FIN-1", "the holder got another amount than the net");
        _must(is_.payee == was.payee + fee, "FIN-1", "the fee's payee got another amount than the fee");
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

    function financing_lapse(uint256 seed) public rolling(seed) {
        if (_deals.length == 0) return;
        Deal storage d = _deals[_someDeal()];
        IFinancing.Quote memory q = d.quote;
        if (d.state == 1 && !_odd(3)) _setClock(q.deadline > clock ? uint256(q.deadline) + 1 : clock);
        bool locked = _pieces[q.receivable][q.start].state & 7 == 2;
        bool over = clock > q.deadline || _today() > q.fundingDay;
        bool allowed = d.state == 1 && over && locked;
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
        if (!_odd(3)) financing_fund(_roll(type(uint256).max));
        else if (_odd(2)) financing_lapse(_roll(type(uint256).max));
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
