// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
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
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title BondOffice
/// @notice The promise is in IBondOffice.
contract BondOffice is IBondOffice, Powered {
    uint8 private constant BOOKING = 1;
    uint8 private constant CLOSED = 2;
    uint8 private constant CANCELLED = 3;
    uint256 private constant MILLION = 1_000_000;
    /// How long after the end of booking the issuer has to allot and close, before bookings can be taken back.
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
    mapping(uint32 => mapping(address => uint64)) public booking;

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

    function bond(uint32 id) external view returns (Bond memory) {
        return _bonds[id];
    }

    function traded(uint32 id) external view returns (address token, address cash) {
        Bond storage b = _bonds[id];
        return (b.token, b.terms.cash);
    }

    // --- issuer ---

    function register(Terms calldata terms, string calldata label) external returns (uint32 id) {
        participants.requireRole(msg.sender, Roles.ISSUER);
        _requireTerms(terms);
        id = ++count;
        _takeIsin(terms.isin, id);
        address token = Clones.clone(bondImplementation);
        IGreenBond(token).initialize(address(this), id, label);
        _bonds[id] = Bond(msg.sender, BOOKING, token, 0, 0, terms);
        proceeds.openBooks(id, msg.sender, terms.framework, terms.cash);
        emit BondRegistered(id, msg.sender, token, label, terms);
    }

    function _requireTerms(Terms calldata terms) private view {
        address issuer = frameworks.framework(terms.framework).issuer;
        if (issuer == address(0)) revert Unknown("FRAMEWORK", terms.framework);
        if (issuer != msg.sender) revert NotParty(msg.sender, issuer);
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

    /// @dev Delivery versus payment, investor by investor: all of this transaction or nothing.
    function allot(uint32 id, address[] calldata investors, uint64[] calldata units) external {
        Bond storage b = _ownInState(id, BOOKING);
        if (b.bookedUnits < b.terms.minUnits) revert FloorMissed(id, b.bookedUnits, b.terms.minUnits);
        if (investors.length != units.length) revert LengthMismatch(units.length, investors.length);
        for (uint256 i; i < investors.length; ++i) {
            uint256 total = uint256(b.allottedUnits) + units[i];
            if (total > b.terms.maxUnits) revert OverMaximum(id, total, b.terms.maxUnits);
            b.allottedUnits = uint64(total);
            _allotOne(id, b, investors[i], units[i]);
        }
    }

    function _allotOne(uint32 id, Bond storage b, address investor, uint64 units) private {
        uint64 booked = booking[id][investor];
        if (units == 0) revert ZeroAmount();
        if (booked == 0) revert NothingBooked(id, investor);
        if (booked < units) revert OverBooking(investor, booked, units);
        booking[id][investor] = 0;
        uint256 price = b.terms.issuePrice;
        uint256 rest = uint256(booked - units) * price;
        proceeds.acceptBooking(id, investor, units * price);
        if (rest != 0) proceeds.returnBooking(id, investor, rest);
        IGreenBond(b.token).mint(investor, units);
        emit Allotted(id, investor, units, units * price, rest);
    }

    function close(uint32 id, uint256 cost, uint32 valueDate) external {
        Bond storage b = _ownInState(id, BOOKING);
        if (b.allottedUnits == 0) revert ZeroAmount();
        if (b.allottedUnits < b.terms.minUnits) revert FloorMissed(id, b.allottedUnits, b.terms.minUnits);
        uint32 day = participants.today();
        if (valueDate > day) revert DateOutOfOrder("VALUE_DATE", valueDate, day);
        b.state = CLOSED;
        uint256 raised = proceeds.closeBooks(id, cost, valueDate);
        emit BondClosed(id, raised, cost, valueDate);
    }

    function cancel(uint32 id) external {
        Bond storage b = _inState(id, BOOKING);
        uint32 day = participants.today();
        bool missed = day > b.terms.closesOn && b.bookedUnits < b.terms.minUnits;
        if (msg.sender != b.issuer && !missed && !_abandoned(b, day)) revert NotParty(msg.sender, b.issuer);
        if (b.allottedUnits != 0) revert WrongState("ALLOTTED", id, 1, 0);
        b.state = CANCELLED;
        emit BondCancelled(id);
    }

    // --- investor ---

    function checkBook(uint32 id, address investor, uint64 units) public view {
        Bond storage b = _inState(id, BOOKING);
        participants.requireRole(investor, Roles.INVESTOR);
        if (units == 0) revert ZeroAmount();
        uint32 day = participants.today();
        if (day > b.terms.closesOn) revert DateOutOfOrder("CLOSES_ON", b.terms.closesOn, day);
        uint64 room = type(uint64).max - b.bookedUnits;
        if (units > room) revert AmountTooLarge(units, room);
    }

    function book(uint32 id, uint64 units) external {
        checkBook(id, msg.sender, units);
        Bond storage b = _bonds[id];
        b.bookedUnits += units;
        booking[id][msg.sender] += units;
        uint256 amount = units * uint256(b.terms.issuePrice);
        proceeds.collectBooking(id, msg.sender, amount);
        emit Booked(id, msg.sender, units, amount);
    }

    function returnBooking(uint32 id, address investor) external {
        Bond storage b = _bonds[id];
        bool open = b.state == BOOKING && !_abandoned(b, participants.today());
        if (b.state == 0 || open) revert WrongState("BOND", id, b.state, CLOSED);
        uint64 units = booking[id][investor];
        if (units == 0) revert NothingBooked(id, investor);
        booking[id][investor] = 0;
        uint256 amount = units * uint256(b.terms.issuePrice);
        proceeds.returnBooking(id, investor, amount);
        emit BookingReturned(id, investor, amount);
    }

    // --- states ---

    function _abandoned(Bond storage b, uint32 day) private view returns (bool) {
        return day > uint256(b.terms.closesOn) + ALLOTMENT_DAYS;
    }

    function _inState(uint32 id, uint8 needed) private view returns (Bond storage b) {
        b = _bonds[id];
        if (b.state == 0) revert Unknown("BOND", id);
        if (b.state != needed) revert WrongState("BOND", id, b.state, needed);
    }

    function _ownInState(uint32 id, uint8 needed) private view returns (Bond storage b) {
        b = _inState(id, needed);
        if (msg.sender != b.issuer) revert NotParty(msg.sender, b.issuer);
        participants.requireRole(msg.sender, Roles.ISSUER);
    }
}
