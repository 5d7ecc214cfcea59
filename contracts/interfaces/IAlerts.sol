// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The life of an alert: raised, assigned, explained, confirmed or dismissed
/// @notice ALERT-2: an alert is closed only by an unrelated verifier, auditor or authority, with a reason and a document;
/// who raised one never judges it; a dismissed one stays readable for ever, and new evidence opens it again.
/// An alert names a finding by its key, made from the finding's content off chain: one alert a bond and key. It is raised
/// by a verifier, auditor or authority, or by whoever holds units of its bond, so that nobody else can flood the list.
/// Its judge is named by who raised it, or takes it itself; who judges holds no unit of the bond and is a stranger, by
/// declaration, to the issuer, to the party concerned and to who raised it, and is asked again when it closes. An
/// authority may judge what is another's to judge. An alert that was opened again is for auditors and authorities only:
/// a verifier's dismissal is not repeated by its friends. The party concerned and the issuer may explain while it is open.
/// An alert that is open after its due day shows as overdue, and may be given to another judge.
/// Confirmed, an alert about a bond is a breach of its label (`ILabels`). Alerts block nothing: no payment asks for them.
/// Assumes: findings are found off chain and their keys recomputed there; who raises and who judges answer by name.
/// Payments that a judge had from the bond are not seen here: they are shown beside the alert, by the index.
interface IAlerts {
    /// @param bond zero when it is about none; @param state 1 raised, 2 assigned, 3 explained, 4 confirmed, 5 dismissed
    /// @param reason of its end: 1 to 3 confirm, 4 to 8 dismiss; zero while it is open
    /// @param round 1, and one more each time it was opened again; @param raisedOn day of the present round
    /// @param breach of the label, once confirmed; @param raisedBy who raised it, or opened it again
    /// @param subject the party concerned, the issuer where no other was named; @param judge zero until one is named
    /// @param evidence of the present round; @param explanation, @param conclusion documents, zero until there are any
    struct Alert {
        uint32 bond;
        uint8 state;
        uint8 reason;
        uint32 round;
        uint32 raisedOn;
        uint32 closedOn;
        uint64 breach;
        address raisedBy;
        address subject;
        address judge;
        bytes32 key;
        bytes32 indicator;
        bytes32 evidence;
        bytes32 explanation;
        bytes32 conclusion;
    }

    event AlertRaised(uint64 indexed alert, uint32 indexed bond, bytes32 indexed key, Alert terms);
    event AlertAssigned(uint64 indexed alert, uint32 indexed bond, address indexed judge, address by);
    event AlertExplained(uint64 indexed alert, uint32 indexed bond, address by, bytes32 document);
    /// @param breach of the label, zero when the alert is about no bond
    event AlertConfirmed(
        uint64 indexed alert,
        uint32 indexed bond,
        address by,
        uint8 reason,
        bool severe,
        bytes32 document,
        uint64 breach
    );
    event AlertDismissed(
        uint64 indexed alert, uint32 indexed bond, address by, uint8 reason, bytes32 document
    );
    event AlertReopened(
        uint64 indexed alert, uint32 indexed bond, address by, bytes32 document, uint32 round
    );

    /// @notice Who holds units of a bond judges no alert about it.
    error Interested(address who, uint32 bond, uint256 units);

    function count() external view returns (uint64);
    /// @notice Days that an alert has until it shows as overdue; fixed at deployment.
    function answerDays() external view returns (uint32);
    function alert(uint64 id) external view returns (Alert memory);
    /// @return page of at most `most` alerts from number `first` on; the first alert is number 1
    function alerts(uint64 first, uint256 most) external view returns (Alert[] memory page);
    /// @return the alert about that finding, zero when none was raised
    function idOf(uint32 bond, bytes32 key) external view returns (uint64);
    /// @notice Is it open after its due day?
    function isOverdue(uint64 id) external view returns (bool);

    /// @notice Each reverts as the act by `by` would.
    function checkRaise(
        uint32 bond,
        bytes32 key,
        bytes32 indicator,
        address subject,
        bytes32 document,
        address by
    ) external view;
    function checkAssign(uint64 id, address judge, address by) external view;
    function checkExplain(uint64 id, bytes32 document, address by) external view;
    function checkConfirm(uint64 id, uint8 reason, bool severe, bytes32 document, address by) external view;
    function checkDismiss(uint64 id, uint8 reason, bytes32 document, address by) external view;
    function checkReopen(uint64 id, bytes32 document, address by) external view;

    /// @param bond an issued one, or zero; @param subject zero: the bond's issuer; @param document the finding, as filed
    function raiseAlert(uint32 bond, bytes32 key, bytes32 indicator, address subject, bytes32 document)
        external
        returns (uint64 id);
    /// @notice By who raised it or anybody fit to judge it; once it has a judge, by that judge or an authority, and by the
    /// others again when it is overdue.
    function assign(uint64 id, address judge) external;
    /// @notice By the party concerned or the issuer; a later explanation takes the place of an earlier one.
    function explain(uint64 id, bytes32 document) external;
    /// @param severe the label is withdrawn at once: by an auditor or authority
    function confirm(uint64 id, uint8 reason, bool severe, bytes32 document) external;
    function dismiss(uint64 id, uint8 reason, bytes32 document) external;
    /// @notice A dismissed alert, with a document that was not cited in it before; by whoever may raise it.
    function reopen(uint64 id, bytes32 document) external;
}
