// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {ILimits} from "../interfaces/ILimits.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IPlacements} from "../interfaces/IPlacements.sol";
import {IProceedsBooks} from "../interfaces/IProceedsBooks.sol";
import {IWorks} from "../interfaces/IWorks.sol";
import {NotParty, Unknown, ZeroAmount} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title What the codes of Proceeds share: one storage, and small parts
/// @dev All state is declared here and nowhere else, so that two codes cannot differ about a slot.
abstract contract ProceedsBase is Powered {
    bytes32 internal constant MODULE = Purposes.PROCEEDS;
    uint8 internal constant MILESTONES = 1;
    uint8 internal constant RETENTION = 2;
    uint8 internal constant POCKET = 4;
    /// A line that has a certifier, for ever: the others fall when the works are done.
    uint8 internal constant WORKS = 8;
    uint32 internal constant MILLION = 1_000_000;

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

    /// @param amount zero of a payment that Documents remembers
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
    mapping(uint32 => IWorks.Conditions) internal _works;
    mapping(address => mapping(bytes32 => bool)) internal _consentUsed;
    mapping(uint32 => ILimits.Limits) internal _limits;
    mapping(uint32 => uint8) internal _pocketReasons;

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

    /// @return released of the line's budget; @return gone spent from it, net of refunds, or encumbered
    function _releasedOf(uint32 lineId, IProceedsBooks.Line storage l)
        internal
        view
        returns (uint256 released, uint256 gone)
    {
        IWorks.Conditions storage w = _works[lineId];
        released = l.budget - w.held;
        if (l.conditions & RETENTION != 0) released = released * (MILLION - w.retention) / MILLION;
        Totals memory t = _totals[lineId];
        (, uint256 outgoing,) = ICash(l.cash).axis(_axis(Purposes.budgetLine(lineId)));
        gone = outgoing - t.deallocated - t.unencumbered - t.refunded;
    }

    /// @return where the amount would leave the line's axis
    function _requireAvailable(uint32 lineId, address cash, uint256 amount) internal view returns (uint256) {
        if (amount == 0) revert ZeroAmount();
        (uint256 incoming, uint256 outgoing,) = ICash(cash).axis(_axis(Purposes.budgetLine(lineId)));
        if (amount > incoming - outgoing) {
            revert IProceedsBooks.OverBudget(lineId, incoming - outgoing, amount);
        }
        return outgoing;
    }

    /// @param root the fingerprint that holds the obligation's capacity, whichever of its names was paid
    function _paymentKey(uint32 lineId, uint256 outOffset, bytes32 root, address payee)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(lineId, outOffset, root, payee));
    }

    /// @dev Where a payment left which line: 32 and 112 bits.
    function _place(uint32 lineId, uint256 outOffset) internal pure returns (uint144) {
        return (uint144(lineId) << 112) | uint144(outOffset);
    }

    /// @dev A fingerprint names its payee in its last 20 bytes; Documents registers no other.
    function _payeeOf(bytes32 fingerprint) internal pure returns (address) {
        return address(uint160(uint256(fingerprint)));
    }

    /// @dev Rounded down, as every share of a bond is that limits something.
    function _shareDown(uint32 bond, uint256 ppm) internal view returns (uint256) {
        return _incoming(_books[bond].cash, Purposes.origin(bond)) * ppm / MILLION;
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
