// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Factoring: a quote signed off chain, piece against money in one transaction
/// @notice FIN-1: a financing moves piece and money in one transaction or neither; net = face - discount - fee to the fen.
/// The holder's acceptance cuts out and locks exactly the quoted interval, so it cannot shrink under the buyer; money
/// moves only with the registration certificate and the prior search result on file (77号文 art. 13, attested).
/// Discount convention ACT/360: face x rate x days / 360, funding day counted, due day not, half-up to the fen.
interface IFinancing {
    /// @param start, end the quoted interval; @param pieceStart, sequence of the piece that holds it when quoted
    /// @param ratePpm a year; @param fundingDay business date of the money; @param deadline UTC seconds
    struct Quote {
        uint64 receivable;
        uint64 pieceStart;
        uint16 sequence;
        uint64 start;
        uint64 end;
        address holder;
        address financier;
        uint32 ratePpm;
        uint32 fundingDay;
        uint64 discount;
        uint64 fee;
        uint64 net;
        uint256 nonce;
        uint64 deadline;
    }

    event QuoteAccepted(
        bytes32 indexed quote,
        uint64 indexed receivable,
        address indexed financier,
        address holder,
        uint64 start,
        uint64 end
    );
    event QuoteLapsed(bytes32 indexed quote);
    event QuoteRevoked(address indexed financier, uint256 nonce);
    event Financed(
        bytes32 indexed quote,
        uint64 indexed receivable,
        address indexed financier,
        Quote terms,
        bytes32 registration,
        bytes32 search
    );

    error DiscountMismatch(uint256 had, uint256 needed);
    error NetMismatch(uint256 had, uint256 needed);
    error QuoteNotLapsed(bytes32 quote, uint256 deadline, uint256 timestamp);

    function quoteDigest(Quote calldata quote) external view returns (bytes32);
    /// @return state 0 unknown, 1 accepted, 2 funded, 3 lapsed
    function stateOf(bytes32 digest) external view returns (uint8 state);
    /// @notice face x ratePpm x days / (360 x 10^6), half-up.
    function discountHalfUp(uint64 face, uint32 ratePpm, uint32 days_) external pure returns (uint64);
    /// @notice May this quote be accepted, and if not why: reverts with `accept`'s own error (its signature apart).
    function checkQuote(Quote calldata quote) external view;

    function accept(Quote calldata quote, bytes calldata signature) external;
    function fund(Quote calldata quote, bytes32 registration, bytes32 search) external;
    /// @notice The financier takes back every quote with this nonce that nobody has accepted yet.
    function revoke(uint256 nonce) external;
    /// @notice After the deadline anyone may unlock an accepted quote that was not funded.
    function lapse(Quote calldata quote) external;
}
