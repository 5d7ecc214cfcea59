// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Splitting and passing on pieces of receivables
/// @notice A holder cuts its piece where it likes, and passes any interval of it on against a trade document of its own,
/// within the programme's limits, until the day before the receivable is due.
/// Rules: 民法典 art. 545 (assignment in part), 546 (the event is the notice).
interface ITransfers {
    /// @notice May this interval be passed on, and if not why: reverts with `transfer`'s own error.
    function checkTransfer(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address holder,
        address recipient,
        bytes32 tradeDocument
    ) external view;

    function split(uint64 receivable, uint64 start, uint16 sequence, uint64 middle) external;
    /// @notice Passes `[from, to)` of the piece at `start` to `recipient` against a trade document of the holder's.
    function transfer(
        uint64 receivable,
        uint64 start,
        uint16 sequence,
        uint64 from,
        uint64 to,
        address recipient,
        bytes32 tradeDocument
    ) external;
}
