// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Confirmed payables: confirm, accept, refuse, return, void
/// @notice The obligor confirms a payable within a bank's line, under a programme, against an invoice both sides signed,
/// its contract and its delivery evidence; capacity is used and the line reserved at once. With a budget line, the
/// bond's money is locked in the same act. The supplier's acceptance, with its consent on record, opens the pieces;
/// refusal or return undoes everything, and so does voiding by both parties before anything happened to the piece.
/// Else what was accepted is irrevocable.
/// CONF-1: where the programme asks for two persons, an obligor whose clerk could confirm alone cannot confirm; nobody
/// is given a receivable that it did not accept. CONF-2: a receivable is voided by both its parties or not at all, and
/// only while its one piece is whole, free and with its first holder, before the due date and before money came in.
/// GREEN-1: the green fen of a receivable's disjoint intervals sum to its green amount, which is at most its face.
/// Rules: 银发〔2025〕77号 art. 11 (tenor: six months in principle, a bank's reasons above that, at most one year), art. 12
/// (contract, invoice and delivery), art. 15 (nothing new from an obligor in default); 保障中小企业款项支付条例 art. 11.
/// Assumes: documents are what their kinds say; a consent is what the supplier filed as one.
interface IReceivables {
    /// @param budgetLine zero: paid from general money at maturity; else funded from that line of a bond
    /// @param deliveryDocument evidence of delivery or, with `order`, the order that is not delivered yet
    /// @param reasons why the tenor is reasonable, attested by the line's bank; needed above 180 days where rule 77-11
    /// has its default level
    /// @param green fen of the face that buy what is green, under `category` of the obligor's `framework`, with
    /// `greenDocument` for it; zero with a budget line, whose fen are green by their bond and counted there
    struct Confirmation {
        address supplier;
        address cash;
        uint64 face;
        uint32 due;
        uint32 creditLine;
        uint32 budgetLine;
        bytes32 fingerprint;
        bytes32 contractDocument;
        bytes32 deliveryDocument;
        uint16 programme;
        bool order;
        bytes32 reasons;
        uint64 green;
        uint32 framework;
        uint8 category;
        bytes32 greenDocument;
    }

    /// @param state 1 proposed, 2 accepted, 3 refused, 4 returned, 5 settled, 6 voided
    /// @param order confirmed on an order, delivery evidence not filed yet
    /// @param overdueOn the day it was marked overdue; zero: it is not
    /// @param voidBy who wants it voided: 1 the obligor, 2 the supplier
    struct Receivable {
        address obligor;
        uint32 due;
        uint32 confirmedOn;
        uint8 state;
        uint16 programme;
        bool order;
        address supplier;
        uint32 creditLine;
        uint32 budgetLine;
        uint32 overdueOn;
        address cash;
        uint64 face;
        uint8 voidBy;
        bytes32 fingerprint;
    }

    /// @param amount green fen of the face; @param byBond they are counted by the bond that funds them
    struct Green {
        uint64 amount;
        uint32 framework;
        uint8 category;
        bool byBond;
    }

    event Confirmed(
        uint64 indexed receivable,
        address indexed obligor,
        address indexed supplier,
        Confirmation confirmation
    );
    /// @notice What a rule at level warn would have refused, or wanted attested.
    event RuleWarned(uint64 indexed receivable, bytes32 indexed rule, uint256 had, uint256 needed);
    /// @param consent 1 by that document, 2 declared with the act itself
    event Accepted(uint64 indexed receivable, uint8 consent, bytes32 document);
    event Refused(uint64 indexed receivable, bytes32 reason);
    event Returned(uint64 indexed receivable);
    event Delivered(uint64 indexed receivable, bytes32 document);
    event VoidProposed(uint64 indexed receivable, address indexed by, bytes32 reason);
    event VoidWithdrawn(uint64 indexed receivable, address indexed by);
    event Voided(uint64 indexed receivable, address indexed by);
    event Settled(uint64 indexed receivable);
    /// @param count overdue receivables of the obligor's from now on
    event MarkedOverdue(uint64 indexed receivable, address indexed obligor, uint32 count);
    event MarkedCured(uint64 indexed receivable, address indexed obligor, uint32 count);

    error TenorTooLong(uint32 had, uint32 needed);
    error NotYetReturnable(uint64 receivable, uint32 today, uint32 needed);
    error ObligorInDefault(address obligor, uint32 overdue);
    /// @param alone the most one person may confirm; the largest uint96 for a plain key
    error TwoPersonsNeeded(address who, uint96 alone);
    error OrdersNotFinanced(uint16 programme);
    error GreenTooLarge(uint64 had, uint64 needed);
    error ConsentMissing(uint64 receivable, uint8 had);
    error PieceNotWhole(uint64 receivable, uint64 had, uint64 needed);
    error MoneyCameIn(uint64 receivable, uint256 had);

    function count() external view returns (uint64);
    function receivable(uint64 id) external view returns (Receivable memory);
    /// @return how many receivables of this obligor's are overdue; while there is one it confirms nothing
    function overdue(address obligor) external view returns (uint32);
    function greenOf(uint64 id) external view returns (Green memory);
    /// @return green fen of `[start, end)`: floor(green * end / face) - floor(green * start / face)
    function greenShare(uint64 id, uint64 start, uint64 end) external view returns (uint64);
    /// @notice May this payable be confirmed, and if not why: reverts with `confirm`'s own error.
    function checkConfirm(Confirmation calldata confirmation, address obligor) external view;
    /// @notice May this party void it now, and if not why: reverts with `void`'s own error.
    function checkVoid(uint64 id, address party) external view;

    function confirm(Confirmation calldata confirmation) external returns (uint64 id);
    /// @notice The obligor files the delivery evidence of what it confirmed on an order.
    function deliver(uint64 id, bytes32 document) external;
    /// @param consent 1: `document`, a consent the supplier filed; 2: declared with this act, and no document
    function accept(uint64 id, uint8 consent, bytes32 document) external;
    function refuse(uint64 id, bytes32 reason) external;
    /// @notice Anyone may return a proposal that was not answered in time.
    function returnUnanswered(uint64 id) external;
    /// @notice One party wants an accepted receivable voided; the other does it with `void`.
    function proposeVoid(uint64 id, bytes32 reason) external;
    function withdrawVoid(uint64 id) external;
    function void(uint64 id) external;

    // --- modules with the duty MATURITY ---
    /// @notice Settled, and cured if it was overdue.
    function markSettled(uint64 id) external;
    function markOverdue(uint64 id) external;
    function markCured(uint64 id) external;
}
