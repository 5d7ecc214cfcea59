// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Proceeds} from "../proceeds/Proceeds.sol";

/// @title Proceeds that an upgrade made faulty
/// @notice Pays from a budget line without asking the gate; `check` has to notice.
contract FaultyProceeds is Proceeds {
    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IPieceBook pieceBook_
    ) Proceeds(powers_, participants_, documents_, frameworks_, pieceBook_) {}

    /// @notice All books are right, and nobody asked for a review, a category, a role or who spends.
    function payUnasked(uint32 lineId, bytes32 fingerprint, uint256 amount) external {
        Line memory l = this.line(lineId);
        (, address payee,,,) = documents.use(fingerprint, amount);
        uint256 outOffset =
            ICash(l.cash).pay(Purposes.PROCEEDS, Purposes.budgetLine(lineId), payee, amount, fingerprint);
        emit Paid(l.bond, lineId, payee, fingerprint, amount, outOffset);
    }

    /// @notice The money leaves and no event says why.
    function leak(uint32 lineId, address to, uint256 amount) external {
        ICash(this.line(lineId).cash).pay(Purposes.PROCEEDS, Purposes.budgetLine(lineId), to, amount, "leak");
    }
}
