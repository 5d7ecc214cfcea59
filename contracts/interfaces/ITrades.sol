// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Trades of bond units that both sides agreed: units against ledger cash, in one transaction
/// @notice One side signs the trade (EIP-712; keys and ERC-1271 accounts alike), the other executes it by calling.
/// TRD-1: units and money change hands in one transaction or neither does; a signed trade is executed at most once.
/// Both move by the allowance that each side gave this contract, under every rule of a plain transfer.
/// Whoever does not want a trade that the other side signed does nothing: it ends at its deadline. Whoever signed takes
/// it back with `revoke`, which ends every trade under that nonce. A nonce serves one trade: two trades signed under one
/// nonce are an offer of either.
/// Assumes: the office names the token and the cash of a bond.
interface ITrades {
    /// @param price in fen, for all of the units; @param nonce of whoever signs; @param deadline UTC seconds
    /// @param document the contract note that both refer to
    struct Trade {
        uint32 bond;
        address seller;
        address buyer;
        uint64 units;
        uint256 price;
        uint256 nonce;
        uint64 deadline;
        bytes32 document;
    }

    event TradeExecuted(bytes32 indexed trade, uint32 indexed bond, address indexed seller, Trade terms);
    event TradeRevoked(address indexed party, uint256 nonce);

    function tradeDigest(Trade calldata trade) external view returns (bytes32);
    function nonceUsed(address party, uint256 nonce) external view returns (bool);
    /// @notice May this trade be executed, and if not why: reverts with `execute`'s own error (its signature apart).
    function checkTrade(Trade calldata trade) external view;

    /// @param signature of the side that does not send this
    function execute(Trade calldata trade, bytes calldata signature) external;
    function revoke(uint256 nonce) external;
}
