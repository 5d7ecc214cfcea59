// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Factoring: a quote signed off chain, piece against money in one transaction
/// @notice FIN-1: a financing moves piece and money in one transaction or neither; net = face - discount - fee to the
/// fen, and a fee that is another's goes to its payee in the same transaction.
/// The holder's acceptance cuts out and locks exactly the quoted interval, so it cannot shrink under the buyer; money
/// moves only with the registration's number, its certificate and the prior search result on file (77号文 art. 13,
/// attested: the ledger shows that they were filed, in that order, not that they are true).
/// FIN-5: discount = face x rate x days / 360, funding day counted, end day not, half-up to the fen; the days by a named
/// convention: 1 ACT/360 to the due day; 2 30/360, months of 30 days (30E/360), to the due day; 3 ACT/360 to the banking
/// day that the due day rolls to. Contracts know no holidays: the financier names that day and the holder accepts it.
/// Dangerous: a quote without recourse leaves the risk of default with the financier; one with recourse brings it back
/// to the seller, for as long as that financier itself holds the piece.
interface IFinancing {
    /// @param start, end the quoted interval; @param pieceStart, sequence of the piece that holds it when quoted
    /// @param ratePpm a year; @param fundingDay business date of the money, at most eleven days after acceptance
    /// @param deadline UTC seconds
    /// @param endDay the discount runs up to it: the due day, or where that rolls to under convention 3
    /// @param feePayee a third participant whose fee it is; zero: the financier keeps it
    struct Quote {
        uint64 receivable;
        uint64 pieceStart;
        uint16 sequence;
        uint64 start;
        uint64 end;
        address holder;
        address financier;
        uint32 ratePpm;
        uint8 convention;
        bool recourse;
        uint32 fundingDay;
        uint32 endDay;
        uint64 discount;
        uint64 fee;
        address feePayee;
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
    /// @param number of the registration, as the registry gave it
    event Financed(
        bytes32 indexed quote,
        uint64 indexed receivable,
        address indexed financier,
        Quote terms,
        bytes32 number,
        bytes32 registration,
        bytes32 search
    );

    error ConventionUnknown(uint8 convention);
    error EndDayUnfit(uint32 had, uint32 first, uint32 last);
    error DiscountMismatch(uint256 had, uint256 needed);
    error NetMismatch(uint256 had, uint256 needed);
    error QuoteNotLapsed(bytes32 quote, uint256 deadline, uint256 timestamp);
    error SearchedTooLate(bytes32 search, uint256 filed, uint256 registered);

    function quoteDigest(Quote calldata quote) external view returns (bytes32);
    /// @return state 0 unknown, 1 accepted, 2 funded, 3 lapsed
    function stateOf(bytes32 digest) external view returns (uint8 state);
    /// @notice face x ratePpm x days / (360 x 10^6), half-up.
    function discountHalfUp(uint64 face, uint32 ratePpm, uint32 days_) external pure returns (uint64);
    /// @notice The days that a discount is counted for under a convention.
    function daysOf(uint8 convention, uint32 fundingDay, uint32 endDay) external pure returns (uint32);
    /// @notice Who answers for a piece whose obligor does not pay: the seller of the financing that the piece's holder
    /// bought it by, where that was with recourse; else zero. A later transfer or financing ends it.
    /// @param pieceStart the piece; @param financedStart where the interval of that financing starts (cuts leave it)
    function recourse(uint64 receivable, uint64 pieceStart, uint64 financedStart)
        external
        view
        returns (address seller);
    /// @notice May this quote be accepted, and if not why: reverts with `accept`'s own error (its signature apart).
    function checkQuote(Quote calldata quote) external view;

    function accept(Quote calldata quote, bytes calldata signature) external;
    /// @notice Each number and each certificate stands behind one financing of the financier's.
    function fund(Quote calldata quote, bytes32 number, bytes32 registration, bytes32 search) external;
    /// @notice The financier takes back every quote with this nonce that nobody has accepted yet.
    function revoke(uint256 nonce) external;
    /// @notice After the deadline, or once the funding day has passed, anyone may unlock an accepted quote that was not
    /// funded: no deadline, however far, holds a piece for nothing.
    function lapse(Quote calldata quote) external;
}
