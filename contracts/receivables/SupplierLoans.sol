// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {ICashRegistry} from "../interfaces/ICashRegistry.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IMandates} from "../interfaces/IMandates.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {ISupplierLoans} from "../interfaces/ISupplierLoans.sol";
import {Claims} from "../libraries/Claims.sol";
import {
    AmountTooLarge,
    CurrencyMismatch,
    DateOutOfOrder,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {MandateKinds} from "../libraries/MandateKinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title SupplierLoans
/// @notice The promise is in ISupplierLoans.
contract SupplierLoans is ISupplierLoans, Powered {
    bytes32 private constant MODULE = Purposes.LOANS;
    uint24 private constant PPM = 1_000_000;
    /// ppm and days of one whole of interest: a year of 360 days
    uint256 private constant WHOLE = 360 * uint256(PPM);
    uint8 private constant APPLIED = 1;
    uint8 private constant GRANTED = 2;
    uint8 private constant DECLINED = 3;
    uint8 private constant CLOSED = 4;
    uint8 private constant OUTSTANDING = 1;
    uint8 private constant OVERDUE = 2;
    uint8 private constant REPAID = 3;

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    ICashRegistry public immutable cashRegistry;
    IMandates public immutable mandates;

    uint32 public count;
    uint64 public drawdownCount;
    mapping(uint32 => Line) private _lines;
    mapping(uint64 => Drawdown) private _drawdowns;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        ICashRegistry cashRegistry_,
        IMandates mandates_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        cashRegistry = cashRegistry_;
        mandates = mandates_;
    }

    // --- reading ---

    function line(uint32 id) external view returns (Line memory) {
        return _lines[id];
    }

    function drawdown(uint64 id) external view returns (Drawdown memory) {
        return _drawdowns[id];
    }

    function owed(uint64 id) public view returns (uint96 principal, uint256 interest) {
        Drawdown storage d = _drawdowns[id];
        return (d.outstanding, _interestHalfUp(_accrued(d, participants.today())) - d.interestPaid);
    }

    // --- application and line ---

    function checkApply(Application calldata a, address supplier) public view {
        participants.requireRole(supplier, Roles.SUPPLIER);
        participants.requireRole(a.financier, Roles.FINANCIER);
        mandates.requireMandate(supplier, a.financier, MandateKinds.CREDIT_READER, 0);
        cashRegistry.requireCash(a.cash);
        if (a.amount == 0) revert ZeroAmount();
        if (a.features == 0) revert ZeroHash("FEATURES");
        if (a.asOfBlock > block.number) revert Unknown("BLOCK", a.asOfBlock);
        documents.requireKnown(a.document, supplier, Kinds.APPLICATION);
        if (a.security != 0) documents.requireKnown(a.security, supplier, Kinds.PLEDGE);
    }

    function applyFor(Application calldata a) external returns (uint32 id) {
        checkApply(a, msg.sender);
        id = ++count;
        Line storage l = _lines[id];
        (l.supplier, l.state, l.financier, l.cash) = (msg.sender, APPLIED, a.financier, a.cash);
        (l.appliedOn, l.features, l.amount, l.asOfBlock) =
        (participants.today(), a.features, a.amount, a.asOfBlock);
        emit LoanApplied(id, msg.sender, a.financier, a);
    }

    function checkGrant(uint32 id, Terms calldata t, address financier) public view {
        Line storage l = _answerable(id, financier, t.document);
        if (t.limit == 0 || t.tenorDays == 0) revert ZeroAmount();
        if (t.limit > l.amount) revert AmountTooLarge(t.limit, l.amount);
        if (t.ratePpm > PPM) revert AmountTooLarge(t.ratePpm, PPM);
        uint32 day = participants.today();
        if (t.expiresOn < day) revert DateOutOfOrder("EXPIRES_ON", t.expiresOn, day);
    }

    function grant(uint32 id, Terms calldata t) external {
        checkGrant(id, t, msg.sender);
        Line storage l = _lines[id];
        (l.state, l.limit, l.ratePpm, l.tenorDays, l.expiresOn) =
        (GRANTED, t.limit, t.ratePpm, t.tenorDays, t.expiresOn);
        emit LoanGranted(id, t);
    }

    function decline(uint32 id, bytes32 document) external {
        _answerable(id, msg.sender, document).state = DECLINED;
        emit LoanDeclined(id, document);
    }

    function close(uint32 id) external {
        Line storage l = _known(id);
        if (msg.sender != l.supplier && msg.sender != l.financier) revert NotParty(msg.sender, l.supplier);
        participants.requireActive(msg.sender);
        if (l.state != APPLIED && l.state != GRANTED) revert WrongState("LOAN_LINE", id, l.state, GRANTED);
        l.state = CLOSED;
        emit LoanClosed(id, msg.sender);
    }

    function _answerable(uint32 id, address financier, bytes32 document)
        private
        view
        returns (Line storage l)
    {
        l = _known(id);
        if (financier != l.financier) revert NotParty(financier, l.financier);
        if (l.state != APPLIED) revert WrongState("LOAN_LINE", id, l.state, APPLIED);
        participants.requireRole(financier, Roles.FINANCIER);
        documents.requireKnown(document, financier, Kinds.REVIEW_RESULT);
    }

    // --- drawing ---

    function checkDraw(uint32 id, bytes32 fingerprint, uint96 amount, address supplier) public view {
        Line storage l = _known(id);
        if (supplier != l.supplier) revert NotParty(supplier, l.supplier);
        if (l.state != GRANTED) revert WrongState("LOAN_LINE", id, l.state, GRANTED);
        uint32 day = participants.requireRole(supplier, Roles.SUPPLIER);
        participants.requireRole(l.financier, Roles.FINANCIER);
        if (day > l.expiresOn) revert DateOutOfOrder("EXPIRES_ON", l.expiresOn, day);
        if (l.overdue != 0) revert LoanOverdue(id, l.overdue);
        uint256 free = uint256(l.limit) - (l.drawn - l.repaid);
        if (amount > free) revert LoanLimitExceeded(id, free, amount);
        documents.checkUse(fingerprint, amount);
        _requireDrawdownDocument(l, fingerprint);
    }

    function draw(uint32 id, bytes32 fingerprint, uint96 amount) external returns (uint64 drawdown_) {
        checkDraw(id, fingerprint, amount, msg.sender);
        Line storage l = _lines[id];
        l.drawn += amount;
        drawdown_ = ++drawdownCount;
        uint32 day = participants.today();
        Drawdown storage d = _drawdowns[drawdown_];
        (d.line, d.state, d.drawnOn, d.dueOn, d.accruedTo) = (id, OUTSTANDING, day, day + l.tenorDays, day);
        (d.ratePpm, d.drawn, d.outstanding, d.fingerprint) = (l.ratePpm, amount, amount, fingerprint);
        documents.use(fingerprint, amount);
        ICash(l.cash).transferFromWithDocument(l.financier, msg.sender, amount, fingerprint);
        emit Drawn(drawdown_, id, amount, d.dueOn, fingerprint);
    }

    function _requireDrawdownDocument(Line storage l, bytes32 fingerprint) private view {
        (address payer, address payee, uint8 kind, bytes3 currency,,,) = documents.obligation(fingerprint);
        if (kind != Kinds.LOAN_DRAWDOWN) {
            revert WrongState("DOCUMENT_KIND", uint256(fingerprint), kind, Kinds.LOAN_DRAWDOWN);
        }
        if (payer != l.financier) revert NotParty(l.financier, payer);
        if (payee != l.supplier) revert NotParty(l.supplier, payee);
        bytes3 needed = ICash(l.cash).currency();
        if (currency != needed) revert CurrencyMismatch(currency, needed);
    }

    // --- repaying ---

    function checkRepay(uint64 id, uint96 amount, address supplier) public view {
        Drawdown storage d = _knownDrawdown(id);
        address borrower = _lines[d.line].supplier;
        if (supplier != borrower) revert NotParty(supplier, borrower);
        if (d.state == REPAID) revert WrongState("DRAWDOWN", id, REPAID, OUTSTANDING);
        if (amount == 0) revert ZeroAmount();
        (uint96 principal, uint256 interest) = owed(id);
        if (amount > principal + interest) revert AmountTooLarge(amount, principal + interest);
    }

    function repay(uint64 id, uint96 amount) external {
        checkRepay(id, amount, msg.sender);
        (, uint256 due) = owed(id);
        Drawdown storage d = _drawdowns[id];
        Line storage l = _lines[d.line];
        uint96 interest = amount < due ? amount : uint96(due);
        uint96 principal = amount - interest;
        uint32 day = participants.today();
        (d.accrued, d.accruedTo) = (_accrued(d, day), day);
        d.interestPaid += interest;
        d.outstanding -= principal;
        l.interestPaid += interest;
        l.repaid += principal;
        // Interest comes first, so a principal of zero means that all is paid.
        if (d.outstanding == 0) {
            if (d.state == OVERDUE) --l.overdue;
            d.state = REPAID;
        }
        bool kept = _payBack(ICash(l.cash), l.financier, amount, d.fingerprint);
        emit Repaid(id, d.line, principal, interest, d.outstanding, kept);
    }

    function _payBack(ICash cash, address financier, uint96 amount, bytes32 document)
        private
        returns (bool kept)
    {
        kept = !participants.isActive(financier) || !participants.isActive(msg.sender);
        if (kept) cash.collect(MODULE, Purposes.claim(financier), msg.sender, amount, document);
        else cash.transferFromWithDocument(msg.sender, financier, amount, document);
    }

    function claim(ICash cash) external {
        cashRegistry.requireCash(address(cash));
        Claims.payOut(cash, MODULE, msg.sender);
    }

    function markOverdue(uint64 id) external {
        Drawdown storage d = _knownDrawdown(id);
        if (d.state != OUTSTANDING) revert WrongState("DRAWDOWN", id, d.state, OUTSTANDING);
        uint32 day = participants.today();
        if (day <= d.dueOn) revert DrawdownNotOverdue(id, d.dueOn, day);
        d.state = OVERDUE;
        ++_lines[d.line].overdue;
        emit DrawdownOverdue(id, d.line, d.dueOn);
    }

    // --- small parts ---

    function _known(uint32 id) private view returns (Line storage l) {
        l = _lines[id];
        if (l.supplier == address(0)) revert Unknown("LOAN_LINE", id);
    }

    function _knownDrawdown(uint64 id) private view returns (Drawdown storage d) {
        d = _drawdowns[id];
        if (d.line == 0) revert Unknown("DRAWDOWN", id);
    }

    function _accrued(Drawdown storage d, uint32 day) private view returns (uint160) {
        return d.accrued + uint160(d.outstanding) * d.ratePpm * (day - d.accruedTo);
    }

    function _interestHalfUp(uint256 accrued) private pure returns (uint256) {
        return (accrued + WHOLE / 2) / WHOLE;
    }
}
