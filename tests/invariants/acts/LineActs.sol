// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICreditLines} from "../../../contracts/interfaces/ICreditLines.sol";
import {WorksActs} from "./WorksActs.sol";

/// @title Credit lines of banks to groups and of groups to subsidiaries
abstract contract LineActs is WorksActs {
    struct CreditRecord {
        address bank;
        address holder;
        uint32 parent;
        uint8 cash; // index of its currency
        bool suspended;
        uint32 expiresOn;
        uint256 limit;
        uint256 reserved;
        uint256 outstanding;
    }

    CreditRecord[] internal _credits; // id - 1

    function _credit(uint32 id) internal view returns (CreditRecord storage) {
        return _credits[id - 1];
    }

    function _someCredit() internal returns (uint32) {
        return uint32(1 + _roll(_credits.length));
    }

    function line_grant(uint256 seed) external rolling(seed) {
        uint8 cash = uint8(_odd(4) ? 1 : 0);
        address bank = _odd(10) ? _one(suppliers) : banks[cash];
        _grant(
            bank, _odd(10) ? _one(suppliers) : _one(issuers), cash, _roll(5000), _today() + uint32(_roll(30))
        );
    }

    function _grant(address bank, address holder, uint8 cash, uint256 limit, uint32 expiresOn) internal {
        bool allowed = limit != 0 && _activeAs(bank, BANK) && _activeAs(holder, OBLIGOR);
        bytes3 currency = cash == 0 ? bytes3("CNY") : bytes3("EUR");
        bytes memory data = abi.encodeCall(ICreditLines.grant, (holder, currency, uint96(limit), expiresOn));
        (bool ok,) = _act("line.grant", bank, address(creditLines), data);
        _judge("LINE-1", "line.grant", allowed, ok);
        if (ok) _credits.push(CreditRecord(bank, holder, 0, cash, false, expiresOn, limit, 0, 0));
    }

    function line_grantSub(uint256 seed) external rolling(seed) {
        uint32 parent = _someCredit();
        CreditRecord storage p = _credit(parent);
        address subsidiary = p.holder == issuers[0] ? companies[0] : companies[1];
        if (_odd(8)) subsidiary = _one(suppliers);
        _grantSub(parent, subsidiary, _odd(6) ? p.limit + 1 : _roll(p.limit + 1));
    }

    function _grantSub(uint32 parent, address subsidiary, uint256 limit) internal {
        CreditRecord storage p = _credit(parent);
        bool kin = (p.holder == issuers[0] && subsidiary == companies[0])
            || (p.holder == issuers[1] && subsidiary == companies[1]);
        bool allowed = limit != 0 && limit <= p.limit && p.parent == 0 && kin && _active(p.holder)
            && _activeAs(subsidiary, OBLIGOR);
        bytes memory data = abi.encodeCall(ICreditLines.grantSub, (parent, subsidiary, uint96(limit), FAR));
        (bool ok,) = _act("line.grantSub", p.holder, address(creditLines), data);
        _judge("LINE-1", "line.grantSub", allowed, ok);
        if (ok) _credits.push(CreditRecord(p.bank, subsidiary, parent, p.cash, false, FAR, limit, 0, 0));
    }

    /// @dev To what is in use, a little above or below it, or far above.
    function line_change(uint256 seed) external rolling(seed) {
        uint32 id = _someCredit();
        CreditRecord storage l = _credit(id);
        uint256 used = l.reserved + l.outstanding;
        address by = l.parent == 0 || _odd(3) ? l.bank : _credit(l.parent).holder;
        if (_odd(10)) by = l.holder;
        uint256 limit = _odd(3) && used != 0 ? used - 1 : used + _roll(4000);
        _changeLine(id, by, limit, _odd(10) ? _today() - 1 : FAR, _odd(8));
    }

    function _changeLine(uint32 id, address by, uint256 limit, uint32 expiresOn, bool suspended) private {
        CreditRecord storage l = _credit(id);
        bool allowed = _mayChange(l, by, limit) && (by == l.bank || suspended || !l.suspended);
        bytes memory data = abi.encodeCall(ICreditLines.change, (id, uint96(limit), expiresOn, suspended));
        (bool ok,) = _act("line.change", by, address(creditLines), data);
        _judge("LINE-1", "line.change", allowed, ok);
        if (ok) (l.limit, l.expiresOn, l.suspended) = (limit, expiresOn, suspended);
    }

    function _mayChange(CreditRecord storage l, address by, uint256 limit) private view returns (bool) {
        bool owner = by == l.bank || (l.parent != 0 && by == _credit(l.parent).holder);
        bool fits = limit >= l.reserved + l.outstanding && (l.parent == 0 || limit <= _credit(l.parent).limit);
        return owner && fits && _active(by);
    }

    function _lineFree(uint32 id, uint256 amount) private view returns (bool) {
        CreditRecord storage l = _credit(id);
        return !l.suspended && l.expiresOn >= _today() && l.reserved + l.outstanding + amount <= l.limit;
    }

    function _reservable(uint32 id, address holder, uint8 cash, uint256 amount) internal view returns (bool) {
        if (id == 0 || id > _credits.length) return false;
        CreditRecord storage l = _credit(id);
        bool own = l.holder == holder && l.cash == cash && amount != 0 && _activeAs(l.bank, BANK);
        return own && _lineFree(id, amount) && (l.parent == 0 || _lineFree(l.parent, amount));
    }

    function _reserve(uint32 id, int256 reserved, int256 outstanding) internal {
        for (uint32 level = id; level != 0; level = _credit(level).parent) {
            CreditRecord storage l = _credit(level);
            l.reserved = uint256(int256(l.reserved) + reserved);
            l.outstanding = uint256(int256(l.outstanding) + outstanding);
        }
    }

    /// @notice LINE-1 as a state, at both levels.
    function checkLines() external view {
        for (uint32 id = 1; id <= _credits.length; ++id) {
            CreditRecord storage g = _credit(id);
            ICreditLines.CreditLine memory l = creditLines.line(id);
            require(uint256(l.reserved) + l.outstanding <= l.limit, "LINE-1: more in use than the limit");
            require(l.reserved == g.reserved, "LINE-1: reserved is not the sum of open proposals");
            require(
                l.outstanding == g.outstanding, "LINE-1: outstanding is not the sum of accepted receivables"
            );
            require(l.limit == g.limit && l.parent == g.parent, "LINE-1: another limit or parent");
        }
    }
}
