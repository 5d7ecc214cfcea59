// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {NotModule, NotPowers, SameParty, ZeroAmount} from "../libraries/Errors.sol";
import {PieceWord, newPiece} from "../libraries/PieceWord.sol";

/// @title PieceBook
/// @notice The promise is in IPieceBook.
/// @dev Immutable and minimal: everything that could change its mind is a module.
contract PieceBook is IPieceBook, IERC165 {
    using Strings for uint256;

    uint8 private constant OPEN = 1;
    uint8 private constant LOCKED = 2;
    uint8 private constant PAID = 3;
    uint8 private constant VOIDED = 5;
    uint8 private constant KIND = 7;
    uint8 private constant MODULE_SHIFT = 3;
    uint8 private constant MAX_MODULE = 31;
    uint256 private constant ONE_PIECE = 1 << 128;
    /// Numbers from here on are kept for locks and for discharge: cuts, moves and parts locked for trade stop here,
    uint16 private constant LAST_SEQUENCE = type(uint16).max - 256;
    /// and locks of whole pieces, with what ends a lock, one before the last number of all.
    uint16 private constant LAST_LOCK = type(uint16).max - 1;

    uint8 public constant MAY_OPEN = 1;
    uint8 public constant MAY_MOVE = 2;
    uint8 public constant MAY_LOCK = 4;
    uint8 public constant MAY_DISCHARGE = 8;

    struct Module {
        uint8 index;
        uint8 permissions;
    }

    // One slot each, packed by hand: what a struct in storage costs would be paid on every act.
    mapping(uint64 => mapping(uint64 => PieceWord)) private _pieces;
    // face (bits 0..63) | discharged (64..127) | pieces (128..143) | minPiece (144..191) | maxPieces (192..207)
    // | maxLayers (208..215) | closesOn (216..247) | terms (248..255)
    mapping(uint64 => uint256) private _receivables;
    mapping(address => Module) private _modules;

    address public immutable powers;
    IParticipants public immutable participants;

    constructor(IParticipants participants_, address powers_) {
        participants = participants_;
        powers = powers_;
    }

    modifier only(uint8 permission) {
        if (_modules[msg.sender].permissions & permission == 0) {
            revert NotModule(msg.sender, bytes32(uint256(permission)));
        }
        _;
    }

    // --- reading ---

    function piece(uint64 receivable, uint64 start) public view returns (Piece memory) {
        PieceWord p = _known(receivable, start);
        return Piece(p.holder(), p.end(), p.state(), p.layers(), p.sequence());
    }

    function receivableOf(uint64 receivable) public view returns (Receivable memory) {
        uint256 r = _receivables[receivable];
        Limits memory limits =
            Limits(uint48(r >> 144), uint16(r >> 192), uint8(r >> 208), uint32(r >> 216), uint8(r >> 248));
        return Receivable(uint64(r), uint64(r >> 64), _count(r), limits);
    }

    function pieces(uint64 receivable, uint64 from, uint256 limit)
        external
        view
        returns (uint64[] memory starts, Piece[] memory list)
    {
        uint64 face = uint64(_receivables[receivable]);
        uint256 n;
        for (uint64 s = from; s < face && n < limit; ++n) {
            s = _known(receivable, s).end();
        }
        starts = new uint64[](n);
        list = new Piece[](n);
        for (uint256 i; i < n; ++i) {
            starts[i] = from;
            list[i] = piece(receivable, from);
            from = list[i].end;
        }
    }

    function closing(uint64 receivable) external view returns (uint32 closesOn, uint8 terms) {
        uint256 r = _receivables[receivable];
        if (r == 0) revert NoPiece(receivable, 0);
        return (uint32(r >> 216), uint8(r >> 248));
    }

    function moduleOf(address module) external view returns (uint8 index, uint8 permissions) {
        return (_modules[module].index, _modules[module].permissions);
    }

    function checkMove(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address holder,
        address recipient
    ) external view {
        PieceWord p = _free(receivable, start, sequence);
        uint256 r = _receivables[receivable];
        if (from < start || from >= to) revert CutOutside(start, p.end(), from);
        if (from != start) {
            _requireCut(start, p.end(), from, r);
            p = _next(receivable, start, p);
            r += ONE_PIECE;
        }
        if (to != p.end()) {
            _requireCut(from, p.end(), to, r);
            p = _next(receivable, from, p);
        }
        _requireMove(receivable, p, holder, recipient);
        _next(receivable, from, p);
    }

    // --- acts ---

    function open(uint64 receivable, address holder, uint64 face, Limits calldata limits)
        external
        only(MAY_OPEN)
    {
        if (face == 0) revert ZeroAmount();
        if (_receivables[receivable] != 0) revert ReceivableExists(receivable);
        participants.requireActive(holder);
        _receivables[receivable] = uint256(face) | ONE_PIECE | (uint256(limits.minPiece) << 144)
            | (uint256(limits.maxPieces) << 192) | (uint256(limits.maxLayers) << 208)
            | (uint256(limits.closesOn) << 216) | (uint256(limits.terms) << 248);
        _pieces[receivable][0] = newPiece(holder, face, OPEN);
        emit Transfer(address(0), holder, tokenId(receivable, 0));
        emit Opened(receivable, holder, face, limits);
    }

    function cut(uint64 receivable, uint64 start, uint16 sequence, uint64 middle)
        external
        only(MAY_MOVE)
        returns (uint16)
    {
        PieceWord p = _free(receivable, start, sequence);
        PieceWord part;
        (part, _receivables[receivable]) = _cut(receivable, start, p, middle, _receivables[receivable]);
        _pieces[receivable][start] = part.withEnd(middle);
        _pieces[receivable][middle] = part;
        return part.sequence();
    }

    function move(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        address holder,
        address recipient,
        bytes32 document
    ) external only(MAY_MOVE) returns (uint16) {
        PieceWord p = _free(receivable, start, sequence);
        _requireMove(receivable, p, holder, recipient);
        return _move(receivable, start, p, recipient, document);
    }

    /// @dev Each slot is written once, however many cuts the interval takes.
    function carve(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address holder,
        address recipient,
        bytes32 document
    ) external only(MAY_MOVE) returns (uint16) {
        PieceWord p = _carve(receivable, start, _free(receivable, start, sequence), from, to);
        _requireMove(receivable, p, holder, recipient);
        return _move(receivable, from, p, recipient, document);
    }

    function lock(uint64 receivable, uint64 start, uint16 sequence) external only(MAY_LOCK) returns (uint16) {
        return _lock(receivable, start, _nextLock(receivable, start, _free(receivable, start, sequence)));
    }

    function lockPart(uint64 receivable, uint64 start, uint16 sequence, uint64 from, uint64 to)
        external
        only(MAY_LOCK)
        returns (uint16)
    {
        PieceWord p = _carve(receivable, start, _free(receivable, start, sequence), from, to);
        return _lock(receivable, from, _next(receivable, from, p));
    }

    function unlock(uint64 receivable, uint64 start, uint16 sequence)
        external
        only(MAY_LOCK)
        returns (uint16)
    {
        PieceWord p = _unlock(receivable, start, sequence);
        _pieces[receivable][start] = p;
        return p.sequence();
    }

    /// @dev The holder may be suspended and its piece at the end of its layers: an order of law does not ask.
    function take(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        address holder,
        address recipient,
        bytes32 document
    ) external only(MAY_MOVE) returns (uint16) {
        PieceWord p = _nextLock(receivable, start, _unlock(receivable, start, sequence));
        if (p.holder() != holder) revert NotHolder(holder, p.holder());
        if (holder == recipient) revert SameParty(holder, recipient);
        if (p.layers() == type(uint8).max) revert TooManyLayers(p.layers(), type(uint8).max);
        participants.requireActive(recipient);
        return _store(receivable, start, holder, p.movedTo(recipient), document);
    }

    function discharge(uint64 receivable, uint64 start, uint8 how)
        external
        only(MAY_DISCHARGE)
        returns (address holder, uint64 end)
    {
        PieceWord p = _known(receivable, start);
        uint8 kind = p.state() & KIND;
        if (kind >= PAID) revert AlreadyDischarged(receivable, start, kind);
        if (how < PAID || how > VOIDED) revert AlreadyDischarged(receivable, start, how);
        // One discharge per piece, and every other act stops before the last number: it is always free.
        p = p.withState(how).withNext();
        (holder, end) = (p.holder(), p.end());
        _pieces[receivable][start] = p;
        _receivables[receivable] += uint256(end - start) << 64;
        emit Transfer(holder, address(0), tokenId(receivable, start));
        emit Discharged(receivable, holder, start, end, how, p.sequence());
    }

    // --- delayed powers ---

    function setModule(address module, uint8 index, uint8 permissions) external {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        if (index == 0 || index > MAX_MODULE) revert NotModule(module, bytes32(uint256(index)));
        _modules[module] = Module(index, permissions);
        emit ModuleSet(module, index, permissions);
    }

    // --- how an act is done ---

    /// @dev The part to the right of the cut, with the number that both parts carry, and the receivable with one piece
    /// more. The caller stores the parts, so that each slot is written once however many cuts an act takes.
    function _cut(uint64 receivable, uint64 start, PieceWord p, uint64 middle, uint256 r)
        private
        returns (PieceWord, uint256)
    {
        uint64 end = p.end();
        _requireCut(start, end, middle, r);
        p = _next(receivable, start, p);
        emit Transfer(address(0), p.holder(), tokenId(receivable, middle));
        emit Cut(receivable, start, middle, end, p.sequence());
        return (p, r + ONE_PIECE);
    }

    /// @dev Cuts `p`, the piece at `start`, down to `[from, to)` and stores what falls off on either side.
    function _carve(uint64 receivable, uint64 start, PieceWord p, uint64 from, uint64 to)
        private
        returns (PieceWord)
    {
        uint64 end = p.end();
        if (from < start || from >= to) revert CutOutside(start, end, from);
        if (from == start && to == end) return p;
        uint256 r = _receivables[receivable];
        if (from != start) {
            (p, r) = _cut(receivable, start, p, from, r);
            _pieces[receivable][start] = p.withEnd(from);
        }
        if (to != end) {
            (p, r) = _cut(receivable, from, p, to, r);
            _pieces[receivable][to] = p;
            p = p.withEnd(to);
        }
        _receivables[receivable] = r;
        return p;
    }

    function _move(uint64 receivable, uint64 start, PieceWord p, address recipient, bytes32 document)
        private
        returns (uint16)
    {
        PieceWord moved = _next(receivable, start, p).movedTo(recipient);
        return _store(receivable, start, p.holder(), moved, document);
    }

    /// @dev The piece as its new holder has it.
    function _store(uint64 receivable, uint64 start, address holder, PieceWord p, bytes32 document)
        private
        returns (uint16)
    {
        _pieces[receivable][start] = p;
        emit Transfer(holder, p.holder(), tokenId(receivable, start));
        emit PieceMoved(receivable, holder, p.holder(), start, p.end(), p.layers(), p.sequence(), document);
        return p.sequence();
    }

    /// @param p with the number of the lock
    function _lock(uint64 receivable, uint64 start, PieceWord p) private returns (uint16) {
        uint8 index = _modules[msg.sender].index;
        _pieces[receivable][start] = p.withState(LOCKED | (index << MODULE_SHIFT));
        emit Locked(receivable, start, p.end(), index, p.sequence());
        return p.sequence();
    }

    /// @dev The piece freed from the caller's own lock; the caller of this stores it.
    function _unlock(uint64 receivable, uint64 start, uint16 sequence) private returns (PieceWord p) {
        p = _known(receivable, start);
        if (p.sequence() != sequence) revert StaleSequence(receivable, start, sequence, p.sequence());
        uint8 index = _modules[msg.sender].index;
        if (p.state() != LOCKED | (index << MODULE_SHIFT)) revert PieceNotLocked(receivable, start, index);
        p = _nextLock(receivable, start, p).withState(OPEN);
        emit Unlocked(receivable, start, p.end(), index, p.sequence());
    }

    function _known(uint64 receivable, uint64 start) private view returns (PieceWord p) {
        p = _pieces[receivable][start];
        if (!p.exists()) revert NoPiece(receivable, start);
    }

    function _free(uint64 receivable, uint64 start, uint16 sequence) private view returns (PieceWord p) {
        p = _known(receivable, start);
        if (p.sequence() != sequence) revert StaleSequence(receivable, start, sequence, p.sequence());
        uint8 kind = p.state() & KIND;
        if (kind == LOCKED) revert PieceLocked(receivable, start, p.state() >> MODULE_SHIFT);
        if (kind >= PAID) revert AlreadyDischarged(receivable, start, kind);
    }

    function _requireCut(uint64 start, uint64 end, uint64 middle, uint256 r) private pure {
        if (middle <= start || middle >= end) revert CutOutside(start, end, middle);
        uint64 smaller = middle - start < end - middle ? middle - start : end - middle;
        uint48 minPiece = uint48(r >> 144);
        if (smaller < minPiece) revert PieceTooSmall(smaller, minPiece);
        uint16 maxPieces = uint16(r >> 192);
        if (_count(r) >= maxPieces) revert TooManyPieces(_count(r), maxPieces);
    }

    function _requireMove(uint64 receivable, PieceWord p, address holder, address recipient) private view {
        if (p.holder() != holder) revert NotHolder(holder, p.holder());
        if (holder == recipient) revert SameParty(holder, recipient);
        uint8 maxLayers = uint8(_receivables[receivable] >> 208);
        if (p.layers() >= maxLayers) revert TooManyLayers(p.layers(), maxLayers);
        participants.requireActivePair(holder, recipient);
    }

    function _next(uint64 receivable, uint64 start, PieceWord p) private pure returns (PieceWord) {
        if (p.sequence() >= LAST_SEQUENCE) revert SequenceReserved(receivable, start, p.sequence());
        return p.withNext();
    }

    function _nextLock(uint64 receivable, uint64 start, PieceWord p) private pure returns (PieceWord) {
        if (p.sequence() >= LAST_LOCK) revert SequenceReserved(receivable, start, p.sequence());
        return p.withNext();
    }

    function _count(uint256 r) private pure returns (uint16) {
        return uint16(r >> 128);
    }

    // --- ERC-721, to be read and not to be sent: a transfer needs its trade document, acceptance and rules ---

    function tokenId(uint64 receivable, uint64 start) public pure returns (uint256) {
        return (uint256(receivable) << 64) | start;
    }

    function name() external pure returns (string memory) {
        return "Green Ledger receivable pieces";
    }

    function symbol() external pure returns (string memory) {
        return "GLP";
    }

    function ownerOf(uint256 token) external view returns (address) {
        Piece memory p = piece(uint64(token >> 64), uint64(token));
        if (p.state & KIND >= PAID) {
            revert AlreadyDischarged(uint64(token >> 64), uint64(token), p.state & KIND);
        }
        return p.holder;
    }

    function tokenURI(uint256 token) external view returns (string memory) {
        uint64 receivable = uint64(token >> 64);
        uint64 start = uint64(token);
        Piece memory p = piece(receivable, start);
        return string.concat(
            'data:application/json,{"name":"Receivable ',
            uint256(receivable).toString(),
            " [",
            uint256(start).toString(),
            ",",
            uint256(p.end).toString(),
            ')","sequence":',
            uint256(p.sequence).toString(),
            "}"
        );
    }

    /// @dev How many pieces someone holds is kept by the index, not by a slot that every move would pay for.
    function balanceOf(address) external pure returns (uint256) {
        revert ReadOnlyToken();
    }

    function approve(address, uint256) external pure {
        revert ReadOnlyToken();
    }

    function setApprovalForAll(address, bool) external pure {
        revert ReadOnlyToken();
    }

    function transferFrom(address, address, uint256) external pure {
        revert ReadOnlyToken();
    }

    function safeTransferFrom(address, address, uint256) external pure {
        revert ReadOnlyToken();
    }

    function safeTransferFrom(address, address, uint256, bytes calldata) external pure {
        revert ReadOnlyToken();
    }

    function getApproved(uint256) external pure returns (address) {
        return address(0);
    }

    function isApprovedForAll(address, address) external pure returns (bool) {
        return false;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == 0x80ac58cd || id == 0x5b5e139f;
    }
}
