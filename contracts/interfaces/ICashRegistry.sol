// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Which contracts are ledger cash
/// @notice Bonds and receivables name their cash; only listed ones count, so nobody raises or confirms in a contract
/// of his own making. Entries are added by the delayed powers and never taken away.
interface ICashRegistry {
    event CashListed(address indexed cash, bytes3 indexed currency, address indexed bank);

    error CashUnknown(address cash);

    function isCash(address cash) external view returns (bool);
    function requireCash(address cash) external view;
    function cashes() external view returns (address[] memory);
    function list(address cash) external;
}
