// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Cheats} from "./base/Cheats.sol";
import {Play} from "./Play.sol";

/// @title Do the random histories reach every kind of act?
/// @notice A promise tested by histories in which nothing is ever financed or settled would be tested by nothing.
abstract contract Coverage is Cheats {
    bool public constant IS_TEST = true;
    uint256 private constant HISTORIES = 24;
    uint256 private constant DEPTH = 128;
    bytes32 private constant NEVER = "attack"; // the one kind that must be refused always

    uint256[] private _accepted;
    uint256[] private _refused;

    /// @notice Every kind of act is accepted at least once, no attack is.
    function test_every_kind_of_act_is_accepted_and_no_attack() external {
        vm.pauseGasMetering();
        bytes32[] memory kinds;
        for (uint256 history; history < HISTORIES && (history == 0 || _missing(kinds) != 0); ++history) {
            kinds = _history(history);
        }
        _printCounts("the coverage of the handlers", kinds, _accepted, _refused);
        bytes32 missing = _missing(kinds);
        require(missing == 0, string.concat("never accepted: ", _name(missing)));
        require(
            _accepted[kinds.length - 1] == 0 && kinds[kinds.length - 1] == NEVER, "an attack was accepted"
        );
    }

    function _history(uint256 number) private returns (bytes32[] memory kinds) {
        Play play = Play(vm.deployCode(_artifact(), ""));
        play.start();
        bytes4[] memory acts = play.selectors("ALL");
        for (uint256 i; i < DEPTH; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(number, i)));
            (bool ok,) = address(play).call(abi.encodeWithSelector(acts[seed % acts.length], seed));
            require(ok, "a handler failed");
        }
        kinds = play.kindList();
        for (uint256 i; i < kinds.length; ++i) {
            if (_accepted.length == i) (_accepted.push(), _refused.push());
            _accepted[i] += play.accepted(kinds[i]);
            _refused[i] += play.refused(kinds[i]);
        }
    }

    function _missing(bytes32[] memory kinds) private view returns (bytes32) {
        for (uint256 i; i < kinds.length; ++i) {
            if (_accepted[i] == 0 && kinds[i] != NEVER) return kinds[i];
        }
        return 0;
    }

    function _artifact() internal pure virtual returns (string memory);
}

/// @notice CASH-1 PIECE-1 BOND-1 BOND-2 DOC-1 LINE-1 FIN-1
contract HandlersTest is Coverage {
    function _artifact() internal pure override returns (string memory) {
        return "Play.sol:Play";
    }
}
