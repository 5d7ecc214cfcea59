// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What an interval has received of payments that are shared over `[0, face)`
/// @notice Each payment A is shared over the fen that are still owed: of U owed fen, u(x) of them before x, those before x
/// get `floor(A * u(x) / U)`. So the first payment P gives `[a, b)` exactly `floor(P*b/F) - floor(P*a/F)`; every
/// payment is given out to the fen, no fen gets more than one or gives one back, shares of neighbours add up under
/// any cut, and when P = F each fen has got its own. `targets` are the sums after each finished payment, rising, below
/// the face.
library Shares {
    /// @return received by the fen before `offset`
    function below(uint64[] memory targets, uint64 offset, uint64 face)
        internal
        pure
        returns (uint256 received)
    {
        uint256 paid;
        for (uint256 i; i < targets.length; ++i) {
            received += (targets[i] - paid) * (offset - received) / (face - paid);
            paid = targets[i];
        }
    }

    /// @return what the payment that reaches `target` after `targets` gives the fen before `offset`
    function gain(uint64[] memory targets, uint64 target, uint64 offset, uint64 face)
        internal
        pure
        returns (uint256)
    {
        uint256 paid = targets.length == 0 ? 0 : targets[targets.length - 1];
        return (target - paid) * (offset - below(targets, offset, face)) / (face - paid);
    }
}
