// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {FaultyModule} from "./FaultyModule.sol";

/// @title Proceeds that pay from a budget line without asking the gate
contract FaultyProceeds is FaultyModule {
    IDocuments private immutable _documents;

    constructor(address powers_, address right, IDocuments documents_) FaultyModule(powers_, right) {
        _documents = documents_;
    }

    /// @notice All books are right, and nobody asked for a review, a category, a role or who spends.
    function payUnasked(uint32 lineId, bytes32 fingerprint, uint256 amount) external {
        IProceeds.Line memory l = IProceeds(address(this)).line(lineId);
        (, address payee,,,) = _documents.use(fingerprint, amount);
        uint256 outOffset = _pay(l.cash, lineId, payee, amount, fingerprint);
        emit IProceeds.Paid(l.bond, lineId, payee, fingerprint, amount, outOffset);
    }

    /// @notice The money leaves and no event says why.
    function leak(uint32 lineId, address to, uint256 amount) external {
        _pay(IProceeds(address(this)).line(lineId).cash, lineId, to, amount, "leak");
    }

    function _pay(address cash, uint32 lineId, address to, uint256 amount, bytes32 document)
        private
        returns (uint256)
    {
        return ICash(cash).pay(Purposes.PROCEEDS, Purposes.budgetLine(lineId), to, amount, document);
    }
}
