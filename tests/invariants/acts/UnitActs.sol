// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IGreenBond} from "../../../contracts/interfaces/IGreenBond.sol";
import {ITrades} from "../../../contracts/interfaces/ITrades.sol";
import {CashActs} from "./CashActs.sol";

/// @title Units of bonds: moves, orders of the two kinds of authority, agreed trades
/// @notice Beside them, what each investor holds, what of it is frozen and by whom, and what was held at the end of each
/// record day: written down when the day ends, from nothing that the contracts say.
abstract contract UnitActs is CashActs {
    uint8 internal constant NOBODYS = 0;
    uint8 internal constant AUTHORITYS = 1;
    uint8 internal constant DEPOSITORYS = 2;

    struct Held {
        uint64 units;
        uint64 byAuthority;
        uint64 byDepository;
        uint8 frozenBy;
    }

    struct Token {
        IGreenBond token;
        address issuer;
        uint8 cash;
        uint8 pausedBy;
        bool retired;
        uint64 allotted;
        uint32[] recordDays;
    }

    struct Order {
        uint32 bond;
        address holder;
        address by;
        uint8 kind; // whose order it would be
        uint8 reason;
        bytes32 document;
        bool regular;
    }

    Token[] internal _tokens; // bond - 1
    mapping(uint32 => mapping(address => Held)) internal _held;
    mapping(uint32 => mapping(uint32 => bool)) internal _recorded;
    mapping(uint32 => mapping(uint32 => mapping(address => uint64))) internal _atRecord;
    uint256 private _tradeNonce;

    function _token(uint32 bond) internal view returns (Token storage) {
        return _tokens[bond - 1];
    }

    function _someToken() internal returns (uint32) {
        return uint32(1 + _roll(_tokens.length));
    }

    // --- time ---

    function life_passes(uint256 seed) external rolling(seed) {
        _passTo(clock + (_odd(3) ? 1 + _roll(16 hours) : 1 days + _roll(3 days)));
    }

    /// @dev A record day ends when time passes it: nothing moved since the last act, so this is what was held.
    function _passTo(uint256 moment) internal {
        _setClock(moment);
        for (uint32 bond = 1; bond <= _tokens.length; ++bond) {
            uint32[] storage days_ = _token(bond).recordDays;
            for (uint256 i; i < days_.length; ++i) {
                if (days_[i] < _today() && !_recorded[bond][days_[i]]) _record(bond, days_[i]);
            }
        }
    }

    function _record(uint32 bond, uint32 day) private {
        _recorded[bond][day] = true;
        for (uint256 i; i < investors.length; ++i) {
            _atRecord[bond][day][investors[i]] = _held[bond][investors[i]].units;
        }
    }

    // --- moves ---

    function unit_transfer(uint256 seed) external rolling(seed) {
        uint32 bond = _someToken();
        (address from, address to) = (_one(investors), _odd(8) ? _one(suppliers) : _one(investors));
        uint256 had = _held[bond][from].units;
        uint64 units = uint64(_odd(6) ? had + 1 : _roll(had + 1));
        bool allowed = _movable(bond, from, to, units);
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, units));
        (bool ok,) = _act("unit.transfer", from, address(_token(bond).token), data);
        _judge("HOLD-3", "unit.transfer", allowed, ok);
        if (ok) _moveUnits(bond, from, to, units);
    }

    function _movable(uint32 bond, address from, address to, uint64 units) internal view returns (bool) {
        Token storage t = _token(bond);
        if (t.retired || t.pausedBy != 0) return false;
        if (_held[bond][from].frozenBy != 0 || _held[bond][to].frozenBy != 0) return false;
        return _active(from) && _activeAs(to, INVESTOR) && units <= _free(_held[bond][from]);
    }

    function _free(Held storage h) private view returns (uint64) {
        return h.units - h.byAuthority - h.byDepository;
    }

    function _moveUnits(uint32 bond, address from, address to, uint64 units) internal {
        _held[bond][from].units -= units;
        _held[bond][to].units += units;
    }

    // --- orders ---

    function unit_freeze(uint256 seed) external rolling(seed) {
        Order memory o = _order();
        Held storage h = _held[o.bond][o.holder];
        bool lift = h.frozenBy != 0 ? !_odd(6) : _odd(6);
        if (!lift && _odd(2)) return; // else nobody would ever trade
        uint8 lifts = o.kind == AUTHORITYS ? 3 : o.kind;
        bool allowed = o.regular && (!lift || h.frozenBy & lifts != 0);
        bytes memory data = lift
            ? abi.encodeCall(IGreenBond.unfreeze, (o.holder, o.reason, o.document))
            : abi.encodeCall(IGreenBond.freeze, (o.holder, o.reason, o.document));
        if (_ordered(lift ? bytes32("unit.unfreeze") : bytes32("unit.freeze"), o, data, allowed)) {
            h.frozenBy = lift ? h.frozenBy & ~lifts : h.frozenBy | o.kind;
        }
    }

    function unit_pause(uint256 seed) external rolling(seed) {
        Order memory o = _order();
        Token storage t = _token(o.bond);
        bool lift = t.pausedBy != 0 ? !_odd(6) : _odd(6);
        if (!lift && !_odd(3)) return;
        uint8 lifts = o.kind == AUTHORITYS ? 3 : o.kind;
        bool allowed = o.regular && (!lift || t.pausedBy & lifts != 0);
        bytes memory data = lift
            ? abi.encodeCall(IGreenBond.unpause, (o.reason, o.document))
            : abi.encodeCall(IGreenBond.pause, (o.reason, o.document));
        if (_ordered(lift ? bytes32("unit.unpause") : bytes32("unit.pause"), o, data, allowed)) {
            t.pausedBy = lift ? t.pausedBy & ~lifts : t.pausedBy | o.kind;
        }
    }

    function unit_freezeSome(uint256 seed) external rolling(seed) {
        Order memory o = _order();
        Held storage h = _held[o.bond][o.holder];
        uint64 units = uint64(_odd(8) ? _free(h) + 1 : _roll(_free(h) / 2 + 2));
        bool allowed = o.regular && units != 0 && units <= _free(h);
        bytes memory data = abi.encodeCall(IGreenBond.freezeUnits, (o.holder, units, o.reason, o.document));
        if (!_ordered("unit.freezeSome", o, data, allowed)) return;
        if (o.kind == AUTHORITYS) h.byAuthority += units;
        else h.byDepository += units;
    }

    function unit_unfreezeSome(uint256 seed) external rolling(seed) {
        Order memory o = _order();
        Held storage h = _held[o.bond][o.holder];
        uint64 most = h.byDepository + (o.kind == AUTHORITYS ? h.byAuthority : 0);
        uint64 units = uint64(_roll(most + 2));
        bool allowed = o.regular && units != 0 && units <= most;
        bytes memory data = abi.encodeCall(IGreenBond.unfreezeUnits, (o.holder, units, o.reason, o.document));
        if (_ordered("unit.unfreezeSome", o, data, allowed)) _release(h, units, o.kind);
    }

    /// @dev What an authority froze goes first, and only an authority releases it.
    function _release(Held storage h, uint64 units, uint8 kind) private {
        uint64 first = kind == AUTHORITYS ? (h.byAuthority < units ? h.byAuthority : units) : 0;
        (h.byAuthority, h.byDepository) = (h.byAuthority - first, h.byDepository - (units - first));
    }

    function unit_force(uint256 seed) external rolling(seed) {
        Order memory o = _order();
        Held storage h = _held[o.bond][o.holder];
        address to = _odd(8) ? _one(suppliers) : _one(investors);
        uint64 units = uint64(_roll(h.units + 2));
        bool allowed = o.regular && o.kind == AUTHORITYS && !_token(o.bond).retired && units != 0
            && units <= h.units && to != o.holder && _activeAs(to, INVESTOR);
        bytes memory data =
            abi.encodeCall(IGreenBond.forceTransfer, (o.holder, to, units, o.reason, o.document));
        if (!_ordered("unit.force", o, data, allowed)) return;
        if (units > _free(h)) _release(h, units - _free(h), AUTHORITYS);
        _moveUnits(o.bond, o.holder, to, units);
    }

    /// @dev By an authority or the depository; now and then by the issuer, the operator or a holder: never theirs.
    function _order() private returns (Order memory o) {
        (o.bond, o.holder) = (_someToken(), _one(investors));
        o.by = _odd(2) ? authority : depository();
        if (_odd(8)) o.by = _odd(3) ? operator : _odd(2) ? _token(o.bond).issuer : _one(investors);
        if (o.by == authority && _active(authority)) o.kind = AUTHORITYS;
        if (o.by == depository() && _active(depository())) o.kind = DEPOSITORYS;
        o.reason = _odd(12) ? 0 : 1;
        bool known = !_odd(12);
        o.document = known ? _paper(CONTRACT) : keccak256("never registered");
        o.regular = o.kind != NOBODYS && o.reason != 0 && known;
    }

    function _ordered(bytes32 kind, Order memory o, bytes memory data, bool allowed)
        private
        returns (bool ok)
    {
        (ok,) = _act(kind, o.by, address(_token(o.bond).token), data);
        _judge("HOLD-3", kind, allowed, ok);
    }

    /// @dev Of every issuer here, by a mandate without end.
    function depository() public view returns (address) {
        return financiers[0];
    }

    // --- trades ---

    function unit_trade(uint256 seed) external rolling(seed) {
        ITrades.Trade memory t;
        (t.bond, t.seller, t.buyer) = (_someToken(), _one(investors), _one(investors));
        t.units = uint64(_roll(_held[t.bond][t.seller].units + 2));
        t.price = _roll(400);
        bool used = _odd(8);
        t.nonce = used ? _roll(_tradeNonce + 1) : ++_tradeNonce;
        (t.deadline, t.document) = (uint64(clock + 1), PAPER);
        address signer = _odd(10) ? outsider : t.seller;
        bool allowed = signer == t.seller && t.seller != t.buyer && t.units != 0 && t.price != 0
            && !trades.nonceUsed(t.seller, t.nonce) && !trades.nonceUsed(t.buyer, t.nonce) && _payable(t)
            && _movable(t.bond, t.seller, t.buyer, t.units);
        _trade(t, _signed(signer, trades.tradeDigest(t)), allowed);
    }

    function _payable(ITrades.Trade memory t) private view returns (bool) {
        return cashes[_token(t.bond).cash].balanceOf(t.buyer) >= t.price && _active(t.buyer);
    }

    function _trade(ITrades.Trade memory t, bytes memory signature, bool allowed) private {
        bytes memory data = abi.encodeCall(ITrades.execute, (t, signature));
        (bool ok,) = _act("unit.trade", t.buyer, address(trades), data);
        _judge("TRD-1", "unit.trade", allowed, ok);
        if (!ok) return;
        bool paid = _lastMove.from == t.buyer && _lastMove.to == t.seller && _lastMove.amount == t.price;
        _must(paid, "TRD-1", "units changed hands without their price");
        _must(trades.nonceUsed(t.seller, t.nonce), "TRD-1", "a signed trade can be executed again");
        _moveUnits(t.bond, t.seller, t.buyer, t.units);
    }

    // --- states ---

    /// @notice HOLD-1: what all hold is what was allotted, each holds what moves made of it, no more is frozen than held.
    function checkUnits() external view {
        for (uint32 bond = 1; bond <= _tokens.length; ++bond) {
            Token storage t = _token(bond);
            uint256 sum;
            for (uint256 i; i < investors.length; ++i) {
                sum += _checkHolding(t, _held[bond][investors[i]], investors[i]);
            }
            require(sum == t.allotted, "HOLD-1: units appeared or disappeared");
            require(t.token.totalSupply() == sum, "HOLD-1: the supply is not what all hold");
            (bool retired, uint8 pausedBy) = t.token.status();
            require(retired == t.retired && pausedBy == t.pausedBy, "HOLD-3: another state of the bond");
        }
    }

    function _checkHolding(Token storage t, Held storage h, address holder) private view returns (uint256) {
        IGreenBond.Holding memory had = t.token.holding(holder);
        require(t.token.balanceOf(holder) == h.units && had.units == h.units, "HOLD-1: another holding");
        require(
            had.frozenByAuthority == h.byAuthority && had.frozenByDepository == h.byDepository
                && had.frozenBy == h.frozenBy,
            "HOLD-3: another freeze"
        );
        require(h.units >= h.byAuthority + h.byDepository, "HOLD-1: more is frozen than held");
        return h.units;
    }

    /// @notice HOLD-2: what was held at the end of a record day is answered for ever, and before it ends nothing is.
    function checkRecords() external view {
        for (uint32 bond = 1; bond <= _tokens.length; ++bond) {
            uint32[] storage days_ = _token(bond).recordDays;
            for (uint256 i; i < days_.length; ++i) {
                if (_recorded[bond][days_[i]]) _checkRecord(bond, days_[i]);
                else _checkOpenDay(bond, days_[i]);
            }
        }
    }

    function _checkRecord(uint32 bond, uint32 day) private view {
        IGreenBond token = _token(bond).token;
        for (uint256 i; i < investors.length; ++i) {
            uint64 units = _atRecord[bond][day][investors[i]];
            require(token.unitsAt(investors[i], day) == units, "HOLD-2: another holding on a record day");
        }
        require(token.supplyAt(day) == _token(bond).allotted, "HOLD-2: another supply on a record day");
    }

    function _checkOpenDay(uint32 bond, uint32 day) private view {
        try _token(bond).token.unitsAt(investors[0], day) returns (uint64) {
            revert("HOLD-2: a day that is not over was answered");
        } catch {}
    }
}
