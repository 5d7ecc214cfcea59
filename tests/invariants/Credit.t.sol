// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Credit} from "./Credit.sol";
import {Coverage} from "./Handlers.t.sol";
import {Campaign} from "./Promises.t.sol";

contract Loan1Test is Campaign {
    /// @notice LOAN-1: what is outstanding is drawn less repaid and within its line, with exact interest. FILE-1: papers come
    /// in their order, and a review result stands for what it looked at.
    function invariant_LOAN_1_FILE_1() external view {
        _nothingFound();
        _nothingFound("FILE-1");
        Credit credit = Credit(address(play));
        credit.checkLoans();
        credit.checkFiles();
        credit.checkDocuments();
        credit.checkCash();
    }

    function _artifact() internal pure override returns (string memory) {
        return "Credit.sol:Credit";
    }

    function _promise() internal pure override returns (bytes32) {
        return "LOAN-1";
    }
}

/// @title Do these histories reach every kind of act?
contract CreditCoverageTest is Coverage {
    function _artifact() internal pure override returns (string memory) {
        return "Credit.sol:Credit";
    }
}
