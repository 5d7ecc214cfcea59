// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {ILimits} from "../../../contracts/interfaces/ILimits.sol";
import {IProceeds} from "../../../contracts/interfaces/IProceeds.sol";
import {IProceedsBooks} from "../../../contracts/interfaces/IProceedsBooks.sol";
import {LimitActs} from "./LimitActs.sol";

/// @title Projects, budget lines, the gate, refunds
abstract contract ProceedsActs is LimitActs {
    uint256 private constant MOST_USES = 32;

    struct ProjectRecord {
        address company;
        uint32 framework;
        uint8 category;
        uint8 cash; // in whose currency it is
        uint256 budget;
        uint256 allocated;
    }

    struct LineRecord {
        uint32 bond;
        uint32 project;
        bool companyMaySpend;
        bool pocket;
        address certifier; // zero: nothing holds its money back
        bool agreed;
        uint32 retention; // zero again after the final certificate
        uint256 budget;
        uint256 allocated;
        uint256 available;
        uint256 gone; // spent, net of refunds, or encumbered
    }

    struct PaymentRecord {
        uint32 line;
        uint256 offset;
        bytes32 fingerprint;
        address payee;
        uint256 amount;
        uint256 refunded;
    }

    ProjectRecord[] internal _projects; // id - 1
    LineRecord[] internal _lines; // id - 1
    PaymentRecord[] internal _payments;
    mapping(uint32 => uint256[]) internal _milestones; // what each still holds

    function _line(uint32 id) internal view returns (LineRecord storage) {
        return _lines[id - 1];
    }

    /// @dev Of the first issuer's framework more often, because its bond has money from the start.
    function project_register(uint256 seed) external rolling(seed) {
        _registerProject(_odd(2) ? 1 : _someFramework(), uint8(_roll(3)), 1 + _roll(20_000));
    }

    function _registerProject(uint32 framework, uint8 category, uint256 budget) internal returns (uint32) {
        address issuer = _frameworks[framework - 1].issuer;
        address company = _odd(10) ? outsider : issuer == issuers[0] ? companies[0] : companies[1];
        uint8 cash = _odd(6) ? 1 : 0;
        bytes memory data = _project(framework, company, _codes[category], cash, uint96(budget));
        (bool ok,) = _act("project.register", issuer, address(proceeds), data);
        if (!ok) return 0;
        _projects.push(ProjectRecord(company, framework, category, cash, budget, 0));
        return uint32(_projects.length);
    }

    function _project(uint32 framework, address company, bytes32 code, uint8 cash, uint96 budget)
        private
        view
        returns (bytes memory)
    {
        bytes3 currency = cashes[cash].currency();
        return abi.encodeCall(
            IProceedsBooks.registerProject, (framework, company, code, currency, budget, "P", _paper(TRADE))
        );
    }

    function line_open(uint256 seed) external rolling(seed) {
        if (_projects.length == 0) return;
        uint32 project = uint32(1 + _roll(_projects.length));
        uint32 bond = _bondFor(project);
        if (_odd(3)) _openLine(bond, project, 1 + _roll(20_000), !_odd(3));
        else _openPocketLine(bond, project, 1 + _roll(20_000), _odd(8) ? 3 : uint8(1 + _roll(2)));
    }

    function _openLine(uint32 bond, uint32 project, uint256 budget, bool companyMaySpend) internal {
        address issuer = _bond(bond).issuer;
        bool allowed = _activeAs(issuer, ISSUER) && _fits(bond, project);
        bytes memory data =
            abi.encodeCall(IProceedsBooks.openLine, (bond, project, uint96(budget), companyMaySpend, "L"));
        (bool ok,) = _act("line.open", issuer, address(proceeds), data);
        _judge("BOND-2", "line.open", allowed, ok);
        if (ok) _keepLine(bond, project, budget, companyMaySpend);
    }

    /// @dev One that may pay into the project, most times.
    function _bondFor(uint32 project) internal returns (uint32 bond) {
        bond = _someBond();
        for (uint32 i = 1; i <= _bonds.length && !_odd(6); ++i) {
            if (!_fits(bond, project) && _fits(i, project)) bond = i;
        }
    }

    function _fits(uint32 bond, uint32 project) private view returns (bool) {
        (BondRecord storage b, ProjectRecord storage p) = (_bond(bond), _projects[project - 1]);
        return p.framework == b.framework && p.cash == b.cash;
    }

    function _keepLine(uint32 bond, uint32 project, uint256 budget, bool companyMaySpend) private {
        LineRecord storage l = _lines.push();
        (l.bond, l.project, l.companyMaySpend, l.budget) = (bond, project, companyMaySpend, budget);
        _nameAxis(_proceedsAxis("LINE", _lines.length), Purpose.LINE, bond);
    }

    /// @dev BOND-9: only of a bond that declared a pocket, for one of the two reasons.
    function _openPocketLine(uint32 bond, uint32 project, uint256 budget, uint8 reason) internal {
        address issuer = _bond(bond).issuer;
        bool allowed = _activeAs(issuer, ISSUER) && _fits(bond, project) && (reason == 1 || reason == 2)
            && _limits[bond].pocketPpm != 0;
        bytes memory data = abi.encodeCall(
            ILimits.openPocketLine, (bond, project, uint96(budget), true, "P", reason, _paper(CONTRACT))
        );
        (bool ok,) = _act("line.openPocket", issuer, address(proceeds), data);
        _judge("BOND-9", "line.openPocket", allowed, ok);
        if (!ok) return;
        _keepLine(bond, project, budget, true);
        _lines[_lines.length - 1].pocket = true;
    }

    function _someLine() internal returns (uint32) {
        return _odd(3) ? 1 : uint32(1 + _roll(_lines.length));
    }

    function proceeds_allocate(uint256 seed) external rolling(seed) {
        uint32 id = _someLine();
        _allocate(id, _odd(6) ? _roll(50_000) : 1 + _roll(_bond(_line(id).bond).unallocated / 2 + 1));
    }

    function _allocate(uint32 id, uint256 amount) internal {
        LineRecord storage l = _line(id);
        (BondRecord storage b, ProjectRecord storage p) = (_bond(l.bond), _projects[l.project - 1]);
        bool allowed = amount != 0 && _activeAs(b.issuer, ISSUER) && _eligible(b.framework, p.category)
            && l.allocated + amount <= l.budget && p.allocated + amount <= p.budget && amount <= b.unallocated
            && (!l.pocket || _limits[l.bond].pocket + amount <= _pocketDown(l.bond));
        bytes memory data = abi.encodeCall(IProceedsBooks.allocate, (id, amount));
        (bool ok,) = _act("proceeds.allocate", b.issuer, address(proceeds), data);
        _judge(l.pocket ? bytes32("BOND-9") : bytes32("BOND-2"), "proceeds.allocate", allowed, ok);
        if (!ok) return;
        _give(l, amount);
        b.unallocated -= amount;
    }

    function _give(LineRecord storage l, uint256 amount) private {
        (l.allocated, l.available) = (l.allocated + amount, l.available + amount);
        _projects[l.project - 1].allocated += amount;
        if (l.pocket) _limits[l.bond].pocket += amount;
    }

    function _take(LineRecord storage l, uint256 amount) private {
        (l.allocated, l.available) = (l.allocated - amount, l.available - amount);
        _projects[l.project - 1].allocated -= amount;
        if (l.pocket) _limits[l.bond].pocket -= amount;
    }

    function proceeds_deallocate(uint256 seed) external rolling(seed) {
        uint32 id = _someLine();
        LineRecord storage l = _line(id);
        BondRecord storage b = _bond(l.bond);
        uint256 amount = _odd(8) ? l.available + 1 : _roll(l.available / 4 + 2);
        uint256 held = l.budget - _released(id);
        bool allowed = amount != 0 && amount + held <= l.available && _activeAs(b.issuer, ISSUER);
        bytes memory data = abi.encodeCall(IProceedsBooks.deallocate, (id, amount));
        (bool ok,) = _act("proceeds.deallocate", b.issuer, address(proceeds), data);
        _judge("BOND-13", "proceeds.deallocate", allowed, ok);
        if (!ok) return;
        _take(l, amount);
        b.unallocated += amount;
    }

    // --- from line to line, with the verifier's consent ---

    struct ProposalRecord {
        uint32 from;
        uint32 to;
        uint256 amount;
        bool open;
    }

    ProposalRecord[] private _proposals; // id - 1

    function proceeds_propose(uint256 seed) external rolling(seed) {
        uint32 from = _someLine();
        uint32 to = _sisterOf(from);
        address issuer = _bond(_line(from).bond).issuer;
        uint256 amount = _roll(_line(from).available / 2 + 2);
        bool allowed = _activeAs(issuer, ISSUER) && _line(from).bond == _line(to).bond && amount != 0;
        bytes memory data =
            abi.encodeCall(IProceedsBooks.proposeReallocation, (from, to, uint96(amount), _paper(CONTRACT)));
        (bool ok,) = _act("proceeds.propose", issuer, address(proceeds), data);
        _judge("BOND-8", "proceeds.propose", allowed, ok);
        if (ok) _proposals.push(ProposalRecord(from, to, amount, true));
    }

    /// @dev Another line of the same bond where there is one; any line now and then.
    function _sisterOf(uint32 line) private returns (uint32 id) {
        id = uint32(1 + _roll(_lines.length));
        for (uint32 i = 1; i <= _lines.length && !_odd(8); ++i) {
            if (i != line && _line(i).bond == _line(line).bond && _odd(2)) id = i;
        }
    }

    function proceeds_consent(uint256 seed) external rolling(seed) {
        if (_proposals.length == 0) return;
        uint256 i = _proposals.length - 1;
        if (_odd(3)) i = _roll(_proposals.length);
        if (_odd(8)) return _withdraw(i);
        ProposalRecord storage r = _proposals[i];
        uint32 framework = _bond(_line(r.from).bond).framework;
        address by = _odd(8) ? _one(everybody) : verifiers[framework % 2];
        if (_odd(6)) by = _bond(_line(r.from).bond).issuer;
        bool allowed = r.open && by == verifiers[framework % 2] && _frameworks[framework - 1].filed
            && _activeAs(by, VERIFIER) && _reallocable(r);
        bytes memory data =
            abi.encodeCall(IProceedsBooks.consentReallocation, (uint32(i + 1), _paper(CONTRACT)));
        (bool ok,) = _act("proceeds.consent", by, address(proceeds), data);
        _judge(_line(r.to).pocket ? bytes32("BOND-9") : bytes32("BOND-8"), "proceeds.consent", allowed, ok);
        if (!ok) return;
        r.open = false;
        _take(_line(r.from), r.amount);
        _give(_line(r.to), r.amount);
    }

    /// @dev Judged when the consent comes, after the amount has left where it was.
    function _reallocable(ProposalRecord storage r) private view returns (bool) {
        (LineRecord storage from, LineRecord storage to) = (_line(r.from), _line(r.to));
        ProjectRecord storage p = _projects[to.project - 1];
        uint256 project = p.allocated + (from.project == to.project ? 0 : r.amount);
        uint256 pocket = _limits[to.bond].pocket + (from.pocket ? 0 : r.amount);
        return r.from != r.to && r.amount <= from.available && to.allocated + r.amount <= to.budget
            && project <= p.budget && _eligible(_bond(to.bond).framework, p.category)
            && (!to.pocket || pocket <= _pocketDown(to.bond));
    }

    function _withdraw(uint256 i) private {
        ProposalRecord storage r = _proposals[i];
        address issuer = _bond(_line(r.from).bond).issuer;
        bytes memory data = abi.encodeCall(IProceedsBooks.withdrawReallocation, (uint32(i + 1)));
        (bool ok,) = _act("proceeds.withdraw", issuer, address(proceeds), data);
        _judge("BOND-8", "proceeds.withdraw", r.open && _activeAs(issuer, ISSUER), ok);
        if (ok) r.open = false;
    }

    function proceeds_payCost(uint256 seed) external rolling(seed) {
        uint32 id = _odd(2) ? 1 : _someBond();
        BondRecord storage b = _bond(id);
        uint256 left = cashes[b.cash].balanceOf(_proceedsAxis("COST", id));
        uint256 amount = _odd(6) ? left + 1 : 1 + _roll(left / 2 + 1);
        address payee = _odd(8) ? outsider : _one(suppliers);
        bool allowed = amount <= left && _activeAs(b.issuer, ISSUER) && _active(payee);
        bytes memory data = abi.encodeCall(IProceedsBooks.payCost, (id, payee, amount, _paper(TRADE)));
        (bool ok,) = _act("proceeds.payCost", b.issuer, address(proceeds), data);
        _judge("BOND-2", "proceeds.payCost", allowed, ok);
    }

    // --- the gate ---

    /// @dev BOND-2, evaluated on what these tests know themselves and not by asking the contracts.
    function _gateOpen(uint32 id, uint256 amount, address payee) internal view returns (bool) {
        LineRecord storage l = _line(id);
        BondRecord storage b = _bond(l.bond);
        return amount != 0 && amount <= l.available && _activeAs(b.issuer, ISSUER)
            && _eligible(b.framework, _projects[l.project - 1].category) && _letOut(id, amount, payee);
    }

    /// @dev BOND-11 and BOND-12: within what is released, and never to who certifies.
    function _letOut(uint32 id, uint256 amount, address payee) private view returns (bool) {
        LineRecord storage l = _line(id);
        return l.certifier == address(0) || (payee != l.certifier && l.gone + amount <= _released(id));
    }

    function _released(uint32 id) internal view returns (uint256 released) {
        LineRecord storage l = _line(id);
        uint256[] storage held = _milestones[id];
        released = l.budget;
        for (uint256 i; i < held.length; ++i) {
            released -= held[i];
        }
        return released * (MILLION - l.retention) / MILLION;
    }

    function _payable(uint32 id, bytes32 fingerprint, uint256 amount) internal view returns (bool) {
        uint256 index = _paperOf[fingerprint];
        if (index == 0 || amount > _capacity(fingerprint)) return false;
        Paper storage p = _papers[index - 1];
        LineRecord storage l = _line(id);
        BondRecord storage b = _bond(l.bond);
        bool owed = p.payer == b.issuer || p.payer == _projects[l.project - 1].company;
        return owed && p.cash == b.cash && _active(p.payee)
            && (p.payer != p.payee || _refinanceable(l.bond, p.date, amount));
    }

    function _refinanceable(uint32 bond, uint32 expense, uint256 amount) private view returns (bool) {
        LimitRecord storage m = _limits[bond];
        return (!m.lookBackBinds || expense >= m.oldest)
            && (!m.shareBinds || m.refinanced + amount <= _refinancedDown(bond));
    }

    function proceeds_pay(uint256 seed) public rolling(seed) {
        uint32 id = _someLine();
        bytes32 fingerprint = _paperFor(id);
        uint256 room = _capacity(fingerprint);
        if (_line(id).available < room) room = _line(id).available;
        _pay(id, fingerprint, _odd(5) || room == 0 ? room + 1 : 1 + _roll(room));
    }

    /// @dev A document of the line's own, a new one or somebody else's.
    function _paperFor(uint32 id) private returns (bytes32 fingerprint) {
        BondRecord storage b = _bond(_line(id).bond);
        bool own = _odd(3);
        if (_odd(3)) {
            fingerprint = _obligation(own ? REFINANCING : INVOICE, b.issuer, own ? b.issuer : _one(suppliers));
        }
        if (fingerprint != 0 || _papers.length == 0) return fingerprint;
        uint256 first = _roll(_papers.length);
        fingerprint = _nameOf(_papers[first]);
        if (_odd(3)) return fingerprint;
        for (uint256 i; i < _papers.length; ++i) {
            Paper storage p = _papers[(first + i) % _papers.length];
            bool told = p.credited != 0 || p.payer == p.payee || !_odd(3);
            if (told && _payable(id, p.fingerprint, 1)) return _nameOf(p);
        }
    }

    function _pay(uint32 id, bytes32 fingerprint, uint256 amount) internal {
        LineRecord storage l = _line(id);
        BondRecord storage b = _bond(l.bond);
        address by = _odd(14) ? _one(companies) : b.issuer;
        address payee = address(uint160(uint256(fingerprint))); // in its name
        bool allowed = by == b.issuer && _gateOpen(id, amount, payee) && _payable(id, fingerprint, amount);
        _asked(
            "proceeds.checkPay",
            abi.encodeCall(IProceeds.checkPay, (id, fingerprint, amount)),
            by != b.issuer,
            allowed
        );
        bytes memory data = abi.encodeCall(IProceeds.pay, (id, fingerprint, amount));
        (bool ok, bytes memory result) = _act("proceeds.pay", by, address(proceeds), data);
        _judge("BOND-2", "proceeds.pay", allowed, ok);
        if (!ok) return;
        if (_paperOf[fingerprint] == 0) return _find("DOC-1", "paid without a document");
        _use(fingerprint, amount);
        _goesOut(l, amount);
        b.spent += amount;
        if (_reimburses(fingerprint)) _limits[l.bond].refinanced += amount;
        _payments.push(PaymentRecord(id, abi.decode(result, (uint256)), fingerprint, payee, amount, 0));
    }

    function _goesOut(LineRecord storage l, uint256 amount) internal {
        (l.available, l.gone) = (l.available - amount, l.gone + amount);
    }

    function _comesBack(LineRecord storage l, uint256 amount) internal {
        (l.available, l.gone) = (l.available + amount, l.gone - amount);
    }

    function _reimburses(bytes32 fingerprint) private view returns (bool) {
        Paper storage p = _papers[_paperOf[fingerprint] - 1];
        return p.payer == p.payee;
    }

    /// @dev The free question answers as the act would; it cannot know who will send the act.
    function _asked(bytes32 kind, bytes memory question, bool otherSender, bool allowed) internal {
        if (otherSender) return;
        (bool ok,) = address(proceeds).staticcall(question);
        _judge("BOND-2", kind, allowed, ok);
    }

    // --- money that comes back ---

    function proceeds_refund(uint256 seed) external rolling(seed) {
        if (_payments.length == 0) return;
        PaymentRecord storage p = _payments[_roll(_payments.length)];
        uint256 left = p.amount - p.refunded;
        _refund(p, _odd(10) ? outsider : p.payee, _odd(4) ? left + 1 : _roll(left + 1));
    }

    function _refund(PaymentRecord storage p, address by, uint256 amount) private {
        LineRecord storage l = _line(p.line);
        BondRecord storage b = _bond(l.bond);
        bool allowed = by == p.payee && amount != 0 && amount <= p.amount - p.refunded
            && cashes[b.cash].balanceOf(by) >= amount;
        bytes32 name = _nameOf(_papers[_paperOf[p.fingerprint] - 1]);
        bytes memory data = abi.encodeCall(
            IProceedsBooks.refund, (p.line, p.offset, name, amount, PAPER, _usesOf(p.fingerprint))
        );
        _expectReversed(p.offset + p.refunded);
        (bool ok,) = _act("proceeds.refund", by, address(proceeds), data);
        _judge("BOND-1", "proceeds.refund", allowed, ok);
        if (!ok) return;
        p.refunded += amount;
        _unuse(p.fingerprint, amount);
        _comesBack(l, amount);
        b.spent -= amount;
        if (_reimburses(p.fingerprint)) _limits[l.bond].refinanced -= amount;
    }

    /// @dev What a document remembers of its payments: the first ones.
    function _usesOf(bytes32 fingerprint) private view returns (uint256[] memory uses) {
        uses = new uint256[](MOST_USES);
        uint256 count;
        for (uint256 i; i < _payments.length && count < MOST_USES; ++i) {
            PaymentRecord storage p = _payments[i];
            if (_paperOf[p.fingerprint] != _paperOf[fingerprint]) continue;
            uses[count++] = (uint256(p.line) << 208) | (p.offset << 96) | p.amount;
        }
        assembly ("memory-safe") {
            mstore(uses, count)
        }
    }

    uint256 private _reversed;

    function _expectReversed(uint256 offset) internal {
        _reversed = offset;
    }

    /// @dev The refunded fen are the payment's next unrefunded ones.
    function _readRefunded(bytes memory data) internal {
        (uint256 reversed,,,) = abi.decode(data, (uint256, uint256, uint256, bytes32));
        _must(
            reversed == _reversed, "BOND-1", "a refund took other fen than the payment's next unrefunded ones"
        );
    }

    function proceeds_claim(uint256 seed) public rolling(seed) {
        _claim("proceeds.claim", "PROCEEDS", address(proceeds));
    }

    /// @dev By somebody for whom money waits, where there is one; brought up again first, most times.
    function _claim(bytes32 kind, bytes32 module, address target) internal {
        ICash cash = cashes[0];
        address who = _one(everybody);
        for (uint256 i; i < 2 * everybody.length; ++i) {
            ICash other = cashes[i % 2];
            if (other.balanceOf(_claimAxis(module, everybody[i / 2])) != 0) {
                (cash, who) = (other, everybody[i / 2]);
            }
        }
        bool waiting = cash.balanceOf(_claimAxis(module, who)) != 0;
        if (waiting && !_active(who) && !_odd(4)) _restore(who);
        (bool ok,) = _act(kind, who, target, abi.encodeCall(IProceedsBooks.claim, (address(cash))));
        _judge("BOND-2", kind, waiting && _active(who), ok);
    }

    /// @notice BOND-1 as a state: the partition sums to what was raised, and each state is what the acts made it.
    function checkBonds() external view {
        for (uint32 id = 1; id <= _bonds.length; ++id) {
            BondRecord storage b = _bond(id);
            IProceeds.States memory s = proceeds.states(id);
            uint256 sum = s.cost + s.unallocated + s.placed + s.lost;
            sum += s.available + s.encumbered + s.spent + s.returned;
            require(
                proceeds.raised(id) == b.raised && sum == b.raised,
                "BOND-1: the states are not what was raised"
            );
            require(s.cost == b.cost && s.unallocated == b.unallocated, "BOND-1: another cost or unallocated");
            require(s.encumbered == b.encumbered && s.spent == b.spent, "BOND-1: another encumbered or spent");
            require(s.available == _available(id), "BOND-1: another available");
            require(
                s.placed == 0 && s.lost == 0 && s.returned == 0, "BOND-1: a state that nothing leads to yet"
            );
            _checkMoney(id, b, s);
        }
    }

    function _available(uint32 bond) private view returns (uint256 sum) {
        for (uint256 i; i < _lines.length; ++i) {
            if (_lines[i].bond == bond) sum += _lines[i].available;
        }
    }

    /// @dev Each state that is money lies on its own axis.
    function _checkMoney(uint32 id, BondRecord storage b, IProceeds.States memory s) private view {
        ICash cash = cashes[b.cash];
        if (b.state != 2) return;
        uint256 pool = cash.balanceOf(_proceedsAxis("ORIGIN", id)) + cash.balanceOf(_proceedsAxis("POOL", id));
        require(pool == s.unallocated, "BOND-1: unallocated is not what lies on the pool");
        uint256 lines;
        for (uint256 i; i < _lines.length; ++i) {
            if (_lines[i].bond == id) lines += cash.balanceOf(_proceedsAxis("LINE", i + 1));
        }
        require(lines == s.available, "BOND-1: available is not what lies on the budget lines");
        require(
            _encumbered(id, cash) == s.encumbered, "BOND-1: encumbered is not what lies on the encumbrances"
        );
    }

    function _encumbered(uint32 bond, ICash cash) internal view virtual returns (uint256);
}
