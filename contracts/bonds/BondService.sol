// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {IBondService} from "../interfaces/IBondService.sol";
import {ICash} from "../interfaces/ICash.sol";
import {ICouponTerms} from "../interfaces/ICouponTerms.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {ILenders} from "../interfaces/ILenders.sol";
import {IMandates} from "../interfaces/IMandates.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IProceeds} from "../interfaces/IProceeds.sol";
import {Claims} from "../libraries/Claims.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    DateOutOfOrder,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount
} from "../libraries/Errors.sol";
import {MandateKinds} from "../libraries/MandateKinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";

/// @title BondService
/// @notice The promise is in IBondService.
contract BondService is IBondService, Powered {
    bytes32 private constant MODULE = Purposes.SERVICE;
    uint8 private constant BOND_CLOSED = 2;
    uint8 private constant COUPON = 1;
    uint8 private constant REDEMPTION = 2;
    uint8 private constant OPEN = 1;
    uint8 private constant SETTLED = 2;
    uint32 private constant PPM = 1_000_000;
    /// In a holder's record of one payment that was short: marks that something was paid, beside the amount.
    uint256 private constant TOUCHED = 1 << 128;
    uint256 public constant MAX_SERVICES = 256;

    IParticipants public immutable participants;
    IMandates public immutable mandates;
    IDocuments public immutable documents;
    IBondOffice public immutable office;
    IProceeds public immutable proceeds;
    ICouponTerms public immutable couponTerms;

    uint32 public serviceCount;
    mapping(uint32 => Service) private _services;
    mapping(uint32 => Standing) private _standings;
    // bond → period → what a redemption with that coupon takes off the principal of the next
    mapping(uint32 => mapping(uint256 => uint96)) private _redeemed;
    // bond → holder → one bit for each payment that this holder has got whole
    mapping(uint32 => mapping(address => uint256)) private _settled;
    // payment → holder → what the issuer's part has paid while it was short
    mapping(uint32 => mapping(address => uint256)) private _partial;

    constructor(
        address powers_,
        IParticipants participants_,
        IMandates mandates_,
        IDocuments documents_,
        IBondOffice office_,
        IProceeds proceeds_,
        ICouponTerms couponTerms_
    ) Powered(powers_) {
        participants = participants_;
        mandates = mandates_;
        documents = documents_;
        office = office_;
        proceeds = proceeds_;
        couponTerms = couponTerms_;
    }

    // --- reading ---

    function service(uint32 id) public view returns (Service memory) {
        return _services[id];
    }

    function standing(uint32 bond) external view returns (Standing memory) {
        return _standings[bond];
    }

    function inDefault(uint32 bond) external view returns (bool) {
        return _standings[bond].defaults != 0;
    }

    function redeemed(uint32 bond) external view returns (bool) {
        return _isRedeemed(_standings[bond]);
    }

    function owed(uint32 id, address holder)
        external
        view
        returns (uint256 entitlement, uint256 due, uint256 paid)
    {
        Service memory v = _known(id);
        uint256 units = IGreenBond(_standings[v.bond].token).unitsAt(holder, v.recordDay);
        (uint256 whole, uint256 share) = _shares(v, units);
        uint256 returned = units * v.fromProceeds;
        entitlement = whole + returned;
        due = share + returned;
        if (_settled[v.bond][holder] & (1 << v.index) != 0) return (entitlement, due, due);
        uint256 had = _partial[id][holder];
        if (had != 0) paid = uint128(had) + returned;
    }

    // --- coupons ---

    function checkOpen(uint32 bond, uint256 index) public view {
        _requireClosed(bond);
        couponTerms.checkFix(bond, index);
        if (_principalOf(bond, index) == 0) revert ZeroAmount();
    }

    function open(uint32 bond, uint256 index) external returns (uint32 id) {
        checkOpen(bond, index);
        Standing storage s = _load(bond);
        s.principal = _principalOf(bond, index);
        ICouponTerms.Coupon memory c = couponTerms.fix(bond, index);
        Service memory v;
        (v.bond, v.kind, v.period) = (bond, COUPON, uint8(index));
        (v.recordDay, v.payDay, v.ratePpm) = (c.recordDay, c.payDay, c.ratePpm);
        (v.perUnit, v.numerator, v.denominator) = (s.principal, c.numerator, c.denominator);
        v.units = IGreenBond(s.token).supplyAt(c.recordDay);
        id = _openService(s, v);
        if (s.facility != 0) _fallDue(s, bond, v);
    }

    /// @dev A loan's principal takes nobody's word to fall due. What was announced with this coupon before counts.
    function _fallDue(Standing storage s, uint32 bond, Service memory v) private {
        (,, bool last) = couponTerms.daysOf(bond, v.period);
        uint96 due = s.outstanding;
        if (!last) {
            uint96 promised = ILenders(IGreenBond(s.token).lenders()).dueWith(bond, v.period);
            uint96 had = _redeemed[bond][v.period];
            promised = promised > had ? promised - had : 0;
            if (promised < due) due = promised;
        }
        if (due != 0) _redeem(s, bond, Redemption(v.period, v.recordDay, v.payDay, due, 0), 0);
    }

    /// @dev What a coupon applies to: the denomination less what was redeemed with the coupons before it.
    function _principalOf(uint32 bond, uint256 index) private view returns (uint96) {
        Standing storage s = _standings[bond];
        if (s.token == address(0)) return office.bond(bond).terms.denomination;
        return index == 0 ? s.principal : s.principal - _redeemed[bond][index - 1];
    }

    /// @dev What the office says of a bond that is serviced for the first time.
    function _load(uint32 bond) private returns (Standing storage s) {
        s = _standings[bond];
        if (s.token != address(0)) return s;
        IBondOffice.Bond memory b = office.bond(bond);
        if (b.token == address(0)) revert Unknown("BOND", bond);
        (s.token, s.issuer, s.cash, s.facility) = (b.token, b.issuer, b.terms.cash, b.facility);
        s.principal = s.outstanding = b.terms.denomination;
    }

    function _openService(Standing storage s, Service memory v) private returns (uint32 id) {
        if (s.services == MAX_SERVICES) revert AmountTooLarge(s.services, MAX_SERVICES);
        v.index = uint8(s.services++);
        uint256 total = _floor(v, v.units);
        if (total > type(uint128).max) revert AmountTooLarge(total, type(uint128).max);
        v.total = uint128(total);
        v.state = total == 0 && v.fromProceeds == 0 ? SETTLED : OPEN;
        id = ++serviceCount;
        _services[id] = v;
        emit ServiceOpened(id, v.bond, v);
    }

    // --- redemption ---

    function checkAnnounce(uint32 bond, address who, Redemption calldata r) public view {
        IBondOffice.Bond memory b = _requireClosed(bond);
        Standing storage s = _standings[bond];
        uint96 outstanding = s.token == address(0) ? b.terms.denomination : s.outstanding;
        if (r.perUnit == 0) revert ZeroAmount();
        if (r.perUnit > outstanding) revert AmountTooLarge(r.perUnit, outstanding);
        if (r.fromProceeds > r.perUnit) revert AmountTooLarge(r.fromProceeds, r.perUnit);
        if (r.payDay <= r.recordDay) revert DateOutOfOrder("PAY_DAY", r.payDay, r.recordDay);
        bool scheduled = b.terms.serviceTerms != 0;
        bool asDue = scheduled
            ? _requireOfSchedule(bond, r, outstanding)
            : _requireAtMaturity(bond, r, b.terms.maturityDate);
        // Principal falls due by itself: once maturity has passed, the whole rest takes no word of the issuer's.
        if (who == b.issuer || (asDue && r.perUnit == outstanding && r.fromProceeds == 0)) return;
        revert NotParty(who, b.issuer);
    }

    /// @dev A redemption goes with a coupon, so that the principal never changes within a period; early, it is announced
    /// by the record day, so that whoever buys before it knows.
    /// @return asDue true for the last one once its pay day has passed
    function _requireOfSchedule(uint32 bond, Redemption calldata r, uint96 outstanding)
        private
        view
        returns (bool asDue)
    {
        (uint32 recordDay, uint32 payDay, bool last) = couponTerms.daysOf(bond, r.period);
        if (r.recordDay != recordDay) revert DateOutOfOrder("RECORD_DAY", r.recordDay, recordDay);
        if (r.payDay != payDay) revert DateOutOfOrder("PAY_DAY", r.payDay, payDay);
        if (_redeemed[bond][r.period] != 0) revert AlreadyUsed("PERIOD", bytes32(uint256(r.period)));
        uint32 day = participants.today();
        if (last) {
            if (r.perUnit != outstanding) revert NotWhole(bond, r.perUnit, outstanding);
            return day > payDay;
        }
        (, uint32 callableFrom) = couponTerms.leeway(bond);
        if (callableFrom == 0 || payDay < callableFrom) revert NotCallable(bond, callableFrom, payDay);
        if (day > recordDay) revert DateOutOfOrder("RECORD_DAY", recordDay, day);
    }

    /// @dev Without coupons there is no schedule: at maturity or later, by record days that are announced in time.
    function _requireAtMaturity(uint32 bond, Redemption calldata r, uint32 maturity)
        private
        view
        returns (bool asDue)
    {
        if (r.payDay < maturity) revert NotCallable(bond, 0, r.payDay);
        uint32 day = participants.today();
        if (r.recordDay < day) revert DateOutOfOrder("RECORD_DAY", r.recordDay, day);
        return maturity != 0 && day > maturity && r.recordDay == day && r.payDay == day + 1;
    }

    function announceRedemption(uint32 bond, Redemption calldata r, bytes32 document)
        external
        returns (uint32 id)
    {
        checkAnnounce(bond, msg.sender, r);
        Standing storage s = _load(bond);
        if (msg.sender == s.issuer) documents.requireKnown(document, msg.sender, 0);
        return _redeem(s, bond, r, document);
    }

    function _redeem(Standing storage s, uint32 bond, Redemption memory r, bytes32 document)
        private
        returns (uint32 id)
    {
        s.outstanding -= r.perUnit;
        ++s.unsettled;
        _redeemed[bond][r.period] += r.perUnit;
        Service memory v;
        (v.bond, v.kind, v.period) = (bond, REDEMPTION, r.period);
        (v.recordDay, v.payDay, v.ratePpm) = (r.recordDay, r.payDay, PPM);
        (v.perUnit, v.fromProceeds) = (r.perUnit - r.fromProceeds, r.fromProceeds);
        (v.numerator, v.denominator) = (1, 1);
        v.units = uint64(IGreenBond(s.token).totalSupply());
        id = _openService(s, v);
        emit RedemptionAnnounced(bond, id, r, document);
        if (r.recordDay >= participants.today()) IGreenBond(s.token).addRecordDay(r.recordDay);
        if (r.fromProceeds != 0) proceeds.returnUnused(bond, uint256(v.units) * r.fromProceeds);
    }

    // --- money in ---

    function checkPayIn(uint32 id, address payer, uint256 amount) public view {
        Service memory v = _known(id);
        address issuer = _standings[v.bond].issuer;
        if (payer != issuer) mandates.requireMandate(issuer, payer, MandateKinds.PAYING_AGENT, v.bond);
        if (amount == 0) revert ZeroAmount();
        uint256 room = v.total - v.paidIn;
        if (amount > room) revert AmountTooLarge(amount, room);
    }

    function payIn(uint32 id, uint256 amount) external {
        checkPayIn(id, msg.sender, amount);
        Service storage v = _services[id];
        Standing storage s = _standings[v.bond];
        v.paidIn += uint128(amount);
        emit ServicePaidIn(id, v.bond, msg.sender, amount);
        if (v.inDefault && v.paidIn == v.total) {
            v.inDefault = false;
            --s.defaults;
            emit DefaultCured(v.bond, id);
        }
        ICash(s.cash).collect(MODULE, Purposes.service(id), msg.sender, amount, bytes32(uint256(id)));
    }

    // --- money out ---

    function checkPay(uint32 id) external view {
        _payable(id);
    }

    function _payable(uint32 id) private view returns (Service memory v) {
        v = _known(id);
        uint32 day = participants.today();
        if (day < v.payDay) revert DateOutOfOrder("PAY_DAY", v.payDay, day);
    }

    /// @dev A holder's bit is set before the holder's money moves, so nobody is paid twice whatever a call leads to.
    function pay(uint32 id, address[] calldata holders) external {
        Service memory v = _payable(id);
        if (v.state == SETTLED) return;
        Standing memory s = _standings[v.bond];
        uint64 settledUnits;
        for (uint256 i; i < holders.length; ++i) {
            settledUnits += _payOne(id, v, s, holders[i]);
        }
        if (v.paidIn < v.total) {
            _services[id].partly = true;
        } else if (settledUnits != 0) {
            settledUnits += v.settledUnits;
            _services[id].settledUnits = settledUnits;
            if (settledUnits == v.units) _settle(id, v);
        }
    }

    /// @return settledUnits the holder's, when the holder has now got all
    function _payOne(uint32 id, Service memory v, Standing memory s, address holder)
        private
        returns (uint64 settledUnits)
    {
        uint256 bits = _settled[v.bond][holder];
        if (bits & (1 << v.index) != 0) return 0;
        uint64 units = IGreenBond(s.token).unitsAt(holder, v.recordDay);
        if (units == 0) return 0;
        (, uint256 amount) = _shares(v, units);
        bool short = v.paidIn < v.total;
        uint256 had = short || v.partly ? _partial[id][holder] : 0;
        if (short) {
            _partial[id][holder] = amount | TOUCHED;
        } else {
            _settled[v.bond][holder] = bits | (1 << v.index);
            settledUnits = units;
        }
        amount -= uint128(had);
        uint256 returned = had == 0 ? uint256(units) * v.fromProceeds : 0;
        if (amount == 0 && returned == 0 && settledUnits == 0) return 0;
        bool kept = _payOut(id, v, s, holder, amount, returned);
        emit ServicePaid(id, holder, amount, returned, kept);
    }

    function _payOut(
        uint32 id,
        Service memory v,
        Standing memory s,
        address holder,
        uint256 amount,
        uint256 returned
    ) private returns (bool kept) {
        bytes32 document = bytes32(uint256(id));
        if (returned != 0) kept = proceeds.payReturned(v.bond, holder, returned, document);
        if (amount == 0) return kept;
        return
            Claims.payOrKeep(
                participants, ICash(s.cash), MODULE, Purposes.service(id), holder, amount, document
            );
    }

    /// @dev All units of the record day have got all: what is left on the payment's axis is rounding.
    function _settle(uint32 id, Service memory v) private {
        Standing storage s = _standings[v.bond];
        _services[id].state = SETTLED;
        ICash cash = ICash(s.cash);
        bytes32 purpose = Purposes.service(id);
        uint256 residue = cash.balanceOf(Purposes.axisOf(MODULE, purpose));
        if (v.kind == REDEMPTION) --s.unsettled;
        bool kept;
        if (residue != 0) {
            kept = Claims.payOrKeep(
                participants, cash, MODULE, purpose, s.issuer, residue, bytes32(uint256(id))
            );
        }
        emit ServiceSettled(id, residue, kept);
        if (v.kind == REDEMPTION && _isRedeemed(s)) IGreenBond(s.token).retire();
    }

    function claim(address cash) external {
        Claims.payOut(ICash(cash), MODULE, msg.sender);
    }

    // --- default ---

    function checkDeclareDefault(uint32 id) public view {
        Service memory v = _known(id);
        if (v.inDefault) revert WrongState("DEFAULT", id, 1, 0);
        if (v.paidIn >= v.total) revert NotShort(id, v.paidIn, v.total);
        (uint16 grace,) = couponTerms.leeway(v.bond);
        uint256 last = uint256(v.payDay) + grace;
        uint32 day = participants.today();
        if (day <= last) revert DateOutOfOrder("GRACE", uint32(last), day);
    }

    function declareDefault(uint32 id) external {
        checkDeclareDefault(id);
        Service storage v = _services[id];
        v.inDefault = true;
        ++_standings[v.bond].defaults;
        emit Defaulted(v.bond, id, v.paidIn, v.total);
    }

    // --- small parts ---

    /// @return whole what so many units are owed by the issuer; @return share of it, pro rata to what was paid in
    function _shares(Service memory v, uint256 units) private pure returns (uint256 whole, uint256 share) {
        whole = _floor(v, units);
        share = v.paidIn < v.total ? whole * v.paidIn / v.total : whole;
    }

    function _floor(Service memory v, uint256 units) private pure returns (uint256) {
        return units * v.perUnit * v.ratePpm * v.numerator / (uint256(PPM) * v.denominator);
    }

    function _isRedeemed(Standing storage s) private view returns (bool) {
        return s.token != address(0) && s.outstanding == 0 && s.unsettled == 0;
    }

    function _known(uint32 id) private view returns (Service memory v) {
        v = service(id);
        if (v.bond == 0) revert Unknown("SERVICE", id);
    }

    function _requireClosed(uint32 bond) private view returns (IBondOffice.Bond memory b) {
        b = office.bond(bond);
        if (b.state == 0) revert Unknown("BOND", bond);
        if (b.state != BOND_CLOSED) revert WrongState("BOND", bond, b.state, BOND_CLOSED);
    }
}
