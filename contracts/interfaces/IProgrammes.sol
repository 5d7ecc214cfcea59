// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Programmes of receivables: what one core enterprise's chain, or one bank's product, lets its members do
/// @notice Every receivable names its programme. A programme's figures bind what is confirmed and what is done from
/// then on; the limits of pieces bind a receivable as they were when it was accepted. A rule that has several
/// levels (warn, attest, block) has one per programme, and where none is set the rule's own default holds.
/// Danger: fewer days to accept make proposals that still wait returnable at once.
interface IProgrammes {
    /// @param minPiece smallest piece a cut may leave, in fen; @param maxPieces of one receivable
    /// @param maxLayers how often a fen may change its holder; @param terms bits of `Terms`
    /// @param acceptDays the supplier has to answer; @param maxTenorDays from confirmation to the due date
    /// @param graceDays after the due date before a receivable is overdue; @param writeOffDays overdue, before a holder
    /// may mark its piece written off; @param cutOff second of the local day until which money moves the same day
    /// @param offerDays a holder's offer of a piece stays open
    struct Programme {
        uint48 minPiece;
        uint16 maxPieces;
        uint8 maxLayers;
        uint8 terms;
        uint16 acceptDays;
        uint16 maxTenorDays;
        uint8 graceDays;
        uint16 writeOffDays;
        uint24 cutOff;
        uint16 offerDays;
    }

    event ProgrammeSet(uint16 indexed programme, Programme terms);
    event LevelSet(uint16 indexed programme, bytes32 indexed rule, uint8 level);

    /// @return the highest number that a programme has
    function last() external view returns (uint16);
    /// @notice Reverts Unknown when there is no such programme.
    function programme(uint16 id) external view returns (Programme memory);
    /// @param rule its code in ASCII; @return 0 its own default, 1 warn, 2 attest, 3 block
    function levelOf(uint16 id, bytes32 rule) external view returns (uint8);

    // --- delayed powers ---
    /// @param id from 1 on; a programme there is, or a new one
    function set(uint16 id, Programme calldata terms) external;
    function setLevel(uint16 id, bytes32 rule, uint8 level) external;
}
