// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../../contracts/interfaces/ICash.sol";
import {IDocuments} from "../../contracts/interfaces/IDocuments.sol";
import {IFactoringFiles} from "../../contracts/interfaces/IFactoringFiles.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {ISupplierLoans} from "../../contracts/interfaces/ISupplierLoans.sol";
import {FileActs} from "./acts/FileActs.sol";

/// @title What suppliers ask of financiers: loans on lines, and files that go with their pieces
/// @notice The world of `Trade`, with as much of its acts as gives files a piece to be about.
contract Credit is FileActs {
    uint8 private constant CREDIT_READER = 7;

    function start() external override {
        _begin();
        for (uint256 i; i < everybody.length; ++i) {
            vm.prank(everybody[i]);
            cashes[0].approve(address(loans), type(uint256).max);
            _fileKind(everybody[i], APPLICATION);
            _fileKind(everybody[i], REVIEW_RESULT);
        }
        for (uint256 i; i < suppliers.length * financiers.length; ++i) {
            address supplier = suppliers[i / financiers.length];
            if (_consented(supplier)) _mandate(supplier, financiers[i % financiers.length]);
        }
        _forgetCounts();
    }

    function _fileKind(address by, uint8 kind) private {
        require(_registered(by, abi.encodeCall(IDocuments.register, (_paper(kind), kind, 0))), "paper");
    }

    function _mandate(address supplier, address financier) private {
        bytes memory data =
            abi.encodeCall(IMandates.grant, (financier, supplier, CREDIT_READER, uint32(0), FAR, PAPER));
        (bool ok,) = _act("mandate.grant", supplier, address(mandates), data);
        require(ok, "mandate");
    }

    function _deployMore() internal override {
        loans = ISupplierLoans(
            _module(
                "SupplierLoans.sol:SupplierLoans",
                abi.encode(powers, participants, documents, registry, mandates)
            )
        );
        _set(address(documents), abi.encodeCall(IDocuments.setUser, (address(loans), true)));
        _set(address(cashes[0]), abi.encodeCall(ICash.setController, ("LOANS", address(loans))));
        files = IFactoringFiles(
            vm.deployCode(
                "FactoringFiles.sol:FactoringFiles", abi.encode(participants, documents, book, receivables)
            )
        );
    }

    function _declareKinds() internal override {
        bytes32[18] memory list = [
            bytes32("party.amend"),
            "document.obligation",
            "trade.confirm",
            "trade.accept",
            "trade.pass",
            "loan.apply",
            "loan.grant",
            "loan.decline",
            "loan.close",
            "loan.draw",
            "loan.repay",
            "loan.overdue",
            "loan.claim",
            "file.open",
            "file.paper",
            "file.apply",
            "file.review",
            "attack"
        ];
        for (uint256 i; i < list.length; ++i) {
            _declare(list[i]);
        }
    }

    function selectors(bytes32) external pure override returns (bytes4[] memory list) {
        bytes4[18] memory all = [
            this.time_hours.selector,
            this.party_amend.selector,
            this.trade_confirm.selector,
            this.trade_pass.selector,
            this.attack_loans.selector,
            this.loan_apply.selector,
            this.loan_answer.selector,
            this.loan_close.selector,
            this.loan_draw.selector,
            this.loan_draw.selector,
            this.loan_repay.selector,
            this.loan_overdue.selector,
            this.loan_claim.selector,
            this.file_open.selector,
            this.file_paper.selector,
            this.file_paper.selector,
            this.file_apply.selector,
            this.file_review.selector
        ];
        list = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            list[i] = all[i];
        }
    }

    /// @notice The operator, or a stranger, draws on a line that is another's.
    function attack_loans(uint256 seed) external rolling(seed) {
        if (_papers.length == 0) return;
        bytes memory data =
            abi.encodeCall(ISupplierLoans.draw, (1, _papers[_roll(_papers.length)].fingerprint, 1));
        _forbid("LOAN-1", _odd(2) ? operator : outsider, address(loans), data);
    }
}
