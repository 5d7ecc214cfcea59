// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFinancing} from "../interfaces/IFinancing.sol";
import {IMaturity} from "../interfaces/IMaturity.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProgrammes} from "../interfaces/IProgrammes.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {IRecourse} from "../interfaces/IRecourse.sol";
import {AlreadyUsed, DateOutOfOrder, NotParty, Unknown} from "../libraries/Errors.sol";

/// @title Recourse
/// @notice The promise is in IRecourse.
/// @dev Immutable: it moves pieces, and nothing in it needs to change its mind.
contract Recourse is IRecourse {
    uint8 private constant LOCKED = 2;
    uint8 private constant PAID = 3;
    uint8 private constant KIND = 7;
    uint8 private constant MODULE_SHIFT = 3;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;
    IProgrammes public immutable programmes;
    IReceivables public immutable receivables;
    IMaturity public immutable maturity;
    IFinancing public immutable financing;

    mapping(uint64 => mapping(uint64 => Demand)) private _demands;
    mapping(uint64 => mapping(uint64 => uint32)) public writtenOffOn;

    constructor(
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        IProgrammes programmes_,
        IReceivables receivables_,
        IMaturity maturity_,
        IFinancing financing_
    ) {
        participants = participants_;
        documents = documents_;
        pieceBook = pieceBook_;
        programmes = programmes_;
        receivables = receivables_;
        maturity = maturity_;
        financing = financing_;
    }

    function demand(uint64 id, uint64 start) external view returns (Demand memory) {
        return _demands[id][start];
    }

    function checkRecourse(uint64 id, uint64 start, uint64 financedStart, address holder)
        public
        view
        returns (address seller)
    {
        _overdue(id);
        _own(id, start, holder);
        seller = financing.recourse(id, start, financedStart);
        if (seller == address(0)) revert NoRecourse(id, start);
    }

    // --- holder ---

    function demandRecourse(uint64 id, uint64 start, uint64 financedStart, bytes32 document) external {
        address seller = checkRecourse(id, start, financedStart, msg.sender);
        documents.requireKnown(document, msg.sender, 0);
        IPieceBook.Piece memory piece = pieceBook.piece(id, start);
        _demands[id][start] = Demand(msg.sender, piece.sequence, participants.today(), seller, document);
        emit RecourseDemanded(id, msg.sender, seller, start, piece.end, document);
    }

    function writeOff(uint64 id, uint64 start, bytes32 document) external {
        IReceivables.Receivable memory r = _overdue(id);
        IPieceBook.Piece memory piece = _own(id, start, msg.sender);
        uint32 first = r.due + programmes.programme(r.programme).writeOffDays;
        uint32 day = participants.today();
        if (day < first) revert DateOutOfOrder("WRITE_OFF", day, first);
        if (writtenOffOn[id][start] != 0) revert AlreadyUsed("WRITE_OFF", bytes32(uint256(start)));
        documents.requireKnown(document, msg.sender, 0);
        writtenOffOn[id][start] = day;
        emit WrittenOff(id, msg.sender, start, piece.end, document);
    }

    // --- seller ---

    /// @dev The sequence says that the piece is what it was when its holder demanded.
    function repurchase(uint64 id, uint64 start) external {
        IReceivables.Receivable memory r = _overdue(id);
        Demand memory d = _demands[id][start];
        if (d.holder == address(0)) revert Unknown("DEMAND", start);
        if (msg.sender != d.seller) revert NotParty(msg.sender, d.seller);
        uint64 end = pieceBook.piece(id, start).end;
        uint256 amount = end - start - maturity.received(id, start, end);
        delete _demands[id][start];
        // What waited while the piece was locked is of the time before it goes back.
        if (maturity.heldBy(id, start) != 0) maturity.releaseHeld(id, start);
        pieceBook.move(id, start, d.sequence, d.holder, msg.sender, d.document);
        ICash(r.cash).transferFromWithDocument(msg.sender, d.holder, amount, d.document);
        emit Repurchased(id, d.holder, msg.sender, start, end, amount, d.document);
    }

    // --- small parts ---

    /// @dev The mark ends with the debt: what is settled is overdue no more.
    function _overdue(uint64 id) private view returns (IReceivables.Receivable memory r) {
        r = receivables.receivable(id);
        if (r.overdueOn == 0) revert NotYetOverdue(id);
    }

    function _own(uint64 id, uint64 start, address holder)
        private
        view
        returns (IPieceBook.Piece memory piece)
    {
        piece = pieceBook.piece(id, start);
        if (piece.holder != holder) revert IPieceBook.NotHolder(holder, piece.holder);
        uint8 kind = piece.state & KIND;
        if (kind == LOCKED) revert IPieceBook.PieceLocked(id, start, piece.state >> MODULE_SHIFT);
        if (kind >= PAID) revert IPieceBook.AlreadyDischarged(id, start, kind);
    }
}
