// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondService} from "../../../contracts/interfaces/IBondService.sol";
import {ICouponTerms} from "../../../contracts/interfaces/ICouponTerms.sol";
import {IGreenBond} from "../../../contracts/interfaces/IGreenBond.sol";
import {Vm} from "../base/Cheats.sol";
import {UnitActs} from "./UnitActs.sol";

/// @title Coupons, redemption and default
/// @notice Each payment is worked out here a second time, from the schedule and from who held what when its record day
/// ended.
abstract contract ServiceActs is UnitActs {
    uint96 internal constant DENOMINATION = 1000;
    uint32 internal constant RATE = 436_380;
    uint256 internal constant YEAR = 360;
    uint8 internal constant PERIODS = 4;
    uint16 internal constant GRACE = 2;

    struct Payment {
        uint32 bond;
        uint8 kind; // 1 coupon, 2 redemption
        uint32 recordDay;
        uint32 payDay;
        uint256 perUnit; // in parts of `parts`
        uint256 parts;
        uint96 fromProceeds;
        uint256 paidIn;
        uint256 total;
        bool inDefault;
        bool settled;
        uint256 residue;
    }

    Payment[] internal _payments; // id - 1
    mapping(uint32 => ICouponTerms.Period[]) internal _periods;
    mapping(uint32 => uint8) private _next;
    mapping(uint32 => uint256[PERIODS]) private _redeemed;
    mapping(uint32 => uint256) private _outstanding;
    mapping(uint32 => mapping(address => uint256)) internal _paid;
    mapping(uint32 => mapping(address => uint256)) internal _returned;

    function _beginService(uint32 bond, ICouponTerms.Period[] memory periods) internal {
        _outstanding[bond] = DENOMINATION;
        for (uint256 i; i < periods.length; ++i) {
            _periods[bond].push(periods[i]);
            _token(bond).recordDays.push(periods[i].recordDay);
        }
    }

    function _payment(uint32 id) internal view returns (Payment storage) {
        return _payments[id - 1];
    }

    // --- opening ---

    function service_open(uint256 seed) external rolling(seed) {
        uint32 bond = _someToken();
        uint8 index = _next[bond];
        if (_odd(8)) index = uint8(_roll(PERIODS + 1));
        bool known = index < PERIODS && index == _next[bond];
        uint256 principal = known ? _principal(bond, index) : 0;
        bool allowed = known && principal != 0 && _today() > _periods[bond][index].recordDay;
        bytes memory data = abi.encodeCall(IBondService.open, (bond, index));
        (bool ok,) = _act("service.open", _one(everybody), address(service), data);
        _judge("SVC-1", "service.open", allowed, ok);
        if (ok && allowed) _openCoupon(bond, index, principal);
    }

    /// @dev A unit's principal in a period: less what was redeemed with the periods before it.
    function _principal(uint32 bond, uint256 index) private view returns (uint256 principal) {
        principal = DENOMINATION;
        for (uint256 i; i < index; ++i) {
            principal -= _redeemed[bond][i];
        }
    }

    function _openCoupon(uint32 bond, uint8 index, uint256 principal) private {
        ++_next[bond];
        ICouponTerms.Period storage p = _periods[bond][index];
        Payment storage v = _payments.push();
        (v.bond, v.kind, v.recordDay, v.payDay) = (bond, 1, p.recordDay, p.payDay);
        (v.perUnit, v.parts) = (principal * RATE * (p.end - p.start), 1_000_000 * YEAR);
        v.total = _whole(v, _token(bond).allotted);
    }

    function _whole(Payment storage v, uint256 units) private view returns (uint256) {
        return units * v.perUnit / v.parts;
    }

    // --- redemption ---

    function service_announce(uint256 seed) external rolling(seed) {
        uint32 bond = _someToken();
        uint8 period = _odd(2) ? PERIODS - 1 : uint8(_roll(PERIODS));
        ICouponTerms.Period storage p = _periods[bond][period];
        IBondService.Redemption memory r;
        (r.period, r.recordDay, r.payDay) = (period, p.recordDay, _odd(12) ? p.payDay + 1 : p.payDay);
        bool last = period == PERIODS - 1;
        r.perUnit = uint96(last && !_odd(6) ? _outstanding[bond] : _roll(_outstanding[bond] + 2));
        if (_odd(3)) r.fromProceeds = uint96(_roll(r.perUnit + 1));
        address by = _odd(3) ? _one(everybody) : _token(bond).issuer;
        bool allowed = r.perUnit != 0 && r.perUnit <= _outstanding[bond] && r.payDay == p.payDay
            && _redeemed[bond][period] == 0 && _timely(bond, r, last, by) && _unused(bond, r);
        bytes memory data = abi.encodeCall(IBondService.announceRedemption, (bond, r, _paper(CONTRACT)));
        (bool ok,) = _act("service.announce", by, address(service), data);
        _judge("SVC-2", "service.announce", allowed, ok);
        if (ok && allowed) _announce(bond, r);
    }

    /// @dev Early, by the record day and by the issuer; the whole rest with the last coupon, then in the end by anybody.
    function _timely(uint32 bond, IBondService.Redemption memory r, bool last, address by)
        private
        view
        returns (bool)
    {
        bool issuers_ = by == _token(bond).issuer;
        if (!last) return issuers_ && _today() <= r.recordDay;
        if (r.perUnit != _outstanding[bond]) return false;
        return issuers_ || (_today() > r.payDay && r.fromProceeds == 0);
    }

    function _unused(uint32 bond, IBondService.Redemption memory r) private view returns (bool) {
        uint256 needed = uint256(_token(bond).allotted) * r.fromProceeds;
        return cashes[_token(bond).cash].balanceOf(_proceedsAxis("POOL", bond)) >= needed;
    }

    function _announce(uint32 bond, IBondService.Redemption memory r) private {
        _redeemed[bond][r.period] = r.perUnit;
        _outstanding[bond] -= r.perUnit;
        Payment storage v = _payments.push();
        (v.bond, v.kind, v.recordDay, v.payDay) = (bond, 2, r.recordDay, r.payDay);
        (v.perUnit, v.parts, v.fromProceeds) = (r.perUnit - r.fromProceeds, 1, r.fromProceeds);
        v.total = _whole(v, _token(bond).allotted);
    }

    // --- money ---

    function service_payIn(uint256 seed) external rolling(seed) {
        if (_payments.length == 0) return;
        uint32 id = _somePayment();
        Payment storage v = _payment(id);
        address by = _odd(8) ? _one(everybody) : _token(v.bond).issuer;
        uint256 room = v.total - v.paidIn;
        uint256 amount = _odd(3) ? room : _odd(8) ? room + 1 : _roll(room + 1);
        bool allowed = by == _token(v.bond).issuer && amount != 0 && amount <= room
            && cashes[_token(v.bond).cash].balanceOf(by) >= amount;
        bytes memory data = abi.encodeCall(IBondService.payIn, (id, amount));
        (bool ok,) = _act("service.payIn", by, address(service), data);
        _judge("SVC-2", "service.payIn", allowed, ok);
        if (!ok) return;
        v.paidIn += amount;
        if (v.paidIn == v.total) v.inDefault = false;
    }

    /// @dev To some of the holders, in any order, now and then to one of them twice, and to one who holds nothing.
    function service_pay(uint256 seed) external rolling(seed) {
        if (_payments.length == 0) return;
        uint32 id = _duePayment();
        Payment storage v = _payment(id);
        address[] memory who = new address[](1 + _roll(4));
        for (uint256 i; i < who.length; ++i) {
            who[i] = _odd(10) ? suppliers[0] : _one(investors);
        }
        if (_odd(4)) _bringDown(who[0], 0);
        bytes memory data = abi.encodeCall(IBondService.pay, (id, who));
        (bool ok,) = _act("service.pay", outsider, address(service), data);
        _judge("SVC-1", "service.pay", _today() >= v.payDay, ok);
        if (!ok) return;
        for (uint256 i; i < who.length; ++i) {
            _mustBePaid(id, v, who[i]);
        }
    }

    /// @dev SVC-1: whoever was named has now exactly what was due, and what was returned once.
    function _mustBePaid(uint32 id, Payment storage v, address holder) private {
        uint256 units = _atRecord[v.bond][v.recordDay][holder];
        _must(_paid[id][holder] == _due(v, units), "SVC-1", "a holder was not paid what was due");
        _must(_returned[id][holder] == units * v.fromProceeds, "SVC-2", "another part of unused proceeds");
    }

    function _due(Payment storage v, uint256 units) private view returns (uint256) {
        uint256 whole = _whole(v, units);
        return v.paidIn < v.total ? whole * v.paidIn / v.total : whole;
    }

    function service_default(uint256 seed) external rolling(seed) {
        if (_payments.length == 0) return;
        uint32 id = _duePayment();
        Payment storage v = _payment(id);
        bool allowed = !v.inDefault && v.paidIn < v.total && _today() > v.payDay + GRACE;
        bytes memory data = abi.encodeCall(IBondService.declareDefault, (id));
        (bool ok,) = _act("service.default", outsider, address(service), data);
        _judge("SVC-4", "service.default", allowed, ok);
        if (ok) v.inDefault = true;
    }

    function service_claim(uint256 seed) external rolling(seed) {
        (address who, uint8 cash) = (_one(investors), uint8(_roll(2)));
        for (uint256 i; i < 6 && !_odd(6); ++i) {
            if (cashes[i % 2].balanceOf(_claimAxis("SERVICE", investors[i / 2])) == 0) continue;
            (who, cash) = (investors[i / 2], uint8(i % 2));
        }
        if (!_active(who) && _odd(2)) _restore(who);
        bool waits = cashes[cash].balanceOf(_claimAxis("SERVICE", who)) != 0;
        bytes memory data = abi.encodeCall(IBondService.claim, (address(cashes[cash])));
        (bool ok,) = _act("service.claim", who, address(service), data);
        _judge("SVC-1", "service.claim", waits && _active(who), ok);
    }

    /// @dev Most times one of the last, so that payments come to their end.
    function _somePayment() private returns (uint32) {
        uint256 n = _payments.length;
        return uint32(_odd(4) ? 1 + _roll(n) : n - _roll(n < 4 ? n : 4));
    }

    /// @dev Most times one whose pay day has come and that is not settled.
    function _duePayment() private returns (uint32 id) {
        id = _somePayment();
        for (uint32 i = 1; i <= _payments.length && !_odd(6); ++i) {
            if (!_payment(i).settled && _today() >= _payment(i).payDay) id = i;
        }
    }

    // --- events ---

    function _readModule(bytes32 kind, bytes32 topic, Vm.Log memory log) internal override {
        if (log.emitter == address(service)) {
            if (topic == IBondService.ServicePaid.selector) _readPaid(log);
            if (topic == IBondService.ServiceSettled.selector) _readSettled(log);
        }
        if (topic == IGreenBond.Retired.selector) _readRetired(log.emitter);
        kind;
    }

    function _readPaid(Vm.Log memory log) private {
        uint32 id = uint32(uint256(log.topics[1]));
        address holder = _address(log.topics[2]);
        (uint256 amount, uint256 fromProceeds, bool kept) = abi.decode(log.data, (uint256, uint256, bool));
        _paid[id][holder] += amount;
        _returned[id][holder] += fromProceeds;
        bool moved = amount != 0 || fromProceeds != 0;
        _must(
            !moved || kept == !_active(holder), "SVC-1", "kept, though its owner could receive, or not kept"
        );
    }

    function _readSettled(Vm.Log memory log) private {
        Payment storage v = _payment(uint32(uint256(log.topics[1])));
        (v.settled, v.residue) = (true, abi.decode(log.data, (uint256)));
    }

    function _readRetired(address token) private {
        for (uint32 bond = 1; bond <= _tokens.length; ++bond) {
            if (address(_token(bond).token) != token) continue;
            _must(_outstanding[bond] == 0, "SVC-2", "a bond ended before all principal was announced");
            _token(bond).retired = true;
        }
    }

    // --- states ---

    /// @notice SVC-1 and SVC-4 as a state: entitlements, payments and what waits add up, payment by payment.
    function checkServices() external view {
        require(service.serviceCount() == _payments.length, "SVC-1: another number of payments");
        for (uint32 id = 1; id <= _payments.length; ++id) {
            _checkService(id, _payment(id));
        }
        for (uint32 bond = 1; bond <= _tokens.length; ++bond) {
            _checkStanding(bond);
        }
    }

    function _checkService(uint32 id, Payment storage v) private view {
        IBondService.Service memory s = service.service(id);
        require(s.total == v.total && s.paidIn == v.paidIn, "SVC-1: another total, or another sum paid in");
        require(s.units == _token(v.bond).allotted, "SVC-1: another supply");
        require(s.inDefault == v.inDefault, "SVC-4: another state of default");
        uint256 paid;
        uint256 entitled;
        bool all = v.paidIn == v.total && _recorded[v.bond][v.recordDay];
        for (uint256 i; i < investors.length; ++i) {
            uint256 units = _atRecord[v.bond][v.recordDay][investors[i]];
            paid += _paid[id][investors[i]];
            entitled += _whole(v, units);
            all = all && _paid[id][investors[i]] == _whole(v, units)
                && _returned[id][investors[i]] == units * v.fromProceeds;
            _checkOwed(id, v, investors[i], units);
        }
        require(entitled <= v.total && paid <= v.paidIn, "SVC-1: more was paid than was paid in");
        require(!v.settled || (all && v.residue == v.total - entitled), "SVC-1: settled, and not all paid");
        _checkAxis(id, v, paid);
    }

    function _checkOwed(uint32 id, Payment storage v, address holder, uint256 units) private view {
        if (!_recorded[v.bond][v.recordDay]) return;
        (uint256 entitlement, uint256 due, uint256 paid) = service.owed(id, holder);
        uint256 returned = units * v.fromProceeds;
        require(entitlement == _whole(v, units) + returned, "SVC-1: another entitlement");
        require(due == _due(v, units) + returned, "SVC-4: another part of what came");
        require(paid == _paid[id][holder] + _returned[id][holder], "SVC-1: owed forgets what was paid");
    }

    /// @dev What was paid in and has not gone out waits on the payment's own axis, to the fen.
    function _checkAxis(uint32 id, Payment storage v, uint256 paid) private view {
        address axis = _axis("SERVICE", abi.encode("SERVICE", uint256(id)));
        uint256 waits = cashes[_token(v.bond).cash].balanceOf(axis);
        require(waits == v.paidIn - paid - v.residue, "SVC-1: what waits is not what was not paid");
    }

    function _checkStanding(uint32 bond) private view {
        uint256 defaults;
        bool unsettled;
        for (uint32 id = 1; id <= _payments.length; ++id) {
            Payment storage v = _payment(id);
            if (v.bond != bond) continue;
            if (v.inDefault) ++defaults;
            unsettled = unsettled || (v.kind == 2 && !v.settled);
        }
        require(service.inDefault(bond) == (defaults != 0), "SVC-4: a default is forgotten or imagined");
        bool whole = _outstanding[bond] == 0 && !unsettled;
        require(service.redeemed(bond) == whole, "SVC-2: redeemed and yet owed, or the other way round");
        require(_token(bond).retired == whole, "SVC-2: units go on after the end, or end before it");
    }
}
