// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What a loan's units, its order book and its service ask of the facility behind it
/// @notice The units of a bond ask for an admitted investor instead, and nothing here.
interface ILenders {
    error NotLender(uint32 facility, address who);
    error AboveShare(uint32 loan, address lender, uint64 had, uint256 needed);

    /// @notice May `who` hold units of this loan: a participant that may act, and a lender that the borrower agreed to.
    function requireLender(uint32 loan, address who) external view returns (uint32 today);
    /// @notice May this lender have booked so many units of this loan in all.
    function checkLend(uint32 loan, address lender, uint256 units) external view;
    /// @return perUnit principal that the drawdown promised to repay with the interest of this period
    function dueWith(uint32 loan, uint256 period) external view returns (uint96 perUnit);
}
