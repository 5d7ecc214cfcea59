// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

// Refusals shared by several contracts. Each says who, what was had and what was needed; days are days since
// 1970-01-01 in the deployment's time zone, amounts are minor units of the currency ("fen").

// --- who ---------------------------------------------------------------------------------------------------
error NotAdmitted(address who);
error Suspended(address who);
error Lapsed(address who, uint32 lapsedOn, uint32 today);
error MissingRole(address who, uint32 had, uint32 needed);
error NotParty(address who, address needed);
error NotOperator(address who, address needed);
error NotPowers(address who, address needed);
error NotModule(address who, bytes32 needed);
error SameParty(address who, address other);
error RelatedParties(address who, address other, uint64 group);

// --- what --------------------------------------------------------------------------------------------------
error ZeroAmount();
error ZeroHash(bytes32 what);
error AmountTooLarge(uint256 had, uint256 needed);
error Unknown(bytes32 what, uint256 id);
error WrongState(bytes32 what, uint256 id, uint8 had, uint8 needed);
error AlreadyUsed(bytes32 what, bytes32 id);
error BadSignature(address signer, bytes32 digest);
error CurrencyMismatch(bytes3 had, bytes3 needed);

// --- when --------------------------------------------------------------------------------------------------
error DateOutOfOrder(bytes32 what, uint32 had, uint32 needed);
error DeadlinePassed(uint256 deadline, uint256 timestamp);
