// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {ITransfers} from "../interfaces/ITransfers.sol";
import {DateOutOfOrder} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Transfers
/// @notice The promise is in ITransfers.
/// @dev Immutable, so that no proxy stands on the path that pieces take every day; what it must know of a receivable
/// it reads from the book.
contract Transfers is ITransfers {
    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;

    constructor(IParticipants participants_, IDocuments documents_, IPieceBook pieceBook_) {
        participants = participants_;
        documents = documents_;
        pieceBook = pieceBook_;
    }

    // --- holders ---

    function checkTransfer(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address holder,
        address recipient,
        bytes32 tradeDocument
    ) external view {
        _requireTransferable(receivable, holder, recipient, tradeDocument);
        pieceBook.checkMove(receivable, start, sequence, from, to, holder, recipient);
    }

    function transfer(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address recipient,
        bytes32 tradeDocument
    ) external {
        _requireTransferable(receivable, msg.sender, recipient, tradeDocument);
        pieceBook.carve(receivable, start, sequence, from, to, msg.sender, recipient, tradeDocument);
    }

    function split(uint64 receivable, uint64 start, uint16 sequence, uint64 middle) external {
        _requireOpen(receivable, participants.requireRole(msg.sender, 0));
        address holder = pieceBook.piece(receivable, start).holder;
        if (msg.sender != holder) revert IPieceBook.NotHolder(msg.sender, holder);
        pieceBook.cut(receivable, start, sequence, middle);
    }

    function _requireTransferable(uint64 receivable, address holder, address recipient, bytes32 tradeDocument)
        private
        view
    {
        _requireOpen(receivable, participants.requireReceiver(holder, recipient, Roles.SUPPLIER));
        documents.requireKnown(tradeDocument, holder, Kinds.TRADE);
    }

    /// @dev From the due date on a piece is being settled and stays where it is.
    function _requireOpen(uint64 receivable, uint32 day) private view {
        (uint32 closesOn,) = pieceBook.closing(receivable);
        if (day >= closesOn) revert DateOutOfOrder("DUE", closesOn, day);
    }
}
