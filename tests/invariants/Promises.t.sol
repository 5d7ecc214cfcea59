// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Cheats} from "./base/Cheats.sol";
import {Play} from "./Play.sol";

/// @title One campaign of random histories per promise; after each act the promise must hold
/// @notice A campaign prints at its end how often each kind of act was accepted and refused, over all its histories.
abstract contract Campaign is Cheats {
    bool public constant IS_TEST = true;

    Play internal play;

    function setUp() public virtual {
        play = Play(vm.deployCode(_artifact(), ""));
        play.start();
    }

    /// @dev The handler of these histories: `Play`, or another that is spoken to in the same way.
    function _artifact() internal pure virtual returns (string memory) {
        return "Play.sol:Play";
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(play);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(play), play.selectors(_promise()));
    }

    function _promise() internal pure virtual returns (bytes32);

    /// @dev What the acts themselves found against this promise while they were done.
    /// An act that was refused though every condition held is a finding in every campaign.
    function _nothingFound() internal view {
        _nothingFound(_promise());
        _nothingFound("LIVE");
    }

    function _nothingFound(bytes32 spec) internal view {
        string[] memory found = play.findings(spec);
        if (found.length != 0) revert(string.concat(_name(spec), ": ", found[0]));
    }

    function afterInvariant() public {
        _tally();
    }

    /// @dev Totals live in the environment of the test run, because a campaign's state starts anew with each history.
    function _tally() private {
        string memory key = string.concat("GREEN_LEDGER_ACTS_", _name(_promise()), "_");
        bytes32[] memory kinds = play.kindList();
        uint256[] memory accepted = new uint256[](kinds.length);
        uint256[] memory refused = new uint256[](kinds.length);
        for (uint256 i; i < kinds.length; ++i) {
            accepted[i] = _add(string.concat(key, _name(kinds[i]), "_A"), play.accepted(kinds[i]));
            refused[i] = _add(string.concat(key, _name(kinds[i]), "_R"), play.refused(kinds[i]));
        }
        _printCounts(_name(_promise()), kinds, accepted, refused);
    }

    function _add(string memory key, uint256 more) private returns (uint256 total) {
        total = vm.envOr(key, uint256(0)) + more;
        vm.setEnv(key, vm.toString(total));
    }
}

contract Cash1Test is Campaign {
    /// @notice CASH-1: on every axis incoming and outgoing intervals tile; balances sum to minted less burned. CASH-2: a
    /// bank's reference counts once. BANK-1: an instruction is answered once, by its bank, with a reference of its own.
    function invariant_CASH_1_CASH_2_BANK_1() external view {
        _nothingFound();
        _nothingFound("BANK-1");
        play.checkCash();
        play.checkInstructions();
    }

    function _promise() internal pure override returns (bytes32) {
        return "CASH-1";
    }
}

contract Piece1Test is Campaign {
    /// @notice PIECE-1: pieces tile the face, one holder a fen, discharged once, sequences without a hole.
    function invariant_PIECE_1() external view {
        _nothingFound();
        play.checkPieces();
        play.checkOwnPieces();
    }

    function _promise() internal pure override returns (bytes32) {
        return "PIECE-1";
    }
}

contract Bond1Test is Campaign {
    /// @notice BOND-1: the states of a bond's fen partition what was raised.
    function invariant_BOND_1() external view {
        _nothingFound();
        play.checkBonds();
    }

    function _promise() internal pure override returns (bytes32) {
        return "BOND-1";
    }
}

contract Bond2Test is Campaign {
    /// @notice BOND-2: nothing is paid or encumbered against a condition of the gate; the encumbered is paid regardless.
    function invariant_BOND_2() external view {
        _nothingFound();
    }

    function _promise() internal pure override returns (bytes32) {
        return "BOND-2";
    }
}

contract Bond6Test is Campaign {
    /// @notice BOND-6: an allotment is each booking's own interval of the whole, in any batches.
    function invariant_BOND_6() external view {
        _nothingFound();
        _nothingFound("BOND-1"); // units and money of an allotment go together
        play.checkBonds();
    }

    function _promise() internal pure override returns (bytes32) {
        return "BOND-6";
    }
}

contract Bond9Test is Campaign {
    /// @notice BOND-9, BOND-10: pocket and refinancing stay within what the bond declared. BOND-11, BOND-12: what leaves a
    /// line stays within what its certificates released. BOND-13: what works hold back stays there. BOND-8: from line to
    /// line only with the verifier's consent.
    function invariant_BOND_9_BOND_10_BOND_11_BOND_12_BOND_13_BOND_8() external view {
        bytes32[8] memory specs =
            [bytes32("BOND-1"), "BOND-2", "BOND-8", "BOND-10", "BOND-11", "BOND-12", "BOND-13", "LIVE"];
        for (uint256 i; i < specs.length; ++i) {
            _nothingFound(specs[i]);
        }
        _nothingFound();
        play.checkLimits();
        play.checkWorks();
        play.checkBonds();
    }

    function _promise() internal pure override returns (bytes32) {
        return "BOND-9";
    }
}

contract Doc1Test is Campaign {
    /// @notice DOC-1: what bonds and receivables together use of a document never exceeds its total, DOC-3: nor what a red
    /// invoice leaves of it, DOC-4: under all its names together.
    function invariant_DOC_1_DOC_3_DOC_4() external view {
        _nothingFound();
        _nothingFound("DOC-3");
        _nothingFound("DOC-4");
        play.checkDocuments();
    }

    function _promise() internal pure override returns (bytes32) {
        return "DOC-1";
    }
}

contract Line1Test is Campaign {
    /// @notice LINE-1: reserved + outstanding never exceed the limit, at both levels.
    function invariant_LINE_1() external view {
        _nothingFound();
        play.checkLines();
    }

    function _promise() internal pure override returns (bytes32) {
        return "LINE-1";
    }
}

contract Fin1Test is Campaign {
    /// @notice FIN-1: a financing moves piece and money together or neither; net = face - discount - fee.
    function invariant_FIN_1() external view {
        _nothingFound();
    }

    function _promise() internal pure override returns (bytes32) {
        return "FIN-1";
    }
}

/// @notice All acts together, under all promises, and one more: no act is refused while every condition known to these
/// tests holds. A gate that is always shut keeps no promise.
contract TogetherTest is Campaign {
    function invariant_all_promises_and_nothing_refused_without_reason() external view {
        _nothingFound();
        play.checkCash();
        play.checkPieces();
        play.checkOwnPieces();
        play.checkBonds();
        play.checkDocuments();
        play.checkLines();
        play.checkLimits();
        play.checkWorks();
        play.checkInstructions();
    }

    function _promise() internal pure override returns (bytes32) {
        return "LIVE";
    }
}
