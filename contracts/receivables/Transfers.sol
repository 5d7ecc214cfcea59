// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {ILockKeeper} from "../interfaces/ILockKeeper.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProgrammes} from "../interfaces/IProgrammes.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {ITransfers} from "../interfaces/ITransfers.sol";
import {CurrencyMismatch, DateOutOfOrder, NotParty, SameParty, WrongState} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Roles} from "../libraries/Roles.sol";
import {Terms} from "../libraries/Terms.sol";

/// @title Transfers
/// @notice The promise is in ITransfers.
/// @dev Immutable, so that no proxy stands on the path that pieces take every day; what that path must know of a
/// receivable it reads from the book. A locked piece is never cut, so a hold is found by its start.
contract Transfers is ITransfers, ILockKeeper {
    uint8 private constant OFFER = 1;
    uint8 private constant PLEDGE = 2;
    uint8 private constant ACCEPTED = 1;
    uint8 private constant DECLINED = 2;
    uint8 private constant WITHDRAWN = 3;
    uint8 private constant LAPSED = 4;
    uint8 private constant FROZEN = 5;
    uint8 private constant RELEASED = 1;
    uint8 private constant SURRENDERED = 2;
    uint8 private constant BY_ORDER = 3;
    // states of a piece
    uint8 private constant LOCKED = 2;
    uint8 private constant PAID = 3;
    uint8 private constant KIND = 7;
    uint8 private constant MODULE_SHIFT = 3;
    uint256 private constant MAX_BUNDLE = 50;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;
    IReceivables public immutable receivables;
    IProgrammes public immutable programmes;

    mapping(uint64 => mapping(uint64 => Hold)) private _holds;
    mapping(uint64 => mapping(uint64 => Freeze)) private _freezes;
    /// Who was given a piece whose money waited already.
    mapping(uint64 => mapping(uint64 => address)) private _awarded;

    constructor(
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        IReceivables receivables_,
        IProgrammes programmes_
    ) {
        participants = participants_;
        documents = documents_;
        pieceBook = pieceBook_;
        receivables = receivables_;
        programmes = programmes_;
    }

    // --- reading ---

    function holdOf(uint64 receivable, uint64 start) external view returns (Hold memory) {
        return _holds[receivable][start];
    }

    function freezeOf(uint64 receivable, uint64 start) external view returns (Freeze memory) {
        return _freezes[receivable][start];
    }

    /// @dev Held while a court or a pledgee has a say; an offer that nobody accepted in time changes nothing.
    function payeeOf(uint64 receivable, uint64 start, address holder) external view returns (address) {
        if (_freezes[receivable][start].authority != address(0)) return address(0);
        if (_holds[receivable][start].kind == PLEDGE) return address(0);
        address awarded = _awarded[receivable][start];
        return awarded == address(0) ? holder : awarded;
    }

    function checkTransfer(Part calldata p, address holder, address recipient, bytes32 tradeDocument)
        external
        view
    {
        (, uint8 terms) = _requireOpen(p.receivable, holder, recipient, Roles.SUPPLIER);
        _requireNotice(p.receivable, terms);
        _checkTrade(p, terms, holder, recipient, tradeDocument);
        pieceBook.checkMove(p.receivable, p.start, p.sequence, p.from, p.to, holder, recipient);
    }

    function checkOffer(Part calldata p, address holder, address recipient, bytes32 tradeDocument)
        external
        view
    {
        (, uint8 terms) = _requireOpen(p.receivable, holder, recipient, Roles.SUPPLIER);
        _checkTrade(p, terms, holder, recipient, tradeDocument);
        pieceBook.checkMove(p.receivable, p.start, p.sequence, p.from, p.to, holder, recipient);
    }

    // --- holder ---

    function split(uint64 receivable, uint64 start, uint16 sequence, uint64 middle) external {
        (uint32 closesOn,) = pieceBook.closing(receivable);
        _requireBefore(closesOn, participants.requireRole(msg.sender, 0));
        _requireHolder(pieceBook.piece(receivable, start).holder);
        pieceBook.cut(receivable, start, sequence, middle);
    }

    function transfer(Part calldata p, address recipient, bytes32 tradeDocument) external {
        _transfer(p, recipient, tradeDocument);
    }

    function transferMany(Part[] calldata parts, address recipient, bytes32 tradeDocument) external {
        _requireSize(parts.length);
        uint256 amount;
        for (uint256 i; i < parts.length; ++i) {
            _transfer(parts[i], recipient, tradeDocument);
            amount += parts[i].to - parts[i].from;
        }
        emit Bundled(msg.sender, recipient, tradeDocument, parts.length, amount);
    }

    function offer(Part calldata p, address recipient, bytes32 tradeDocument) external {
        _offer(p, recipient, tradeDocument);
    }

    function offerMany(Part[] calldata parts, address recipient, bytes32 tradeDocument) external {
        _requireSize(parts.length);
        uint256 amount;
        for (uint256 i; i < parts.length; ++i) {
            _offer(parts[i], recipient, tradeDocument);
            amount += parts[i].to - parts[i].from;
        }
        emit Bundled(msg.sender, recipient, tradeDocument, parts.length, amount);
    }

    function withdraw(uint64 receivable, uint64 start) external {
        Hold memory h = _held(receivable, start, OFFER);
        _requireHolder(pieceBook.piece(receivable, start).holder);
        _endOffer(receivable, start, h, WITHDRAWN);
    }

    function pledge(Part calldata p, address pledgee, bytes32 document) external {
        _requireOpen(p.receivable, msg.sender, pledgee, Roles.FINANCIER);
        if (msg.sender == pledgee) revert SameParty(msg.sender, pledgee);
        documents.requireKnown(document, msg.sender, Kinds.PLEDGE);
        documents.requireKnown(document, pledgee, Kinds.PLEDGE);
        _requireHolder(pieceBook.piece(p.receivable, p.start).holder);
        _holds[p.receivable][p.from] = Hold(PLEDGE, pledgee, 0, document);
        pieceBook.lockPart(p.receivable, p.start, p.sequence, p.from, p.to);
        emit Pledged(p.receivable, msg.sender, pledgee, p.from, p.to, document);
    }

    function surrender(uint64 receivable, uint64 start, bytes32 consent) external {
        Hold memory h = _held(receivable, start, PLEDGE);
        IPieceBook.Piece memory piece = pieceBook.piece(receivable, start);
        _requireHolder(piece.holder);
        participants.requireReceiver(msg.sender, h.party, Roles.FINANCIER);
        documents.requireKnown(consent, msg.sender, Kinds.CONSENT);
        address authority = _freezes[receivable][start].authority;
        if (authority != address(0)) revert PieceFrozen(receivable, start, authority);
        delete _holds[receivable][start];
        _give(receivable, start, piece, h.party, consent);
        emit PledgeEnded(receivable, start, SURRENDERED, consent);
    }

    function _transfer(Part calldata p, address recipient, bytes32 tradeDocument) private {
        (, uint8 terms) = _requireOpen(p.receivable, msg.sender, recipient, Roles.SUPPLIER);
        _requireNotice(p.receivable, terms);
        _useTrade(p, terms, recipient, tradeDocument);
        pieceBook.carve(p.receivable, p.start, p.sequence, p.from, p.to, msg.sender, recipient, tradeDocument);
    }

    function _offer(Part calldata p, address recipient, bytes32 tradeDocument) private {
        (uint32 lastDay, uint8 terms) = _requireOpen(p.receivable, msg.sender, recipient, Roles.SUPPLIER);
        _useTrade(p, terms, recipient, tradeDocument);
        pieceBook.checkMove(p.receivable, p.start, p.sequence, p.from, p.to, msg.sender, recipient);
        lastDay = _lastDay(p.receivable, lastDay);
        _holds[p.receivable][p.from] = Hold(OFFER, recipient, lastDay, tradeDocument);
        pieceBook.lockPart(p.receivable, p.start, p.sequence, p.from, p.to);
        emit Offered(p.receivable, msg.sender, recipient, p.from, p.to, lastDay, tradeDocument);
    }

    /// @dev An offer ends with the last day on which pieces move, however many days its programme gives.
    function _lastDay(uint64 receivable, uint32 closesOn) private view returns (uint32) {
        uint16 programme = receivables.receivable(receivable).programme;
        uint32 day = participants.today() + programmes.programme(programme).offerDays;
        return day < closesOn ? day : closesOn - 1;
    }

    // --- receiver, pledgee, anyone ---

    function accept(Place calldata place) external {
        _accept(place.receivable, place.start, place.sequence);
    }

    function acceptMany(Place[] calldata places) external {
        _requireSize(places.length);
        for (uint256 i; i < places.length; ++i) {
            _accept(places[i].receivable, places[i].start, places[i].sequence);
        }
    }

    function decline(uint64 receivable, uint64 start) external {
        Hold memory h = _held(receivable, start, OFFER);
        _requireParty(h.party);
        _endOffer(receivable, start, h, DECLINED);
    }

    function lapse(uint64 receivable, uint64 start) external {
        Hold memory h = _held(receivable, start, OFFER);
        uint32 day = participants.today();
        if (day <= h.lastDay) revert OfferOpen(receivable, start, h.lastDay, day);
        _endOffer(receivable, start, h, LAPSED);
    }

    function release(uint64 receivable, uint64 start) external {
        _requireParty(_held(receivable, start, PLEDGE).party);
        delete _holds[receivable][start];
        if (_freezes[receivable][start].authority == address(0)) _unlock(receivable, start);
        emit PledgeEnded(receivable, start, RELEASED, 0);
    }

    function _accept(uint64 receivable, uint64 start, uint16 sequence) private {
        Hold memory h = _held(receivable, start, OFFER);
        _requireParty(h.party);
        address holder = pieceBook.piece(receivable, start).holder;
        uint32 day = participants.requireReceiver(holder, msg.sender, Roles.SUPPLIER);
        if (day > h.lastDay) revert DateOutOfOrder("ACCEPT_BY", h.lastDay, day);
        delete _holds[receivable][start];
        sequence = pieceBook.unlock(receivable, start, sequence);
        pieceBook.move(receivable, start, sequence, holder, msg.sender, h.document);
        emit OfferEnded(receivable, start, ACCEPTED);
    }

    /// @dev Not accepted: the piece is free again, and so is the part of the invoice that was to be paid with it.
    function _endOffer(uint64 receivable, uint64 start, Hold memory h, uint8 how) private {
        delete _holds[receivable][start];
        (, uint8 terms) = pieceBook.closing(receivable);
        if (terms & Terms.INVOICED != 0) {
            documents.release(h.document, pieceBook.piece(receivable, start).end - start);
        }
        if (how != FROZEN) _unlock(receivable, start);
        emit OfferEnded(receivable, start, how);
    }

    // --- authority ---

    function freeze(Part calldata p, bytes32 order) external {
        _requireOrder(order);
        Freeze storage f = _freezes[p.receivable][p.from];
        if (f.authority != address(0)) revert PieceFrozen(p.receivable, p.from, f.authority);
        (f.authority, f.order) = (msg.sender, order);
        Hold memory h = _holds[p.receivable][p.start];
        if (h.kind == 0 || !_overHold(p)) _lock(p);
        else if (h.kind == OFFER) _endOffer(p.receivable, p.start, h, FROZEN);
        emit Frozen(p.receivable, msg.sender, p.from, p.to, order);
    }

    function lift(uint64 receivable, uint64 start, bytes32 order) external {
        _endFreeze(receivable, start, order);
        if (_holds[receivable][start].kind == 0) _unlock(receivable, start);
        emit Lifted(receivable, msg.sender, start, order);
    }

    function moveByOrder(uint64 receivable, uint64 start, address recipient, bytes32 order) external {
        _endFreeze(receivable, start, order);
        if (_holds[receivable][start].kind != 0) {
            delete _holds[receivable][start];
            emit PledgeEnded(receivable, start, BY_ORDER, order);
        }
        _give(receivable, start, pieceBook.piece(receivable, start), recipient, order);
        emit MovedByOrder(receivable, msg.sender, recipient, start, order);
    }

    /// @dev Whether the order speaks of exactly the piece that this module holds, or whose money waits for a pledge.
    function _overHold(Part calldata p) private view returns (bool) {
        IPieceBook.Piece memory piece = pieceBook.piece(p.receivable, p.start);
        if (piece.sequence != p.sequence) {
            revert IPieceBook.StaleSequence(p.receivable, p.start, p.sequence, piece.sequence);
        }
        bool paid = piece.state & KIND >= PAID && _holds[p.receivable][p.start].kind == PLEDGE;
        return p.from == p.start && p.to == piece.end && (paid || _isOurs(piece.state));
    }

    /// @dev A whole piece can be locked when its numbers for trade are used up; a part of it could not be cut then.
    function _lock(Part calldata p) private {
        if (p.from == p.start && p.to == pieceBook.piece(p.receivable, p.start).end) {
            pieceBook.lock(p.receivable, p.start, p.sequence);
        } else {
            pieceBook.lockPart(p.receivable, p.start, p.sequence, p.from, p.to);
        }
    }

    function _endFreeze(uint64 receivable, uint64 start, bytes32 order) private {
        address authority = _freezes[receivable][start].authority;
        if (authority == address(0)) revert PieceNotFrozen(receivable, start);
        _requireParty(authority);
        _requireOrder(order);
        delete _freezes[receivable][start];
    }

    function _requireOrder(bytes32 order) private view {
        participants.requireRole(msg.sender, Roles.AUTHORITY);
        documents.requireKnown(order, msg.sender, Kinds.COURT_ORDER);
    }

    // --- parts ---

    /// @dev Of a piece that was paid meanwhile the money goes where the piece would have gone.
    function _give(
        uint64 receivable,
        uint64 start,
        IPieceBook.Piece memory piece,
        address to,
        bytes32 document
    ) private {
        if (piece.state & KIND < PAID) {
            pieceBook.take(receivable, start, piece.sequence, piece.holder, to, document);
            return;
        }
        participants.requireActive(to);
        _awarded[receivable][start] = to;
    }

    /// @dev What was discharged meanwhile has no lock any more.
    function _unlock(uint64 receivable, uint64 start) private {
        IPieceBook.Piece memory piece = pieceBook.piece(receivable, start);
        if (piece.state & KIND < PAID) pieceBook.unlock(receivable, start, piece.sequence);
    }

    function _isOurs(uint8 state) private view returns (bool) {
        (uint8 index,) = pieceBook.moduleOf(address(this));
        return state == LOCKED | (index << MODULE_SHIFT);
    }

    function _held(uint64 receivable, uint64 start, uint8 kind) private view returns (Hold memory h) {
        h = _holds[receivable][start];
        if (h.kind == kind) return h;
        if (kind == OFFER) revert NoOffer(receivable, start);
        revert NoPledge(receivable, start);
    }

    /// @dev Both may act today, the receiver in its role, and pieces still move.
    function _requireOpen(uint64 receivable, address holder, address recipient, uint32 role)
        private
        view
        returns (uint32 closesOn, uint8 terms)
    {
        uint32 day = participants.requireReceiver(holder, recipient, role);
        (closesOn, terms) = pieceBook.closing(receivable);
        _requireBefore(closesOn, day);
    }

    /// @dev From the due date on a piece is being settled and stays where it is.
    function _requireBefore(uint32 closesOn, uint32 day) private pure {
        if (day >= closesOn) revert DateOutOfOrder("DUE", closesOn, day);
    }

    function _requireNotice(uint64 receivable, uint8 terms) private pure {
        if (terms & Terms.ACCEPTANCE != 0) revert AcceptanceNeeded(receivable);
    }

    function _requireHolder(address holder) private view {
        if (msg.sender != holder) revert IPieceBook.NotHolder(msg.sender, holder);
    }

    function _requireParty(address party) private view {
        if (msg.sender != party) revert NotParty(msg.sender, party);
    }

    function _requireSize(uint256 parts) private pure {
        if (parts == 0 || parts > MAX_BUNDLE) revert BundleSize(parts, MAX_BUNDLE);
    }

    function _useTrade(Part calldata p, uint8 terms, address recipient, bytes32 document) private {
        if (terms & Terms.INVOICED == 0) return documents.requireKnown(document, msg.sender, Kinds.TRADE);
        (address payer, address payee, uint8 kind, bytes3 currency,) = documents.use(document, _length(p));
        if (kind != Kinds.INVOICE) {
            revert WrongState("DOCUMENT_KIND", uint256(document), kind, Kinds.INVOICE);
        }
        _requireInvoice(p.receivable, msg.sender, recipient, payer, payee, currency);
    }

    function _checkTrade(Part calldata p, uint8 terms, address holder, address recipient, bytes32 document)
        private
        view
    {
        if (terms & Terms.INVOICED == 0) return documents.requireKnown(document, holder, Kinds.TRADE);
        documents.checkUse(document, _length(p));
        (address payer, address payee, uint8 kind, bytes3 currency,,,) = documents.obligation(document);
        if (kind != Kinds.INVOICE) {
            revert WrongState("DOCUMENT_KIND", uint256(document), kind, Kinds.INVOICE);
        }
        _requireInvoice(p.receivable, holder, recipient, payer, payee, currency);
    }

    /// @dev The holder owes it to the receiver, in the currency of the receivable.
    function _requireInvoice(
        uint64 receivable,
        address holder,
        address recipient,
        address payer,
        address payee,
        bytes3 currency
    ) private view {
        if (payer != holder) revert NotParty(holder, payer);
        if (payee != recipient) revert NotParty(recipient, payee);
        bytes3 needed = ICash(receivables.receivable(receivable).cash).currency();
        if (currency != needed) revert CurrencyMismatch(currency, needed);
    }

    function _length(Part calldata p) private pure returns (uint256) {
        return p.from < p.to ? p.to - p.from : 0;
    }
}
