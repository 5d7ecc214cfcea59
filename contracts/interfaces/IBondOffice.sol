// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Registration, order book and allotment of green bonds
/// @notice A booking's money waits on its own escrow axis; until booking ends its investor may take it back in whole or in
/// part. Each investor has one place in the order of bookings, that of its first.
/// Allotment ends booking. It goes through the bookings in their order, by a cursor, in batches of any size: when no more
/// than the maximum was booked everybody gets all; else a booking that holds the units `[a, b)` of all booked gets
/// `⌊b·max/booked⌋ − ⌊a·max/booked⌋` of them, so that the parts add up to the maximum exactly, and nobody chooses.
/// Each booking is delivery versus payment: in one transaction the money moves from escrow to the bond's origin axis and
/// the units are minted, or neither happens; what was not allotted goes back, to a claim when its owner cannot receive.
/// The issuer acts, or a bookrunner under its mandate. Nothing is ever stuck: below the floor, or when allotment was not
/// begun within 30 days, anyone may cancel and everybody gets everything back; when it was begun and left for 30 days,
/// anyone may finish it and close, without costs.
/// A drawdown of a green loan is the same instrument, with one difference: its units are booked and held by the lenders
/// of its facility instead of admitted investors, each up to its share (`IFacilities`).
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

    /// @param state 1 booking, 2 closed, 3 cancelled, 4 allotting
    /// @param facility that a green loan's drawdown is of (`IFacilities`); zero for a bond
    struct Bond {
        address issuer;
        uint8 state;
        uint32 facility;
        address token;
        uint64 bookedUnits;
        uint64 allottedUnits;
        Terms terms;
    }

    /// @param units what is booked, not what is left of it: after allotment it still says what was asked for
    struct Booking {
        address investor;
        uint64 units;
    }

    /// @param endedOn day on which booking ended; @param next place, and @param passed units, that come next
    /// @param units allotted so far: in the slot that every allotment writes anyway
    struct Allotment {
        uint32 endedOn;
        uint32 next;
        uint64 passed;
        uint64 units;
    }

    event BondRegistered(
        uint32 indexed bond, address indexed issuer, address token, string label, Terms terms
    );
    event Booked(uint32 indexed bond, address indexed investor, uint64 units, uint256 amount);
    event BookingCancelled(uint32 indexed bond, address indexed investor, uint64 units, uint256 amount);
    /// @param booked of all bookings; @param units that are allotted among them
    event AllotmentBegun(uint32 indexed bond, uint64 booked, uint64 units);
    event Allotted(
        uint32 indexed bond, address indexed investor, uint64 units, uint256 amount, uint256 returned
    );
    event BondClosed(uint32 indexed bond, uint256 raised, uint256 cost, uint32 valueDate);
    event BondCancelled(uint32 indexed bond);
    event BookingReturned(uint32 indexed bond, address indexed investor, uint256 amount);

    error FloorMissed(uint32 bond, uint64 had, uint64 needed);
    error OverMaximum(uint32 bond, uint256 had, uint256 needed);
    error AllotmentDone(uint32 bond);
    error AllotmentOpen(uint32 bond, uint256 had, uint256 needed);
    error CostAboveCap(uint32 bond, uint256 had, uint256 needed);
    error OverBooking(address investor, uint64 had, uint64 needed);
    error NothingBooked(uint32 bond, address investor);

    function count() external view returns (uint32);
    function bond(uint32 id) external view returns (Bond memory);
    /// @notice What a trade of this bond moves; zero for a bond that does not exist.
    function traded(uint32 id) external view returns (address token, address cash);
    function allotment(uint32 id) external view returns (Allotment memory);
    /// @return units of an investor that wait: neither allotted nor gone back
    function booking(uint32 id, address investor) external view returns (uint64 units);
    /// @return how many places the order of bookings has; cancelled ones are empty and keep theirs
    function placeCount(uint32 id) external view returns (uint256);
    function bookings(uint32 id, uint256 from, uint256 most) external view returns (Booking[] memory);
    function bondByIsin(bytes12 isin) external view returns (uint32);
    /// @notice May I book, and if not why: reverts with `book`'s own error (cash apart, see `ICash.checkTransfer`).
    function checkBook(uint32 id, address investor, uint64 units) external view;

    /// @notice May `who` begin or go on with allotment, and if not why.
    function checkAllot(uint32 id, address who) external view;
    /// @notice May `who` close so, and if not why.
    function checkClose(uint32 id, address who, uint256 cost, uint32 valueDate) external view;

    function register(Terms calldata terms, string calldata label) external returns (uint32 id);
    function book(uint32 id, uint64 units) external;
    /// @notice For the module with the duty "FACILITIES" alone, which says who may lend.
    function registerDrawdown(address borrower, uint32 facility, Terms calldata terms, string calldata label)
        external
        returns (uint32 id);
    /// @notice Takes back some or all units of the sender's booking, until booking ends.
    function cancelBooking(uint32 id, uint64 units) external;
    /// @notice The next `maxBookings` places. The first call ends booking: by the issuer on any day, by its bookrunner
    /// after the last day of booking.
    function allot(uint32 id, uint32 maxBookings) external;
    /// @notice After the last booking was allotted.
    /// @param cost issue costs withheld from the proceeds, in fen, no more than the terms allow
    /// @param valueDate of receipt, zero when not published
    function close(uint32 id, uint256 cost, uint32 valueDate) external;
    /// @notice The issuer may cancel until allotment begins; anyone may when booking ended below the floor, or when the
    /// issuer let 30 days pass since.
    function cancel(uint32 id) external;
    /// @notice After cancelling, returns what an investor booked. Anyone may call.
    function returnBooking(uint32 id, address investor) external;
}
