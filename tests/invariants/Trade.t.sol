// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Campaign} from "./Promises.t.sol";
import {Coverage} from "./Handlers.t.sol";
import {Trade} from "./Trade.sol";

/// @title Random histories of receivables among participants
abstract contract TradeCampaign is Campaign {
    function _artifact() internal pure override returns (string memory) {
        return "Trade.sol:Trade";
    }

    function _trade() internal view returns (Trade) {
        return Trade(address(play));
    }

    /// @dev Whatever an act found counts in every campaign: here all promises hang together.
    function _allWell() internal view {
        bytes32[15] memory specs = [
            bytes32("PIECE-1"),
            "PIECE-4",
            "PIECE-5",
            "PIECE-6",
            "CONF-2",
            "CONF-3",
            "FIN-6",
            "MAT-1",
            "MAT-2",
            "MAT-3",
            "MAT-4",
            "MAT-5",
            "MAT-6",
            "CASH-1",
            "LIVE"
        ];
        for (uint256 i; i < specs.length; ++i) {
            _nothingFound(specs[i]);
        }
        _trade().checkHolds();
    }
}

contract Piece4Test is TradeCampaign {
    /// @notice PIECE-1, PIECE-4, PIECE-5, PIECE-6: what is held does not change under the one it is held for; only who is
    /// named ends a lock; a bundle moves whole or not at all.
    function invariant_PIECE_1_PIECE_4_PIECE_5_PIECE_6() external view {
        _allWell();
    }

    function _promise() internal pure override returns (bytes32) {
        return "PIECE-4";
    }
}

contract Mat2Test is TradeCampaign {
    /// @notice MAT-1 to MAT-6, CONF-2, CONF-3, FIN-6, LINE-1: each fen is paid once and exactly, whatever is paid when and
    /// however pieces lie; overdue, voided, bought back or held as the promises say.
    function invariant_MAT_1_MAT_2_MAT_3_MAT_4_MAT_5_MAT_6_CONF_2_CONF_3_FIN_6() external view {
        _allWell();
        _trade().checkDue();
        _trade().checkLines();
        _trade().checkDocuments();
        _trade().checkCash();
    }

    function _promise() internal pure override returns (bytes32) {
        return "MAT-2";
    }
}

/// @title Do these histories reach every kind of act?
contract TradeCoverageTest is Coverage {
    function _artifact() internal pure override returns (string memory) {
        return "Trade.sol:Trade";
    }
}
