// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "./ICash.sol";

/// @title Loans to a supplier on its ledger history: application, line, drawdown, repayment
/// @notice LOAN-1: outstanding <= limit, and what was drawn less what was repaid of it is what is outstanding.
/// A supplier applies to a financier that may see its score (a mandate of kind CREDIT_READER is its consent), naming the
/// hash of the features the score is made from and the block they were read at, so that anyone who may see the history
/// computes the same score. The financier grants a line: limit, rate, tenor and last day to draw.
/// A drawdown cites a loan drawdown document that both signed (its payer is the financier), uses its capacity, and moves
/// the money from financier to supplier in the same act. Interest is ACT/360 on what is outstanding: fen x rate x days
/// are added up exactly and rounded half-up once, so neither many small repayments nor few large ones change it.
/// A repayment goes to interest first. When one side cannot act, it waits on the financier's claim, so a suspension
/// stops no debt. While a drawdown is marked overdue, nothing more is drawn on its line.
/// Assumes: the features' hash is recomputed off chain by the financier before it grants; the chain cannot.
interface ISupplierLoans {
    /// @param features hash of the feature vector; @param asOfBlock the block it was read at
    /// @param document kind application; @param security kind pledge, or zero: what secures the line, if anything
    struct Application {
        address financier;
        address cash;
        uint96 amount;
        bytes32 features;
        uint64 asOfBlock;
        bytes32 document;
        bytes32 security;
    }

    /// @param ratePpm a year; @param tenorDays from a drawdown to its due day
    /// @param expiresOn last day to draw; @param document kind review result
    struct Terms {
        uint96 limit;
        uint24 ratePpm;
        uint16 tenorDays;
        uint32 expiresOn;
        bytes32 document;
    }

    /// @param state 1 applied, 2 granted, 3 declined, 4 closed: nothing more is drawn
    /// @param overdue how many drawdowns are marked overdue; @param repaid of the principal
    struct Line {
        address supplier;
        uint8 state;
        uint32 expiresOn;
        uint24 ratePpm;
        uint16 tenorDays;
        uint16 overdue;
        address financier;
        uint96 limit;
        address cash;
        uint96 drawn;
        uint96 repaid;
        uint96 interestPaid;
        uint32 appliedOn;
        bytes32 features;
        uint96 amount;
        uint64 asOfBlock;
    }

    /// @param state 1 outstanding, 2 overdue, 3 repaid
    /// @param accrued interest up to `accruedTo`, in fen x ppm x days
    struct Drawdown {
        uint32 line;
        uint8 state;
        uint32 drawnOn;
        uint32 dueOn;
        uint32 accruedTo;
        uint24 ratePpm;
        uint96 drawn;
        uint96 outstanding;
        uint160 accrued;
        uint96 interestPaid;
        bytes32 fingerprint;
    }

    event LoanApplied(
        uint32 indexed line, address indexed supplier, address indexed financier, Application application
    );
    event LoanGranted(uint32 indexed line, Terms terms);
    event LoanDeclined(uint32 indexed line, bytes32 document);
    event LoanClosed(uint32 indexed line, address by);
    event Drawn(
        uint64 indexed drawdown, uint32 indexed line, uint96 amount, uint32 dueOn, bytes32 fingerprint
    );
    /// @param kept true when it waits on the financier's claim
    event Repaid(
        uint64 indexed drawdown,
        uint32 indexed line,
        uint96 principal,
        uint96 interest,
        uint96 outstanding,
        bool kept
    );
    event DrawdownOverdue(uint64 indexed drawdown, uint32 indexed line, uint32 dueOn);

    error LoanLimitExceeded(uint32 line, uint256 had, uint256 needed);
    error LoanOverdue(uint32 line, uint16 overdue);
    error DrawdownNotOverdue(uint64 drawdown, uint32 dueOn, uint32 today);

    function count() external view returns (uint32);
    function drawdownCount() external view returns (uint64);
    function line(uint32 id) external view returns (Line memory);
    function drawdown(uint64 id) external view returns (Drawdown memory);
    /// @notice What a drawdown owes today.
    function owed(uint64 id) external view returns (uint96 principal, uint256 interest);

    /// @notice Each reverts with the act's own error; allowance and balance are the cash's to refuse.
    function checkApply(Application calldata application, address supplier) external view;
    function checkGrant(uint32 id, Terms calldata terms, address financier) external view;
    function checkDraw(uint32 id, bytes32 fingerprint, uint96 amount, address supplier) external view;
    function checkRepay(uint64 id, uint96 amount, address supplier) external view;

    // --- supplier ---
    function applyFor(Application calldata application) external returns (uint32 id);
    function draw(uint32 id, bytes32 fingerprint, uint96 amount) external returns (uint64 drawdown_);
    function repay(uint64 id, uint96 amount) external;
    /// @notice By either side. What is outstanding stays owed.
    function close(uint32 id) external;

    // --- financier ---
    function grant(uint32 id, Terms calldata terms) external;
    function decline(uint32 id, bytes32 document) external;
    /// @notice Takes what waits for the sender.
    function claim(ICash cash) external;

    // --- anyone ---
    function markOverdue(uint64 id) external;
}
