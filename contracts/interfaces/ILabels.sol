// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The label of a bond: green, watch, withdrawn
/// @notice A label falls only for a cause that the record shows and rises only by cure. Each cause is a numbered
/// breach with the day it was recorded:
///   1 review       no review of the present version of the bond's framework is in force
///   2 verifier     the review's verifier is not active any more, or related to the issuer by now
///   3 undertaking  an occurrence is overdue or failed (`IUndertakings`)
///   4 alert        an alert about the bond was confirmed (`IAlerts`), by its judge's name and document
/// Anyone may raise 1 to 3: the chain sees them. While a breach is open the label is *watch*; it is *withdrawn* while
/// one has stayed open longer than the cure period, or an auditor or authority called it severe. Anyone may cure 1 to 3
/// once the chain sees the cause gone (an undertaking: kept). An alert is cured with a document, by who confirmed it or
/// another verifier; a severe one only by who called it so or by an authority.
/// The label is reported and gates nothing: no payment asks for it. Its history is in the events.
/// Assumes: who has the duty ALERTS passes on only what an unrelated party confirmed, once, and names it truly.
interface ILabels {
    /// @param by who recorded it or, once it is severe, who called it so; @param document of an alert
    struct Breach {
        uint32 bond;
        uint8 cause;
        uint8 index;
        uint32 occurrence;
        uint32 since;
        uint32 curedOn;
        bool severe;
        address by;
        bytes32 document;
    }

    /// @param label the bond's from now on
    event BreachRaised(uint64 indexed breach, uint32 indexed bond, uint8 label, Breach terms);
    event BreachSevere(uint64 indexed breach, uint32 indexed bond, address by, bytes32 document);
    event BreachCured(uint64 indexed breach, uint32 indexed bond, uint8 label, address by, bytes32 document);
    event CureDaysSet(uint32 cureDays);

    error NoBreach(uint32 bond, uint8 cause);
    error NotCured(uint64 breach, uint8 cause);

    function count() external view returns (uint64);
    function cureDays() external view returns (uint32);
    function breach(uint64 id) external view returns (Breach memory);
    /// @return label 0 for a bond that is not issued, 1 green, 2 watch, 3 withdrawn
    /// @return open number of open breaches; @return since the day of the oldest, zero when there is none
    function labelOf(uint32 bond) external view returns (uint8 label, uint32 open, uint32 since);
    /// @notice Open breaches of a bond after the number `afterId` (0: from the oldest), in order, at most `limit`.
    function openBreaches(uint32 bond, uint64 afterId, uint256 limit) external view returns (uint64[] memory);

    /// @notice Reverts as `raiseBreach` would: NoBreach when the record shows no such cause, AlreadyUsed when it is open.
    function checkRaise(uint32 bond, uint8 cause, uint8 index, uint32 occurrence) external view;
    /// @notice Reverts as `cure` would.
    function checkCure(uint64 id) external view;

    /// @param index and @param occurrence of an undertaking; zero for the other causes
    function raiseBreach(uint32 bond, uint8 cause, uint8 index, uint32 occurrence)
        external
        returns (uint64 id);
    /// @notice Only the module with the duty ALERTS: an alert about the bond was confirmed by `by`, citing `document`.
    function confirm(uint32 bond, bytes32 document, bool severe, address by) external returns (uint64 id);
    /// @notice An auditor or authority calls an open breach severe, citing a document.
    function aggravate(uint64 id, bytes32 document) external;
    function cure(uint64 id) external;
    function cureAlert(uint64 id, bytes32 document) external;

    /// @notice Only the delayed powers: days that a breach may stay open before the label is withdrawn.
    function setCureDays(uint32 days_) external;
}
