// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFacilities} from "../interfaces/IFacilities.sol";
import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    DateOutOfOrder,
    MissingRole,
    NotParty,
    SameParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Facilities
/// @notice The promise is in IFacilities.
contract Facilities is IFacilities {
    uint8 private constant AVAILABLE = 1;
    uint8 private constant CANCELLED = 2;
    // states of `IBondOffice.Bond`
    uint8 private constant LOAN_CLOSED = 2;
    uint8 private constant LOAN_CANCELLED = 3;
    uint256 private constant MILLION = 1_000_000;
    /// A drawdown calls on all of them in one transaction.
    uint256 public constant MAX_LENDERS = 32;
    /// As many as a bond's interest periods.
    uint256 public constant MAX_INSTALMENTS = 128;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IFrameworks public immutable frameworks;
    ICashRegistry public immutable cashRegistry;
    IBondOffice public immutable office;

    uint32 public count;
    mapping(uint32 => Facility) private _facilities;
    mapping(uint32 => address[]) private _lenders;
    mapping(uint32 => mapping(address => Lender)) private _lenderOf;
    mapping(uint32 => uint32[]) private _loans;
    mapping(uint32 => Drawdown) private _drawdowns;
    mapping(uint32 => uint96[]) private _instalments;
    mapping(uint32 => mapping(address => uint64)) public shareOf;

    constructor(
        IParticipants participants_,
        IDocuments documents_,
        IFrameworks frameworks_,
        ICashRegistry cashRegistry_,
        IBondOffice office_
    ) {
        participants = participants_;
        documents = documents_;
        frameworks = frameworks_;
        cashRegistry = cashRegistry_;
        office = office_;
    }

    // --- reading ---

    function facility(uint32 id) external view returns (Facility memory) {
        return _facilities[id];
    }

    function lendersOf(uint32 id) external view returns (address[] memory) {
        return _lenders[id];
    }

    function lender(uint32 id, address who) external view returns (Lender memory) {
        return _lenderOf[id][who];
    }

    function drawdownsOf(uint32 id) external view returns (uint32[] memory) {
        return _loans[id];
    }

    function drawdown(uint32 loan) external view returns (Drawdown memory) {
        return _drawdowns[loan];
    }

    function instalmentsOf(uint32 loan) external view returns (uint96[] memory) {
        return _instalments[loan];
    }

    // --- what units, order book and service ask ---

    function requireLender(uint32 loan, address who) public view returns (uint32 today) {
        uint32 id = _drawdowns[loan].facility;
        if (!_lenderOf[id][who].agreed) revert NotLender(id, who);
        return participants.requireRole(who, 0);
    }

    function checkLend(uint32 loan, address lender_, uint256 units) external view {
        requireLender(loan, lender_);
        uint64 share = shareOf[loan][lender_];
        if (units > share) revert AboveShare(loan, lender_, share, units);
    }

    function dueWith(uint32 loan, uint256 period) external view returns (uint96) {
        uint96[] storage all = _instalments[loan];
        return period < all.length ? all[period] : 0;
    }

    // --- the agreement ---

    function checkOpen(Terms calldata terms, address borrower) public view {
        uint32 day = participants.requireRole(borrower, Roles.ISSUER);
        address issuer = frameworks.framework(terms.framework).issuer;
        if (issuer == address(0)) revert Unknown("FRAMEWORK", terms.framework);
        if (issuer != borrower) revert NotParty(borrower, issuer);
        cashRegistry.requireCash(terms.cash);
        documents.requireKnown(terms.document, borrower, 0);
        if (terms.denomination == 0 || terms.units == 0) revert ZeroAmount();
        if (terms.maxCostPpm > MILLION) revert AmountTooLarge(terms.maxCostPpm, MILLION);
        if (terms.availableUntil < day) revert DateOutOfOrder("AVAILABLE_UNTIL", terms.availableUntil, day);
        if (terms.finalMaturity <= terms.availableUntil) {
            revert DateOutOfOrder("FINAL_MATURITY", terms.finalMaturity, terms.availableUntil);
        }
    }

    function open(Terms calldata terms) external returns (uint32 id) {
        checkOpen(terms, msg.sender);
        id = ++count;
        _facilities[id] = Facility(msg.sender, AVAILABLE, 0, 0, terms);
        emit FacilityOpened(id, msg.sender, terms);
    }

    /// @dev Consent is asked for at any time: what was drawn is passed on long after the last drawdown.
    function checkAgree(uint32 id, address lender_, uint64 units, address borrower) public view {
        Facility storage f = _known(id);
        if (borrower != f.borrower) revert NotParty(borrower, f.borrower);
        if (lender_ == borrower) revert SameParty(lender_, borrower);
        participants.requireActivePair(borrower, lender_);
        uint32 roles = participants.admission(lender_).roles;
        uint32 either = Roles.INVESTOR | Roles.FINANCIER;
        if (roles & either == 0) revert MissingRole(lender_, roles, either);
        if (units != 0) _requireAvailable(id, f);
        if (!_lenderOf[id][lender_].agreed && _lenders[id].length == MAX_LENDERS) {
            revert TooManyLenders(id, MAX_LENDERS);
        }
    }

    function agree(uint32 id, address lender_, uint64 units) external {
        checkAgree(id, lender_, units, msg.sender);
        Lender storage l = _lenderOf[id][lender_];
        if (!l.agreed) _lenders[id].push(lender_);
        l.agreed = true;
        l.offered = units;
        emit LenderAgreed(id, lender_, units);
    }

    function checkCommit(uint32 id, uint64 units, address lender_) public view {
        Facility storage f = _known(id);
        _requireAvailable(id, f);
        Lender storage l = _lenderOf[id][lender_];
        if (!l.agreed) revert NotLender(id, lender_);
        participants.requireActive(lender_);
        if (units == 0) revert ZeroAmount();
        if (units > l.offered) revert AmountTooLarge(units, l.offered);
        uint64 room = f.terms.units - f.committed;
        if (units > room) revert CommitmentExceeded(id, room, units);
    }

    function commit(uint32 id, uint64 units) external {
        checkCommit(id, units, msg.sender);
        Lender storage l = _lenderOf[id][msg.sender];
        l.offered -= units;
        l.committed += units;
        _facilities[id].committed += units;
        emit Committed(id, msg.sender, units);
    }

    function cancel(uint32 id) external {
        Facility storage f = _known(id);
        if (msg.sender != f.borrower) revert NotParty(msg.sender, f.borrower);
        if (f.state != AVAILABLE) revert WrongState("FACILITY", id, f.state, AVAILABLE);
        f.state = CANCELLED;
        emit FacilityCancelled(id, f.committed - f.called);
    }

    // --- drawdowns ---

    function checkRequest(
        uint32 id,
        Request calldata request_,
        uint96[] calldata instalments,
        address borrower
    ) public view {
        Facility storage f = _known(id);
        if (borrower != f.borrower) revert NotParty(borrower, f.borrower);
        _requireAvailable(id, f);
        if (request_.units == 0) revert ZeroAmount();
        uint64 room = f.committed - f.called;
        if (request_.units > room) revert CommitmentExceeded(id, room, request_.units);
        documents.requireKnown(request_.document, borrower, 0);
        uint32 last = f.terms.availableUntil;
        if (request_.closesOn > last) revert DateOutOfOrder("CLOSES_ON", request_.closesOn, last);
        (uint32 maturity, uint32 latest) = (request_.maturityDate, f.terms.finalMaturity);
        if (maturity > latest) revert DateOutOfOrder("FINAL_MATURITY", maturity, latest);
        if (maturity <= request_.closesOn) revert DateOutOfOrder("MATURITY", maturity, request_.closesOn);
        _requireInstalments(instalments, request_.serviceTerms, f.terms.denomination);
    }

    /// @dev Each goes with an interest period, so the drawdown has to have some.
    function _requireInstalments(uint96[] calldata instalments, bytes32 serviceTerms, uint96 denomination)
        private
        pure
    {
        uint256 length = instalments.length;
        if (length == 0) return;
        if (length > MAX_INSTALMENTS) revert TooManyInstalments(length, MAX_INSTALMENTS);
        if (serviceTerms == 0) revert ZeroHash("SERVICE_TERMS");
        uint256 sum;
        for (uint256 i; i < length; ++i) {
            sum += instalments[i];
        }
        if (sum > denomination) revert AmountTooLarge(sum, denomination);
    }

    function request(
        uint32 id,
        Request calldata request_,
        uint96[] calldata instalments,
        string calldata label
    ) external returns (uint32 loan) {
        checkRequest(id, request_, instalments, msg.sender);
        Facility storage f = _facilities[id];
        uint64 room = f.committed - f.called;
        f.called += request_.units;
        loan = office.registerDrawdown(msg.sender, id, _termsOf(f.terms, request_), label);
        _loans[id].push(loan);
        _drawdowns[loan] = Drawdown(id, request_.units, false);
        _instalments[loan] = instalments;
        emit DrawdownRequested(id, loan, request_, instalments);
        _call(id, loan, request_.units, room);
    }

    /// @dev At par: a unit costs its principal.
    function _termsOf(Terms storage t, Request calldata r) private view returns (IBondOffice.Terms memory) {
        return IBondOffice.Terms({
            framework: t.framework,
            cash: t.cash,
            isin: 0,
            denomination: t.denomination,
            issuePrice: t.denomination,
            minUnits: r.minUnits,
            maxUnits: r.units,
            closesOn: r.closesOn,
            issueDate: r.issueDate,
            maturityDate: r.maturityDate,
            couponPpm: r.ratePpm,
            maxCostPpm: t.maxCostPpm,
            serviceTerms: r.serviceTerms,
            document: r.document
        });
    }

    /// @dev The lenders' uncalled commitments lie side by side in the order of consent, `room` in all.
    function _call(uint32 id, uint32 loan, uint256 units, uint256 room) private {
        address[] storage all = _lenders[id];
        (uint256 passed, uint256 given) = (0, 0);
        for (uint256 i; i < all.length; ++i) {
            Lender storage l = _lenderOf[id][all[i]];
            passed += l.committed - l.called;
            uint64 share = uint64(passed * units / room - given);
            if (share == 0) continue;
            given += share;
            l.called += share;
            shareOf[loan][all[i]] = share;
            emit ShareCalled(loan, all[i], share);
        }
    }

    function checkRelease(uint32 loan) public view {
        _releasable(loan);
    }

    /// @return lent units that were, of those called
    function _releasable(uint32 loan) private view returns (uint64 lent) {
        Drawdown storage d = _drawdowns[loan];
        if (d.facility == 0) revert Unknown("DRAWDOWN", loan);
        if (d.released) revert AlreadyUsed("DRAWDOWN", bytes32(uint256(loan)));
        IBondOffice.Bond memory b = office.bond(loan);
        if (b.state == LOAN_CANCELLED) return 0;
        if (b.state != LOAN_CLOSED) revert WrongState("BOND", loan, b.state, LOAN_CLOSED);
        if (b.allottedUnits == d.units) revert NothingToRelease(loan);
        return b.allottedUnits;
    }

    /// @dev No drawdown is oversubscribed, so whoever booked has lent all that it booked.
    function release(uint32 loan) external {
        uint64 lent = _releasable(loan);
        Drawdown storage d = _drawdowns[loan];
        uint32 id = d.facility;
        d.released = true;
        _facilities[id].called -= d.units - lent;
        address[] storage all = _lenders[id];
        for (uint256 i; i < all.length; ++i) {
            uint64 share = shareOf[loan][all[i]];
            if (share != 0) _lenderOf[id][all[i]].called -= share;
        }
        if (lent != 0) {
            IBondOffice.Booking[] memory places = office.bookings(loan, 0, MAX_LENDERS);
            for (uint256 i; i < places.length; ++i) {
                _lenderOf[id][places[i].investor].called += places[i].units;
            }
        }
        emit Released(id, loan, d.units - lent);
    }

    // --- small parts ---

    function _known(uint32 id) private view returns (Facility storage f) {
        f = _facilities[id];
        if (f.state == 0) revert Unknown("FACILITY", id);
    }

    function _requireAvailable(uint32 id, Facility storage f) private view {
        if (f.state != AVAILABLE) revert WrongState("FACILITY", id, f.state, AVAILABLE);
        uint32 day = participants.today();
        if (day > f.terms.availableUntil) {
            revert DateOutOfOrder("AVAILABLE_UNTIL", f.terms.availableUntil, day);
        }
    }
}
