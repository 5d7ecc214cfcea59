// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IPlacements} from "../interfaces/IPlacements.sol";
import {IProceedsBooks} from "../interfaces/IProceedsBooks.sol";
import {NotParty, Unknown, ZeroAmount} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title What the codes of Proceeds share: one storage, and small parts
/// @dev All state is declared here and nowhere else, so that two codes cannot differ about a slot.
abstract contract ProceedsBase is Powered {
    bytes32 internal constant MODULE = Purposes.PROCEEDS;

    struct Books {
        address issuer;
        uint32 framework;
        bool closed;
        address cash;
        uint32[] lines;
    }

    /// What the counters of a line's axis cannot tell apart: cumulative amounts, in fen.
    struct Totals {
        uint128 encumbered;
        uint128 unencumbered;
        uint128 settled;
        uint128 deallocated;
        uint128 refunded;
    }

    struct Encumbrance {
        uint32 line;
        uint96 amount;
        bytes32 fingerprint;
    }

    /// A bond's fen that are out of the pool and not on any line.
    struct Away {
        uint128 placed;
        uint128 lost;
    }

    struct Payment {
        uint128 amount;
        uint128 refunded;
    }

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IFrameworks public immutable frameworks;
    IPieceBook public immutable pieceBook;

    uint32 internal _projectCount;
    uint32 internal _lineCount;
    mapping(uint32 => Books) internal _books;
    mapping(uint32 => IProceedsBooks.Project) internal _projects;
    mapping(uint32 => IProceedsBooks.Line) internal _lines;
    mapping(uint32 => Totals) internal _totals;
    mapping(uint64 => Encumbrance) internal _encumbrances;
    mapping(bytes32 => Payment) internal _payments;
    mapping(uint64 => mapping(uint64 => uint256)) internal _refundedPieces;
    uint32 internal _placementCount;
    mapping(uint32 => IPlacements.Placement) internal _placements;
    mapping(uint32 => Away) internal _away;
    uint32 internal _reallocationCount;
    mapping(uint32 => IProceedsBooks.Reallocation) internal _reallocations;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IPieceBook pieceBook_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        frameworks = frameworks_;
        pieceBook = pieceBook_;
    }

    function _requireIssuer(address issuer) internal view {
        if (msg.sender != issuer) revert NotParty(msg.sender, issuer);
        participants.requireRole(msg.sender, Roles.ISSUER);
    }

    function _ownLine(uint32 lineId) internal view returns (IProceedsBooks.Line storage l) {
        l = _known(lineId);
        _requireIssuer(l.issuer);
    }

    function _known(uint32 lineId) internal view returns (IProceedsBooks.Line storage l) {
        l = _lines[lineId];
        if (l.issuer == address(0)) revert Unknown("LINE", lineId);
    }

    function _requireAvailable(uint32 lineId, address cash, uint256 amount) internal view {
        if (amount == 0) revert ZeroAmount();
        uint256 had = _balance(cash, Purposes.budgetLine(lineId));
        if (amount > had) revert IProceedsBooks.OverBudget(lineId, had, amount);
    }

    function _paymentKey(uint32 lineId, uint256 outOffset, bytes32 fingerprint, address payee)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(lineId, outOffset, fingerprint, payee));
    }

    function _axis(bytes32 purpose) internal pure returns (address) {
        return Purposes.axisOf(MODULE, purpose);
    }

    function _balance(address cash, bytes32 purpose) internal view returns (uint256) {
        return ICash(cash).balanceOf(_axis(purpose));
    }

    function _incoming(address cash, bytes32 purpose) internal view returns (uint256 incoming) {
        (incoming,,) = ICash(cash).axis(_axis(purpose));
    }
}
