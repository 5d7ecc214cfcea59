// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {ICouponTerms} from "../interfaces/ICouponTerms.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {DayCounts} from "../libraries/DayCounts.sol";
import {AlreadyUsed, DateOutOfOrder, NotParty, Unknown, WrongState} from "../libraries/Errors.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title CouponTerms
/// @notice The promise is in ICouponTerms.
contract CouponTerms is ICouponTerms, Powered {
    uint8 private constant FIXED = 1;
    uint8 private constant STEP = 2;
    uint8 private constant FLOATING = 3;
    uint8 private constant KPI = 4;
    uint8 private constant HIGHER_IS_BETTER = 1;
    uint8 private constant LOWER_IS_BETTER = 2;
    uint256 public constant MAX_PERIODS = 128;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IBondOffice public immutable office;

    mapping(uint32 => Progress) private _progress;
    mapping(uint32 => ServiceTerms) private _terms;
    mapping(uint32 => mapping(uint256 => Period)) private _periods;
    mapping(uint32 => mapping(uint256 => Posting)) private _postings;

    constructor(address powers_, IParticipants participants_, IDocuments documents_, IBondOffice office_)
        Powered(powers_)
    {
        participants = participants_;
        documents = documents_;
        office = office_;
    }

    // --- reading ---

    function terms(uint32 bond) external view returns (ServiceTerms memory) {
        return _terms[bond];
    }

    function period(uint32 bond, uint256 index) external view returns (Period memory) {
        return _periods[bond][index];
    }

    function posting(uint32 bond, uint256 index) external view returns (Posting memory) {
        return _postings[bond][index];
    }

    function progress(uint32 bond) external view returns (Progress memory) {
        return _progress[bond];
    }

    function daysOf(uint32 bond, uint256 index)
        external
        view
        returns (uint32 recordDay, uint32 payDay, bool last)
    {
        Period storage p = _known(bond, index);
        return (p.recordDay, p.payDay, index + 1 == _progress[bond].periods);
    }

    function leeway(uint32 bond) external view returns (uint16 graceDays, uint32 callableFrom) {
        return (_terms[bond].graceDays, _terms[bond].callableFrom);
    }

    function partOfYear(
        uint8 dayCount,
        uint32 start,
        uint32 end,
        uint32 refStart,
        uint32 refEnd,
        uint8 frequency
    ) public pure returns (uint256 numerator, uint256 denominator) {
        if (end < start) revert DateOutOfOrder("END", end, start);
        return DayCounts.fraction(dayCount, start, end, refStart, refEnd, frequency);
    }

    // --- terms and schedule ---

    function file(uint32 bond, ServiceTerms calldata terms_, Period[] calldata periods) external {
        IBondOffice.Bond memory b = office.bond(bond);
        if (b.state == 0) revert Unknown("BOND", bond);
        if (_progress[bond].periods != 0) revert AlreadyUsed("SERVICE_TERMS", bytes32(uint256(bond)));
        bytes32 had = keccak256(abi.encode(terms_, periods));
        if (had != b.terms.serviceTerms) revert ScheduleMismatch(had, b.terms.serviceTerms);
        uint256 count = periods.length;
        if (count == 0 || count > MAX_PERIODS) revert TooManyPeriods(count, MAX_PERIODS);
        _requireTerms(terms_, b.terms.couponPpm);
        _progress[bond].periods = uint8(count);
        _terms[bond] = terms_;
        for (uint256 i; i < count; ++i) {
            Period calldata p = periods[i];
            if (i != 0) _requireFollows(i, p, periods[i - 1]);
            if (p.end <= p.start || p.payDay <= p.recordDay || p.fixingDay > p.recordDay) {
                revert PeriodInvalid(i);
            }
            partOfYear(terms_.dayCount, p.start, p.end, p.refStart, p.refEnd, terms_.frequency);
            _periods[bond][i] = p;
            IGreenBond(b.token).addRecordDay(p.recordDay);
        }
        emit TermsFiled(bond, terms_, periods);
    }

    function _requireFollows(uint256 index, Period calldata p, Period calldata before) private pure {
        if (p.start != before.end || p.recordDay <= before.recordDay) revert PeriodInvalid(index);
    }

    function _requireTerms(ServiceTerms calldata t, uint32 couponPpm) private pure {
        uint8 kind = t.couponKind;
        if (kind < FIXED || kind > KPI) revert TermsInvalid("COUPON_KIND", kind);
        if (kind == FIXED && t.ratePpm != couponPpm) revert TermsInvalid("RATE", t.ratePpm);
        if (kind >= FLOATING && t.fixer == address(0)) revert TermsInvalid("FIXER", 0);
        if (t.capPpm != 0 && t.capPpm < t.floorPpm) revert TermsInvalid("CAP", t.capPpm);
        bool said = t.polarity == HIGHER_IS_BETTER || t.polarity == LOWER_IS_BETTER;
        if (kind == KPI && !said) revert TermsInvalid("POLARITY", t.polarity);
    }

    // --- fixings and observations ---

    function checkPost(uint32 bond, uint256 index, address fixer) public view {
        ServiceTerms storage t = _terms[bond];
        Period storage p = _known(bond, index);
        if (t.couponKind < FLOATING) revert WrongState("COUPON_KIND", bond, t.couponKind, FLOATING);
        if (fixer != t.fixer) revert NotParty(fixer, t.fixer);
        if (t.couponKind == KPI) participants.requireRole(fixer, Roles.VERIFIER);
        else participants.requireActive(fixer);
        if (index < _progress[bond].next || _postings[bond][index].posted) {
            revert AlreadyUsed("PERIOD", bytes32(index));
        }
        uint32 day = participants.today();
        bool wrong = t.couponKind == KPI ? day > p.fixingDay : day < p.fixingDay;
        if (wrong) revert DateOutOfOrder("FIXING_DAY", p.fixingDay, day);
    }

    function postFixing(uint32 bond, uint256 index, int32 ratePpm, bytes32 document) external {
        _post(bond, index, FLOATING, ratePpm, document);
        emit FixingPosted(bond, index, ratePpm, document);
    }

    function postObservation(uint32 bond, uint256 index, uint128 value, bytes32 document) external {
        _post(bond, index, KPI, int160(uint160(value)), document);
        emit ObservationPosted(bond, index, value, document);
    }

    function _post(uint32 bond, uint256 index, uint8 kind, int160 value, bytes32 document) private {
        checkPost(bond, index, msg.sender);
        uint8 had = _terms[bond].couponKind;
        if (had != kind) revert WrongState("COUPON_KIND", bond, had, kind);
        documents.requireKnown(document, msg.sender, 0);
        _postings[bond][index] = Posting(true, value);
    }

    // --- rates ---

    function checkFix(uint32 bond, uint256 index) public view {
        Period storage p = _known(bond, index);
        uint8 next = _progress[bond].next;
        if (index != next) revert PeriodOutOfOrder(bond, index, next);
        uint32 day = participants.today();
        if (day <= p.recordDay) revert DateOutOfOrder("RECORD_DAY", p.recordDay, day);
        ServiceTerms storage t = _terms[bond];
        if (t.couponKind != FLOATING || _postings[bond][index].posted) return;
        // A fixer who is only late is waited for; then the last rate stands, so that a debt always has a figure.
        if (day <= uint256(p.payDay) + t.graceDays) revert FixingMissing(bond, index);
    }

    function fix(uint32 bond, uint256 index) external onlyDuty("SERVICE") returns (Coupon memory c) {
        checkFix(bond, index);
        ServiceTerms memory t = _terms[bond];
        Period memory p = _periods[bond][index];
        Progress storage progress_ = _progress[bond];
        c.ratePpm = _rate(t, p, _postings[bond][index], index == 0 ? t.ratePpm : progress_.lastRatePpm);
        ++progress_.next;
        progress_.lastRatePpm = c.ratePpm;
        (c.recordDay, c.payDay) = (p.recordDay, p.payDay);
        (uint256 numerator, uint256 denominator) =
            partOfYear(t.dayCount, p.start, p.end, p.refStart, p.refEnd, t.frequency);
        (c.numerator, c.denominator) = (uint64(numerator), uint64(denominator));
        emit CouponFixed(bond, index, c.ratePpm);
    }

    function _rate(ServiceTerms memory t, Period memory p, Posting memory posted, uint32 last)
        private
        pure
        returns (uint32)
    {
        if (t.couponKind == FIXED) return t.ratePpm;
        if (t.couponKind == STEP) return p.ratePpm;
        if (t.couponKind == FLOATING) {
            return _within(t, posted.posted ? posted.value + _signed(t.ratePpm) : _signed(last));
        }
        if (!posted.posted) return _within(t, _signed(last) + _signed(t.penaltyPpm));
        uint256 value = uint160(posted.value);
        bool met = t.polarity == HIGHER_IS_BETTER ? value >= p.target : value <= p.target;
        return _within(t, _signed(t.ratePpm) + (met ? int160(0) : _signed(t.stepPpm)));
    }

    function _signed(uint32 value) private pure returns (int160) {
        return int160(uint160(value));
    }

    /// @dev Between the floor, which is never below zero, and the cap: without one, what a rate can hold.
    function _within(ServiceTerms memory t, int160 rate) private pure returns (uint32) {
        uint32 most = t.capPpm == 0 ? type(uint32).max : t.capPpm;
        if (rate < _signed(t.floorPpm)) return t.floorPpm;
        return rate > _signed(most) ? most : uint32(uint160(rate));
    }

    function _known(uint32 bond, uint256 index) private view returns (Period storage) {
        uint8 periods = _progress[bond].periods;
        if (periods == 0) revert NotFiled(bond);
        if (index >= periods) revert Unknown("PERIOD", index);
        return _periods[bond][index];
    }
}
