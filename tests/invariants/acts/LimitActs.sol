// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILimits} from "../../../contracts/interfaces/ILimits.sol";
import {ILimitTerms} from "../../../contracts/interfaces/ILimitTerms.sol";
import {BondActs} from "./BondActs.sol";

/// @title What a bond says before anybody books: its pocket, its look-back, what it refinances
abstract contract LimitActs is BondActs {
    uint256 internal constant MILLION = 1_000_000;
    bytes32 internal constant JURISDICTION = "EU";
    uint32 internal constant MOST_POCKET = 300_000;
    uint32 private constant SEPTEMBER = 30; // a month before `ISSUED_ON`, in days

    struct LimitRecord {
        bool declared;
        bool lookBackBinds;
        bool shareBinds;
        uint32 pocketPpm;
        uint32 refinancedPpm;
        uint32 oldest;
        uint256 pocket;
        uint256 refinanced;
    }

    ILimitTerms public limitTerms;
    mapping(uint32 => LimitRecord) internal _limits;

    function limits_declare(uint256 seed) external rolling(seed) {
        ILimitTerms.Terms memory t;
        t.jurisdiction = _odd(12) ? bytes32("nowhere") : JURISDICTION;
        t.pocketPpm = _odd(12) ? MOST_POCKET + 1 : uint32(_roll(MOST_POCKET + 1));
        t.refinancedPpm = _odd(12) ? uint32(MILLION + 1) : uint32(_roll(MILLION / 2));
        (t.lookBackMonths, t.lookBackBinds, t.shareBinds) = (uint32(_roll(2)), _odd(2), _odd(2));
        t.document = _odd(12) ? keccak256("never registered") : _paper(CONTRACT);
        uint32 bond = _unbooked();
        if (bond == 0) bond = _registerBond(_someFramework(), uint8(_roll(2)), 1, _today() + 2);
        if (bond == 0) bond = _someBond();
        _declareLimits(bond, _odd(12) ? _one(issuers) : _bond(bond).issuer, t);
    }

    /// @dev A bond without a booking and without limits, zero where there is none; any other now and then.
    function _unbooked() private returns (uint32 id) {
        if (_odd(6)) return _someBond();
        for (uint32 i = 1; i <= _bonds.length; ++i) {
            if (_bond(i).state == 1 && _order[i].length == 0 && !_limits[i].declared) id = i;
        }
    }

    function _declareLimits(uint32 id, address by, ILimitTerms.Terms memory t) internal {
        BondRecord storage b = _bond(id);
        LimitRecord storage m = _limits[id];
        bool first = by == b.issuer && _activeAs(by, ISSUER) && b.state == 1 && _order[id].length == 0;
        bool within = t.jurisdiction == JURISDICTION && t.pocketPpm <= MOST_POCKET
            && t.refinancedPpm <= MILLION && (b.dated || !t.lookBackBinds) && t.document == _paper(CONTRACT);
        bytes memory data = abi.encodeCall(ILimitTerms.declare, (id, t));
        (bool ok,) = _act("limits.declare", by, address(limitTerms), data);
        _judge("BOND-9", "limits.declare", first && !m.declared && within, ok);
        if (!ok) return;
        (m.declared, m.lookBackBinds, m.shareBinds) = (true, t.lookBackBinds, t.shareBinds);
        (m.pocketPpm, m.refinancedPpm) = (t.pocketPpm, t.refinancedPpm);
        if (!b.dated || (t.lookBackMonths == 0 && !t.lookBackBinds)) return;
        m.oldest = ISSUED_ON - t.lookBackMonths * SEPTEMBER;
    }

    function _pocketDown(uint32 bond) internal view returns (uint256) {
        return _bond(bond).raised * _limits[bond].pocketPpm / MILLION;
    }

    function _refinancedDown(uint32 bond) internal view returns (uint256) {
        return _bond(bond).raised * _limits[bond].refinancedPpm / MILLION;
    }

    /// @notice BOND-9 and BOND-10 as states: declared once, counted to the fen, and within what was declared.
    function checkLimits() external view {
        for (uint32 id = 1; id <= _bonds.length; ++id) {
            LimitRecord storage m = _limits[id];
            ILimits.Limits memory shown = proceeds.limits(id);
            require(shown.pocket == m.pocket, "BOND-9: the pocket is not what its lines were allocated");
            require(m.pocket <= _pocketDown(id), "BOND-9: more in the pocket than it holds");
            require(shown.refinanced == m.refinanced, "BOND-10: refinanced is not what was reimbursed");
            require(
                !m.shareBinds || m.refinanced <= _refinancedDown(id),
                "BOND-10: more refinanced than disclosed"
            );
            uint8 binding = (m.lookBackBinds ? 1 : 0) | (m.shareBinds ? 2 : 0);
            require(
                shown.pocketPpm == m.pocketPpm && shown.refinancedPpm == m.refinancedPpm
                    && shown.oldest == m.oldest && shown.binding == binding,
                "BOND-9: other terms than were declared"
            );
        }
    }
}
