// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The few cheat codes of forge that these tests use.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function prank(address who) external;
    function warp(uint256 timestamp) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function deployCode(string calldata artifact, bytes calldata arguments) external returns (address);
    function toString(uint256 value) external pure returns (string memory);
    function setEnv(string calldata name, string calldata value) external;
    function pauseGasMetering() external;
    function envOr(string calldata name, uint256 standard) external view returns (uint256);
}

abstract contract Cheats {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant CONSOLE = 0x000000000000000000636F6e736F6c652e6c6f67;

    /// @dev The console answers nothing, so there is nothing to look at in what the call returns.
    function _print(string memory line) internal view {
        (bool heard,) = CONSOLE.staticcall(abi.encodeWithSignature("log(string)", line));
        heard;
    }

    function _name(bytes32 word) internal pure returns (string memory) {
        uint256 length;
        while (length < 32 && word[length] != 0) ++length;
        bytes memory text = new bytes(length);
        for (uint256 i; i < length; ++i) {
            text[i] = word[i];
        }
        return string(text);
    }

    /// @dev Three kinds of act a line: name, how often accepted, how often refused.
    function _printCounts(
        string memory title,
        bytes32[] memory kinds,
        uint256[] memory accepted,
        uint256[] memory refused
    ) internal view {
        _print(string.concat("acts by kind, accepted / refused, in the histories of ", title));
        string memory line = " ";
        for (uint256 i; i < kinds.length; ++i) {
            string memory counts = string.concat(vm.toString(accepted[i]), " / ", vm.toString(refused[i]));
            line = string.concat(line, " ", _padded(_name(kinds[i]), 26), _padded(counts, 12));
            if (i % 3 != 2 && i + 1 != kinds.length) continue;
            _print(line);
            line = " ";
        }
    }

    function _padded(string memory text, uint256 width) internal pure returns (string memory) {
        while (bytes(text).length < width) text = string.concat(text, " ");
        return text;
    }
}
