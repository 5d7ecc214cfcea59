"""States and kinds as the contracts number them, with English and Chinese labels from the glossary."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class BondState(IntEnum):
    """`BondOffice.Bond.state`."""

    BOOKING = 1
    CLOSED = 2
    CANCELLED = 3
    ALLOTTING = 4


class FacilityState(IntEnum):
    """`Facilities.Facility.state`: of a green loan."""

    AVAILABLE = 1
    CANCELLED = 2


class PaymentKind(IntEnum):
    """`BondService.Service.kind`."""

    COUPON = 1
    REDEMPTION = 2


class PaymentState(IntEnum):
    """`BondService.Service.state`."""

    OPEN = 1
    SETTLED = 2


class FenState(IntEnum):
    """The one current state of each raised fen (BOND-1), in the order of `Proceeds.States`."""

    COST = 0
    UNALLOCATED = 1
    PLACED = 2
    LOST = 3
    AVAILABLE = 4
    ENCUMBERED = 5
    SPENT = 6
    RETURNED = 7


class ReceivableState(IntEnum):
    """`Receivables.Receivable.state`."""

    PROPOSED = 1
    ACCEPTED = 2
    REFUSED = 3
    RETURNED = 4
    SETTLED = 5
    VOIDED = 6


class LinePhase(IntEnum):
    """`CreditLines.CreditLine.phase`."""

    GRANTED = 0
    REQUESTED = 1
    REFUSED = 2
    WITHDRAWN = 3


class LineState(IntEnum):
    """`CreditLines.stateOf`."""

    REQUESTED = 1
    ACTIVE = 2
    SUSPENDED = 3
    EXPIRED = 4
    REFUSED = 5
    WITHDRAWN = 6


class Consent(IntEnum):
    """How a supplier said that it takes a receivable of its own will (`Receivables.accept`)."""

    BY_DOCUMENT = 1
    DECLARED = 2


class PieceState(IntEnum):
    """Low three bits of a piece's state; PAID, SET_OFF and VOIDED are discharges."""

    NONE = 0
    HELD = 1
    LOCKED = 2
    PAID = 3
    SET_OFF = 4
    VOIDED = 5


class QuoteState(IntEnum):
    """`Financing.stateOf`."""

    UNKNOWN = 0
    ACCEPTED = 1
    FUNDED = 2
    LAPSED = 3


class ApplicationState(IntEnum):
    """`FactoringFiles.standing`: of one application to one financier."""

    NONE = 0
    APPLIED = 1
    APPROVED = 2
    REJECTED = 3
    OUTDATED = 4


class InstructionState(IntEnum):
    """`BankInstructions.Instruction.state`."""

    INSTRUCTED = 1
    CONFIRMED = 2
    FAILED = 3


class InstructionWay(IntEnum):
    """`BankInstructions.Instruction.way`: what the bank is to do with money."""

    DEPOSIT = 1
    PAY_IN = 2
    WITHDRAWAL = 3


class LegKind(IntEnum):
    """`Legs.Leg.kind`: what a movement outside the ledger did with a bond's money."""

    RAISED = 1
    MOVED = 2
    SPENT = 3
    REFUNDED = 4
    RETURNED = 5


class LegState(IntEnum):
    """`Legs.Standing.state`; only an attested leg is traced."""

    REPORTED = 1
    ATTESTED = 2
    SUPERSEDED = 3
    WITHDRAWN = 4
    REFUSED = 5


class LoanState(IntEnum):
    """`SupplierLoans.Line.state`."""

    APPLIED = 1
    GRANTED = 2
    DECLINED = 3
    CLOSED = 4


class DrawdownState(IntEnum):
    """`SupplierLoans.Drawdown.state`."""

    OUTSTANDING = 1
    OVERDUE = 2
    REPAID = 3


class AssetPoolState(IntEnum):
    """`AssetPools.Pool.state`; while CLOSED its pieces are being bought."""

    PROPOSED = 1
    OPEN = 2
    CLOSED = 3
    RUNNING = 4
    CANCELLED = 5


class PoolPieceState(IntEnum):
    """`AssetPools.PoolPiece.state`."""

    OFFERED = 1
    BOUGHT = 2
    BREACHED = 3
    TAKEN_OUT = 4
    REPURCHASED = 5


class ChangeState(IntEnum):
    """`Powers.Change.state`."""

    NONE = 0
    PROPOSED = 1
    APPROVED = 2
    CANCELLED = 3
    EXECUTED = 4


class ReviewKind(IntEnum):
    """Kinds of external review."""

    SECOND_PARTY_OPINION = 1
    VERIFICATION = 2
    CERTIFICATION = 3
    RATING = 4


class ReviewOutcome(IntEnum):
    """What the verifier concluded."""

    POSITIVE = 1
    QUALIFIED = 2
    REFUSED = 3


class ValidationOutcome(IntEnum):
    """What a verifier said of an impact report; what it refused counts nothing."""

    NOT_VALIDATED = 0
    ACCEPTED = 1
    QUALIFIED = 2
    REFUSED = 3


class UndertakingKind(IntEnum):
    """Which part of the framework an undertaking belongs to."""

    SELECTION = 1
    MANAGEMENT = 2
    REPORTING = 3
    PERFORMANCE = 4


class Polarity(IntEnum):
    """Which side of its target a figure must lie on."""

    NONE = 0
    HIGHER = 1
    LOWER = 2


class OccurrenceState(IntEnum):
    """Of one due day of an undertaking (`Undertakings`)."""

    OPEN = 0
    REPORTED = 1
    ACCEPTED = 2
    QUALIFIED = 3
    REFUSED = 4
    CANCELLED = 5
    EXCUSED = 6


class LabelState(IntEnum):
    """A bond's label (`Labels`)."""

    GREEN = 1
    WATCH = 2
    WITHDRAWN = 3


class Cause(IntEnum):
    """Why a label fell (`Labels`)."""

    REVIEW = 1
    VERIFIER = 2
    UNDERTAKING = 3
    ALERT = 4


class AlertState(IntEnum):
    """`Alerts.Alert.state`."""

    RAISED = 1
    ASSIGNED = 2
    EXPLAINED = 3
    CONFIRMED = 4
    DISMISSED = 5


class AlertReason(IntEnum):
    """Why an alert ended (`Alerts`): up to `LAST_CONFIRMING` it is confirmed, else dismissed."""

    RULE_BROKEN = 1
    NOT_DISCLOSED = 2
    NOT_EXPLAINED = 3
    ALLOWED = 4
    DISCLOSED = 5
    WRONG_DATA = 6
    PUT_RIGHT = 7
    SEEN_BEFORE = 8


LAST_CONFIRMING: Final = AlertReason.NOT_EXPLAINED

State = (
    BondState
    | PaymentKind
    | PaymentState
    | FenState
    | ReceivableState
    | Consent
    | LinePhase
    | LineState
    | PieceState
    | QuoteState
    | ApplicationState
    | InstructionState
    | InstructionWay
    | LegKind
    | LegState
    | FacilityState
    | LoanState
    | DrawdownState
    | AssetPoolState
    | PoolPieceState
    | ChangeState
    | ReviewKind
    | ReviewOutcome
    | ValidationOutcome
    | UndertakingKind
    | Polarity
    | OccurrenceState
    | LabelState
    | Cause
    | AlertState
    | AlertReason
)

LABELS: Final[dict[type[IntEnum], dict[int, dict[str, str]]]] = {
    PaymentKind: {
        PaymentKind.COUPON: {"en": "coupon", "zh": "付息"},
        PaymentKind.REDEMPTION: {"en": "redemption", "zh": "兑付本金"},
    },
    PaymentState: {
        PaymentState.OPEN: {"en": "open", "zh": "待付"},
        PaymentState.SETTLED: {"en": "settled", "zh": "已付清"},
    },
    BondState: {
        BondState.BOOKING: {"en": "booking", "zh": "认购中"},
        BondState.CLOSED: {"en": "closed", "zh": "已成立"},
        BondState.CANCELLED: {"en": "cancelled", "zh": "已取消"},
        BondState.ALLOTTING: {"en": "allotting", "zh": "配售中"},
    },
    FenState: {
        FenState.COST: {"en": "cost", "zh": "发行费用"},
        FenState.UNALLOCATED: {"en": "unallocated", "zh": "未分配"},
        FenState.PLACED: {"en": "placed", "zh": "暂时配置"},
        FenState.LOST: {"en": "lost", "zh": "配置损失"},
        FenState.AVAILABLE: {"en": "available", "zh": "可用"},
        FenState.ENCUMBERED: {"en": "encumbered", "zh": "已锁定待付"},
        FenState.SPENT: {"en": "spent", "zh": "已支出"},
        FenState.RETURNED: {"en": "returned", "zh": "已退回投资人"},
    },
    ReceivableState: {
        ReceivableState.PROPOSED: {"en": "proposed", "zh": "待签收"},
        ReceivableState.ACCEPTED: {"en": "accepted", "zh": "已签收"},
        ReceivableState.REFUSED: {"en": "refused", "zh": "已拒收"},
        ReceivableState.RETURNED: {"en": "returned", "zh": "已退回"},
        ReceivableState.SETTLED: {"en": "settled", "zh": "已兑付"},
        ReceivableState.VOIDED: {"en": "voided", "zh": "已作废"},
    },
    LinePhase: {
        LinePhase.GRANTED: {"en": "granted", "zh": "已授信"},
        LinePhase.REQUESTED: {"en": "requested", "zh": "申请中"},
        LinePhase.REFUSED: {"en": "refused", "zh": "已拒绝"},
        LinePhase.WITHDRAWN: {"en": "withdrawn", "zh": "已撤回"},
    },
    LineState: {
        LineState.REQUESTED: {"en": "requested", "zh": "申请中"},
        LineState.ACTIVE: {"en": "active", "zh": "有效"},
        LineState.SUSPENDED: {"en": "suspended", "zh": "已暂停"},
        LineState.EXPIRED: {"en": "expired", "zh": "已到期"},
        LineState.REFUSED: {"en": "refused", "zh": "已拒绝"},
        LineState.WITHDRAWN: {"en": "withdrawn", "zh": "已撤回"},
    },
    Consent: {
        Consent.BY_DOCUMENT: {"en": "by document", "zh": "书面同意"},
        Consent.DECLARED: {"en": "declared", "zh": "签收时声明"},
    },
    PieceState: {
        PieceState.NONE: {"en": "none", "zh": "无"},
        PieceState.HELD: {"en": "held", "zh": "持有"},
        PieceState.LOCKED: {"en": "locked", "zh": "已锁定"},
        PieceState.PAID: {"en": "paid", "zh": "已兑付"},
        PieceState.SET_OFF: {"en": "set off", "zh": "已抵销"},
        PieceState.VOIDED: {"en": "voided", "zh": "已作废"},
    },
    QuoteState: {
        QuoteState.UNKNOWN: {"en": "unknown", "zh": "未知"},
        QuoteState.ACCEPTED: {"en": "accepted", "zh": "已接受"},
        QuoteState.FUNDED: {"en": "funded", "zh": "已放款"},
        QuoteState.LAPSED: {"en": "lapsed", "zh": "已失效"},
    },
    ApplicationState: {
        ApplicationState.NONE: {"en": "none", "zh": "无"},
        ApplicationState.APPLIED: {"en": "applied", "zh": "已申请"},
        ApplicationState.APPROVED: {"en": "approved", "zh": "已批准"},
        ApplicationState.REJECTED: {"en": "rejected", "zh": "已拒绝"},
        ApplicationState.OUTDATED: {"en": "reviewed before a paper changed", "zh": "审查后资料有更正"},
    },
    InstructionState: {
        InstructionState.INSTRUCTED: {"en": "instructed", "zh": "已指示"},
        InstructionState.CONFIRMED: {"en": "confirmed", "zh": "已确认"},
        InstructionState.FAILED: {"en": "failed", "zh": "未成功"},
    },
    InstructionWay: {
        InstructionWay.DEPOSIT: {"en": "deposit", "zh": "入金"},
        InstructionWay.PAY_IN: {"en": "maturity pay-in", "zh": "到期付款入金"},
        InstructionWay.WITHDRAWAL: {"en": "withdrawal", "zh": "出金"},
    },
    LegKind: {
        LegKind.RAISED: {"en": "raised", "zh": "募集"},
        LegKind.MOVED: {"en": "moved", "zh": "划转"},
        LegKind.SPENT: {"en": "spent", "zh": "已支出"},
        LegKind.REFUNDED: {"en": "refunded", "zh": "退款"},
        LegKind.RETURNED: {"en": "returned", "zh": "已退回投资人"},
    },
    LegState: {
        LegState.REPORTED: {"en": "reported", "zh": "已申报"},
        LegState.ATTESTED: {"en": "attested", "zh": "声明"},
        LegState.SUPERSEDED: {"en": "superseded", "zh": "已被更正"},
        LegState.WITHDRAWN: {"en": "withdrawn", "zh": "已撤回"},
        LegState.REFUSED: {"en": "refused", "zh": "已拒绝"},
    },
    FacilityState: {
        FacilityState.AVAILABLE: {"en": "available", "zh": "可提款"},
        FacilityState.CANCELLED: {"en": "cancelled", "zh": "已取消"},
    },
    LoanState: {
        LoanState.APPLIED: {"en": "applied", "zh": "已申请"},
        LoanState.GRANTED: {"en": "granted", "zh": "已授予"},
        LoanState.DECLINED: {"en": "declined", "zh": "未获批准"},
        LoanState.CLOSED: {"en": "closed", "zh": "已关闭"},
    },
    DrawdownState: {
        DrawdownState.OUTSTANDING: {"en": "outstanding", "zh": "未还清"},
        DrawdownState.OVERDUE: {"en": "overdue", "zh": "逾期"},
        DrawdownState.REPAID: {"en": "repaid", "zh": "已还清"},
    },
    AssetPoolState: {
        AssetPoolState.PROPOSED: {"en": "proposed", "zh": "待受托"},
        AssetPoolState.OPEN: {"en": "open", "zh": "募集中"},
        AssetPoolState.CLOSED: {"en": "closed, being bought", "zh": "已封包，受让中"},
        AssetPoolState.RUNNING: {"en": "running", "zh": "存续中"},
        AssetPoolState.CANCELLED: {"en": "cancelled", "zh": "已取消"},
    },
    PoolPieceState: {
        PoolPieceState.OFFERED: {"en": "offered", "zh": "待受让"},
        PoolPieceState.BOUGHT: {"en": "in the pool", "zh": "已入池"},
        PoolPieceState.BREACHED: {"en": "in breach", "zh": "不合格"},
        PoolPieceState.TAKEN_OUT: {"en": "taken out", "zh": "已移出"},
        PoolPieceState.REPURCHASED: {"en": "bought back", "zh": "已赎回"},
    },
    ChangeState: {
        ChangeState.NONE: {"en": "none", "zh": "无"},
        ChangeState.PROPOSED: {"en": "proposed", "zh": "已提议"},
        ChangeState.APPROVED: {"en": "approved", "zh": "已批准"},
        ChangeState.CANCELLED: {"en": "cancelled", "zh": "已撤销"},
        ChangeState.EXECUTED: {"en": "executed", "zh": "已执行"},
    },
    ReviewKind: {
        ReviewKind.SECOND_PARTY_OPINION: {"en": "second-party opinion", "zh": "第二方意见"},
        ReviewKind.VERIFICATION: {"en": "verification", "zh": "验证"},
        ReviewKind.CERTIFICATION: {"en": "certification", "zh": "认证"},
        ReviewKind.RATING: {"en": "rating", "zh": "评级"},
    },
    ReviewOutcome: {
        ReviewOutcome.POSITIVE: {"en": "positive", "zh": "通过"},
        ReviewOutcome.QUALIFIED: {"en": "qualified", "zh": "有保留"},
        ReviewOutcome.REFUSED: {"en": "refused", "zh": "拒绝"},
    },
    ValidationOutcome: {
        ValidationOutcome.NOT_VALIDATED: {"en": "not validated", "zh": "未经核验"},
        ValidationOutcome.ACCEPTED: {"en": "accepted", "zh": "认可"},
        ValidationOutcome.QUALIFIED: {"en": "qualified", "zh": "有保留"},
        ValidationOutcome.REFUSED: {"en": "refused", "zh": "不认可"},
    },
    UndertakingKind: {
        UndertakingKind.SELECTION: {"en": "selection", "zh": "项目评估与遴选"},
        UndertakingKind.MANAGEMENT: {"en": "management of proceeds", "zh": "募集资金管理"},
        UndertakingKind.REPORTING: {"en": "reporting", "zh": "信息披露"},
        UndertakingKind.PERFORMANCE: {"en": "performance", "zh": "绩效目标"},
    },
    Polarity: {
        Polarity.NONE: {"en": "done or not done", "zh": "完成与否"},
        Polarity.HIGHER: {"en": "higher is better", "zh": "越高越好"},
        Polarity.LOWER: {"en": "lower is better", "zh": "越低越好"},
    },
    OccurrenceState: {
        OccurrenceState.OPEN: {"en": "open", "zh": "待报告"},
        OccurrenceState.REPORTED: {"en": "reported", "zh": "已报告"},
        OccurrenceState.ACCEPTED: {"en": "accepted", "zh": "已通过"},
        OccurrenceState.QUALIFIED: {"en": "qualified", "zh": "有保留通过"},
        OccurrenceState.REFUSED: {"en": "refused", "zh": "未通过"},
        OccurrenceState.CANCELLED: {"en": "cancelled by the issuer", "zh": "发行人已取消"},
        OccurrenceState.EXCUSED: {"en": "cancelled, excused", "zh": "取消获认可"},
    },
    AlertState: {
        AlertState.RAISED: {"en": "raised", "zh": "已提出"},
        AlertState.ASSIGNED: {"en": "assigned", "zh": "已指派"},
        AlertState.EXPLAINED: {"en": "explained", "zh": "已说明"},
        AlertState.CONFIRMED: {"en": "confirmed", "zh": "已确认"},
        AlertState.DISMISSED: {"en": "dismissed", "zh": "已排除"},
    },
    AlertReason: {
        AlertReason.RULE_BROKEN: {"en": "rule broken", "zh": "违反规则"},
        AlertReason.NOT_DISCLOSED: {"en": "not disclosed", "zh": "未披露"},
        AlertReason.NOT_EXPLAINED: {"en": "not explained", "zh": "未作说明"},
        AlertReason.ALLOWED: {"en": "allowed by the rules", "zh": "规则允许"},
        AlertReason.DISCLOSED: {"en": "disclosed before", "zh": "此前已披露"},
        AlertReason.WRONG_DATA: {"en": "wrong data", "zh": "数据有误"},
        AlertReason.PUT_RIGHT: {"en": "put right since", "zh": "已纠正"},
        AlertReason.SEEN_BEFORE: {"en": "same as another alert", "zh": "与另一预警相同"},
    },
    LabelState: {
        LabelState.GREEN: {"en": "green", "zh": "绿色"},
        LabelState.WATCH: {"en": "watch", "zh": "关注"},
        LabelState.WITHDRAWN: {"en": "withdrawn", "zh": "撤销"},
    },
    Cause: {
        Cause.REVIEW: {"en": "no review in force", "zh": "无有效外部评估认证"},
        Cause.VERIFIER: {"en": "verifier lapsed or related", "zh": "验证人失效或关联"},
        Cause.UNDERTAKING: {"en": "undertaking overdue or failed", "zh": "承诺逾期或未达成"},
        Cause.ALERT: {"en": "alert confirmed", "zh": "预警已确认"},
    },
}


def label(state: State, language: str = "en") -> str:
    """The glossary's word for a state in the reader's language."""
    return LABELS[type(state)][state][language]
