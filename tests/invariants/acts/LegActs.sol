// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILegs} from "../../../contracts/interfaces/ILegs.sol";
import {AlertActs} from "./AlertActs.sol";

/// @title Money that moved outside: attested, reported, confirmed, corrected, withdrawn
abstract contract LegActs is AlertActs {
    uint8 private constant REPORTED = 1;
    uint8 private constant ATTESTED = 2;
    uint8 private constant SUPERSEDED = 3;
    uint8 private constant WITHDRAWN = 4;
    uint8 private constant REFUSED = 5;
    uint32 private constant WITNESSES = BANK | AUDITOR | VERIFIER;

    struct LegRecord {
        address reporter;
        address attester;
        uint8 state;
        uint64 supersedes;
        uint64 supersededBy;
        bytes32 content;
        bytes32 key;
        ILegs.Leg said;
    }

    ILegs public legs;
    LegRecord[] private _legs; // id - 1
    mapping(bytes32 => uint64) private _stands; // attester, bank and reference: the one leg

    // --- what is said ---

    /// @dev Sound most times; one of its many fields wrong now and then. A third corrects what the attester said before.
    function _someLeg(address attester, address issuer) private returns (ILegs.Leg memory l) {
        uint64 former = _odd(3) ? _someStanding(attester, issuer) : 0;
        if (former != 0) {
            ILegs.Leg storage old = _legs[former - 1].said;
            (l.bond, l.issuer, l.currency, l.instrument) =
            (old.bond, old.issuer, old.currency, old.instrument);
            (l.supersedes, l.reason) = (former, _odd(16) ? "" : "an error");
            if (_odd(3)) l.bankReference = old.bankReference;
        } else {
            _subject(l, issuer);
            if (_odd(24)) l.reason = "an error in nothing";
        }
        (l.kind, l.amount) = (uint8(1 + _roll(5)), uint112(1 + _roll(1e9)));
        l.valueDay = _today() - uint32(_roll(400));
        if (l.bankReference == 0) l.bankReference = bytes32(1 + _roll(12));
        (l.bank, l.from, l.to) = (_odd(3) ? "B" : "A", "one account", "another account");
        l.document = _paper(CONTRACT);
        if (_odd(2)) (l.payer, l.payee) = (_one(everybody), _odd(2) ? address(0) : _one(everybody));
        if (_odd(4)) _spoil(l);
    }

    function _subject(ILegs.Leg memory l, address issuer) private {
        l.issuer = issuer;
        uint32 own = issuer == issuers[0] ? 1 : issuer == issuers[1] ? 2 : 0;
        if (own != 0 && !_odd(3)) (l.bond, l.currency) = (own, cashes[own - 1].currency());
        else (l.instrument, l.currency) = ("a bond elsewhere", "USD");
    }

    function _spoil(ILegs.Leg memory l) private {
        uint256 what = _roll(10);
        if (what == 0) l.kind = _odd(2) ? 0 : 6;
        if (what == 1) l.amount = 0;
        if (what == 2) l.valueDay = _odd(2) ? 0 : _today() + 1;
        if (what == 3) l.bankReference = 0;
        if (what == 4) l.document = keccak256("never registered");
        if (what == 5) l.payee = outsider;
        if (what == 6) (l.from, l.payer, l.payee) = (l.to, address(0), address(0));
        if (what == 7) l.currency = l.bond == 0 ? bytes3(0) : bytes3("USD");
        if (what == 8) l.instrument = l.bond == 0 ? "" : "a bond elsewhere";
        if (what == 9) l.supersedes = uint64(1 + _roll(_legs.length + 1));
    }

    function _someStanding(address attester, address issuer) private returns (uint64 id) {
        for (uint64 i = 1; i <= _legs.length; ++i) {
            LegRecord storage r = _legs[i - 1];
            bool own = r.attester == attester || _odd(6); // another's is not its to correct
            if (r.state == ATTESTED && own && r.said.issuer == issuer && !_odd(3)) id = i;
        }
    }

    function _key(address attester, ILegs.Leg memory l) private pure returns (bytes32) {
        return keccak256(abi.encode(attester, l.bank, l.bankReference));
    }

    // --- LEG-1, judged from what these tests know ---

    function _witness(address attester, address issuer) private view returns (bool) {
        return _activeIn(attester, WITNESSES) && !_kin(attester, issuer);
    }

    function _sound(ILegs.Leg memory l, address attester) private view returns (bool) {
        bool said = l.kind != 0 && l.kind <= 5 && l.amount != 0 && l.valueDay != 0 && l.valueDay <= _today()
            && l.bankReference != 0 && l.document == _paper(CONTRACT);
        bool places = l.payer != outsider && l.payee != outsider
            && (l.payer != l.payee || keccak256(bytes(l.from)) != keccak256(bytes(l.to)));
        bool reasoned = (l.supersedes != 0) == (bytes(l.reason).length != 0);
        return said && places && reasoned && _ofSomeBond(l) && _free(_key(attester, l), l.supersedes)
            && _corrects(l.supersedes, _subjectOf(l), attester);
    }

    function _ofSomeBond(ILegs.Leg memory l) private view returns (bool) {
        bool named = bytes(l.instrument).length != 0;
        if (l.bond == 0) return named && l.currency != 0;
        return !named && l.issuer == issuers[l.bond - 1] && l.currency == cashes[l.bond - 1].currency();
    }

    function _free(bytes32 key, uint64 supersedes) private view returns (bool) {
        return _stands[key] == 0 || _stands[key] == supersedes;
    }

    function _corrects(uint64 former, bytes32 subject, address attester) private view returns (bool) {
        if (former == 0) return true;
        if (former > _legs.length) return false;
        LegRecord storage r = _legs[former - 1];
        return r.state == ATTESTED && r.attester == attester && _subjectOf(r.said) == subject;
    }

    function _subjectOf(ILegs.Leg memory l) private pure returns (bytes32) {
        return keccak256(abi.encode(l.bond, l.issuer, l.currency, l.instrument));
    }

    // --- acts ---

    function leg_attest(uint256 seed) external rolling(seed) {
        address by = _someAttester();
        ILegs.Leg memory l = _someLeg(by, _odd(4) ? _one(suppliers) : _one(issuers));
        if (_legs.length != 0 && _odd(3)) _overtake(l, by);
        bool allowed = _witness(by, l.issuer) && _sound(l, by);
        (bool ok,) = _act("leg.attest", by, address(legs), abi.encodeCall(ILegs.attest, (l)));
        _judge("LEG-1", "leg.attest", allowed, ok);
        if (ok) _stand(_keep(l, by, by, ATTESTED));
    }

    /// @dev With the reference of a report that this attester has not answered.
    function _overtake(ILegs.Leg memory l, address by) private {
        LegRecord storage r = _legs[_someIn(REPORTED) - 1];
        if (r.attester == by) (l.bank, l.bankReference) = (r.said.bank, r.said.bankReference);
    }

    function _someAttester() private returns (address) {
        return _odd(3) ? _one(banks) : _someWatcher();
    }

    function leg_report(uint256 seed) external rolling(seed) {
        (address issuer, address attester) = (_one(issuers), _someAttester());
        ILegs.Leg memory l = _someLeg(attester, issuer);
        address by = _odd(12) ? _one(everybody) : issuer;
        bool allowed =
            by == l.issuer && _activeAs(by, ISSUER) && _witness(attester, by) && _sound(l, attester);
        (bool ok,) = _act("leg.report", by, address(legs), abi.encodeCall(ILegs.report, (l, attester)));
        _judge("LEG-1", "leg.report", allowed, ok);
        if (ok) _keep(l, by, attester, REPORTED);
    }

    function leg_answer(uint256 seed) external rolling(seed) {
        if (_legs.length == 0) return;
        uint64 id = _someIn(REPORTED);
        LegRecord storage r = _legs[id - 1];
        address by = _odd(8) ? _someAttester() : r.attester;
        if (_odd(4)) return _refuse(id, by);
        bytes32 content = _odd(10) ? keccak256("another leg") : r.content;
        bool allowed = by == r.attester && r.state == REPORTED && content == r.content
            && _witness(by, r.reporter) && _free(r.key, r.supersedes)
            && _corrects(r.supersedes, _subjectOf(r.said), by);
        bytes memory data = abi.encodeCall(ILegs.confirm, (id, content));
        (bool ok,) = _act("leg.confirm", by, address(legs), data);
        _judge("LEG-1", "leg.confirm", allowed, ok);
        if (!ok) return;
        r.state = ATTESTED;
        _stand(id);
    }

    function _refuse(uint64 id, address by) private {
        LegRecord storage r = _legs[id - 1];
        string memory reason = _odd(8) ? "" : "why";
        bytes memory data = abi.encodeCall(ILegs.refuse, (id, reason));
        bool allowed = by == r.attester && r.state == REPORTED && _active(by) && bytes(reason).length != 0;
        (bool ok,) = _act("leg.refuse", by, address(legs), data);
        _judge("LEG-1", "leg.refuse", allowed, ok);
        if (ok) r.state = REFUSED;
    }

    function leg_withdraw(uint256 seed) external rolling(seed) {
        if (_legs.length == 0) return;
        uint64 id = _someIn(_odd(3) ? REPORTED : ATTESTED);
        LegRecord storage r = _legs[id - 1];
        address own = r.state == REPORTED ? r.reporter : r.attester;
        address by = _odd(8) ? _someAttester() : own;
        string memory reason = _odd(8) ? "" : "why";
        bytes memory data = abi.encodeCall(ILegs.withdraw, (id, reason));
        bool allowed = by == own && r.state <= ATTESTED && _active(by) && bytes(reason).length != 0;
        (bool ok,) = _act("leg.withdraw", by, address(legs), data);
        _judge("LEG-1", "leg.withdraw", allowed, ok);
        if (!ok) return;
        if (r.state == ATTESTED) _stands[r.key] = 0;
        r.state = WITHDRAWN;
    }

    function _someIn(uint8 state) private returns (uint64 id) {
        id = uint64(1 + _roll(_legs.length));
        for (uint64 i = 1; i <= _legs.length; ++i) {
            if (_legs[i - 1].state == state && !_odd(3)) id = i;
        }
    }

    function _keep(ILegs.Leg memory l, address reporter, address attester, uint8 state)
        private
        returns (uint64)
    {
        LegRecord storage r = _legs.push();
        (r.reporter, r.attester, r.state, r.supersedes) = (reporter, attester, state, l.supersedes);
        (r.content, r.key, r.said) = (keccak256(abi.encode(l)), _key(attester, l), l);
        return uint64(_legs.length);
    }

    /// @dev The one that it corrects gives its reference up first.
    function _stand(uint64 id) private {
        LegRecord storage r = _legs[id - 1];
        if (r.supersedes != 0) {
            LegRecord storage former = _legs[r.supersedes - 1];
            (former.state, former.supersededBy) = (SUPERSEDED, id);
            _stands[former.key] = 0;
        }
        _stands[r.key] = id;
    }

    /// @notice LEG-1 as a state: each leg is what was said of it, and of an attester's bank reference one leg stands.
    function checkLegs() external view {
        require(legs.count() == _legs.length, "LEG-1: a leg appeared or disappeared");
        for (uint64 id = 1; id <= _legs.length; ++id) {
            LegRecord storage r = _legs[id - 1];
            ILegs.Standing memory shown = legs.leg(id);
            require(shown.state == r.state && shown.content == r.content, "LEG-1: another state or content");
            require(shown.reporter == r.reporter && shown.attester == r.attester, "LEG-1: another name");
            require(
                shown.supersedes == r.supersedes && shown.supersededBy == r.supersededBy,
                "LEG-1: another correction"
            );
            uint64 stands = legs.legOf(r.attester, r.said.bank, r.said.bankReference);
            require(stands == _stands[r.key], "LEG-1: another leg stands for the reference");
            require(r.state != ATTESTED || stands == id, "LEG-1: two legs stand for one reference");
        }
    }
}
