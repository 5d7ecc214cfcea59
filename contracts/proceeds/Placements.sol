// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IPlacements} from "../interfaces/IPlacements.sol";
import {IProceedsBooks} from "../interfaces/IProceedsBooks.sol";
import {DateOutOfOrder, NotParty, Unknown, ZeroAmount, ZeroHash} from "../libraries/Errors.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";
import {ProceedsBase} from "./ProceedsBase.sol";

/// @title Placements
/// @notice The promise is in IPlacements.
/// @dev A code of Proceeds, as ProceedsBooks is: it runs on that storage and controls nothing of its own.
contract Placements is IPlacements, ProceedsBase {
    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IPieceBook pieceBook_
    ) ProceedsBase(powers_, participants_, documents_, frameworks_, pieceBook_) {}

    function placement(uint32 id) external view returns (Placement memory) {
        return _placements[id];
    }

    function placementCount() external view returns (uint32) {
        return _placementCount;
    }

    function place(
        uint32 bond,
        address with,
        uint256 amount,
        uint32 until,
        string calldata instrument,
        bytes32 document
    ) external returns (uint32 id) {
        id = ++_placementCount;
        Placement memory p = Placement(with, bond, until, uint128(amount), 0, 0, 0, 0);
        p.offset = _takeFromPool(bond, with, amount, until, document);
        _placements[id] = p;
        emit Placed(id, bond, with, amount, p.offset, until, instrument, document);
    }

    /// @dev Apart, because a function has only so many variables. `amount` is at most a counter of Cash: 112 bits.
    function _takeFromPool(uint32 bond, address with, uint256 amount, uint32 until, bytes32 document)
        private
        returns (uint256)
    {
        Books storage b = _books[bond];
        _requireIssuer(b.issuer);
        uint32 day = participants.requireRole(with, Roles.BANK);
        if (until != 0 && until <= day) revert DateOutOfOrder("PLACEMENT", until, day);
        documents.requireKnown(document, b.issuer, 0);
        bytes32 pool = Purposes.pool(bond);
        uint256 had = _balance(b.cash, pool);
        if (amount > had) revert IProceedsBooks.OverProceeds(bond, had, amount);
        _away[bond].placed += uint128(amount);
        return ICash(b.cash).pay(MODULE, pool, with, amount, document);
    }

    function returnPlaced(uint32 id, uint256 principal, uint256 income, bytes32 document) external {
        Placement storage p = _existing(id);
        if (msg.sender != p.place) revert NotParty(msg.sender, p.place);
        if (document == 0) revert ZeroHash("DOCUMENT");
        if (principal == 0 && income == 0) revert ZeroAmount();
        _requirePlaced(id, p.amount - p.back - p.lost, principal);
        uint256 reversed = p.offset + p.back;
        p.back += uint128(principal);
        _away[p.bond].placed -= uint128(principal);
        uint256 inOffset = principal == 0 ? 0 : _collect(p.bond, Purposes.pool(p.bond), principal, document);
        if (income != 0) _collect(p.bond, Purposes.income(p.bond), income, document);
        emit PlacementReturned(id, p.bond, reversed, principal, inOffset, income, document);
    }

    function losePlaced(uint32 id, uint256 amount, bytes32 document) external {
        Placement storage p = _existing(id);
        address issuer = _books[p.bond].issuer;
        _requireIssuer(issuer);
        documents.requireKnown(document, issuer, 0);
        if (amount == 0) revert ZeroAmount();
        _requirePlaced(id, p.amount - p.back - p.lost, amount);
        p.lost += uint128(amount);
        Away storage a = _away[p.bond];
        (a.placed, a.lost) = (a.placed - uint128(amount), a.lost + uint128(amount));
        emit PlacementLost(id, p.bond, p.offset + p.amount - p.lost, amount, document);
    }

    /// @dev Asks no role: who is suspended may still give money back.
    function makeGood(uint32 id, uint256 amount, bytes32 document) external {
        Placement storage p = _existing(id);
        address issuer = _books[p.bond].issuer;
        if (msg.sender != issuer && msg.sender != p.place) revert NotParty(msg.sender, issuer);
        if (document == 0) revert ZeroHash("DOCUMENT");
        _requirePlaced(id, p.lost - p.good, amount);
        p.good += uint128(amount);
        _away[p.bond].lost -= uint128(amount);
        uint256 reversed = p.offset + p.amount - p.good;
        uint256 inOffset = _collect(p.bond, Purposes.pool(p.bond), amount, document);
        emit LossMadeGood(id, p.bond, msg.sender, reversed, amount, inOffset, document);
    }

    function payIncome(uint32 bond, address payee, uint256 amount, bytes32 document) external {
        Books storage b = _books[bond];
        _requireIssuer(b.issuer);
        documents.requireKnown(document, b.issuer, 0);
        ICash(b.cash).pay(MODULE, Purposes.income(bond), payee, amount, document);
        emit IncomePaid(bond, payee, amount, document);
    }

    function _existing(uint32 id) private view returns (Placement storage p) {
        p = _placements[id];
        if (p.place == address(0)) revert Unknown("PLACEMENT", id);
    }

    function _requirePlaced(uint32 id, uint256 had, uint256 amount) private pure {
        if (amount > had) revert OverPlaced(id, had, amount);
    }

    function _collect(uint32 bond, bytes32 purpose, uint256 amount, bytes32 document)
        private
        returns (uint256 inOffset)
    {
        return ICash(_books[bond].cash).collect(MODULE, purpose, msg.sender, amount, document);
    }
}
