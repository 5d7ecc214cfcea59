// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {IWorks} from "../../../contracts/interfaces/IWorks.sol";
import {ProceedsActs} from "./ProceedsActs.sol";

/// @title Milestones and retention of budget lines
abstract contract WorksActs is ProceedsActs {
    struct Setting {
        uint32 line;
        address by;
        address certifier;
        IWorks.MilestoneTerms[] milestones;
        uint32 retention;
        uint32 finalDueDay;
        bytes32 consent;
        bool consented; // the consent is good, or none is given
    }

    bytes32 private _lastConsent;
    uint256 private _consents;

    function works_set(uint256 seed) public rolling(seed) {
        Setting memory s;
        s.line = _bareLine();
        if (s.line == 0) return;
        LineRecord storage l = _line(s.line);
        s.by = _odd(14) ? _one(issuers) : _bond(l.bond).issuer;
        s.certifier = _odd(3) ? _one(everybody) : _one(verifiers);
        (s.milestones, s.finalDueDay) = _someMilestones(l.budget);
        s.retention = _odd(2) ? 0 : _odd(14) ? uint32(MILLION) : uint32(_roll(300_000));
        if (_odd(14)) s.finalDueDay = _today() - 1;
        bool verifier = s.certifier == verifiers[0] || s.certifier == verifiers[1];
        if (verifier ? _odd(6) : !_odd(6)) (s.consent, s.consented) = _consent(_bond(l.bond).framework);
        _setWorks(s);
        if (!_odd(4)) _allocate(s.line, 1 + _roll(_bond(l.bond).unallocated / 2 + 1));
    }

    /// @dev A line that has no money and no works, a new one where there is none.
    function _bareLine() private returns (uint32) {
        for (uint32 i; i < _lines.length && !_odd(4); ++i) {
            uint32 id = uint32(_lines.length - i);
            if (_line(id).certifier == address(0) && _neverPaidInto(id)) return id;
        }
        if (_projects.length == 0) return 0;
        uint256 before = _lines.length;
        uint32 project = _odd(2) ? 1 : uint32(1 + _roll(_projects.length));
        _openLine(_bondFor(project), project, 1 + _roll(20_000), !_odd(3));
        return _lines.length == before ? uint32(1 + _roll(before)) : uint32(_lines.length);
    }

    function _neverPaidInto(uint32 id) private view returns (bool) {
        address cash = address(cashes[_bond(_line(id).bond).cash]);
        return _axes[cash][_proceedsAxis("LINE", id)].incoming == 0;
    }

    function _someMilestones(uint256 budget)
        private
        returns (IWorks.MilestoneTerms[] memory list, uint32 last)
    {
        list = new IWorks.MilestoneTerms[](_roll(4));
        last = _today() + uint32(_roll(3));
        for (uint256 i; i < list.length; ++i) {
            list[i] = IWorks.MilestoneTerms(uint96(_roll(budget / 3 + 2)), last, "built");
            if (_odd(16)) list[i].dueDay = _today() - 1;
            last += uint32(_roll(2));
        }
    }

    /// @dev A new one of the verifier whose review stands; else the last one again.
    function _consent(uint32 framework) private returns (bytes32 consent, bool good) {
        if (_odd(6) && _lastConsent != 0) return (_lastConsent, false);
        consent = keccak256(abi.encode("consent", ++_consents));
        bytes memory data = abi.encodeCall(IDocuments.register, (consent, CONSENT, 0));
        good = _registered(verifiers[framework % 2], data) && _frameworks[framework - 1].filed;
    }

    function _setWorks(Setting memory s) private {
        LineRecord storage l = _line(s.line);
        bool allowed = s.by == _bond(l.bond).issuer && _activeAs(s.by, ISSUER) && l.certifier == address(0)
            && _neverPaidInto(s.line) && _mayCertify(l, s.certifier, s.consent != 0)
            && (s.consent == 0 || s.consented) && _sound(s, l.budget);
        bytes memory data = abi.encodeCall(
            IWorks.setWorks, (s.line, s.certifier, s.milestones, s.retention, s.finalDueDay, s.consent)
        );
        (bool ok,) = _act("works.set", s.by, address(proceeds), data);
        _judge("BOND-11", "works.set", allowed, ok);
        if (!ok) return;
        (l.certifier, l.agreed, l.retention) = (s.certifier, s.consent != 0, s.retention);
        if (s.consent != 0) _lastConsent = s.consent;
        for (uint256 i; i < s.milestones.length; ++i) {
            _milestones[s.line].push(s.milestones[i].amount);
        }
    }

    /// @dev A verifier, or whom a verifier agreed to; never issuer, company or their kin.
    function _mayCertify(LineRecord storage l, address who, bool agreed) private view returns (bool) {
        if (!(agreed ? _active(who) : _activeAs(who, VERIFIER))) return false;
        return !_related(who, _bond(l.bond).issuer) && !_related(who, _projects[l.project - 1].company);
    }

    function _related(address a, address b) private view returns (bool) {
        return a == b || (_groupOf(a) != 0 && _groupOf(a) == _groupOf(b));
    }

    function _groupOf(address who) private view returns (uint256) {
        for (uint256 i; i < 2; ++i) {
            if (who == issuers[i] || who == companies[i]) return i + 1;
        }
        return 0;
    }

    function _sound(Setting memory s, uint256 budget) private view returns (bool) {
        uint32 day = _today();
        uint256 sum;
        for (uint256 i; i < s.milestones.length; ++i) {
            if (s.milestones[i].amount == 0 || s.milestones[i].dueDay < day) return false;
            day = s.milestones[i].dueDay;
            sum += s.milestones[i].amount;
        }
        bool something = s.milestones.length != 0 || s.retention != 0;
        return
            something && sum <= budget && s.retention < MILLION && (s.retention == 0 || s.finalDueDay >= day);
    }

    /// @notice One milestone, or the end of the retention.
    function works_certify(uint256 seed) public rolling(seed) {
        uint32 id = _someWorks();
        LineRecord storage l = _line(id);
        address by = _odd(8) ? _one(everybody) : l.certifier == address(0) ? verifiers[0] : l.certifier;
        bytes32 paper = _odd(12) ? keccak256("never registered") : _paper(CONTRACT);
        bool may = l.certifier != address(0) && by == l.certifier && _mayCertify(l, by, l.agreed)
            && paper == _paper(CONTRACT);
        if (_odd(3)) _certifyFinal(id, by, paper, may);
        else _certify(id, by, paper, may);
    }

    function _someWorks() private returns (uint32 id) {
        id = uint32(1 + _roll(_lines.length));
        for (uint32 i = 1; i <= _lines.length; ++i) {
            if (_line(i).certifier != address(0) && _odd(2)) id = i;
        }
    }

    function _certify(uint32 id, address by, bytes32 paper, bool may) private {
        uint256[] storage held = _milestones[id];
        uint256 index = _roll(held.length + (_odd(8) ? 1 : 0) + (held.length == 0 ? 1 : 0));
        bool open = index < held.length && held[index] != 0;
        bytes memory data = abi.encodeCall(IWorks.certifyMilestone, (id, index, paper));
        (bool ok,) = _act("works.certify", by, address(proceeds), data);
        _judge("BOND-11", "works.certify", may && open, ok);
        if (ok) held[index] = 0;
    }

    function _certifyFinal(uint32 id, address by, bytes32 paper, bool may) private {
        bytes memory data = abi.encodeCall(IWorks.certifyFinal, (id, paper));
        (bool ok,) = _act("works.final", by, address(proceeds), data);
        _judge("BOND-12", "works.final", may && _line(id).retention != 0, ok);
        if (ok) _line(id).retention = 0;
    }

    /// @dev A line with conditions from its opening to payments: single acts alone seldom get this far.
    function life_works(uint256 seed) external rolling(seed) {
        if (!_reviewHolds(1) && _odd(2)) _review(1, 1, FAR);
        works_set(_roll(type(uint256).max));
        for (uint256 n = _roll(4); n != 0; --n) {
            if (_odd(2)) works_certify(_roll(type(uint256).max));
            else proceeds_pay(_roll(type(uint256).max));
        }
    }

    /// @notice BOND-11 and BOND-12 as states: what is gone from a line is what acts made it, within what is released.
    function checkWorks() external view {
        for (uint32 id = 1; id <= _lines.length; ++id) {
            LineRecord storage l = _line(id);
            (uint256 released, uint256 gone) = proceeds.releasedOf(id);
            require(released == _released(id), "BOND-11: released is not what certificates made it");
            require(gone == l.gone, "BOND-11: gone is not spent and encumbered");
            require(l.certifier == address(0) || gone <= released, "BOND-12: more is gone than was released");
            require(gone + l.available == l.allocated, "BOND-11: gone and available are not what came");
            IWorks.Conditions memory w = proceeds.works(id);
            require(w.certifier == l.certifier && w.agreed == l.agreed, "BOND-11: another certifier");
            for (uint256 i; i < w.milestones.length; ++i) {
                bool open = w.milestones[i].certifiedOn == 0;
                require(open == (_milestones[id][i] != 0), "BOND-11: another certificate");
            }
        }
    }
}
