// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../../../contracts/interfaces/IBondOffice.sol";
import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {CashActs} from "./CashActs.sol";

interface IUnits {
    function transfer(address to, uint256 units) external returns (bool);
    function balanceOf(address who) external view returns (uint256);
    function totalSupply() external view returns (uint256);
}

/// @title Registration, order book and allotment
abstract contract BondActs is CashActs {
    struct BondRecord {
        address issuer;
        uint8 cash;
        uint32 framework;
        bool dated; // its terms name the day of issue
        uint8 state; // 1 booking, 2 closed, 3 cancelled, 4 allotting
        uint32 closesOn;
        uint32 endedOn;
        uint256 next;
        uint256 passed;
        uint64 price;
        uint64 minUnits;
        uint64 maxUnits;
        uint64 booked;
        uint64 allotted;
        uint256 raised;
        uint256 cost;
        uint256 unallocated;
        uint256 encumbered;
        uint256 spent;
        uint256 claims;
    }

    uint32 internal constant ISSUED_ON = 20_370; // 9 October 2025, the first day of these tests

    BondRecord[] internal _bonds; // id - 1
    mapping(uint32 => mapping(address => uint64)) internal _booked;
    mapping(uint32 => mapping(address => bool)) private _placed;
    mapping(uint32 => address[]) internal _order;

    function _someBond() internal returns (uint32) {
        return uint32(1 + _roll(_bonds.length));
    }

    function _bond(uint32 id) internal view returns (BondRecord storage) {
        return _bonds[id - 1];
    }

    function bond_register(uint256 seed) external rolling(seed) {
        uint32 framework = _someFramework();
        _registerBond(framework, uint8(_odd(4) ? 1 : 0), uint64(_roll(4)), _today() + uint32(_roll(4)));
    }

    function _registerBond(uint32 framework, uint8 cash, uint64 minUnits, uint32 closesOn)
        internal
        returns (uint32 id)
    {
        IBondOffice.Terms memory t;
        (t.framework, t.cash, t.document) = (framework, address(cashes[cash]), PAPER);
        (t.denomination, t.maxCostPpm, t.issuePrice) = (100, 1_000_000, uint96(1 + _roll(150)));
        (t.minUnits, t.maxUnits, t.closesOn) = (minUnits, minUnits + 1 + uint64(_roll(400)), closesOn);
        if (!_odd(4)) t.issueDate = ISSUED_ON;
        return _submitTerms(_odd(12) ? _one(issuers) : _frameworks[framework - 1].issuer, cash, t);
    }

    function _submitTerms(address issuer, uint8 cash, IBondOffice.Terms memory t) private returns (uint32) {
        bool allowed = issuer == _frameworks[t.framework - 1].issuer && _activeAs(issuer, ISSUER)
            && _reviewHolds(t.framework) && t.closesOn >= _today();
        (bool ok,) =
            _act("bond.register", issuer, address(office), abi.encodeCall(IBondOffice.register, (t, "GB")));
        _judge("BOND-2", "bond.register", allowed, ok);
        return ok ? _openBond(issuer, cash, t) : 0;
    }

    function _openBond(address issuer, uint8 cash, IBondOffice.Terms memory t) private returns (uint32 id) {
        BondRecord storage b = _bonds.push();
        id = uint32(_bonds.length);
        (b.issuer, b.cash, b.framework, b.state, b.closesOn) = (issuer, cash, t.framework, 1, t.closesOn);
        (b.price, b.minUnits, b.maxUnits) = (uint64(t.issuePrice), t.minUnits, t.maxUnits);
        b.dated = t.issueDate != 0;
        _nameAxis(_proceedsAxis("ORIGIN", id), Purpose.ORIGIN, id);
        _nameAxis(_proceedsAxis("COST", id), Purpose.COST, id);
        _nameAxis(_proceedsAxis("POOL", id), Purpose.POOL, id);
        for (uint256 i; i < investors.length; ++i) {
            _nameAxis(_escrowAxis(id, investors[i]), Purpose.ESCROW, id);
        }
    }

    /// @dev The last bond that takes bookings, else any.
    function _bookingBond() private returns (uint32 id) {
        id = _someBond();
        for (uint32 i = 1; i <= _bonds.length && !_odd(8); ++i) {
            if (_bond(i).state == 1 || _bond(i).state == 4) id = i;
        }
    }

    function bond_book(uint256 seed) external rolling(seed) {
        _book(_bookingBond(), _odd(10) ? _one(suppliers) : _one(investors), uint64(_roll(200)));
    }

    function _book(uint32 id, address investor, uint64 units) internal {
        BondRecord storage b = _bond(id);
        uint256 amount = uint256(units) * b.price;
        bool allowed = b.state == 1 && _activeAs(investor, INVESTOR) && units != 0 && _today() <= b.closesOn
            && cashes[b.cash].balanceOf(investor) >= amount;
        (bool ok,) =
            _act("bond.book", investor, address(office), abi.encodeCall(IBondOffice.book, (id, units)));
        _judge("BOND-1", "bond.book", allowed, ok);
        if (!ok) return;
        b.booked += units;
        if (!_placed[id][investor]) _order[id].push(investor);
        (_placed[id][investor], _booked[id][investor]) = (true, _booked[id][investor] + units);
    }

    function bond_cancelBooking(uint256 seed) external rolling(seed) {
        (uint32 id, address investor) = (_bookingBond(), _one(investors));
        BondRecord storage b = _bond(id);
        uint64 units = uint64(_roll(_booked[id][investor] + 2));
        bool allowed = b.state == 1 && units != 0 && units <= _booked[id][investor] && _today() <= b.closesOn;
        bytes memory data = abi.encodeCall(IBondOffice.cancelBooking, (id, units));
        (bool ok,) = _act("bond.cancelBooking", investor, address(office), data);
        _judge("BOND-1", "bond.cancelBooking", allowed, ok);
        if (!ok) return;
        b.booked -= units;
        _booked[id][investor] -= units;
    }

    function bond_allot(uint256 seed) external rolling(seed) {
        uint32 id = _bookingBond();
        _allot(id, 1 + _roll(investors.length), _odd(8) ? outsider : _bond(id).issuer);
    }

    /// @dev The next `n` places of the order of bookings, by anybody: the issuer, or who passes by after 30 days.
    function _allot(uint32 id, uint256 n, address by) internal {
        BondRecord storage b = _bond(id);
        bool open = (b.state == 1 && b.booked >= b.minUnits && b.booked != 0 && by == b.issuer)
            || (b.state == 4 && b.next < _order[id].length);
        bool allowed = open && ((by == b.issuer && _activeAs(b.issuer, ISSUER)) || _abandoned(b));
        uint256 had = _supply(id);
        bytes memory data = abi.encodeCall(IBondOffice.allot, (id, uint32(n)));
        (bool ok,) = _act("bond.allot", by, address(office), data);
        _judge("BOND-1", "bond.allot", allowed, ok);
        if (!ok) return;
        if (b.state == 1) (b.state, b.endedOn) = (4, _today());
        uint256 before = b.allotted;
        for (; n != 0 && b.next < _order[id].length; --n) {
            _allotted(id, _order[id][b.next++]);
        }
        bool exact = _supply(id) == had + b.allotted - before;
        _must(exact, "BOND-1", "units and money did not meet");
        _must(exact, "BOND-6", "a booking's part is not that of its own interval");
    }

    /// @dev BOND-6, derived anew: an investor's part is that of its interval of all booked units.
    function _allotted(uint32 id, address investor) private {
        BondRecord storage b = _bond(id);
        uint256 most = b.booked < b.maxUnits ? b.booked : b.maxUnits;
        uint256 end = b.passed + _booked[id][investor];
        uint256 units = end * most / b.booked - b.passed * most / b.booked;
        (b.passed, b.allotted) = (end, b.allotted + uint64(units));
        _booked[id][investor] = 0;
        bool emptied = _balance(cashes[b.cash], _escrowAxis(id, investor)) == 0;
        _must(emptied, "BOND-6", "what was not allotted did not go back");
        _must(
            b.next < _order[id].length || b.allotted == most,
            "BOND-6",
            "allotments do not add up to the whole"
        );
    }

    function _supply(uint32 id) private view returns (uint256) {
        return IUnits(office.bond(id).token).totalSupply();
    }

    function bond_close(uint256 seed) external rolling(seed) {
        uint32 id = _bookingBond();
        _close(id, _roll(_bond(id).allotted * uint256(_bond(id).price) / 8 + 2));
    }

    function _close(uint32 id, uint256 cost) internal {
        BondRecord storage b = _bond(id);
        uint256 raised = _axes[address(cashes[b.cash])][_proceedsAxis("ORIGIN", id)].incoming;
        bool allowed = b.state == 4 && b.next == _order[id].length && cost <= (_abandoned(b) ? 0 : raised)
            && (_activeAs(b.issuer, ISSUER) || _abandoned(b));
        bytes memory data = abi.encodeCall(IBondOffice.close, (id, cost, uint32(0)));
        (bool ok,) = _act("bond.close", b.issuer, address(office), data);
        _judge("BOND-1", "bond.close", allowed, ok);
        if (!ok) return;
        _must(raised == b.allotted * uint256(b.price), "BOND-1", "raised is not what was allotted");
        (b.state, b.raised, b.cost, b.unallocated) = (2, raised, cost, raised - cost);
    }

    function bond_cancel(uint256 seed) external rolling(seed) {
        uint32 id = _someBond();
        BondRecord storage b = _bond(id);
        address by = _odd(3) ? _one(investors) : b.issuer;
        bool missed = _today() > b.closesOn && b.booked < b.minUnits;
        bool allowed = b.state == 1 && (by == b.issuer || missed || _abandoned(b));
        (bool ok,) = _act("bond.cancel", by, address(office), abi.encodeCall(IBondOffice.cancel, (id)));
        _judge("BOND-1", "bond.cancel", allowed, ok);
        if (ok) b.state = 3;
    }

    /// @dev A refused booking goes back even when its owner cannot receive: then to a claim.
    function bond_returnBooking(uint256 seed) external rolling(seed) {
        (uint32 id, address investor) = _openBooking();
        BondRecord storage b = _bond(id);
        if (_booked[id][investor] != 0 && _odd(2)) _bringDown(investor, 0);
        bool allowed = b.state == 3 && _booked[id][investor] != 0;
        bytes memory data = abi.encodeCall(IBondOffice.returnBooking, (id, investor));
        (bool ok,) = _act("bond.returnBooking", outsider, address(office), data);
        _judge("BOND-1", "bond.returnBooking", allowed, ok);
        if (ok) _booked[id][investor] = 0;
    }

    function _abandoned(BondRecord storage b) private view returns (bool) {
        return _today() > (b.state == 4 ? b.endedOn : b.closesOn) + 30;
    }

    function _openBooking() private returns (uint32 id, address investor) {
        (id, investor) = (_someBond(), _one(investors));
        for (uint32 i = 1; i <= _bonds.length; ++i) {
            for (uint256 k; k < investors.length; ++k) {
                if (_bond(i).state == 3 && _booked[i][investors[k]] != 0) (id, investor) = (i, investors[k]);
            }
        }
    }

    function bond_transfer(uint256 seed) external rolling(seed) {
        address token = office.bond(_someBond()).token;
        (address from, address to) = (_one(investors), _odd(6) ? _one(suppliers) : _one(investors));
        uint256 had = IUnits(token).balanceOf(from);
        uint256 units = _odd(6) ? had + 1 : _roll(had + 1);
        bool allowed = units <= had && _active(from) && _activeAs(to, INVESTOR);
        (bool ok,) = _act("bond.transfer", from, token, abi.encodeCall(IUnits.transfer, (to, units)));
        _judge("BOND-1", "bond.transfer", allowed, ok);
    }
}
