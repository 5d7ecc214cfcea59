// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {ILimitTerms} from "../interfaces/ILimitTerms.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {Calendar} from "../libraries/Calendar.sol";
import {
    AmountTooLarge,
    DateOutOfOrder,
    NotParty,
    NotPowers,
    Unknown,
    WrongState
} from "../libraries/Errors.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title LimitTerms
/// @notice The promise is in ILimitTerms.
contract LimitTerms is ILimitTerms {
    uint8 private constant BOOKING = 1;
    uint8 private constant LOOK_BACK = 1;
    uint8 private constant SHARE = 2;
    uint256 private constant MILLION = 1_000_000;

    address public immutable powers;
    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IBondOffice public immutable office;
    IProceeds public immutable proceeds;

    mapping(uint32 => Terms) private _terms;
    mapping(bytes32 => Rule) private _rules;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IBondOffice office_,
        IProceeds proceeds_
    ) {
        powers = powers_;
        participants = participants_;
        documents = documents_;
        office = office_;
        proceeds = proceeds_;
    }

    function terms(uint32 bond) external view returns (Terms memory) {
        return _terms[bond];
    }

    function jurisdiction(bytes32 code) external view returns (Rule memory) {
        return _rules[code];
    }

    function checkDeclare(uint32 bond, address who, Terms calldata declared)
        public
        view
        returns (uint32 oldest)
    {
        IBondOffice.Bond memory b = office.bond(bond);
        if (b.issuer == address(0)) revert Unknown("BOND", bond);
        if (who != b.issuer) revert NotParty(who, b.issuer);
        participants.requireRole(who, Roles.ISSUER);
        if (_terms[bond].jurisdiction != 0) revert WrongState("LIMITS", bond, 1, 0);
        if (b.state != BOOKING) revert WrongState("BOND", bond, b.state, BOOKING);
        uint256 places = office.placeCount(bond);
        if (places != 0) revert BookingBegun(bond, places);
        Rule memory rule = _rules[declared.jurisdiction];
        if (!rule.known) revert Unknown("JURISDICTION", uint256(declared.jurisdiction));
        if (declared.pocketPpm > rule.pocketPpm) {
            revert AboveRule(declared.jurisdiction, rule.pocketPpm, declared.pocketPpm);
        }
        if (declared.refinancedPpm > MILLION) revert AmountTooLarge(declared.refinancedPpm, MILLION);
        documents.requireKnown(declared.document, who, 0);
        return _oldest(b.terms.issueDate, declared);
    }

    /// @dev A look-back that binds needs a day to be counted from; one that only informs does without.
    function _oldest(uint32 issueDate, Terms calldata declared) private view returns (uint32) {
        if (issueDate == 0) {
            if (declared.lookBackBinds) revert DateOutOfOrder("ISSUE_DATE", 0, participants.today());
            return 0;
        }
        if (declared.lookBackMonths == 0 && !declared.lookBackBinds) return 0;
        return uint32(Calendar.subMonths(issueDate, declared.lookBackMonths));
    }

    function declare(uint32 bond, Terms calldata declared) external {
        uint32 oldest = checkDeclare(bond, msg.sender, declared);
        _terms[bond] = declared;
        uint8 binding = (declared.lookBackBinds ? LOOK_BACK : 0) | (declared.shareBinds ? SHARE : 0);
        proceeds.setLimits(bond, declared.pocketPpm, declared.refinancedPpm, oldest, binding);
        emit LimitsDeclared(bond, msg.sender, oldest, declared);
    }

    function setJurisdiction(bytes32 code, Rule calldata rule) external {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        _rules[code] = rule;
        emit JurisdictionSet(code, rule);
    }
}
