// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {ICash} from "../interfaces/ICash.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {ITrades} from "../interfaces/ITrades.sol";
import {
    AlreadyUsed,
    DeadlinePassed,
    NotParty,
    SameParty,
    Unknown,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Trades
/// @notice The promise is in ITrades.
/// @dev Immutable, and it holds nothing: what it may move is what each party allows it.
contract Trades is ITrades, Signed {
    bytes32 private constant TRADE_TYPE = keccak256(
        "Trade(uint32 bond,address seller,address buyer,uint64 units,uint256 price,uint256 nonce,uint64 deadline,bytes32 document)"
    );

    IBondOffice public immutable office;

    mapping(address => mapping(uint256 => bool)) public nonceUsed;

    constructor(IBondOffice office_) {
        office = office_;
    }

    function tradeDigest(Trade calldata t) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(TRADE_TYPE, t)));
    }

    function checkTrade(Trade calldata t) external view {
        (IGreenBond units, ICash cash) = _requireOpen(t);
        uint256 had = units.allowance(t.seller, address(this));
        if (had < t.units) revert IERC20Errors.ERC20InsufficientAllowance(address(this), had, t.units);
        units.checkTransfer(t.seller, t.buyer, t.units);
        had = cash.allowance(t.buyer, address(this));
        if (had < t.price) revert ICash.InsufficientAllowance(t.buyer, address(this), had, t.price);
        cash.checkTransfer(t.buyer, t.seller, t.price);
    }

    function execute(Trade calldata t, bytes calldata signature) external {
        if (msg.sender != t.buyer && msg.sender != t.seller) revert NotParty(msg.sender, t.buyer);
        (IGreenBond units, ICash cash) = _requireOpen(t);
        address signer = msg.sender == t.buyer ? t.seller : t.buyer;
        bytes32 digest = tradeDigest(t);
        _requireSigned(signer, digest, signature);
        nonceUsed[signer][t.nonce] = true;
        units.transferFrom(t.seller, t.buyer, t.units);
        cash.transferFromWithDocument(t.buyer, t.seller, t.price, digest);
        emit TradeExecuted(digest, t.bond, t.seller, t);
    }

    function revoke(uint256 nonce) external {
        _requireUnused(msg.sender, nonce);
        nonceUsed[msg.sender][nonce] = true;
        emit TradeRevoked(msg.sender, nonce);
    }

    /// @dev Asks for both sides' nonces: a trade that both signed must not be executed by each of them.
    function _requireOpen(Trade calldata t) private view returns (IGreenBond units, ICash cash) {
        if (t.seller == t.buyer) revert SameParty(t.seller, t.buyer);
        if (t.units == 0 || t.price == 0) revert ZeroAmount();
        if (t.document == 0) revert ZeroHash("DOCUMENT");
        if (block.timestamp > t.deadline) revert DeadlinePassed(t.deadline, block.timestamp);
        _requireUnused(t.seller, t.nonce);
        _requireUnused(t.buyer, t.nonce);
        (address token, address money) = office.traded(t.bond);
        if (token == address(0)) revert Unknown("BOND", t.bond);
        return (IGreenBond(token), ICash(money));
    }

    function _requireUnused(address party, uint256 nonce) private view {
        if (nonceUsed[party][nonce]) revert AlreadyUsed("NONCE", bytes32(nonce));
    }
}
