// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Units of one green bond: ERC-20 with no decimals, held by admitted investors only
interface IGreenBond {
    function initialize(address office, address participants, uint32 bond, string calldata label) external;
    function bondId() external view returns (uint32);
    function mint(address investor, uint256 units) external;
    /// @notice May these units move, and if not why: reverts with the transfer's own error.
    function checkTransfer(address from, address to, uint256 units) external view;
}
