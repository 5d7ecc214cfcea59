// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IProceedsBooks} from "../interfaces/IProceedsBooks.sol";
import {IWorks} from "../interfaces/IWorks.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    DateOutOfOrder,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount
} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";
import {ProceedsBase} from "./ProceedsBase.sol";

/// @title Works
/// @notice The promise is in IWorks.
/// @dev A code of Proceeds, as ProceedsBooks is: it runs on that storage and controls nothing of its own.
contract Works is IWorks, ProceedsBase {
    uint256 private constant MAX_MILESTONES = 12;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        IPieceBook pieceBook_
    ) ProceedsBase(powers_, participants_, documents_, frameworks_, pieceBook_) {}

    // --- issuer ---

    function setWorks(
        uint32 lineId,
        address certifier,
        MilestoneTerms[] calldata milestones,
        uint32 retention,
        uint32 finalDueDay,
        bytes32 consent
    ) external {
        IProceedsBooks.Line storage l = _ownLine(lineId);
        Conditions storage w = _works[lineId];
        if (w.certifier != address(0)) revert AlreadyUsed("WORKS", bytes32(uint256(lineId)));
        uint256 begun = _incoming(l.cash, Purposes.budgetLine(lineId));
        if (begun != 0) revert LineBegun(lineId, begun);
        if (milestones.length == 0 && retention == 0) revert ZeroAmount();
        if (retention >= MILLION) revert AmountTooLarge(retention, MILLION - 1);
        _requireUnrelated(l, certifier);
        _requireCertifier(l.framework, certifier, consent);
        w.certifier = certifier;
        w.agreed = consent != 0;
        uint32 day = _hold(lineId, l.budget, w, milestones);
        if (retention != 0 && finalDueDay < day) revert DateOutOfOrder("FINAL", finalDueDay, day);
        (w.retention, w.finalDueDay) = (retention, finalDueDay);
        l.conditions |= WORKS | (milestones.length == 0 ? 0 : MILESTONES) | (retention == 0 ? 0 : RETENTION);
        emit WorksSet(lineId, l.bond, certifier, retention, finalDueDay, consent, milestones);
    }

    /// @return day the last milestone's due day, today without one
    function _hold(uint32 lineId, uint256 budget, Conditions storage w, MilestoneTerms[] calldata terms)
        private
        returns (uint32 day)
    {
        if (terms.length > MAX_MILESTONES) {
            revert TooManyMilestones(lineId, terms.length, MAX_MILESTONES);
        }
        day = participants.today();
        uint256 held;
        for (uint256 i; i < terms.length; ++i) {
            MilestoneTerms calldata t = terms[i];
            if (t.amount == 0) revert ZeroAmount();
            if (t.dueDay < day) revert DateOutOfOrder("MILESTONE", t.dueDay, day);
            day = t.dueDay;
            held += t.amount;
            w.milestones.push(Milestone(t.amount, t.dueDay, 0));
        }
        if (held > budget) revert IProceedsBooks.OverBudget(lineId, budget, held);
        w.held = uint96(held);
    }

    /// @dev A consent names its line and certifier in words that a contract cannot read, so it is used once.
    function _requireCertifier(uint32 framework, address certifier, bytes32 consent) private {
        if (consent == 0) {
            participants.requireRole(certifier, Roles.VERIFIER);
            return;
        }
        participants.requireActive(certifier);
        address verifier = frameworks.standing(framework).verifier;
        documents.requireKnown(consent, verifier, Kinds.CONSENT);
        if (_consentUsed[verifier][consent]) revert AlreadyUsed("CONSENT", consent);
        _consentUsed[verifier][consent] = true;
    }

    function _requireUnrelated(IProceedsBooks.Line storage l, address certifier) private view {
        participants.requireUnrelated(l.issuer, certifier);
        participants.requireUnrelated(_projects[l.project].company, certifier);
    }

    // --- certifier ---

    function certifyMilestone(uint32 lineId, uint256 index, bytes32 document) external {
        IProceedsBooks.Line storage l = _lines[lineId];
        Conditions storage w = _certifiers(lineId, l, document);
        if (index >= w.milestones.length) revert Unknown("MILESTONE", index);
        Milestone storage m = w.milestones[index];
        if (m.certifiedOn != 0) revert AlreadyUsed("MILESTONE", bytes32(index));
        m.certifiedOn = participants.today();
        w.held -= m.amount;
        // Nothing is held any more: of milestones the gate asks no longer.
        if (w.held == 0) l.conditions &= ~MILESTONES;
        emit MilestoneCertified(lineId, l.bond, msg.sender, index, m.amount, m.certifiedOn, document);
    }

    function certifyFinal(uint32 lineId, bytes32 document) external {
        IProceedsBooks.Line storage l = _lines[lineId];
        Conditions storage w = _certifiers(lineId, l, document);
        if (l.conditions & RETENTION == 0) revert WrongState("RETENTION", lineId, 0, RETENTION);
        w.finalOn = participants.today();
        l.conditions &= ~RETENTION;
        emit FinallyCertified(lineId, l.bond, msg.sender, w.finalOn, document);
    }

    /// @dev Who may certify is judged again at each certificate: roles lapse, and ties are declared later.
    function _certifiers(uint32 lineId, IProceedsBooks.Line storage l, bytes32 document)
        private
        view
        returns (Conditions storage w)
    {
        w = _works[lineId];
        if (w.certifier == address(0)) revert Unknown("WORKS", lineId);
        if (msg.sender != w.certifier) revert NotParty(msg.sender, w.certifier);
        participants.requireRole(msg.sender, w.agreed ? 0 : Roles.VERIFIER);
        _requireUnrelated(l, msg.sender);
        documents.requireKnown(document, msg.sender, 0);
    }
}
