// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// What the tests of the chain client act on: acts that count, acts that refuse, values of every shape.
contract Counter {
    struct Pair {
        uint128 left;
        address right;
    }

    error TooMany(address who, uint256 had, uint256 needed);
    error Unknown(bytes32 what, uint256 id);

    event Counted(address indexed who, uint256 indexed id, uint256 total, bytes32 label);

    uint256 public total;
    mapping(uint256 => uint256) public times;

    function count(uint256 id, bytes32 label) external {
        ++times[id];
        emit Counted(msg.sender, id, ++total, label);
    }

    function countUpTo(uint256 limit) external {
        if (total >= limit) revert TooMany(msg.sender, total, limit);
        emit Counted(msg.sender, limit, ++total, "");
    }

    function known(uint256 id) external view returns (uint256) {
        if (times[id] == 0) revert Unknown("COUNT", id);
        return times[id];
    }

    function say(string calldata words) external pure {
        revert(words);
    }

    function divide(uint256 by) external pure returns (uint256) {
        return 1 / by;
    }

    function mirror(Pair calldata pair, Pair[] calldata others, bytes calldata data)
        external
        pure
        returns (Pair memory, Pair[] memory, bytes memory)
    {
        return (pair, others, data);
    }

    function now_() external view returns (uint256) {
        return block.timestamp;
    }
}
