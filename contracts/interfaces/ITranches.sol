// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Tranches of asset pools: subscribed against money, paid by a simple waterfall
/// @notice Investors subscribe before the cut-off day; their money waits on the pool's own axis, from which it pays for
/// pieces, or goes back when the pool is cancelled. What the pieces bring in is distributed: to the most senior tranche
/// its interest, then its principal, then to the next, and what is left when all have theirs to the last one, which is
/// hit first when money is short.
/// POOL-2: what reached the pool's axis is what was refunded, paid for pieces, distributed, and waits there; a tranche
/// gets nothing while one above it is owed interest or principal; its lots share what it got in proportion.
/// Lots: a subscription is an interval of its tranche `[0, nominal)`. Of what a tranche got so far, P of it, a lot of n fen
/// is due floor(P*n/nominal), in any order and however often it is paid. What is left, less than a fen a lot, waits on
/// the tranche's axis. (Sharing at the interval's edges would leave nothing, but takes fen back as P grows.)
/// Interest: ACT/360 on what is outstanding, from the day of closing, rounded down; unpaid interest bears none.
/// Assumes: AssetPools, the module with the duty "POOLS", moves a pool from state to state and says whom its money pays.
/// Danger: that module decides where a pool's money goes, within the pool's own axis.
interface ITranches {
    /// @param nominal in fen; @param ratePpm a year
    struct TrancheTerms {
        uint64 nominal;
        uint32 ratePpm;
    }

    /// @param state that of the asset pool; @param accruedOn day up to which interest was reckoned
    /// @param nominal of all tranches together
    struct Book {
        address cash;
        uint32 closesOn;
        uint8 state;
        uint8 tranches;
        uint32 accruedOn;
        address originator;
        uint32 lots;
        uint128 nominal;
        bytes32 document;
    }

    /// @param outstanding principal still owed; @param accrued parts of interest: fen x ppm x days, over 360 x 10^6
    /// @param interest, received what was distributed to it so far: interest, and all of it
    struct Tranche {
        uint64 nominal;
        uint32 ratePpm;
        uint64 subscribed;
        uint64 outstanding;
        uint128 accrued;
        uint128 interest;
        uint128 received;
    }

    struct Lot {
        address investor;
        uint8 tranche;
        uint64 start;
        uint64 end;
        uint128 paid;
    }

    event TrancheSubscribed(
        uint32 indexed pool, address indexed investor, uint32 lot, uint8 tranche, uint64 start, uint64 end
    );
    event TrancheDistributed(
        uint32 indexed pool, uint8 tranche, uint256 interest, uint256 principal, uint256 rest
    );
    event LotPaid(uint32 indexed pool, address indexed investor, uint32 lot, uint256 amount, bool kept);

    error TrancheCount(uint256 had, uint256 needed);
    error TrancheFull(uint32 pool, uint8 tranche, uint256 had, uint256 needed);
    error TrancheShort(uint32 pool, uint8 tranche, uint256 had, uint256 needed);

    function book(uint32 id) external view returns (Book memory);
    function tranche(uint32 id, uint8 index) external view returns (Tranche memory);
    /// @notice Lots are numbered from 1, in the order in which they were subscribed.
    function lotOf(uint32 id, uint32 number) external view returns (Lot memory);
    /// @notice What a lot is due beyond what it got, in fen.
    function dueOf(uint32 id, uint32 number) external view returns (uint256 amount);
    /// @notice What a tranche is owed in interest today, in fen, rounded down.
    function interestOwed(uint32 id, uint8 index) external view returns (uint256 amount);
    /// @notice May this be subscribed, and if not why: reverts with `subscribe`'s own error (allowance and money apart).
    function checkSubscribe(uint32 id, uint8 index, uint64 amount, address investor) external view;
    /// @notice Reverts TrancheShort unless every tranche is subscribed as a whole.
    function requireSubscribed(uint32 id) external view;

    // --- investors ---
    function subscribe(uint32 id, uint8 index, uint64 amount) external returns (uint32 number);

    // --- anyone ---
    /// @notice Distributes all that waits on the pool's axis among the tranches.
    function distribute(uint32 id) external;
    /// @notice Pays these lots what they are due; of a cancelled pool, gives their money back.
    function pay(uint32 id, uint32[] calldata numbers) external;
    /// @notice Pays the caller what waits on its claim axis; the move itself is the record.
    function claim(address cash) external;

    // --- modules ---
    function register(uint32 id, Book calldata book, TrancheTerms[] calldata tranches) external;
    function advance(uint32 id, uint8 state) external;
    function payFor(uint32 id, address to, uint256 amount) external;
    function take(uint32 id, address from, uint256 amount) external;
}
