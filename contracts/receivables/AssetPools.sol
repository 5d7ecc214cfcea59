// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetPools} from "../interfaces/IAssetPools.sol";
import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {ILockKeeper} from "../interfaces/ILockKeeper.sol";
import {IMaturity} from "../interfaces/IMaturity.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {ITranches} from "../interfaces/ITranches.sol";
import {
    AmountTooLarge,
    DateOutOfOrder,
    MissingRole,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount
} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title AssetPools
/// @notice The promise is in IAssetPools.
contract AssetPools is IAssetPools, ILockKeeper, Powered {
    uint8 private constant PROPOSED = 1;
    uint8 private constant OPEN = 2;
    uint8 private constant CLOSED = 3;
    uint8 private constant RUNNING = 4;
    uint8 private constant CANCELLED = 5;
    uint8 private constant OFFERED = 1;
    uint8 private constant BOUGHT = 2;
    uint8 private constant BREACHED = 3;
    uint8 private constant TAKEN_OUT = 4;
    uint8 private constant REPURCHASED = 5;
    uint8 private constant RECEIVABLE_ACCEPTED = 2;
    uint8 private constant PIECE_KIND = 7;
    uint8 private constant PIECE_LOCKED = 2;
    uint256 private constant PPM = 1_000_000;
    /// Days after the cut-off day within which only the originator and the trustee can cancel.
    uint32 private constant CLOSE_DAYS = 10;
    /// A piece in a pool is unlocked and moved and locked when it is bought, unlocked and moved when it goes back: its
    /// numbers must reach for all of that, so that no piece can stop the buying of the others.
    uint16 private constant LAST_SEQUENCE = type(uint16).max - 256 - 8;

    struct Place {
        uint32 pool;
        uint32 number;
    }

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;
    IReceivables public immutable receivables;
    IMaturity public immutable maturity;
    ITranches public immutable tranches;

    uint32 public count;
    /// Whom released money goes to while it is being collected; nobody at any other time.
    address private _carrier;
    mapping(uint32 => Pool) private _pools;
    mapping(uint32 => Terms) private _terms;
    mapping(uint32 => mapping(uint32 => PoolPiece)) private _pieces;
    mapping(uint64 => mapping(uint64 => Place)) private _places;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        IReceivables receivables_,
        IMaturity maturity_,
        ITranches tranches_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        pieceBook = pieceBook_;
        receivables = receivables_;
        maturity = maturity_;
        tranches = tranches_;
    }

    // --- reading ---

    function pool(uint32 id) external view returns (Pool memory) {
        return _pools[id];
    }

    function terms(uint32 id) external view returns (Terms memory) {
        return _terms[id];
    }

    function pieceOf(uint32 id, uint32 number) external view returns (PoolPiece memory) {
        return _pieces[id][number];
    }

    function placeOf(uint64 receivable, uint64 start) external view returns (uint32 id, uint32 number) {
        return (_places[receivable][start].pool, _places[receivable][start].number);
    }

    /// @notice An offered piece is still its holder's; what a bought one brings in waits until it is collected.
    function payeeOf(uint64 receivable, uint64 start, address holder) external view returns (address) {
        Place memory place = _places[receivable][start];
        if (place.pool == 0 || _pieces[place.pool][place.number].state == OFFERED) return holder;
        return _carrier;
    }

    // --- originator and trustee, before closing ---

    function register(
        Terms calldata terms_,
        ITranches.TrancheTerms[] calldata tranches_,
        string calldata name
    ) external returns (uint32 id) {
        _requireOriginator(msg.sender);
        _requireTerms(terms_);
        id = ++count;
        _terms[id] = terms_;
        (_pools[id].originator, _pools[id].state) = (msg.sender, PROPOSED);
        tranches.register(
            id,
            ITranches.Book(terms_.cash, terms_.closesOn, PROPOSED, 0, 0, msg.sender, 0, 0, terms_.document),
            tranches_
        );
        emit PoolRegistered(id, msg.sender, terms_.trustee, terms_, tranches_, name);
    }

    function _requireOriginator(address who) private view {
        participants.requireActive(who);
        uint32 roles = participants.admission(who).roles;
        uint32 needed = Roles.FINANCIER | Roles.SUPPLIER;
        if (roles & needed == 0) revert MissingRole(who, roles, needed);
    }

    function _requireTerms(Terms calldata t) private view {
        participants.requireRole(t.trustee, Roles.FINANCIER);
        participants.requireUnrelated(msg.sender, t.trustee);
        if (t.dueBy <= t.closesOn) revert DateOutOfOrder("DUE_BY", t.dueBy, t.closesOn);
        if (t.advancePpm == 0 || t.minPiece == 0 || t.minFace == 0) revert ZeroAmount();
        if (t.advancePpm > PPM) revert AmountTooLarge(t.advancePpm, PPM);
    }

    function takeOn(uint32 id) external {
        Pool storage p = _inState(id, PROPOSED);
        _requireTrustee(id);
        participants.requireRole(msg.sender, Roles.FINANCIER);
        _advance(id, p, OPEN);
        emit PoolTakenOn(id);
    }

    function cancel(uint32 id) external {
        Pool storage p = _pools[id];
        if (p.state != PROPOSED) _inState(id, OPEN);
        if (msg.sender != p.originator && msg.sender != _terms[id].trustee) {
            uint32 last = _terms[id].closesOn + CLOSE_DAYS;
            uint32 day = participants.today();
            if (day <= last) revert DateOutOfOrder("CANCEL", day, last + 1);
        }
        _advance(id, p, CANCELLED);
        emit PoolCancelled(id);
    }

    // --- holders of pieces ---

    function checkPutIn(uint32 id, Part calldata part, address holder) public view {
        _requireOffering(id);
        address originator = _pools[id].originator;
        Terms storage t = _terms[id];
        if (holder != originator && !t.openToHolders) revert NotParty(holder, originator);
        _requireReceivable(id, part.receivable);
        if (part.start >= part.end) revert ZeroAmount();
        uint64 face = part.end - part.start;
        if (face < t.minPiece) revert IPieceBook.PieceTooSmall(face, t.minPiece);
        _requireRoom(id, face);
        if (part.sequence > LAST_SEQUENCE) {
            revert IPieceBook.SequenceReserved(part.receivable, part.pieceStart, part.sequence);
        }
        _requireMovable(part, holder, t.trustee);
    }

    function _requireRoom(uint32 id, uint64 face) private view {
        uint256 free = tranches.book(id).nominal - _pools[id].price;
        uint256 price = _priceUp(id, face);
        if (price > free) revert PoolFull(id, free, price);
    }

    function _requireMovable(Part calldata part, address holder, address trustee) private view {
        pieceBook.checkMove(
            part.receivable, part.pieceStart, part.sequence, part.start, part.end, holder, trustee
        );
    }

    function putIn(uint32 id, Part calldata part) external returns (uint32 number) {
        checkPutIn(id, part, msg.sender);
        Pool storage p = _pools[id];
        number = ++p.pieces;
        uint64 face = part.end - part.start;
        uint64 price = _priceUp(id, face);
        (p.face, p.price) = (p.face + face, p.price + price);
        _places[part.receivable][part.start] = Place(id, number);
        _pieces[id][number] = PoolPiece(part.receivable, part.start, part.end, _lockExactly(part), OFFERED, 0);
        emit PiecePutIn(id, part.receivable, msg.sender, number, part.start, part.end, price);
    }

    /// @dev Cuts the interval out of its piece and locks it, so that it cannot shrink under the investors.
    function _lockExactly(Part calldata part) private returns (uint16 sequence) {
        sequence = part.sequence;
        if (part.start != part.pieceStart) {
            sequence = pieceBook.cut(part.receivable, part.pieceStart, sequence, part.start);
        }
        if (part.end != pieceBook.piece(part.receivable, part.start).end) {
            sequence = pieceBook.cut(part.receivable, part.start, sequence, part.end);
        }
        return pieceBook.lock(part.receivable, part.start, sequence);
    }

    function _requireReceivable(uint32 id, uint64 receivable) private view {
        IReceivables.Receivable memory r = receivables.receivable(receivable);
        Terms storage t = _terms[id];
        if (r.state != RECEIVABLE_ACCEPTED) {
            revert WrongState("RECEIVABLE", receivable, r.state, RECEIVABLE_ACCEPTED);
        }
        if (r.cash != t.cash) revert NotParty(r.cash, t.cash);
        if (r.due <= t.closesOn) revert DateOutOfOrder("DUE", r.due, t.closesOn);
        if (r.due > t.dueBy) revert DateOutOfOrder("DUE_BY", t.dueBy, r.due);
    }

    function takeOut(uint32 id, uint32 number) external {
        PoolPiece storage e = _pieceIn(id, number, OFFERED);
        if (_pools[id].state != CANCELLED) {
            _requireOffering(id);
            address holder = pieceBook.piece(e.receivable, e.start).holder;
            if (msg.sender != holder) revert NotParty(msg.sender, holder);
        }
        _release(id, number, e);
    }

    /// @dev Leaves the piece with its holder. One that was discharged meanwhile has no lock any more.
    function _release(uint32 id, uint32 number, PoolPiece storage e) private {
        Pool storage p = _pools[id];
        uint64 face = e.end - e.start;
        (p.face, p.price) = (p.face - face, p.price - _priceUp(id, face));
        e.state = TAKEN_OUT;
        delete _places[e.receivable][e.start];
        if (pieceBook.piece(e.receivable, e.start).state & PIECE_KIND == PIECE_LOCKED) {
            pieceBook.unlock(e.receivable, e.start, e.sequence);
        }
        emit PieceTakenOut(id, e.receivable, number, e.start, e.end);
    }

    // --- closing and buying ---

    function checkClose(uint32 id) public view {
        Pool storage p = _inState(id, OPEN);
        uint32 day = participants.today();
        if (day < _terms[id].closesOn) revert DateOutOfOrder("CLOSES_ON", day, _terms[id].closesOn);
        tranches.requireSubscribed(id);
        if (p.face < _terms[id].minFace) revert PoolTooSmall(id, p.face, _terms[id].minFace);
    }

    function close(uint32 id) external {
        _requireTrustee(id);
        participants.requireActive(msg.sender);
        checkClose(id);
        Pool storage p = _pools[id];
        _advance(id, p, CLOSED);
        emit PoolClosed(id, p.face, p.price);
    }

    function buy(uint32 id, uint256 most) external {
        Pool storage p = _inState(id, CLOSED);
        participants.requireActive(_terms[id].trustee);
        uint32 number = p.bought;
        for (uint256 n; n < most && number < p.pieces; ++n) {
            PoolPiece storage e = _pieces[id][++number];
            if (e.state == OFFERED) _buyOne(id, number, e);
        }
        p.bought = number;
        if (number != p.pieces) return;
        _advance(id, p, RUNNING);
        emit PoolRunning(id);
    }

    /// @dev Piece and price in one act, or neither: what cannot be sold stays with its holder.
    function _buyOne(uint32 id, uint32 number, PoolPiece storage e) private {
        IPieceBook.Piece memory had = pieceBook.piece(e.receivable, e.start);
        if (!_sellable(e.receivable, had)) return _release(id, number, e);
        e.state = BOUGHT;
        uint16 sequence = pieceBook.unlock(e.receivable, e.start, e.sequence);
        Terms storage t = _terms[id];
        sequence = pieceBook.move(e.receivable, e.start, sequence, had.holder, t.trustee, t.document);
        e.sequence = pieceBook.lock(e.receivable, e.start, sequence);
        uint64 price = _priceUp(id, e.end - e.start);
        tranches.payFor(id, had.holder, price);
        emit PieceBought(id, e.receivable, had.holder, number, e.start, e.end, price);
    }

    /// @dev From its due date on a piece is being settled and stays where it is.
    function _sellable(uint64 receivable, IPieceBook.Piece memory had) private view returns (bool) {
        if (had.state & PIECE_KIND != PIECE_LOCKED || !participants.isActive(had.holder)) return false;
        IReceivables.Receivable memory r = receivables.receivable(receivable);
        return r.state == RECEIVABLE_ACCEPTED && participants.today() < r.due;
    }

    // --- money of the pieces ---

    function collect(uint32 id, uint32[] calldata numbers) external {
        if (_pools[id].state != CLOSED) _inState(id, RUNNING);
        participants.requireActive(msg.sender);
        for (uint256 i; i < numbers.length; ++i) {
            _collectOne(id, numbers[i]);
        }
    }

    /// @dev Money leaves a module's axes only for a participant's: somebody carries it, and hands it on at once.
    function _collectOne(uint32 id, uint32 number) private {
        PoolPiece storage e = _bought(id, number);
        ICash cash = ICash(_terms[id].cash);
        address carrier = _carrierOf(id, cash, e.end - e.start);
        uint256 before = cash.balanceOf(carrier);
        _carrier = carrier;
        maturity.releaseHeld(e.receivable, e.start);
        _carrier = address(0);
        uint64 amount = uint64(cash.balanceOf(carrier) - before);
        e.collected += amount;
        tranches.take(id, carrier, amount);
        emit PieceCollected(id, e.receivable, number, e.start, amount);
    }

    /// @dev The trustee; when it is suspended, or took its allowance back, whoever calls: nobody can stop a collection.
    function _carrierOf(uint32 id, ICash cash, uint256 face) private view returns (address trustee) {
        trustee = _terms[id].trustee;
        if (!participants.isActive(trustee) || cash.allowance(trustee, address(tranches)) < face) {
            return msg.sender;
        }
    }

    function declareBreach(uint32 id, uint32 number, bytes32 document) external {
        _requireTrustee(id);
        PoolPiece storage e = _pieceIn(id, number, BOUGHT);
        participants.requireActive(msg.sender);
        documents.requireKnown(document, msg.sender, Kinds.OTHER);
        uint8 state = pieceBook.piece(e.receivable, e.start).state;
        if (state & PIECE_KIND != PIECE_LOCKED) revert WrongState("PIECE", e.start, state, PIECE_LOCKED);
        e.state = BREACHED;
        emit PieceBreached(id, e.receivable, number, e.start, document);
    }

    /// @dev What was paid on it and not collected yet goes with the piece: the originator has paid for it.
    function repurchase(uint32 id, uint32 number) external {
        PoolPiece storage e = _pieceIn(id, number, BREACHED);
        address originator = _pools[id].originator;
        if (msg.sender != originator) revert NotParty(msg.sender, originator);
        e.state = REPURCHASED;
        delete _places[e.receivable][e.start];
        Terms storage t = _terms[id];
        uint16 sequence = pieceBook.unlock(e.receivable, e.start, e.sequence);
        pieceBook.move(e.receivable, e.start, sequence, t.trustee, originator, t.document);
        _pools[id].face -= e.end - e.start;
        uint64 amount = e.end - e.start - e.collected;
        tranches.take(id, originator, amount);
        emit PieceRepurchased(id, e.receivable, number, e.start, amount);
    }

    // --- small parts ---

    function _inState(uint32 id, uint8 needed) private view returns (Pool storage p) {
        p = _pools[id];
        uint8 state = p.state;
        if (state == 0) revert Unknown("ASSET_POOL", id);
        if (state != needed) revert WrongState("ASSET_POOL", id, state, needed);
    }

    function _requireOffering(uint32 id) private view {
        _inState(id, OPEN);
        uint32 day = participants.today();
        uint32 closesOn = _terms[id].closesOn;
        if (day >= closesOn) revert DateOutOfOrder("CLOSES_ON", closesOn, day);
    }

    function _requireTrustee(uint32 id) private view {
        address trustee = _terms[id].trustee;
        if (msg.sender != trustee) revert NotParty(msg.sender, trustee);
    }

    function _pieceIn(uint32 id, uint32 number, uint8 needed) private view returns (PoolPiece storage e) {
        e = _known(id, number);
        if (e.state != needed) revert WrongState("POOL_PIECE", number, e.state, needed);
    }

    function _bought(uint32 id, uint32 number) private view returns (PoolPiece storage e) {
        e = _known(id, number);
        if (e.state != BREACHED && e.state != BOUGHT) {
            revert WrongState("POOL_PIECE", number, e.state, BOUGHT);
        }
    }

    function _known(uint32 id, uint32 number) private view returns (PoolPiece storage e) {
        e = _pieces[id][number];
        if (e.state == 0) revert Unknown("POOL_PIECE", number);
    }

    function _advance(uint32 id, Pool storage p, uint8 state) private {
        p.state = state;
        tranches.advance(id, state);
    }

    /// @dev Up, so that a piece of one fen has a price and none ever costs more than its face.
    function _priceUp(uint32 id, uint64 face) private view returns (uint64) {
        return uint64((uint256(face) * _terms[id].advancePpm + PPM - 1) / PPM);
    }
}
