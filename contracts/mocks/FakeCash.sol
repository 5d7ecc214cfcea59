// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

interface IClaimable {
    function claim(address cash) external;
}

/// @title Cash that nobody listed
/// @notice Says that everybody owns a fortune and, asked to pay, calls back whoever asked.
contract FakeCash {
    uint256 public calls;

    function currency() external pure returns (bytes3) {
        return "CNY";
    }

    function bank() external view returns (address) {
        return address(this);
    }

    function balanceOf(address) external pure returns (uint256) {
        return 1_000_000_000;
    }

    function axis(address) external pure returns (uint112, uint112, uint32) {
        return (1_000_000_000, 0, 1);
    }

    function pay(bytes32, bytes32, address, uint256, bytes32) external returns (uint256) {
        if (++calls == 1) IClaimable(msg.sender).claim(address(this));
        return 0;
    }
}
