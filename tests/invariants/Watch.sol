// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAlerts} from "../../contracts/interfaces/IAlerts.sol";
import {ILabels} from "../../contracts/interfaces/ILabels.sol";
import {ILegs} from "../../contracts/interfaces/ILegs.sol";
import {LegActs} from "./acts/LegActs.sol";
import {Life} from "./Life.sol";

/// @title What is said about bonds: alerts and their judges, money outside and who attests it
/// @notice The two bonds of `Life`, whose units go on changing hands, so that a judge may have a stake tomorrow.
contract Watch is Life, LegActs {
    function start() external override {
        _begin();
        _admitWatchers();
        _forgetCounts();
    }

    function _deployMore() internal override {
        address undertakings =
            vm.deployCode("Undertakings.sol:Undertakings", abi.encode(participants, documents, frameworks));
        labels = ILabels(
            _module(
                "Labels.sol:Labels",
                abi.encode(powers, participants, documents, frameworks, undertakings, office)
            )
        );
        alerts = IAlerts(
            vm.deployCode(
                "Alerts.sol:Alerts", abi.encode(participants, documents, office, labels, ANSWER_DAYS)
            )
        );
        _duty(address(labels), address(alerts), "ALERTS");
        legs = ILegs(vm.deployCode("Legs.sol:Legs", abi.encode(participants, documents, office)));
    }

    function _declareKinds() internal override {
        bytes32[16] memory list = [
            bytes32("unit.transfer"),
            "party.amend",
            "party.tie",
            "alert.raise",
            "alert.assign",
            "alert.explain",
            "alert.confirm",
            "alert.dismiss",
            "alert.reopen",
            "leg.attest",
            "leg.report",
            "leg.confirm",
            "leg.refuse",
            "leg.withdraw",
            "document.register",
            "attack"
        ];
        for (uint256 i; i < list.length; ++i) {
            _declare(list[i]);
        }
    }

    /// @notice Nobody but the alerts themselves writes a breach to a label.
    function attack_labels(uint256 seed) external rolling(seed) {
        address by = _someWatcher();
        bytes memory data = abi.encodeCall(ILabels.confirm, (_someToken(), PAPER, _odd(2), by));
        (bool ok,) = _act("attack", by, address(labels), data);
        _must(!ok, "ALERT-2", "a breach without an alert");
    }

    function selectors(bytes32) external pure override returns (bytes4[] memory list) {
        bytes4[18] memory all = [
            this.time_hours.selector,
            this.time_days.selector,
            this.attack_labels.selector,
            this.party_amend.selector,
            this.party_tie.selector,
            this.unit_transfer.selector,
            this.alert_raise.selector,
            this.alert_assign.selector,
            this.alert_assign.selector,
            this.alert_explain.selector,
            this.alert_confirm.selector,
            this.alert_dismiss.selector,
            this.alert_reopen.selector,
            this.leg_attest.selector,
            this.leg_attest.selector,
            this.leg_report.selector,
            this.leg_answer.selector,
            this.leg_withdraw.selector
        ];
        list = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            list[i] = all[i];
        }
    }
}
