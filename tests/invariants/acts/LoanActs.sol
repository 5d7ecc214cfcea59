// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ISupplierLoans} from "../../../contracts/interfaces/ISupplierLoans.sol";
import {Trade} from "../Trade.sol";

/// @title Lines that financiers grant to suppliers: applied for, drawn, repaid, overdue
/// @notice Beside them principal and interest once more, in parts that are rounded only to be shown.
abstract contract LoanActs is Trade {
    uint256 private constant WHOLE = 360 * 1_000_000;
    uint8 internal constant APPLICATION = 38;
    uint8 internal constant REVIEW_RESULT = 39;

    struct LoanLine {
        address supplier;
        address financier;
        uint8 state; // 1 applied, 2 granted, 3 declined, 4 closed
        uint256 asked;
        uint256 limit;
        uint256 ratePpm;
        uint256 tenor;
        uint256 expiresOn;
        uint256 overdue;
    }

    struct Loan {
        uint32 line;
        uint8 state; // 1 outstanding, 2 overdue, 3 repaid
        uint256 dueOn;
        uint256 outstanding;
        uint256 parts; // of interest, fen x ppm x days
        uint256 partsTo; // the day up to which they are reckoned
        uint256 interestPaid;
    }

    ISupplierLoans public loans;
    LoanLine[] private _loanLines; // id - 1
    Loan[] private _loans; // id - 1

    function _someLoanLine(uint8 state) private returns (uint32 id) {
        id = uint32(1 + _roll(_loanLines.length));
        for (uint32 i = 1; i <= _loanLines.length; ++i) {
            if (_loanLines[i - 1].state == state && !_odd(3)) id = i;
        }
    }

    function _paperOr(uint8 kind) internal returns (bytes32) {
        return _odd(12) ? _paper(CONTRACT) : _paper(kind);
    }

    /// @dev Who consented that this financier sees its score: all but the last supplier.
    function _consented(address supplier) internal view returns (bool) {
        return supplier != suppliers[suppliers.length - 1];
    }

    function loan_apply(uint256 seed) external rolling(seed) {
        ISupplierLoans.Application memory a;
        address by = _odd(12) ? _one(investors) : _one(suppliers);
        a.financier = _odd(12) ? _one(banks) : _one(financiers);
        a.cash = address(cashes[0]);
        a.amount = _odd(16) ? 0 : uint96(1 + _roll(4000));
        a.features = _odd(16) ? bytes32(0) : bytes32("features");
        a.document = _paperOr(APPLICATION);
        bool allowed = _activeAs(by, SUPPLIER) && _consented(by) && _activeAs(a.financier, FINANCIER)
            && a.amount != 0 && a.features != 0 && a.document == _paper(APPLICATION);
        (bool ok,) = _act("loan.apply", by, address(loans), abi.encodeCall(ISupplierLoans.applyFor, (a)));
        _judge("LOAN-1", "loan.apply", allowed, ok);
        if (!ok) return;
        LoanLine storage l = _loanLines.push();
        (l.supplier, l.financier, l.state, l.asked) = (by, a.financier, 1, a.amount);
    }

    function loan_answer(uint256 seed) external rolling(seed) {
        if (_loanLines.length == 0) return;
        uint32 id = _someLoanLine(1);
        LoanLine storage l = _loanLines[id - 1];
        address by = _odd(10) ? _one(financiers) : l.financier;
        bytes32 paper = _paperOr(REVIEW_RESULT);
        bool may =
            by == l.financier && l.state == 1 && _activeAs(by, FINANCIER) && paper == _paper(REVIEW_RESULT);
        if (_odd(6)) return _decline(id, by, paper, may);
        ISupplierLoans.Terms memory t;
        t.limit = uint96(_odd(8) ? l.asked + 1 : 1 + _roll(l.asked));
        t.ratePpm = _odd(12) ? 1_000_001 : uint24(_roll(900_000));
        (t.tenorDays, t.expiresOn) = (uint16(_roll(5)), _today() + uint32(_roll(9)));
        if (_odd(12)) t.expiresOn = _today() - 1;
        t.document = paper;
        bool sound =
            t.limit <= l.asked && t.ratePpm <= 1_000_000 && t.tenorDays != 0 && t.expiresOn >= _today();
        (bool ok,) = _act("loan.grant", by, address(loans), abi.encodeCall(ISupplierLoans.grant, (id, t)));
        _judge("LOAN-1", "loan.grant", may && sound, ok);
        if (!ok) return;
        (l.state, l.limit, l.ratePpm) = (2, t.limit, t.ratePpm);
        (l.tenor, l.expiresOn) = (t.tenorDays, t.expiresOn);
    }

    function _decline(uint32 id, address by, bytes32 paper, bool may) private {
        bytes memory data = abi.encodeCall(ISupplierLoans.decline, (id, paper));
        (bool ok,) = _act("loan.decline", by, address(loans), data);
        _judge("LOAN-1", "loan.decline", may, ok);
        if (ok) _loanLines[id - 1].state = 3;
    }

    function loan_close(uint256 seed) external rolling(seed) {
        if (_loanLines.length < 4) return;
        uint32 id = uint32(1 + _roll(_loanLines.length));
        LoanLine storage l = _loanLines[id - 1];
        address by = _odd(6) ? _one(everybody) : _odd(2) ? l.supplier : l.financier;
        bool allowed =
            (by == l.supplier || by == l.financier) && _active(by) && (l.state == 1 || l.state == 2);
        (bool ok,) = _act("loan.close", by, address(loans), abi.encodeCall(ISupplierLoans.close, (id)));
        _judge("LOAN-1", "loan.close", allowed, ok);
        if (ok) l.state = 4;
    }

    // --- drawing ---

    function loan_draw(uint256 seed) external rolling(seed) {
        if (_loanLines.length == 0) return;
        uint32 id = _someLoanLine(2);
        LoanLine storage l = _loanLines[id - 1];
        bytes32 paper = _obligation(_odd(10) ? INVOICE : LOAN, l.financier, l.supplier);
        if (paper == 0) return;
        if (_odd(12)) paper = _papers[_roll(_papers.length)].fingerprint;
        uint256 free = l.limit - _owing(id);
        uint256 amount = _odd(5) ? free + 1 : 1 + _roll(free / 2 + 1);
        _draw(id, _odd(12) ? _one(suppliers) : l.supplier, paper, amount, amount <= free);
    }

    /// @dev LOAN-1: what is outstanding on a line now.
    function _owing(uint32 id) private view returns (uint256 sum) {
        for (uint256 i; i < _loans.length; ++i) {
            if (_loans[i].line == id) sum += _loans[i].outstanding;
        }
    }

    function _draw(uint32 id, address by, bytes32 paper, uint256 amount, bool room) private {
        LoanLine storage l = _loanLines[id - 1];
        bool allowed =
            room && by == l.supplier && l.state == 2 && l.overdue == 0 && _drawable(l, paper, amount);
        bytes memory data = abi.encodeCall(ISupplierLoans.draw, (id, paper, uint96(amount)));
        (bool ok,) = _act("loan.draw", by, address(loans), data);
        _judge("LOAN-1", "loan.draw", allowed, ok);
        if (!ok) return;
        _use(paper, amount);
        _loans.push(Loan(id, 1, _today() + l.tenor, amount, 0, _today(), 0));
        bool arrived = _lastMove.from == l.financier && _lastMove.to == by && _lastMove.amount == amount;
        _must(arrived, "LOAN-1", "what was drawn took another way");
    }

    function _drawable(LoanLine storage l, bytes32 paper, uint256 amount) private view returns (bool) {
        Paper storage p = _papers[_paperOf[paper] - 1];
        bool fits = p.kind == LOAN && p.payer == l.financier && p.payee == l.supplier && p.cash == 0
            && amount != 0 && amount <= _capacity(paper);
        return fits && _activeAs(l.supplier, SUPPLIER) && _activeAs(l.financier, FINANCIER)
            && _today() <= l.expiresOn && cashes[0].balanceOf(l.financier) >= amount;
    }

    // --- repaying ---

    function _someLoan() private returns (uint64 id) {
        id = uint64(1 + _roll(_loans.length));
        for (uint64 i = 1; i <= _loans.length; ++i) {
            if (_loans[i - 1].state != 3 && !_odd(3)) id = i;
        }
    }

    function _partsOf(Loan storage d) private view returns (uint256) {
        return d.parts + d.outstanding * _loanLines[d.line - 1].ratePpm * (_today() - d.partsTo);
    }

    /// @dev Rounded once, half up, of all that ran so far.
    function _interestOf(Loan storage d) private view returns (uint256 owed) {
        uint256 parts = _partsOf(d);
        owed = parts / WHOLE;
        if (parts % WHOLE * 2 >= WHOLE) ++owed;
        owed -= d.interestPaid;
    }

    /// @notice Whoever is suspended may pay back; what its financier cannot receive waits for it.
    function loan_repay(uint256 seed) external rolling(seed) {
        if (_loans.length == 0) return;
        uint64 id = _someLoan();
        Loan storage d = _loans[id - 1];
        uint256 interest = _interestOf(d);
        uint256 owed = d.outstanding + interest;
        uint256 amount = _odd(3) ? owed : _odd(6) ? owed + 1 : _roll(owed + 1);
        address by = _odd(10) ? _one(suppliers) : _loanLines[d.line - 1].supplier;
        bool allowed = by == _loanLines[d.line - 1].supplier && d.state != 3 && amount != 0 && amount <= owed
            && cashes[0].balanceOf(by) >= amount;
        if (_odd(6)) _bringDown(_loanLines[d.line - 1].financier, 0);
        if (_odd(6)) _bringDown(_loanLines[d.line - 1].supplier, 0);
        bytes memory data = abi.encodeCall(ISupplierLoans.repay, (id, uint96(amount)));
        (bool ok,) = _act("loan.repay", by, address(loans), data);
        _judge("LOAN-1", "loan.repay", allowed, ok);
        if (ok) _repaid(d, amount, interest);
    }

    function _repaid(Loan storage d, uint256 amount, uint256 interest) private {
        LoanLine storage l = _loanLines[d.line - 1];
        (d.parts, d.partsTo) = (_partsOf(d), _today());
        if (interest > amount) interest = amount;
        d.interestPaid += interest;
        d.outstanding -= amount - interest;
        if (d.outstanding == 0) {
            if (d.state == 2) --l.overdue;
            d.state = 3;
        }
        bool direct = _active(l.financier) && _active(l.supplier);
        address to = direct ? l.financier : _claimAxis("LOANS", l.financier);
        _must(_lastMove.to == to && _lastMove.amount == amount, "LOAN-1", "a repayment took another way");
    }

    function loan_overdue(uint256 seed) external rolling(seed) {
        if (_loans.length == 0) return;
        uint64 id = _someLoan();
        Loan storage d = _loans[id - 1];
        if (d.state == 1 && _today() <= d.dueOn && _odd(2)) {
            _setClock(clock + (d.dueOn + 1 - _today()) * 1 days);
        }
        bool allowed = d.state == 1 && _today() > d.dueOn;
        bytes memory data = abi.encodeCall(ISupplierLoans.markOverdue, (id));
        (bool ok,) = _act("loan.overdue", outsider, address(loans), data);
        _judge("LOAN-1", "loan.overdue", allowed, ok);
        if (!ok) return;
        d.state = 2;
        ++_loanLines[d.line - 1].overdue;
    }

    function loan_claim(uint256 seed) external rolling(seed) {
        _claim("loan.claim", "LOANS", address(loans));
    }

    /// @notice LOAN-1 as a state: outstanding is drawn less repaid and within the limit; interest is exact.
    function checkLoans() external view {
        for (uint32 id = 1; id <= _loanLines.length; ++id) {
            ISupplierLoans.Line memory shown = loans.line(id);
            LoanLine storage l = _loanLines[id - 1];
            require(shown.state == l.state && shown.overdue == l.overdue, "LOAN-1: another state");
            require(shown.drawn - shown.repaid == _owing(id), "LOAN-1: outstanding is not drawn less repaid");
            require(_owing(id) <= shown.limit && shown.limit == l.limit, "LOAN-1: more than the limit");
        }
        for (uint64 id = 1; id <= _loans.length; ++id) {
            Loan storage d = _loans[id - 1];
            require(loans.drawdown(id).state == d.state, "LOAN-1: another state of a drawdown");
            (uint96 principal, uint256 interest) = loans.owed(id);
            require(principal == d.outstanding, "LOAN-1: another principal is owed");
            require(interest == _interestOf(d), "LOAN-1: another interest is owed");
        }
    }
}
