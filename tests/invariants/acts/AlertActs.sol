// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAlerts} from "../../../contracts/interfaces/IAlerts.sol";
import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {ILabels} from "../../../contracts/interfaces/ILabels.sol";
import {IParticipants} from "../../../contracts/interfaces/IParticipants.sol";
import {UnitActs} from "./UnitActs.sol";

/// @title Alerts about two bonds whose units change hands, and watchers whose ties are declared meanwhile
abstract contract AlertActs is UnitActs {
    uint32 internal constant AUDITOR = 128;
    uint32 internal constant ANSWER_DAYS = 5;
    uint32 private constant WITNESSES = VERIFIER | AUDITOR | AUTHORITY;
    uint32 private constant JUDGES = AUDITOR | AUTHORITY;

    struct AlertRecord {
        uint32 bond;
        uint8 state; // 1 raised, 2 assigned, 3 explained, 4 confirmed, 5 dismissed
        uint8 reason;
        uint32 round;
        uint32 raisedOn;
        address raisedBy;
        address subject;
        address judge;
        bytes32 key;
        bytes32 explanation;
        uint64 breach;
    }

    IAlerts public alerts;
    ILabels public labels;
    address[] internal _watchers; // verifiers, auditors, an authority
    AlertRecord[] private _alerts; // id - 1
    mapping(uint32 => mapping(bytes32 => uint64)) private _alertOf;
    mapping(uint64 => mapping(bytes32 => bool)) private _cited;
    mapping(address => uint64) internal _tieOf; // the declared group
    uint256 private _evidence;

    function _admitWatchers() internal {
        for (uint256 i; i < 2; ++i) {
            (_tieOf[issuers[i]], _tieOf[companies[i]]) = (uint64(i + 1), uint64(i + 1));
            _watchers.push(verifiers[i]);
            address auditor = address(uint160(0xA0D170 + i));
            IParticipants.Admission memory a = IParticipants.Admission(AUDITOR | INVESTOR, false, FAR, 0);
            bytes memory data =
                abi.encodeCall(IParticipants.admit, (auditor, bytes32(i + 1), "auditor", a, PAPER));
            (bool ok,) = _act("party.admit", operator, address(participants), data);
            require(ok, "auditor");
            _admissionOf[auditor] = Admission(a.roles, false, FAR);
            _watchers.push(auditor);
            _fileAs(auditor, _paper(CONTRACT));
        }
        investors.push(_watchers[1]); // this auditor buys and sells units
        _watchers.push(authority);
    }

    function _fileAs(address by, bytes32 document) internal returns (bool ok) {
        return _registered(by, abi.encodeCall(IDocuments.register, (document, CONTRACT, 0)));
    }

    // --- who is who ---

    /// @notice A watcher becomes somebody's kin, or nobody's; an auditor or authority is also suspended now and then.
    function party_tie(uint256 seed) external rolling(seed) {
        address who = _one(_watchers);
        Admission memory a = _admissionOf[who];
        if (who != verifiers[0] && who != verifiers[1]) a.suspended = _odd(4);
        uint64 group = _odd(2) ? 0 : uint64(1 + _roll(2));
        IParticipants.Admission memory next = IParticipants.Admission(a.roles, a.suspended, a.lapseDay, group);
        bytes memory data = abi.encodeCall(IParticipants.amend, (who, next, PAPER));
        (bool ok,) = _act("party.tie", operator, address(participants), data);
        if (ok) (_admissionOf[who], _tieOf[who]) = (a, group);
    }

    function _kin(address a, address b) internal view returns (bool) {
        return a == b || (_tieOf[a] != 0 && _tieOf[a] == _tieOf[b]);
    }

    function _activeIn(address who, uint32 roles) internal view returns (bool) {
        return _active(who) && _admissionOf[who].roles & roles != 0;
    }

    function _someWatcher() internal returns (address) {
        if (_odd(16)) return operator;
        return _odd(6) ? _one(everybody) : _one(_watchers);
    }

    function _unitsOf(uint32 bond, address who) private view returns (uint64) {
        return bond == 0 ? 0 : _held[bond][who].units;
    }

    function _mayRaise(uint32 bond, address who) private view returns (bool) {
        return _activeIn(who, WITNESSES) || (_active(who) && _unitsOf(bond, who) != 0);
    }

    /// @dev ALERT-2: active in its role, without a stake, and a stranger to all whom the alert touches.
    function _fit(AlertRecord storage a, address who) private view returns (bool) {
        if (!_activeIn(who, a.round > 1 ? JUDGES : WITNESSES)) return false;
        if (_kin(who, a.subject) || _kin(who, a.raisedBy)) return false;
        return a.bond == 0 || (!_kin(who, _token(a.bond).issuer) && _unitsOf(a.bond, who) == 0);
    }

    // --- documents ---

    /// @dev A new one of its, or the one that it cites again and again, or one that nobody registered.
    function _document(address by) internal returns (bytes32 document, bool known) {
        if (_odd(3)) return (_paper(CONTRACT), by != operator);
        document = keccak256(abi.encode("evidence", ++_evidence));
        known = !_odd(8) && _fileAs(by, document);
    }

    // --- raising ---

    function alert_raise(uint256 seed) external rolling(seed) {
        AlertRecord memory a;
        a.bond = _odd(4) ? 0 : _odd(20) ? 9 : _someToken();
        a.key = _odd(20) ? bytes32(0) : bytes32(1 + _roll(_alerts.length + 2));
        a.subject = _odd(3) ? address(0) : _odd(10) ? outsider : _one(everybody);
        a.raisedBy = _odd(3) ? _one(investors) : _someWatcher();
        _raise(a, _odd(20) ? bytes32(0) : bytes32("idle"));
    }

    function _raise(AlertRecord memory a, bytes32 indicator) private {
        (bytes32 document, bool known) = _document(a.raisedBy);
        bool named = a.subject == address(0) ? a.bond != 0 : a.subject != outsider;
        bool allowed = a.key != 0 && indicator != 0 && a.bond != 9 && named && _mayRaise(a.bond, a.raisedBy)
            && known && _alertOf[a.bond][a.key] == 0;
        bytes memory data =
            abi.encodeCall(IAlerts.raiseAlert, (a.bond, a.key, indicator, a.subject, document));
        (bool ok,) = _act("alert.raise", a.raisedBy, address(alerts), data);
        _judge("ALERT-2", "alert.raise", allowed, ok);
        if (!ok) return;
        (a.state, a.round, a.raisedOn) = (1, 1, _today());
        if (a.subject == address(0)) a.subject = _token(a.bond).issuer;
        _alerts.push(a);
        _alertOf[a.bond][a.key] = uint64(_alerts.length);
        _cited[uint64(_alerts.length)][document] = true;
    }

    /// @dev One in these states where there is one.
    function _someAlert(uint8 least, uint8 most) private returns (uint64 id) {
        id = uint64(1 + _roll(_alerts.length));
        for (uint64 i = 1; i <= _alerts.length; ++i) {
            uint8 state = _alerts[i - 1].state;
            if (state >= least && state <= most && !_odd(3)) id = i;
        }
    }

    // --- judging ---

    function alert_assign(uint256 seed) external rolling(seed) {
        if (_alerts.length == 0) return;
        uint64 id = _someAlert(1, 3);
        AlertRecord storage a = _alerts[id - 1];
        address judge = _odd(12) ? a.judge : _someWatcher();
        address by = _odd(3) ? judge : _odd(3) ? a.raisedBy : _odd(2) ? authority : _someWatcher();
        bool allowed = a.state <= 3 && judge != a.judge && _mayAssign(a, judge, by) && _fit(a, judge);
        bytes memory data = abi.encodeCall(IAlerts.assign, (id, judge));
        (bool ok,) = _act("alert.assign", by, address(alerts), data);
        _judge("ALERT-2", "alert.assign", allowed, ok);
        if (ok) (a.judge, a.state) = (judge, a.explanation == 0 ? 2 : 3);
    }

    /// @dev Before it has a judge, or when it is overdue: who raised it, or anybody fit. Else its judge or an authority.
    function _mayAssign(AlertRecord storage a, address judge, address by) private view returns (bool) {
        if (a.judge == address(0) || _today() > a.raisedOn + ANSWER_DAYS) {
            return by == a.raisedBy ? _active(by) : by == judge || _fit(a, by);
        }
        if (by == a.judge) return _active(by);
        return _activeIn(by, AUTHORITY) && (by == judge || _fit(a, by));
    }

    function alert_explain(uint256 seed) external rolling(seed) {
        if (_alerts.length == 0) return;
        uint64 id = _someAlert(1, 3);
        AlertRecord storage a = _alerts[id - 1];
        address by = _odd(8) ? _one(everybody) : a.subject;
        if (_odd(3) && a.bond != 0) by = _token(a.bond).issuer;
        (bytes32 document, bool known) = _document(by);
        bool party = by == a.subject || (a.bond != 0 && by == _token(a.bond).issuer);
        bytes memory data = abi.encodeCall(IAlerts.explain, (id, document));
        (bool ok,) = _act("alert.explain", by, address(alerts), data);
        _judge("ALERT-2", "alert.explain", a.state <= 3 && party && _active(by) && known, ok);
        if (!ok) return;
        a.explanation = document;
        if (a.judge != address(0)) a.state = 3;
    }

    function alert_confirm(uint256 seed) external rolling(seed) {
        if (_alerts.length == 0) return;
        uint64 id = _someAlert(2, 3);
        AlertRecord storage a = _alerts[id - 1];
        address by = _closer(a);
        (uint8 reason, bool severe) = (_odd(8) ? 4 : uint8(1 + _roll(3)), _odd(3));
        (bytes32 document, bool known) = _document(by);
        bool allowed = _mayClose(a, by) && known && reason <= 3 && (!severe || _activeIn(by, JUDGES));
        bytes memory data = abi.encodeCall(IAlerts.confirm, (id, reason, severe, document));
        (bool ok,) = _act("alert.confirm", by, address(alerts), data);
        _judge("ALERT-2", "alert.confirm", allowed, ok);
        if (!ok) return;
        _close(id, 4, reason, by, document);
        if (a.bond != 0) a.breach = labels.count();
        _must(
            a.bond == 0 || labels.breach(a.breach).document == document, "ALERT-2", "its breach is another's"
        );
    }

    function alert_dismiss(uint256 seed) external rolling(seed) {
        if (_alerts.length == 0) return;
        uint64 id = _someAlert(2, 3);
        AlertRecord storage a = _alerts[id - 1];
        address by = _closer(a);
        uint8 reason = _odd(8) ? (_odd(2) ? 3 : 9) : uint8(4 + _roll(5));
        (bytes32 document, bool known) = _document(by);
        bool allowed = _mayClose(a, by) && known && reason >= 4 && reason <= 8;
        bytes memory data = abi.encodeCall(IAlerts.dismiss, (id, reason, document));
        (bool ok,) = _act("alert.dismiss", by, address(alerts), data);
        _judge("ALERT-2", "alert.dismiss", allowed, ok);
        if (ok) _close(id, 5, reason, by, document);
    }

    function _closer(AlertRecord storage a) private returns (address) {
        if (_odd(5)) return authority;
        return _odd(6) || a.judge == address(0) ? _someWatcher() : a.judge;
    }

    function _mayClose(AlertRecord storage a, address by) private view returns (bool) {
        bool judged = a.state == 2 || a.state == 3;
        return judged && (by == a.judge || _activeIn(by, AUTHORITY)) && _fit(a, by);
    }

    function _close(uint64 id, uint8 state, uint8 reason, address by, bytes32 document) private {
        AlertRecord storage a = _alerts[id - 1];
        (a.state, a.reason, a.judge) = (state, reason, by);
        _cited[id][document] = true;
    }

    function alert_reopen(uint256 seed) external rolling(seed) {
        if (_alerts.length == 0) return;
        uint64 id = _someAlert(5, 5);
        AlertRecord storage a = _alerts[id - 1];
        address by = _odd(3) ? _one(investors) : _someWatcher();
        (bytes32 document, bool known) = _document(by);
        bool allowed = a.state == 5 && _mayRaise(a.bond, by) && known && !_cited[id][document];
        bytes memory data = abi.encodeCall(IAlerts.reopen, (id, document));
        (bool ok,) = _act("alert.reopen", by, address(alerts), data);
        _judge("ALERT-2", "alert.reopen", allowed, ok);
        if (!ok) return;
        _cited[id][document] = true;
        _beginAgain(a, by);
    }

    /// @dev A new round, which remembers nothing of the last one but what was cited.
    function _beginAgain(AlertRecord storage a, address by) private {
        (a.state, a.reason, a.judge, a.explanation) = (1, 0, address(0), 0);
        (a.raisedOn, a.raisedBy) = (_today(), by);
        ++a.round;
    }

    /// @notice ALERT-2 as a state: what was raised is there for ever, once a bond and finding, and as it was judged.
    function checkAlerts() external view {
        require(alerts.count() == _alerts.length, "ALERT-2: an alert appeared or disappeared");
        for (uint64 id = 1; id <= _alerts.length; ++id) {
            AlertRecord storage a = _alerts[id - 1];
            IAlerts.Alert memory shown = alerts.alert(id);
            require(shown.state == a.state && shown.reason == a.reason, "ALERT-2: another state or reason");
            require(shown.judge == a.judge && shown.raisedBy == a.raisedBy, "ALERT-2: another judge");
            require(shown.subject == a.subject && shown.round == a.round, "ALERT-2: another subject or round");
            require(shown.explanation == a.explanation, "ALERT-2: another explanation");
            require(shown.breach == a.breach, "ALERT-2: another breach of the label");
            require(alerts.idOf(a.bond, a.key) == id, "ALERT-2: a finding has two alerts");
        }
    }
}
