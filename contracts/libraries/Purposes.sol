// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Names of the purposes that ledger cash can wait for
/// @notice A purpose axis is the address derived from (module id, purpose id); nobody holds a key to it. It begins with
/// the four ASCII letters "axis", so that a purpose is told from a participant by its address alone, before anything
/// was ever credited to it; the other 128 bits are the hash.
library Purposes {
    bytes32 internal constant CASH = "CASH";
    bytes32 internal constant PROCEEDS = "PROCEEDS";
    bytes32 internal constant MATURITY = "MATURITY";
    bytes32 internal constant SERVICE = "SERVICE";
    bytes32 internal constant LOANS = "LOANS";
    bytes32 internal constant POOLS = "POOLS";
    bytes32 internal constant BANK = "BANK";

    uint160 private constant PREFIX = uint160(uint32(bytes4("axis"))) << 128;

    function axisOf(bytes32 module, bytes32 purpose) internal pure returns (address) {
        return address(PREFIX | uint128(uint256(keccak256(abi.encode(module, purpose)))));
    }

    function isPurpose(address axis) internal pure returns (bool) {
        return uint160(axis) >> 128 == PREFIX >> 128;
    }

    /// Where minted fen come from and burned fen go to: the only axis where `in <= out`.
    function source() internal pure returns (bytes32) {
        return keccak256(abi.encode("SOURCE"));
    }

    /// Money on its way to the settlement bank.
    function redemption(address holder) internal pure returns (bytes32) {
        return keccak256(abi.encode("REDEMPTION", holder));
    }

    /// One booking's money, before allotment.
    function escrow(uint256 bond, address investor) internal pure returns (bytes32) {
        return keccak256(abi.encode("ESCROW", bond, investor));
    }

    /// Its offsets number the raised fen `[0, raised)`.
    function origin(uint256 bond) internal pure returns (bytes32) {
        return keccak256(abi.encode("ORIGIN", bond));
    }

    function cost(uint256 bond) internal pure returns (bytes32) {
        return keccak256(abi.encode("COST", bond));
    }

    function pool(uint256 bond) internal pure returns (bytes32) {
        return keccak256(abi.encode("POOL", bond));
    }

    /// One axis per (bond, project, budget line).
    function budgetLine(uint256 line) internal pure returns (bytes32) {
        return keccak256(abi.encode("LINE", line));
    }

    /// Bond money locked for one confirmed payable.
    function encumbrance(uint256 receivable) internal pure returns (bytes32) {
        return keccak256(abi.encode("ENCUMBRANCE", receivable));
    }

    /// General money that an obligor put up for one receivable at maturity.
    function settlement(uint256 receivable) internal pure returns (bytes32) {
        return keccak256(abi.encode("SETTLEMENT", receivable));
    }

    /// What a bond's issuer paid in for one coupon or redemption, until its holders have it.
    function service(uint256 id) internal pure returns (bytes32) {
        return keccak256(abi.encode("SERVICE", id));
    }

    /// Unused proceeds on their way back to the investors.
    function returned(uint256 bond) internal pure returns (bytes32) {
        return keccak256(abi.encode("RETURNED", bond));
    }

    /// What placements earned, outside the partition of a bond's fen.
    function income(uint256 bond) internal pure returns (bytes32) {
        return keccak256(abi.encode("INCOME", bond));
    }

    /// What investors paid in and what its pieces brought in, until it is paid for pieces or distributed.
    function assetPool(uint256 id) internal pure returns (bytes32) {
        return keccak256(abi.encode("ASSET_POOL", id));
    }

    /// What was distributed to one tranche of an asset pool, until its lots have it.
    function tranche(uint256 id, uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode("TRANCHE", id, index));
    }

    /// What could not be paid out because its owner could not receive at that moment.
    function claim(address holder) internal pure returns (bytes32) {
        return keccak256(abi.encode("CLAIM", holder));
    }

    /// Nobody's address: the money of a locked piece waits on its claim axis until it shows who is paid.
    function heldKey(uint256 receivable, uint256 start) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("HELD", receivable, start)))));
    }
}
