// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {NotModule, NotPowers, SameParty, ZeroAmount} from "../libraries/Errors.sol";

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
    /// Numbers from here on are kept for discharge.
    uint16 private constant LAST_SEQUENCE = type(uint16).max - 256;

    uint8 public constant MAY_OPEN = 1;
    uint8 public constant MAY_MOVE = 2;
    uint8 public constant MAY_LOCK = 4;
    uint8 public constant MAY_DISCHARGE = 8;

    struct Module {
        uint8 index;
        uint8 permissions;
    }

    mapping(uint64 => mapping(uint64 => Piece)) private _pieces;
    mapping(uint64 => Receivable) private _receivables;
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

    function piece(uint64 receivable, uint64 start) public view returns (Piece memory p) {
        p = _pieces[receivable][start];
        if (p.holder == address(0)) revert NoPiece(receivable, start);
    }

    function receivableOf(uint64 receivable) external view returns (Receivable memory) {
        return _receivables[receivable];
    }

    function pieces(uint64 receivable, uint64 from, uint256 limit)
        external
        view
        returns (uint64[] memory starts, Piece[] memory list)
    {
        uint64 face = _receivables[receivable].face;
        uint256 n;
        for (uint64 s = from; s < face && n < limit; ++n) {
            s = piece(receivable, s).end;
        }
        starts = new uint64[](n);
        list = new Piece[](n);
        for (uint256 i; i < n; ++i) {
            starts[i] = from;
            list[i] = _pieces[receivable][from];
            from = list[i].end;
        }
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
        Piece memory p = piece(receivable, start);
        _requireFree(receivable, start, p, sequence);
        Limits memory limits = _receivables[receivable].limits;
        uint16 count = _receivables[receivable].pieces;
        if (from < start || from >= to) revert CutOutside(start, p.end, from);
        uint16 next = sequence;
        if (from != start) {
            _requireCut(start, p.end, from, count++, limits);
            next = _next(receivable, start, next);
        }
        if (to != p.end) {
            _requireCut(from, p.end, to, count, limits);
            next = _next(receivable, from, next);
        }
        _requireMove(p, holder, recipient, limits);
        _next(receivable, from, next);
    }

    // --- acts ---

    function open(uint64 receivable, address holder, uint64 face, Limits calldata limits) external only(MAY_OPEN) {
        if (face == 0) revert ZeroAmount();
        if (_receivables[receivable].face != 0) revert ReceivableExists(receivable);
        participants.requireActive(holder);
        _receivables[receivable] = Receivable(face, 0, 1, limits);
        _pieces[receivable][0] = Piece(holder, face, OPEN, 0, 0);
        emit Transfer(address(0), holder, tokenId(receivable, 0));
        emit Opened(receivable, holder, face, limits);
    }

    function cut(uint64 receivable, uint64 start, uint16 sequence, uint64 middle)
        external
        only(MAY_MOVE)
        returns (uint16)
    {
        Piece memory p = piece(receivable, start);
        _requireFree(receivable, start, p, sequence);
        return _cut(receivable, start, p, middle);
    }

    function move(uint64 receivable, uint64 start, uint16 sequence, address holder, address recipient, bytes32 document)
        external
        only(MAY_MOVE)
        returns (uint16)
    {
        Piece memory p = piece(receivable, start);
        _requireFree(receivable, start, p, sequence);
        return _move(receivable, start, p, holder, recipient, document);
    }

    function carve(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address holder,
        address recipient,
        bytes32 document
    ) external only(MAY_MOVE) returns (uint16 next) {
        Piece memory p = piece(receivable, start);
        _requireFree(receivable, start, p, sequence);
        if (from < start || from >= to) revert CutOutside(start, p.end, from);
        if (from != start) {
            _cut(receivable, start, p, from);
            p = _pieces[receivable][from];
        }
        if (to != p.end) {
            _cut(receivable, from, p, to);
            p = _pieces[receivable][from];
        }
        return _move(receivable, from, p, holder, recipient, document);
    }

    function lock(uint64 receivable, uint64 start, uint16 sequence) external only(MAY_LOCK) returns (uint16 next) {
        Piece memory p = piece(receivable, start);
        _requireFree(receivable, start, p, sequence);
        uint8 index = _modules[msg.sender].index;
        next = _next(receivable, start, p.sequence);
        _pieces[receivable][start].state = LOCKED | (index << MODULE_SHIFT);
        _pieces[receivable][start].sequence = next;
        emit Locked(receivable, start, p.end, index, next);
    }

    function unlock(uint64 receivable, uint64 start, uint16 sequence) external only(MAY_LOCK) returns (uint16 next) {
        Piece memory p = piece(receivable, start);
        if (p.sequence != sequence) revert StaleSequence(receivable, start, sequence, p.sequence);
        uint8 index = _modules[msg.sender].index;
        if (p.state != LOCKED | (index << MODULE_SHIFT)) revert PieceNotLocked(receivable, start, index);
        next = _next(receivable, start, p.sequence);
        _pieces[receivable][start].state = OPEN;
        _pieces[receivable][start].sequence = next;
        emit Unlocked(receivable, start, p.end, index, next);
    }

    function discharge(uint64 receivable, uint64 start, uint8 how)
        external
        only(MAY_DISCHARGE)
        returns (address holder, uint64 end)
    {
        Piece memory p = piece(receivable, start);
        if (p.state & KIND >= PAID) revert AlreadyDischarged(receivable, start, p.state & KIND);
        if (how < PAID || how > VOIDED) revert AlreadyDischarged(receivable, start, how);
        // One discharge per piece, and ordinary acts stop 256 short of the end: this number is always free.
        uint16 next = p.sequence + 1;
        _pieces[receivable][start].state = how;
        _pieces[receivable][start].sequence = next;
        _receivables[receivable].discharged += p.end - start;
        emit Transfer(p.holder, address(0), tokenId(receivable, start));
        emit Discharged(receivable, p.holder, start, p.end, how, next);
        return (p.holder, p.end);
    }

    // --- delayed powers ---

    function setModule(address module, uint8 index, uint8 permissions) external {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        if (index == 0 || index > MAX_MODULE) revert NotModule(module, bytes32(uint256(index)));
        _modules[module] = Module(index, permissions);
        emit ModuleSet(module, index, permissions);
    }

    // --- how an act is done ---

    function _cut(uint64 receivable, uint64 start, Piece memory p, uint64 middle) private returns (uint16 next) {
        Receivable storage r = _receivables[receivable];
        uint16 count = r.pieces;
        _requireCut(start, p.end, middle, count, r.limits);
        next = _next(receivable, start, p.sequence);
        r.pieces = count + 1;
        _pieces[receivable][middle] = Piece(p.holder, p.end, p.state, p.layers, next);
        _pieces[receivable][start] = Piece(p.holder, middle, p.state, p.layers, next);
        emit Transfer(address(0), p.holder, tokenId(receivable, middle));
        emit Cut(receivable, start, middle, p.end, next);
    }

    function _move(
        uint64 receivable,
        uint64 start,
        Piece memory p,
        address holder,
        address recipient,
        bytes32 document
    ) private returns (uint16 next) {
        _requireMove(p, holder, recipient, _receivables[receivable].limits);
        next = _next(receivable, start, p.sequence);
        _pieces[receivable][start] = Piece(recipient, p.end, p.state, p.layers + 1, next);
        emit Transfer(holder, recipient, tokenId(receivable, start));
        emit PieceMoved(receivable, holder, recipient, start, p.end, p.layers + 1, next, document);
    }

    function _requireFree(uint64 receivable, uint64 start, Piece memory p, uint16 sequence) private pure {
        if (p.sequence != sequence) revert StaleSequence(receivable, start, sequence, p.sequence);
        uint8 kind = p.state & KIND;
        if (kind == LOCKED) revert PieceLocked(receivable, start, p.state >> MODULE_SHIFT);
        if (kind >= PAID) revert AlreadyDischarged(receivable, start, kind);
    }

    function _requireCut(uint64 start, uint64 end, uint64 middle, uint16 count, Limits memory limits) private pure {
        if (middle <= start || middle >= end) revert CutOutside(start, end, middle);
        uint64 smaller = middle - start < end - middle ? middle - start : end - middle;
        if (smaller < limits.minPiece) revert PieceTooSmall(smaller, limits.minPiece);
        if (count >= limits.maxPieces) revert TooManyPieces(count, limits.maxPieces);
    }

    function _requireMove(Piece memory p, address holder, address recipient, Limits memory limits) private view {
        if (p.holder != holder) revert NotHolder(holder, p.holder);
        if (holder == recipient) revert SameParty(holder, recipient);
        if (p.layers >= limits.maxLayers) revert TooManyLayers(p.layers, limits.maxLayers);
        participants.requireActivePair(holder, recipient);
    }

    function _next(uint64 receivable, uint64 start, uint16 sequence) private pure returns (uint16) {
        if (sequence >= LAST_SEQUENCE) revert SequenceReserved(receivable, start, sequence);
        return sequence + 1;
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
        if (p.state & KIND >= PAID) revert AlreadyDischarged(uint64(token >> 64), uint64(token), p.state & KIND);
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
