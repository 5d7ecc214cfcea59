// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBankInstructions} from "../../contracts/interfaces/IBankInstructions.sol";
import {ICash} from "../../contracts/interfaces/ICash.sol";
import {ILimitTerms} from "../../contracts/interfaces/ILimitTerms.sol";
import {Attacks} from "./acts/Attacks.sol";

/// @title The world with everything that its actors can do
/// @notice Each external act takes one seed, from which it rolls who acts, on what, for how much, and now and then a
/// fault. Acts of the set-up are replayed on the ghosts like all others and then struck from the counts.
contract Play is Attacks {
    mapping(bytes32 => bytes4[]) private _groups;

    function start() external {
        _declareKinds();
        _listParties();
        _listBonds();
        _listReceivables();
        _listAttacks();
        _deploy();
        _admitAll();
        _registerPapers();
        _endow();
        _firstBond();
        _forgetCounts();
    }

    function _deployMore() internal override {
        bytes memory arguments = abi.encode(powers, participants, documents, office, proceeds);
        limitTerms = ILimitTerms(vm.deployCode("LimitTerms.sol:LimitTerms", arguments));
        _duty(address(proceeds), address(limitTerms), "LIMITS");
        ILimitTerms.Rule memory rule = ILimitTerms.Rule(true, MOST_POCKET);
        _set(address(limitTerms), abi.encodeCall(ILimitTerms.setJurisdiction, (JURISDICTION, rule)));
        arguments = abi.encode(participants, registry, receivables);
        instructions = IBankInstructions(vm.deployCode("BankInstructions.sol:BankInstructions", arguments));
        for (uint256 i; i < cashes.length; ++i) {
            _set(address(cashes[i]), abi.encodeCall(ICash.setController, ("BANK", address(instructions))));
        }
    }

    /// @dev Money for all, and the allowances without which no module can collect.
    function _endow() private {
        address[2] memory modules = [address(proceeds), address(maturity)];
        for (uint256 i; i < everybody.length; ++i) {
            for (uint256 k; k < 2; ++k) {
                _fund(cashes[k], everybody[i], k == 0 ? 60_000 : 20_000);
                for (uint256 m; m < 2; ++m) {
                    _allow(everybody[i], k, modules[m]);
                }
                _allow(everybody[i], k, address(financing));
            }
        }
        for (uint256 k; k < 2; ++k) {
            bytes memory data = abi.encodeCall(ICash.mint, (banks[k], 1, "first"));
            (bool ok,) = _act("cash.mint", banks[k], address(cashes[k]), data);
            require(ok, "mint");
        }
    }

    function _allow(address who, uint256 cash, address spender) private {
        vm.prank(who);
        cashes[cash].approve(spender, type(uint256).max);
    }

    /// @dev One bond with money on a budget line, and lines of credit, so that a short history reaches far.
    function _firstBond() private {
        for (uint256 i; i < 2; ++i) {
            uint32 framework = _registerFramework(issuers[i], 7);
            while (!_reviewHolds(framework)) _review(framework, 1, FAR);
            while (_bonds.length <= i) _registerBond(framework, uint8(i), 10, _today() + 2);
            _declareLimits(uint32(i + 1), issuers[i], _firstLimits());
            for (uint256 k; k < investors.length; ++k) {
                _book(uint32(i + 1), investors[k], 40);
            }
            _grant(banks[i], issuers[i], uint8(i), 6000, FAR);
            _grantSub(uint32(2 * i + 1), companies[i], 6000);
        }
        uint64 price = _bond(1).price;
        while (_bond(1).allotted == 0) _allot(1, 3, issuers[0]);
        _close(1, price);
        while (_lines.length == 0) {
            // until it is in the bond's currency
            if (_registerProject(1, 0, 100_000) != 0) _openLine(1, uint32(_projects.length), 90_000, true);
        }
        _allocate(1, _bond(1).unallocated / 2);
        _openPocketLine(1, _line(1).project, 9000, 1);
        _allocate(2, _pocketDown(1) / 2);
    }

    /// @dev All limits bind; the look-back only where the bond says when it was issued.
    function _firstLimits() private view returns (ILimitTerms.Terms memory t) {
        bool dated = _bond(uint32(_bonds.length)).dated;
        t = ILimitTerms.Terms(JURISDICTION, 200_000, 0, 300_000, dated, true, _paper(CONTRACT));
    }

    /// @dev In the order in which the table prints them. The attacks are at the end: none is ever accepted.
    function _declareKinds() private {
        _declare("party.amend");
        _declare("framework.register");
        _declare("framework.amend");
        _declare("framework.withdraw");
        _declare("framework.review");
        _declare("document.register");
        _declare("document.obligation");
        _declare("document.credit");
        _declare("document.link");
        _declare("cash.mint");
        _declare("cash.transfer");
        _declare("cash.approve");
        _declare("cash.transferFrom");
        _declare("cash.redeem");
        _declare("cash.cancelRedeem");
        _declare("cash.burn");
        _declare("bank.deposit");
        _declare("bank.withdraw");
        _declare("bank.confirm");
        _declare("bank.fail");
        _declare("bond.register");
        _declare("bond.book");
        _declare("bond.cancelBooking");
        _declare("bond.allot");
        _declare("bond.close");
        _declare("bond.cancel");
        _declare("bond.returnBooking");
        _declare("bond.transfer");
        _declare("limits.declare");
        _declare("project.register");
        _declare("line.open");
        _declare("line.openPocket");
        _declare("works.set");
        _declare("works.certify");
        _declare("works.final");
        _declare("proceeds.allocate");
        _declare("proceeds.deallocate");
        _declare("proceeds.propose");
        _declare("proceeds.consent");
        _declare("proceeds.withdraw");
        _declare("proceeds.payCost");
        _declare("proceeds.pay");
        _declare("proceeds.refund");
        _declare("proceeds.claim");
        _declare("line.grant");
        _declare("line.grantSub");
        _declare("line.change");
        _declare("receivable.confirm");
        _declare("receivable.accept");
        _declare("receivable.refuse");
        _declare("receivable.return");
        _declare("receivable.split");
        _declare("receivable.transfer");
        _declare("maturity.payIn");
        _declare("maturity.settle");
        _declare("maturity.claim");
        _declare("proceeds.refundEncumbered");
        _declare("financing.accept");
        _declare("financing.fund");
        _declare("financing.lapse");
        _declare("financing.revoke");
        _declare("book.open");
        _declare("book.cut");
        _declare("book.move");
        _declare("book.lock");
        _declare("book.unlock");
        _declare("book.discharge");
        _declare("attack");
    }

    /// @notice The acts that matter to one promise, so that its histories are full of them; all acts for any other word.
    function selectors(bytes32 spec) external view returns (bytes4[] memory) {
        bytes memory packed = bytes.concat(_packed("base"), _packed("life"), _packed("attack"));
        bytes memory money = bytes.concat(_packed("bond"), _packed("proceeds"));
        bytes memory claims =
            bytes.concat(_packed("receivable"), _packed("financing"), _packed("maturity"), _packed("book"));
        if (spec == "CASH-1") {
            packed = bytes.concat(packed, _packed("cash"), _packed("bank"), money, _packed("maturity"));
        } else if (spec == "BOND-1" || spec == "BOND-2") {
            packed = bytes.concat(packed, money, _packed("receivable"), _packed("maturity"));
        } else if (spec == "BOND-9") {
            packed = bytes.concat(packed, money, _packed("works"), _packed("works"), _packed("receivable"));
        } else if (spec == "BOND-6") {
            packed = bytes.concat(_packed("base"), _packed("bond"), _packed("bond"));
        } else if (spec == "DOC-1") {
            packed = bytes.concat(packed, _packed("papers"), _packed("proceeds"), _packed("receivable"));
        } else if (spec == "LINE-1") {
            packed = bytes.concat(packed, _packed("line"), _packed("receivable"));
        } else if (spec == "PIECE-1" || spec == "FIN-1") {
            packed = bytes.concat(packed, claims);
        } else {
            packed = bytes.concat(packed, _packed("cash"), money, _packed("line"), claims);
            packed = bytes.concat(packed, _packed("bank"), _packed("papers"), _packed("works"));
        }
        return _unpacked(packed);
    }

    function _packed(bytes32 group) private view returns (bytes memory packed) {
        bytes4[] storage list = _groups[group];
        for (uint256 i; i < list.length; ++i) {
            packed = bytes.concat(packed, list[i]);
        }
    }

    function _unpacked(bytes memory packed) private pure returns (bytes4[] memory list) {
        list = new bytes4[](packed.length / 4);
        for (uint256 i; i < packed.length; ++i) {
            list[i / 4] |= bytes4(packed[i]) >> (8 * (i % 4));
        }
    }

    function _listParties() private {
        _groups["base"].push(this.time_hours.selector);
        _groups["base"].push(this.time_days.selector);
        _groups["base"].push(this.party_amend.selector);
        _groups["base"].push(this.framework_register.selector);
        _groups["base"].push(this.framework_change.selector);
        _groups["base"].push(this.framework_review.selector);
        _groups["base"].push(this.obligation_register.selector);
        _groups["papers"].push(this.document_credit.selector);
        _groups["papers"].push(this.document_link.selector);
        _groups["cash"].push(this.document_register.selector);
        _groups["cash"].push(this.cash_mint.selector);
        _groups["cash"].push(this.cash_transfer.selector);
        _groups["cash"].push(this.cash_transferFrom.selector);
        _groups["cash"].push(this.cash_redeem.selector);
        _groups["cash"].push(this.cash_cancelRedeem.selector);
        _groups["cash"].push(this.cash_burn.selector);
        _groups["bank"].push(this.bank_deposit.selector);
        _groups["bank"].push(this.bank_withdraw.selector);
        _groups["bank"].push(this.bank_confirm.selector);
        _groups["bank"].push(this.bank_fail.selector);
    }

    function _listBonds() private {
        _groups["bond"].push(this.bond_register.selector);
        _groups["bond"].push(this.bond_book.selector);
        _groups["bond"].push(this.bond_cancelBooking.selector);
        _groups["bond"].push(this.bond_allot.selector);
        _groups["bond"].push(this.bond_close.selector);
        _groups["bond"].push(this.bond_cancel.selector);
        _groups["bond"].push(this.bond_returnBooking.selector);
        _groups["bond"].push(this.bond_transfer.selector);
        _groups["proceeds"].push(this.project_register.selector);
        _groups["proceeds"].push(this.line_open.selector);
        _groups["proceeds"].push(this.proceeds_allocate.selector);
        _groups["proceeds"].push(this.proceeds_deallocate.selector);
        _groups["proceeds"].push(this.proceeds_payCost.selector);
        _groups["proceeds"].push(this.proceeds_pay.selector);
        _groups["proceeds"].push(this.proceeds_refund.selector);
        _groups["proceeds"].push(this.proceeds_refundEncumbered.selector);
        _groups["proceeds"].push(this.proceeds_claim.selector);
        _groups["works"].push(this.limits_declare.selector);
        _groups["works"].push(this.life_works.selector);
        _groups["works"].push(this.works_set.selector);
        _groups["works"].push(this.works_certify.selector);
        _groups["works"].push(this.proceeds_propose.selector);
        _groups["works"].push(this.proceeds_consent.selector);
    }

    function _listReceivables() private {
        _groups["line"].push(this.line_grant.selector);
        _groups["line"].push(this.line_grantSub.selector);
        _groups["line"].push(this.line_change.selector);
        _groups["receivable"].push(this.receivable_confirm.selector);
        _groups["receivable"].push(this.receivable_accept.selector);
        _groups["receivable"].push(this.receivable_refuse.selector);
        _groups["receivable"].push(this.receivable_return.selector);
        _groups["receivable"].push(this.receivable_split.selector);
        _groups["receivable"].push(this.receivable_transfer.selector);
        _groups["financing"].push(this.financing_accept.selector);
        _groups["financing"].push(this.financing_fund.selector);
        _groups["financing"].push(this.financing_lapse.selector);
        _groups["financing"].push(this.financing_revoke.selector);
        _groups["maturity"].push(this.maturity_payIn.selector);
        _groups["maturity"].push(this.maturity_settle.selector);
        _groups["maturity"].push(this.maturity_claim.selector);
        _groups["book"].push(this.book_open.selector);
        _groups["book"].push(this.book_act.selector);
        _groups["life"].push(this.life_begins.selector);
        _groups["life"].push(this.life_finances.selector);
        _groups["life"].push(this.life_ends.selector);
    }

    function _listAttacks() private {
        _groups["attack"].push(this.attack_cash.selector);
        _groups["attack"].push(this.attack_proceeds.selector);
        _groups["attack"].push(this.attack_book.selector);
        _groups["attack"].push(this.attack_modules.selector);
    }

    function kindList() external view returns (bytes32[] memory) {
        return kinds;
    }
}
