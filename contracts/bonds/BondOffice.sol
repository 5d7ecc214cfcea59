// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {ILenders} from "../interfaces/ILenders.sol";
import {IMandates} from "../interfaces/IMandates.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    DateOutOfOrder,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {MandateKinds} from "../libraries/MandateKinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title BondOffice
/// @notice The promise is in IBondOffice.
contract BondOffice is IBondOffice, Powered {
    uint8 private constant BOOKING = 1;
    uint8 private constant CLOSED = 2;
    uint8 private constant CANCELLED = 3;
    uint8 private constant ALLOTTING = 4;
    uint256 private constant MILLION = 1_000_000;
    /// How long after the end of booking the issuer has to begin allotment, and from then on to finish it and close.
    uint32 public constant ALLOTMENT_DAYS = 30;

    IParticipants public immutable participants;
    IFrameworks public immutable frameworks;
    IProceeds public immutable proceeds;
    ICashRegistry public immutable cashRegistry;
    address public immutable bondImplementation;
    IMandates public immutable mandates;

    uint32 public count;
    mapping(uint32 => Bond) private _bonds;
    mapping(bytes12 => uint32) public bondByIsin;
    mapping(uint32 => Booking[]) private _places;
    mapping(uint32 => mapping(address => uint32)) private _placeNumber; // 1-based, zero for none
    mapping(uint32 => Allotment) private _allotments;

    constructor(
        address powers_,
        IParticipants participants_,
        IFrameworks frameworks_,
        IProceeds proceeds_,
        ICashRegistry cashRegistry_,
        address bondImplementation_,
        IMandates mandates_
    ) Powered(powers_) {
        participants = participants_;
        frameworks = frameworks_;
        proceeds = proceeds_;
        cashRegistry = cashRegistry_;
        bondImplementation = bondImplementation_;
        mandates = mandates_;
    }

    // --- reading ---

    function bond(uint32 id) external view returns (Bond memory found) {
        found = _bonds[id];
        found.allottedUnits = _allotments[id].units;
    }

    function traded(uint32 id) external view returns (address token, address cash) {
        Bond storage b = _bonds[id];
        return (b.token, b.terms.cash);
    }

    function allotment(uint32 id) external view returns (Allotment memory) {
        return _allotments[id];
    }

    function booking(uint32 id, address investor) public view returns (uint64) {
        uint32 place = _placeNumber[id][investor];
        return place > _allotments[id].next ? _places[id][place - 1].units : 0;
    }

    function placeCount(uint32 id) external view returns (uint256) {
        return _places[id].length;
    }

    function bookings(uint32 id, uint256 from, uint256 most) external view returns (Booking[] memory page) {
        Booking[] storage all = _places[id];
        uint256 left = from < all.length ? all.length - from : 0;
        page = new Booking[](left < most ? left : most);
        for (uint256 i; i < page.length; ++i) {
            page[i] = all[from + i];
        }
    }

    // --- registration ---

    function register(Terms calldata terms, string calldata label) external returns (uint32 id) {
        return _register(msg.sender, 0, terms, label);
    }

    function registerDrawdown(address borrower, uint32 facility, Terms calldata terms, string calldata label)
        external
        onlyDuty("FACILITIES")
        returns (uint32 id)
    {
        return _register(borrower, facility, terms, label);
    }

    /// @dev The units of a loan ask the module that registered it who may hold them; those of a bond ask for a role.
    function _register(address issuer, uint32 facility, Terms calldata terms, string calldata label)
        private
        returns (uint32 id)
    {
        participants.requireRole(issuer, Roles.ISSUER);
        _requireTerms(issuer, terms);
        id = ++count;
        _takeIsin(terms.isin, id);
        address token = Clones.clone(bondImplementation);
        IGreenBond(token).initialize(address(this), id, label, facility == 0 ? address(0) : msg.sender);
        _bonds[id] = Bond(issuer, BOOKING, facility, token, 0, 0, terms);
        proceeds.openBooks(id, issuer, terms.framework, terms.cash);
        emit BondRegistered(id, issuer, token, label, terms);
    }

    function _requireTerms(address issuer, Terms calldata terms) private view {
        address owner = frameworks.framework(terms.framework).issuer;
        if (owner == address(0)) revert Unknown("FRAMEWORK", terms.framework);
        if (owner != issuer) revert NotParty(issuer, owner);
        frameworks.requireReview(terms.framework);
        cashRegistry.requireCash(terms.cash);
        if (terms.document == 0) revert ZeroHash("TERMS");
        if (terms.denomination == 0 || terms.issuePrice == 0 || terms.maxUnits == 0) revert ZeroAmount();
        if (terms.minUnits > terms.maxUnits) revert OverMaximum(count + 1, terms.minUnits, terms.maxUnits);
        if (terms.maxCostPpm > MILLION) revert AmountTooLarge(terms.maxCostPpm, MILLION);
        uint32 day = participants.today();
        if (terms.closesOn < day) revert DateOutOfOrder("CLOSES_ON", terms.closesOn, day);
        bool dated = terms.issueDate != 0 && terms.maturityDate != 0;
        if (dated && terms.maturityDate <= terms.issueDate) {
            revert DateOutOfOrder("MATURITY", terms.maturityDate, terms.issueDate);
        }
    }

    function _takeIsin(bytes12 isin, uint32 id) private {
        if (isin == 0) return;
        if (bondByIsin[isin] != 0) revert AlreadyUsed("ISIN", bytes32(isin));
        bondByIsin[isin] = id;
    }

    // --- booking ---

    function checkBook(uint32 id, address investor, uint64 units) public view {
        Bond storage b = _inState(id, BOOKING);
        if (b.facility == 0) participants.requireRole(investor, Roles.INVESTOR);
        else _requireShare(id, b, investor, units);
        if (units == 0) revert ZeroAmount();
        _requireBookingDay(b);
        uint64 room = type(uint64).max - b.bookedUnits;
        if (units > room) revert AmountTooLarge(units, room);
    }

    function _requireShare(uint32 id, Bond storage b, address lender, uint256 units) private view {
        ILenders(IGreenBond(b.token).lenders()).checkLend(id, lender, booking(id, lender) + units);
    }

    function book(uint32 id, uint64 units) external {
        checkBook(id, msg.sender, units);
        Bond storage b = _bonds[id];
        b.bookedUnits += units;
        _places[id][_placeOf(id, msg.sender)].units += units;
        uint256 amount = units * uint256(b.terms.issuePrice);
        proceeds.collectBooking(id, msg.sender, amount);
        emit Booked(id, msg.sender, units, amount);
    }

    /// @dev Each investor has one place in the order: that of its first booking.
    function _placeOf(uint32 id, address investor) private returns (uint256 index) {
        uint32 place = _placeNumber[id][investor];
        if (place != 0) return place - 1;
        index = _places[id].length;
        _places[id].push(Booking(investor, 0));
        _placeNumber[id][investor] = uint32(index + 1);
    }

    /// @dev Asks for no admission: what a suspended investor takes back waits on its claim.
    function cancelBooking(uint32 id, uint64 units) external {
        Bond storage b = _inState(id, BOOKING);
        if (units == 0) revert ZeroAmount();
        _requireBookingDay(b);
        uint64 booked = booking(id, msg.sender);
        if (units > booked) revert OverBooking(msg.sender, booked, units);
        b.bookedUnits -= units;
        _places[id][_placeNumber[id][msg.sender] - 1].units = booked - units;
        uint256 amount = units * uint256(b.terms.issuePrice);
        proceeds.returnBooking(id, msg.sender, amount);
        emit BookingCancelled(id, msg.sender, units, amount);
    }

    function _requireBookingDay(Bond storage b) private view {
        uint32 day = participants.today();
        if (day > b.terms.closesOn) revert DateOutOfOrder("CLOSES_ON", b.terms.closesOn, day);
    }

    // --- allotment ---

    function checkAllot(uint32 id, address who) public view {
        Bond storage b = _known(id);
        if (b.state != BOOKING && b.state != ALLOTTING) revert WrongState("BOND", id, b.state, ALLOTTING);
        _requireActor(id, b, who);
        if (b.state == ALLOTTING) {
            if (_allotments[id].next == _places[id].length) revert AllotmentDone(id);
            return;
        }
        uint32 day = participants.today();
        // Only the issuer itself ends booking before its day.
        if (day <= b.terms.closesOn && who != b.issuer) {
            revert DateOutOfOrder("CLOSES_ON", day, b.terms.closesOn);
        }
        if (b.bookedUnits < b.terms.minUnits) revert FloorMissed(id, b.bookedUnits, b.terms.minUnits);
        if (b.bookedUnits == 0) revert ZeroAmount();
    }

    function allot(uint32 id, uint32 maxBookings) external {
        checkAllot(id, msg.sender);
        if (maxBookings == 0) revert ZeroAmount();
        Bond storage b = _bonds[id];
        if (b.state == BOOKING) _endBooking(id, b);
        Booking[] storage places = _places[id];
        Allotment storage a = _allotments[id];
        uint256 last = places.length;
        if (last - a.next > maxBookings) last = a.next + uint256(maxBookings);
        while (a.next < last) {
            Booking memory place = places[a.next++];
            if (place.units != 0) _allotOne(id, b, a, place);
        }
    }

    function _endBooking(uint32 id, Bond storage b) private {
        b.state = ALLOTTING;
        _allotments[id].endedOn = participants.today();
        emit AllotmentBegun(id, b.bookedUnits, _allottable(b));
    }

    /// @dev Delivery versus payment, all of one booking or nothing. A booking holds the units `[start, end)` of all that
    /// were booked, and of all that are allotted those up to its end that are not before its start: parts add up to
    /// the whole whatever the batches.
    function _allotOne(uint32 id, Bond storage b, Allotment storage a, Booking memory place) private {
        uint256 start = a.passed;
        uint256 end = start + place.units;
        uint64 units = uint64(_shareDown(b, end) - _shareDown(b, start));
        a.passed = uint64(end);
        a.units += units;
        uint256 price = b.terms.issuePrice;
        uint256 rest = (place.units - units) * price;
        if (units != 0) proceeds.acceptBooking(id, place.investor, units * price);
        if (rest != 0) proceeds.returnBooking(id, place.investor, rest);
        if (units != 0) IGreenBond(b.token).mint(place.investor, units);
        emit Allotted(id, place.investor, units, units * price, rest);
    }

    function _shareDown(Bond storage b, uint256 booked) private view returns (uint256) {
        return booked * _allottable(b) / b.bookedUnits;
    }

    function _allottable(Bond storage b) private view returns (uint64) {
        return b.bookedUnits < b.terms.maxUnits ? b.bookedUnits : b.terms.maxUnits;
    }

    function checkClose(uint32 id, address who, uint256 cost, uint32 valueDate) public view {
        Bond storage b = _inState(id, ALLOTTING);
        _requireActor(id, b, who);
        (uint256 next, uint256 last) = (_allotments[id].next, _places[id].length);
        if (next != last) revert AllotmentOpen(id, next, last);
        // Who finishes what was left for too long withholds nothing and dates nothing.
        bool left = _abandoned(id, b);
        uint256 raised = _allotments[id].units * uint256(b.terms.issuePrice);
        uint256 most = left ? 0 : raised * b.terms.maxCostPpm / MILLION;
        if (cost > most) revert CostAboveCap(id, cost, most);
        uint32 latest = left ? 0 : participants.today();
        if (valueDate > latest) revert DateOutOfOrder("VALUE_DATE", valueDate, latest);
    }

    function close(uint32 id, uint256 cost, uint32 valueDate) external {
        checkClose(id, msg.sender, cost, valueDate);
        _bonds[id].state = CLOSED;
        uint256 raised = proceeds.closeBooks(id, cost, valueDate);
        emit BondClosed(id, raised, cost, valueDate);
    }

    // --- cancelling ---

    function cancel(uint32 id) external {
        Bond storage b = _inState(id, BOOKING);
        bool missed = participants.today() > b.terms.closesOn && b.bookedUnits < b.terms.minUnits;
        if (msg.sender != b.issuer && !missed && !_abandoned(id, b)) revert NotParty(msg.sender, b.issuer);
        b.state = CANCELLED;
        emit BondCancelled(id);
    }

    function returnBooking(uint32 id, address investor) external {
        Bond storage b = _inState(id, CANCELLED);
        uint64 units = booking(id, investor);
        if (units == 0) revert NothingBooked(id, investor);
        _places[id][_placeNumber[id][investor] - 1].units = 0;
        uint256 amount = units * uint256(b.terms.issuePrice);
        proceeds.returnBooking(id, investor, amount);
        emit BookingReturned(id, investor, amount);
    }

    // --- states ---

    function _known(uint32 id) private view returns (Bond storage b) {
        b = _bonds[id];
        if (b.state == 0) revert Unknown("BOND", id);
    }

    function _inState(uint32 id, uint8 needed) private view returns (Bond storage b) {
        b = _known(id);
        if (b.state != needed) revert WrongState("BOND", id, b.state, needed);
    }

    /// @dev The issuer or its bookrunner; once either let the days pass, whoever wants to finish what was begun.
    function _requireActor(uint32 id, Bond storage b, address who) private view {
        if (b.state == ALLOTTING && _abandoned(id, b)) return;
        if (who != b.issuer) mandates.requireMandate(b.issuer, who, MandateKinds.BOOKRUNNER, id);
        participants.requireRole(b.issuer, Roles.ISSUER);
    }

    function _abandoned(uint32 id, Bond storage b) private view returns (bool) {
        uint256 ended = b.state == ALLOTTING ? _allotments[id].endedOn : b.terms.closesOn;
        return participants.today() > ended + ALLOTMENT_DAYS;
    }
}
