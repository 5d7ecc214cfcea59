// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {Purposes} from "./Purposes.sol";

/// @title Paying what is owed, or keeping it for its owner
/// @notice A debt is paid even when its owner cannot receive just now (suspended, lapsed): the money then waits on the
/// owner's claim axis. So one holder never stops the others.
library Claims {
    error NothingToClaim(address who);

    /// @return kept true when the money went to the claim axis
    function payOrKeep(
        IParticipants participants,
        ICash cash,
        bytes32 module,
        bytes32 purpose,
        address owner,
        uint256 amount,
        bytes32 document
    ) internal returns (bool kept) {
        kept = !participants.isActive(owner);
        if (kept) cash.shift(module, purpose, Purposes.claim(owner), amount, document);
        else cash.pay(module, purpose, owner, amount, document);
    }

    /// @notice Pays `owner` everything that waits for it under `module`.
    function payOut(ICash cash, bytes32 module, address owner) internal {
        uint256 amount = _waiting(cash, module, owner);
        cash.pay(module, Purposes.claim(owner), owner, amount, bytes32("CLAIM"));
    }

    /// @notice Pays `payee` everything that waits for `owner`, or keeps it for the payee: the owner may be nobody, a
    /// key under which money was held until it showed who is paid.
    function payOutTo(IParticipants participants, ICash cash, bytes32 module, address owner, address payee)
        internal
        returns (uint256 amount)
    {
        amount = _waiting(cash, module, owner);
        payOrKeep(participants, cash, module, Purposes.claim(owner), payee, amount, bytes32("CLAIM"));
    }

    function _waiting(ICash cash, bytes32 module, address owner) private view returns (uint256 amount) {
        amount = cash.balanceOf(Purposes.axisOf(module, Purposes.claim(owner)));
        if (amount == 0) revert NothingToClaim(owner);
    }
}
