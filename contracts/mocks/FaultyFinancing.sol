// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IFinancing} from "../interfaces/IFinancing.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {FaultyModule} from "./FaultyModule.sol";

/// @title Financing that moves a piece without its money, or with too little of it
contract FaultyFinancing is FaultyModule {
    IPieceBook private immutable _pieceBook;
    IReceivables private immutable _receivables;

    constructor(address powers_, address right, IPieceBook pieceBook_, IReceivables receivables_)
        FaultyModule(powers_, right)
    {
        _pieceBook = pieceBook_;
        _receivables = receivables_;
    }

    /// @notice The financing is told as it should have been, and no money moved.
    function fundUnpaid(IFinancing.Quote calldata q, bytes32 number, bytes32 registration, bytes32 search)
        external
    {
        _take(q, number, registration, search);
    }

    /// @notice One fen less than the quote says.
    function fundShort(IFinancing.Quote calldata q, bytes32 number, bytes32 registration, bytes32 search)
        external
    {
        bytes32 digest = _take(q, number, registration, search);
        ICash cash = ICash(_receivables.receivable(q.receivable).cash);
        cash.transferFromWithDocument(q.financier, q.holder, q.net - 1, digest);
    }

    /// @notice A piece moves, and nothing says why.
    function grab(uint64 receivable, uint64 start, address recipient) external {
        IPieceBook.Piece memory p = _pieceBook.piece(receivable, start);
        _pieceBook.move(receivable, start, p.sequence, p.holder, recipient, "grab");
    }

    function _take(IFinancing.Quote calldata q, bytes32 number, bytes32 registration, bytes32 search)
        private
        returns (bytes32 digest)
    {
        digest = IFinancing(address(this)).quoteDigest(q);
        uint16 sequence = _pieceBook.piece(q.receivable, q.start).sequence;
        sequence = _pieceBook.unlock(q.receivable, q.start, sequence);
        _pieceBook.move(q.receivable, q.start, sequence, q.holder, q.financier, digest);
        emit IFinancing.Financed(digest, q.receivable, q.financier, q, number, registration, search);
    }
}
