// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {Financing} from "../receivables/Financing.sol";

/// @title Financing that an upgrade made faulty
/// @notice Moves a piece without its money, or with too little of it; `check` has to notice.
contract FaultyFinancing is Financing {
    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        IReceivables receivables_
    ) Financing(powers_, participants_, documents_, pieceBook_, receivables_) {}

    /// @notice The financing is told as it should have been, and no money moved.
    function fundUnpaid(Quote calldata q, bytes32 registration, bytes32 search) external {
        _take(q, registration, search);
    }

    /// @notice One fen less than the quote says.
    function fundShort(Quote calldata q, bytes32 registration, bytes32 search) external {
        bytes32 digest = _take(q, registration, search);
        ICash cash = ICash(receivables.receivable(q.receivable).cash);
        cash.transferFromWithDocument(q.financier, q.holder, q.net - 1, digest);
    }

    /// @notice A piece moves, and nothing says why.
    function grab(uint64 receivable, uint64 start, address recipient) external {
        IPieceBook.Piece memory p = pieceBook.piece(receivable, start);
        pieceBook.move(receivable, start, p.sequence, p.holder, recipient, "grab");
    }

    function _take(Quote calldata q, bytes32 registration, bytes32 search) private returns (bytes32 digest) {
        digest = quoteDigest(q);
        uint16 sequence = pieceBook.piece(q.receivable, q.start).sequence;
        sequence = pieceBook.unlock(q.receivable, q.start, sequence);
        pieceBook.move(q.receivable, q.start, sequence, q.holder, q.financier, digest);
        emit Financed(digest, q.receivable, q.financier, q, registration, search);
    }
}
