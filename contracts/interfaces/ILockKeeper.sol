// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who gets the money of a locked piece
/// @notice Settlement ignores locks: a debt is paid on its day whatever the piece is locked for. The module that locked
/// it says to whom.
interface ILockKeeper {
    /// @notice Asked for a piece that this module locked, before and after it was discharged.
    /// @param holder of the piece when it was discharged
    /// @return payee who is paid; zero while nobody may have the money: it is held until the lock's reason ends
    function payeeOf(uint64 receivable, uint64 start, address holder) external view returns (address payee);
}
