// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Registration, order book and allotment of green bonds
/// @notice A booking's money waits on its own escrow axis. Allotment is delivery versus payment: in one transaction an
/// investor's money moves from escrow to the bond's origin axis and the units are minted, or neither happens; what was
/// not allotted goes back. When the floor is missed everybody gets everything back.
interface IBondOffice {
    /// @param isin ASCII, zero when not published; @param denomination and @param issuePrice fen per unit
    /// @param closesOn last day of booking; @param issueDate, @param maturityDate zero when not published
    /// @param couponPpm a year, in parts per million; @param maxCostPpm most of the proceeds that issue costs may take
    /// @param serviceTerms hash of the coupon terms and periods that `BondService` takes, zero when none are published
    struct Terms {
        uint32 framework;
        address cash;
        bytes12 isin;
        uint96 denomination;
        uint96 issuePrice;
        uint64 minUnits;
        uint64 maxUnits;
        uint32 closesOn;
        uint32 issueDate;
        uint32 maturityDate;
        uint32 couponPpm;
        uint32 maxCostPpm;
        bytes32 serviceTerms;
        bytes32 document;
    }

    /// @param state 1 booking, 2 closed, 3 cancelled
    struct Bond {
        address issuer;
        uint8 state;
        address token;
        uint64 bookedUnits;
        uint64 allottedUnits;
        Terms terms;
    }

    event BondRegistered(
        uint32 indexed bond, address indexed issuer, address token, string label, Terms terms
    );
    event Booked(uint32 indexed bond, address indexed investor, uint64 units, uint256 amount);
    event Allotted(
        uint32 indexed bond, address indexed investor, uint64 units, uint256 amount, uint256 returned
    );
    event BondClosed(uint32 indexed bond, uint256 raised, uint256 cost, uint32 valueDate);
    event BondCancelled(uint32 indexed bond);
    event BookingReturned(uint32 indexed bond, address indexed investor, uint256 amount);

    error FloorMissed(uint32 bond, uint64 had, uint64 needed);
    error OverMaximum(uint32 bond, uint256 had, uint256 needed);
    error LengthMismatch(uint256 had, uint256 needed);
    error OverBooking(address investor, uint64 had, uint64 needed);
    error NothingBooked(uint32 bond, address investor);

    function count() external view returns (uint32);
    function bond(uint32 id) external view returns (Bond memory);
    /// @notice What a trade of this bond moves; zero for a bond that does not exist.
    function traded(uint32 id) external view returns (address token, address cash);
    function booking(uint32 id, address investor) external view returns (uint64 units);
    function bondByIsin(bytes12 isin) external view returns (uint32);
    /// @notice May I book, and if not why: reverts with `book`'s own error (cash apart, see `ICash.checkTransfer`).
    function checkBook(uint32 id, address investor, uint64 units) external view;

    function register(Terms calldata terms, string calldata label) external returns (uint32 id);
    function book(uint32 id, uint64 units) external;
    function allot(uint32 id, address[] calldata investors, uint64[] calldata units) external;
    /// @param cost issue costs withheld from the proceeds, in fen; @param valueDate of receipt, zero when not published
    function close(uint32 id, uint256 cost, uint32 valueDate) external;
    /// @notice The issuer may cancel while nothing is allotted; anyone may when booking ended below the floor, or when
    /// the issuer let 30 days pass since.
    function cancel(uint32 id) external;
    /// @notice After closing or cancelling, or 30 days after the end of booking, returns what an investor booked and was
    /// not allotted. Anyone may call.
    function returnBooking(uint32 id, address investor) external;
}
