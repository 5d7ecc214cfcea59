// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {IFrameworks} from "../../../contracts/interfaces/IFrameworks.sol";
import {IParticipants} from "../../../contracts/interfaces/IParticipants.sol";
import {Ghost} from "../base/Ghost.sol";

/// @title Time, admission, frameworks with their reviews, and documents
abstract contract PartyActs is Ghost {
    struct Admission {
        uint32 roles;
        bool suspended;
        uint32 lapseDay;
    }

    struct FrameworkRecord {
        address issuer;
        uint32 version;
        uint8 admitted; // mask over `_codes`
        uint32 reviewed; // version that the standing review signed, 0 none
        uint8 outcome;
        uint32 validUntil;
        bool filed; // and not withdrawn, whatever was edited since
    }

    struct Paper {
        bytes32 fingerprint;
        uint8 kind;
        uint8 cash; // index of its currency
        uint32 date;
        address payer;
        address payee;
        uint256 total;
        uint256 used;
        uint256 credited;
        bytes32 other; // the last of its further names, zero without one
    }

    bytes32[3] internal _codes = [bytes32("SOLAR"), bytes32("WIND"), bytes32("WATER")];
    mapping(address => Admission) internal _admissionOf;
    FrameworkRecord[] internal _frameworks; // id - 1
    Paper[] internal _papers;
    mapping(bytes32 => uint256) internal _paperOf; // index + 1
    mapping(uint32 => uint64) private _nonceOf;
    uint256 private _serial;

    // --- time ---

    function time_hours(uint256 seed) external rolling(seed) {
        _setClock(clock + 1 + _roll(16 hours));
    }

    function time_days(uint256 seed) external rolling(seed) {
        _setClock(clock + 1 days + _roll(1 days));
    }

    // --- admission ---

    function _admitAll() internal {
        _admitSome(issuers, ISSUER | OBLIGOR | SUPPLIER, true);
        _admitSome(companies, OBLIGOR | SUPPLIER, true);
        _admitSome(verifiers, VERIFIER, false);
        _admitSome(investors, INVESTOR, false);
        _admitSome(suppliers, SUPPLIER, false);
        _admitSome(financiers, FINANCIER | SUPPLIER, false);
        _admitSome(banks, BANK, false);
    }

    /// @dev The i-th issuer and the i-th company are one group.
    function _admitSome(address[] storage list, uint32 roles, bool grouped) private {
        for (uint256 i; i < list.length; ++i) {
            IParticipants.Admission memory a =
                IParticipants.Admission(roles, false, FAR, grouped ? uint64(i + 1) : 0);
            bytes32 identifier = keccak256(abi.encode(list[i]));
            bytes memory data =
                abi.encodeCall(IParticipants.admit, (list[i], identifier, "illustrative", a, PAPER));
            (bool ok,) = _act("party.admit", operator, address(participants), data);
            require(ok, "admit");
            _admissionOf[list[i]] = Admission(roles, false, FAR);
        }
    }

    /// @dev Brings somebody down (suspended, lapsed or without roles) or, more often, up again.
    function party_amend(uint256 seed) external rolling(seed) {
        address who = _someoneDown();
        if (who != address(0) && !_odd(3)) _restore(who);
        else _bringDown(_one(everybody), _roll(3));
    }

    function _someoneDown() private view returns (address) {
        for (uint256 i; i < everybody.length; ++i) {
            Admission memory a = _admissionOf[everybody[i]];
            if (a.suspended || a.lapseDay != FAR || a.roles == 0) return everybody[i];
        }
        return address(0);
    }

    function _restore(address who) internal {
        _amend(who, Admission(_rolesOf(who), false, FAR));
    }

    function _bringDown(address who, uint256 how) internal {
        Admission memory a = Admission(_rolesOf(who), how == 0, how == 1 ? _today() - 1 : FAR);
        if (how == 2) a.roles = 0;
        _amend(who, a);
    }

    function _rolesOf(address who) private view returns (uint32 roles) {
        for (uint256 i; i < 4; ++i) {
            if (i < 2 && who == issuers[i]) return ISSUER | OBLIGOR | SUPPLIER;
            if (i < 2 && who == companies[i]) return OBLIGOR | SUPPLIER;
            if (i < 2 && who == verifiers[i]) return VERIFIER;
            if (i < 3 && who == investors[i]) return INVESTOR;
            if (i < 2 && who == financiers[i]) return FINANCIER | SUPPLIER;
            if (i < 2 && who == banks[i]) return BANK;
        }
        return SUPPLIER;
    }

    function _amend(address who, Admission memory a) private {
        uint64 group = participants.admission(who).group;
        IParticipants.Admission memory next = IParticipants.Admission(a.roles, a.suspended, a.lapseDay, group);
        bytes memory data = abi.encodeCall(IParticipants.amend, (who, next, PAPER));
        (bool ok,) = _act("party.amend", operator, address(participants), data);
        if (ok) _admissionOf[who] = a;
    }

    function _active(address who) internal view returns (bool) {
        Admission memory a = _admissionOf[who];
        return a.lapseDay >= _today() && a.lapseDay != 0 && !a.suspended;
    }

    function _activeAs(address who, uint32 role) internal view returns (bool) {
        return _active(who) && _admissionOf[who].roles & role == role;
    }

    // --- frameworks and reviews ---

    function framework_register(uint256 seed) external rolling(seed) {
        _registerFramework(_odd(8) ? outsider : _one(issuers), uint8(7));
    }

    function _registerFramework(address issuer, uint8 admitted) internal returns (uint32) {
        bytes memory data = abi.encodeCall(IFrameworks.register, (_content(admitted)));
        (bool ok,) = _act("framework.register", issuer, address(frameworks), data);
        if (!ok) return 0;
        _frameworks.push(FrameworkRecord(issuer, 1, admitted, 0, 0, 0, false));
        return uint32(_frameworks.length);
    }

    function _content(uint8 mask) private view returns (IFrameworks.Content memory) {
        return IFrameworks.Content(PAPER, PAPER, _categories(mask), new IFrameworks.Undertaking[](0));
    }

    /// @dev The first categories are in order of their index, so that bit i is `_codes[i]` from the first version on.
    function _categories(uint8 mask) private view returns (bytes32[] memory list) {
        uint256 n;
        for (uint256 i; i < 3; ++i) {
            if (mask >> i & 1 == 1) ++n;
        }
        list = new bytes32[](n);
        n = 0;
        for (uint256 i; i < 3; ++i) {
            if (mask >> i & 1 == 1) list[n++] = _codes[i];
        }
    }

    /// @dev Editing, withdrawing; most times a review follows, else payments meet a framework without one.
    function framework_change(uint256 seed) external rolling(seed) {
        uint32 id = _someFramework();
        FrameworkRecord storage f = _frameworks[id - 1];
        if (_odd(2)) _amendFramework(id, f);
        else _withdrawReview(id, f);
        if (!_odd(3)) _review(id, 1, _odd(3) ? _today() + uint32(_roll(3)) : FAR);
    }

    function _amendFramework(uint32 id, FrameworkRecord storage f) private {
        uint8 mask = _odd(4) ? 7 : uint8(1 + _roll(7));
        bytes memory data = abi.encodeCall(IFrameworks.amend, (id, _content(mask)));
        (bool ok,) = _act("framework.amend", f.issuer, address(frameworks), data);
        if (!ok) return;
        ++f.version;
        f.admitted = mask;
    }

    function _withdrawReview(uint32 id, FrameworkRecord storage f) private {
        address by = verifiers[id % 2];
        bytes memory data = abi.encodeCall(IFrameworks.withdrawReview, (id, PAPER));
        (bool ok,) = _act("framework.withdraw", by, address(frameworks), data);
        if (!ok) return;
        (f.reviewed, f.filed) = (0, false);
        ++_nonceOf[id];
    }

    function framework_review(uint256 seed) external rolling(seed) {
        uint32 id = _someFramework();
        for (uint32 i = 1; i <= _frameworks.length; ++i) {
            if (!_reviewHolds(i)) id = i;
        }
        uint8 outcome = _odd(6) ? 3 : uint8(1 + _roll(2));
        _review(id, outcome, _odd(3) ? _today() + uint32(_roll(3)) : FAR);
    }

    function _someFramework() internal returns (uint32) {
        return _odd(2) ? 1 : uint32(1 + _roll(_frameworks.length));
    }

    /// @dev One verifier for each framework, so that one nonce for each is enough.
    function _review(uint32 id, uint8 outcome, uint32 validUntil) internal {
        address by = verifiers[id % 2];
        bytes32 content = frameworks.framework(id).contentHash;
        IFrameworks.Review memory r = IFrameworks.Review(
            id, content, by, 1, outcome, 0, validUntil, PAPER, PAPER, _odd(12) ? 1 : uint64(++_serial)
        );
        bool stale = r.nonce <= _nonceOf[id];
        address signer = _odd(10) ? outsider : by;
        bytes memory signature = _signed(signer, frameworks.reviewDigest(r));
        bool allowed = !stale && signer == by && _activeAs(by, VERIFIER) && validUntil >= _today();
        bytes memory data = abi.encodeCall(IFrameworks.submitReview, (r, signature));
        (bool ok,) = _act("framework.review", by, address(frameworks), data);
        _judge("BOND-2", "framework.review", allowed, ok);
        if (!ok) return;
        _nonceOf[id] = r.nonce;
        FrameworkRecord storage f = _frameworks[id - 1];
        (f.reviewed, f.outcome, f.validUntil, f.filed) = (f.version, outcome, validUntil, true);
    }

    function _reviewHolds(uint32 id) internal view returns (bool) {
        FrameworkRecord storage f = _frameworks[id - 1];
        return f.reviewed == f.version && f.outcome != 3 && f.validUntil >= _today();
    }

    function _eligible(uint32 id, uint8 category) internal view returns (bool) {
        return _reviewHolds(id) && _frameworks[id - 1].admitted >> category & 1 == 1;
    }

    // --- documents ---

    function document_register(uint256 seed) external rolling(seed) {
        address who = _odd(8) ? outsider : _one(everybody);
        bytes memory data = abi.encodeCall(IDocuments.register, (keccak256(abi.encode(++_serial)), TRADE, 0));
        _act("document.register", who, address(documents), data);
    }

    /// @dev One hash per kind and registrar, so that every later act finds its papers.
    function _registerPapers() internal {
        for (uint256 i; i < everybody.length; ++i) {
            for (uint8 kind = TRADE; kind <= SEARCH; ++kind) {
                bytes memory data = abi.encodeCall(IDocuments.register, (_paper(kind), kind, 0));
                (bool ok,) = _act("document.register", everybody[i], address(documents), data);
                require(ok, "paper");
            }
        }
    }

    function _paper(uint8 kind) internal pure returns (bytes32) {
        return keccak256(abi.encode("paper", kind));
    }

    function obligation_register(uint256 seed) external rolling(seed) {
        uint256 i = _roll(2);
        uint256 sort = _roll(6);
        if (sort == 0) {
            _obligation(LOAN, issuers[i], companies[i]);
        } else if (sort == 1) {
            _obligation(REFINANCING, issuers[i], issuers[i]);
        } else {
            _obligation(INVOICE, _odd(2) ? issuers[i] : companies[i], _odd(6) ? outsider : _one(suppliers));
        }
    }

    /// @dev Sometimes with a wrong signature, a date to come or a fingerprint that is taken: then it must be refused.
    function _obligation(uint8 kind, address payer, address payee) internal returns (bytes32 fingerprint) {
        address second = kind == REFINANCING ? _one(verifiers) : payee;
        fingerprint =
            keccak256(abi.encode("fingerprint", ++_serial)) >> 160 << 160 | bytes32(uint256(uint160(payee)));
        bool taken = _odd(12) && _papers.length != 0;
        if (taken) fingerprint = _papers[_roll(_papers.length)].fingerprint;
        uint8 cash = uint8(_odd(6) ? 1 : 0);
        bool dated = !_odd(12);
        IDocuments.Obligation memory o = IDocuments.Obligation(
            fingerprint,
            PAPER,
            kind,
            cash == 0 ? bytes3("CNY") : bytes3("EUR"),
            uint96(20 + _roll(6000)),
            dated ? _today() - uint32(_roll(30)) : _today() + 1,
            payer,
            payee,
            kind == REFINANCING ? second : address(0)
        );
        if (!_submitObligation(o, second, !taken && dated)) return 0;
        _papers.push(Paper(fingerprint, kind, cash, o.date, payer, payee, o.total, 0, 0, 0));
        _paperOf[fingerprint] = _papers.length;
    }

    function _submitObligation(IDocuments.Obligation memory o, address second, bool regular)
        private
        returns (bool ok)
    {
        bytes32 digest = documents.obligationDigest(o);
        address firstKey = _odd(14) ? second : o.payer;
        address secondKey = _odd(14) ? o.payer : second;
        bytes memory data = abi.encodeCall(
            IDocuments.registerObligation, (o, _signed(firstKey, digest), _signed(secondKey, digest))
        );
        bool allowed =
            regular && firstKey == o.payer && secondKey == second && _active(o.payer) && _active(second);
        if (o.kind == REFINANCING) allowed = allowed && _activeAs(second, VERIFIER);
        (ok,) = _act("document.obligation", o.payer, address(documents), data);
        _judge("DOC-1", "document.obligation", allowed, ok);
    }

    function _use(bytes32 fingerprint, uint256 amount) internal {
        _papers[_paperOf[fingerprint] - 1].used += amount;
    }

    function _unuse(bytes32 fingerprint, uint256 amount) internal {
        Paper storage p = _papers[_paperOf[fingerprint] - 1];
        if (amount > p.used) return _find("DOC-1", "more was given back than was used");
        p.used -= amount;
    }

    function _capacity(bytes32 fingerprint) internal view returns (uint256) {
        uint256 index = _paperOf[fingerprint];
        if (index == 0) return 0;
        Paper storage p = _papers[index - 1];
        uint256 gone = p.used + p.credited;
        return gone < p.total ? p.total - gone : 0;
    }

    // --- red invoices, and one document under several keys ---

    bytes32 private _lastNote;

    /// @dev By its payee against a note of its own that was never used, at most what was not cancelled yet.
    function document_credit(uint256 seed) external rolling(seed) {
        if (_papers.length == 0) return;
        Paper storage p = _papers[_roll(_papers.length)];
        address by = _odd(8) ? _one(everybody) : p.payee;
        bytes32 note = _odd(8) ? _lastNote : keccak256(abi.encode("note", ++_serial));
        bytes memory data = abi.encodeCall(IDocuments.register, (note, CREDIT_NOTE, 0));
        bool fresh = note != _lastNote && _registered(by, data);
        uint256 room = p.total - p.credited;
        uint256 amount = _odd(6) ? room + 1 : _roll(room / 2 + 2);
        bool allowed = fresh && by == p.payee && _active(by) && amount != 0 && amount <= room;
        data = abi.encodeCall(IDocuments.credit, (_nameOf(p), note, amount));
        (bool ok,) = _act("document.credit", by, address(documents), data);
        _judge("DOC-3", "document.credit", allowed, ok);
        if (ok) (p.credited, _lastNote) = (p.credited + amount, note);
    }

    function _registered(address by, bytes memory data) internal returns (bool ok) {
        (ok,) = _act("document.register", by, address(documents), data);
    }

    /// @dev One of the names of a document: they share its capacity.
    function _nameOf(Paper storage p) internal returns (bytes32) {
        return p.other != 0 && _odd(2) ? p.other : p.fingerprint;
    }

    function document_link(uint256 seed) external rolling(seed) {
        if (_papers.length == 0) return;
        Paper storage p = _papers[_roll(_papers.length)];
        address by = _odd(8) ? _one(everybody) : p.payee;
        bytes32 name = keccak256(abi.encode("epoch", ++_serial)) >> 160 << 160;
        name |= bytes32(uint256(uint160(_odd(4) ? by : p.payee)));
        if (_odd(8)) name = p.fingerprint;
        bool own = address(uint160(uint256(name))) == p.payee && _paperOf[name] == 0;
        bytes memory data = abi.encodeCall(IDocuments.link, (_nameOf(p), name));
        (bool ok,) = _act("document.link", by, address(documents), data);
        _judge("DOC-4", "document.link", own && by == p.payee && _active(by), ok);
        if (ok) (p.other, _paperOf[name]) = (name, _paperOf[p.fingerprint]);
    }

    /// @notice DOC-1 as a state: what bonds and receivables together used of a document, and never above its total.
    /// DOC-3: what was cancelled of it. DOC-4: all its names have the one capacity.
    function checkDocuments() external view {
        for (uint256 i; i < _papers.length; ++i) {
            Paper storage p = _papers[i];
            (address payer, address payee, uint8 kind,,, uint96 total, uint96 used) =
                documents.obligation(p.fingerprint);
            require(payer == p.payer && payee == p.payee && kind == p.kind, "DOC-1: another document");
            require(total == p.total, "DOC-1: another total");
            require(
                used == p.used, "DOC-1: used is not what payments and confirmations took, less what came back"
            );
            require(used <= total, "DOC-1: used above the total");
            require(documents.credited(p.fingerprint) == p.credited, "DOC-3: another amount is cancelled");
            if (p.other == 0) continue;
            (,,,,, total, used) = documents.obligation(p.other);
            require(total == p.total && used == p.used, "DOC-4: another name has a capacity of its own");
        }
    }
}
