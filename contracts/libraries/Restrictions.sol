// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {ILenders} from "../interfaces/ILenders.sol";
import {Lapsed, MissingRole, NotAdmitted, Suspended} from "./Errors.sol";

/// @title A code and a sentence for each refusal of a move of units (ERC-1404)
/// @notice The code is read off the refusal itself, so the two cannot disagree. `ledger.domain.restrictions` has the same
/// list, in both languages.
library Restrictions {
    uint8 internal constant NONE = 0;
    uint8 internal constant RETIRED = 1;
    uint8 internal constant PAUSED = 2;
    uint8 internal constant FROM_FROZEN = 3;
    uint8 internal constant TO_FROZEN = 4;
    uint8 internal constant FROM_NOT_ADMITTED = 5;
    uint8 internal constant TO_NOT_ADMITTED = 6;
    uint8 internal constant FROM_SUSPENDED = 7;
    uint8 internal constant TO_SUSPENDED = 8;
    uint8 internal constant FROM_LAPSED = 9;
    uint8 internal constant TO_LAPSED = 10;
    uint8 internal constant TO_NO_INVESTOR = 11;
    uint8 internal constant TO_NOBODY = 12;
    uint8 internal constant TOO_FEW_UNITS = 13;
    uint8 internal constant UNITS_FROZEN = 14;
    uint8 internal constant TO_NO_LENDER = 15;
    uint8 internal constant OTHER = 255;

    /// @param refusal the error's data: a selector, then who it speaks of where it speaks of somebody
    function codeOf(bytes memory refusal, address to) internal pure returns (uint8) {
        bytes4 error_ = bytes4(refusal);
        if (error_ == IGreenBond.BondRetired.selector) return RETIRED;
        if (error_ == IGreenBond.BondPaused.selector) return PAUSED;
        if (error_ == IGreenBond.UnitsNotFree.selector) return UNITS_FROZEN;
        if (error_ == IERC20Errors.ERC20InsufficientBalance.selector) return TOO_FEW_UNITS;
        if (error_ == IERC20Errors.ERC20InvalidReceiver.selector) return TO_NOBODY;
        if (error_ == MissingRole.selector) return TO_NO_INVESTOR;
        if (error_ == ILenders.NotLender.selector) return TO_NO_LENDER;
        // The codes that speak of the receiver follow those of the giver.
        uint8 receiver = _firstWord(refusal) == to ? 1 : 0;
        if (error_ == IGreenBond.AccountFrozen.selector) return FROM_FROZEN + receiver;
        if (error_ == NotAdmitted.selector) return FROM_NOT_ADMITTED + receiver;
        if (error_ == Suspended.selector) return FROM_SUSPENDED + receiver;
        return error_ == Lapsed.selector ? FROM_LAPSED + receiver : OTHER;
    }

    function sentence(uint8 code) internal pure returns (string memory) {
        if (code == NONE) return "These units may move.";
        if (code == RETIRED) return "The bond is redeemed; its units do not move any more.";
        if (code == PAUSED) return "An authority has paused all moves of this bond.";
        if (code == FROM_FROZEN) return "The giver's account is frozen by an authority.";
        if (code == TO_FROZEN) return "The receiver's account is frozen by an authority.";
        if (code == FROM_NOT_ADMITTED) return "The giver is not an admitted participant.";
        if (code == TO_NOT_ADMITTED) return "The receiver is not an admitted participant.";
        if (code == FROM_SUSPENDED) return "The giver is suspended.";
        if (code == TO_SUSPENDED) return "The receiver is suspended.";
        if (code == FROM_LAPSED) return "The giver's admission has lapsed.";
        if (code == TO_LAPSED) return "The receiver's admission has lapsed.";
        if (code == TO_NO_INVESTOR) return "The receiver is not admitted as an investor.";
        if (code == TO_NOBODY) return "Units cannot go to the zero address.";
        if (code == TOO_FEW_UNITS) return "The giver holds fewer units.";
        if (code == UNITS_FROZEN) return "Some of the giver's units are frozen by an authority.";
        if (code == TO_NO_LENDER) return "The receiver is not a lender that the borrower agreed to.";
        return "The move is refused for another reason.";
    }

    function _firstWord(bytes memory refusal) private pure returns (address who) {
        if (refusal.length < 36) return address(0);
        assembly ("memory-safe") {
            who := mload(add(refusal, 36))
        }
    }
}
