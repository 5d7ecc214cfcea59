"""What a refusal says to a reader, in English and Chinese, and which clause stands behind it.

Each entry: name of the contract's error → (English, 中文), templates over the error's own arguments. Importing
this module registers them with `ledger.errors`; a meta-test sees that no contract error lacks its sentence.
Amounts in these sentences are minor units: only the caller knows the currency.
"""

# ruff: noqa: E501 - one sentence a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

from ledger.errors import register_clauses, register_sentences

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # --- who -----------------------------------------------------------------------------------------------
    "NotAdmitted": ("{who} is not an admitted participant.", "{who} 不是已准入的参与方。"),
    "Suspended": ("{who} is suspended.", "{who} 已被暂停。"),
    "Lapsed": (
        "The admission of {who} lapsed on day {lapsedOn}; today is day {today}.",
        "{who} 的准入已于第 {lapsedOn} 日到期，今天是第 {today} 日。",
    ),
    "MissingRole": (
        "{who} lacks a role: has {had}, needs {needed} (bit masks).",
        "{who} 缺少角色：现有 {had}，需要 {needed}（位掩码）。",
    ),
    "NotParty": ("{who} may not do this; only {needed} may.", "{who} 无权操作；只有 {needed} 可以。"),
    "NotOperator": ("{who} is not the operator {needed}.", "{who} 不是平台运营方 {needed}。"),
    "NotPowers": (
        "{who} may not change this; only the delayed powers {needed} may.",
        "{who} 无权更改；只有延迟生效的权限合约 {needed} 可以。",
    ),
    "NotModule": ("{who} is no module with the duty {needed}.", "{who} 不是承担 {needed} 职责的模块。"),
    "SameParty": (
        "{who} and {other} must be two different parties here.",
        "此处 {who} 与 {other} 必须是不同的两方。",
    ),
    "RelatedParties": (
        "{who} and {other} are declared related parties (group {group}).",
        "{who} 与 {other} 是已申报的关联方（集团 {group}）。",
    ),
    "OperatorCannotParticipate": (
        "{who} is the operator, which can never be a participant.",
        "{who} 是平台运营方，不得成为参与方。",
    ),
    "PurposeCannotParticipate": (
        "{axis} is a sub-account of the ledger, not a party.",
        "{axis} 是账本子账户，不是参与方。",
    ),
    "IdentifierTaken": (
        "The identifier {identifier} already belongs to {holder}.",
        "识别码 {identifier} 已属于 {holder}。",
    ),
    "AccountTaken": ("The account {account} is already admitted.", "账户 {account} 已准入。"),
    "MandateMissing": (
        "{owner} gave {agent} no mandate of kind {kind} for bond {bond} that is in force today.",
        "{owner} 未授予 {agent} 就债券 {bond} 今日有效的第 {kind} 类授权。",
    ),
    # --- amounts, hashes, states ---------------------------------------------------------------------------
    "ZeroAmount": ("The amount is zero.", "金额为零。"),
    "ZeroHash": ("{what} is missing.", "缺少 {what}。"),
    "AmountTooLarge": ("{had} is more than the {needed} that fit.", "{had} 超过可容纳的 {needed}。"),
    "Unknown": ("There is no {what} {id}.", "不存在 {what} {id}。"),
    "WrongState": (
        "{what} {id} is in state {had}; this needs state {needed}.",
        "{what} {id} 处于状态 {had}，需要状态 {needed}。",
    ),
    "AlreadyUsed": ("{what} {id} was used before.", "{what} {id} 已被使用。"),
    "BadSignature": (
        "The signature is not {signer}'s over {digest} on this chain and contract.",
        "签名不是 {signer} 在本链本合约上对 {digest} 的签名。",
    ),
    "CurrencyMismatch": ("The currency is {had}; this needs {needed}.", "币种为 {had}，需要 {needed}。"),
    "DateOutOfOrder": (
        "{what}: day {had} does not fit with day {needed}.",
        "{what}：第 {had} 日与第 {needed} 日先后不符。",
    ),
    "DeadlinePassed": (
        "The deadline {deadline} has passed; it is {timestamp}.",
        "截止时间 {deadline} 已过，现在是 {timestamp}。",
    ),
    "NotReplay": ("Only a replay deployment posts business dates.", "只有回放部署才能登记业务日。"),
    # --- cash ----------------------------------------------------------------------------------------------
    "InsufficientBalance": (
        "{who} has {had} and needs {needed} (minor units).",
        "{who} 余额 {had}，需要 {needed}（最小货币单位）。",
    ),
    "InsufficientAllowance": (
        "{owner} allows {spender} {had}; this needs {needed} (minor units).",
        "{owner} 授权 {spender} 的额度为 {had}，需要 {needed}（最小货币单位）。",
    ),
    "NotGeneralAxis": (
        "{axis} is a sub-account for one purpose: only its module can move money there.",
        "{axis} 是专用子账户：只有其模块可以向其转入资金。",
    ),
    "CashUnknown": ("{cash} is not ledger cash of this deployment.", "{cash} 不是本部署的账本现金。"),
    "NotBooked": (
        "The bank booked nothing on {cash} under {bankReference}.",
        "银行未以流水号 {bankReference} 在 {cash} 记账。",
    ),
    # --- documents -----------------------------------------------------------------------------------------
    "DocumentUnknown": (
        "{registrar} registered no document {document} of kind {kind}.",
        "{registrar} 未登记类别为 {kind} 的单据 {document}。",
    ),
    "ObligationUnknown": (
        "No obligation document {fingerprint} is registered.",
        "未登记付款依据 {fingerprint}。",
    ),
    "FingerprintForeign": (
        "The fingerprint {fingerprint} does not name the payee {payee} in its last 20 bytes.",
        "指纹 {fingerprint} 的末 20 字节不是收款人 {payee}。",
    ),
    "KindUnknown": ("{kind} is no kind of document known here.", "未知的单据类别 {kind}。"),
    "CapacityExceeded": (
        "The obligation document {fingerprint} has {had} left; this needs {needed} (minor units).",
        "付款依据 {fingerprint} 的可用额为 {had}，需要 {needed}（最小货币单位）。",
    ),
    # --- frameworks ----------------------------------------------------------------------------------------
    "ReviewMissing": (
        "Framework {framework} has no review of its version {needed} (the last one was of version {had}).",
        "框架 {framework} 的第 {needed} 版没有外部评估认证（最近一次针对第 {had} 版）。",
    ),
    "ReviewNotPositive": (
        "The verifier refused framework {framework} (outcome {outcome}).",
        "验证人未通过框架 {framework}（结论 {outcome}）。",
    ),
    "ReviewLapsed": (
        "The review of framework {framework} was valid until day {validUntil}; today is day {today}.",
        "框架 {framework} 的评估认证有效至第 {validUntil} 日，今天是第 {today} 日。",
    ),
    "ReviewMismatch": (
        "The review is of content {had}; framework {framework} has {needed}.",
        "评估认证针对的内容为 {had}，框架 {framework} 现为 {needed}。",
    ),
    "StaleReview": (
        "Statement {had} of this verifier on framework {framework} is older than its last; the next is {needed}.",
        "该验证人关于框架 {framework} 的声明序号 {had} 已过时，下一个为 {needed}。",
    ),
    "CategoryNotAdmitted": (
        "Framework {framework} does not admit its category {category} in this version.",
        "框架 {framework} 当前版本不含项目类别 {category}。",
    ),
    "CategoryUnknown": (
        "Framework {framework} has no category {code}.",
        "框架 {framework} 没有项目类别 {code}。",
    ),
    "TooManyUndertakings": ("{had} undertakings are more than {limit}.", "承诺 {had} 项超过上限 {limit}。"),
    "UndertakingUnknown": (
        "Framework {framework} has no undertaking {index}.",
        "框架 {framework} 没有承诺 {index}。",
    ),
    "CatalogueNotInForce": (
        "Catalogue {code} is in force from day {from} to day {until} (0: no end); today is day {today}.",
        "目录 {code} 自第 {from} 日至第 {until} 日有效（0 为无终止），今天是第 {today} 日。",
    ),
    "OccurrenceUnknown": (
        "Undertaking {index} of framework {framework} owes nothing numbered {occurrence}.",
        "框架 {framework} 的承诺 {index} 没有第 {occurrence} 次应履行事项。",
    ),
    "StaleFinding": (
        "The finding is on report {had} of occurrence {occurrence} of undertaking {index}, framework {framework}; the last is {needed}.",
        "该结论针对框架 {framework} 承诺 {index} 第 {occurrence} 次的第 {had} 号报告，最新为第 {needed} 号。",
    ),
    "FindingMismatch": (
        "The finding is on {report} with value {value}; reported was {neededReport} with value {neededValue}.",
        "该结论针对文件 {report}、数值 {value}；所报告的是文件 {neededReport}、数值 {neededValue}。",
    ),
    "LegMismatch": (
        "Content {had} is not that of leg {leg}, which is {needed}.",
        "内容 {had} 与声明 {leg} 的 {needed} 不符。",
    ),
    "NoBreach": (
        "The record shows no such cause (kind {cause}) against bond {bond}.",
        "账本未显示债券 {bond} 存在此类事由（类别 {cause}）。",
    ),
    "NotCured": (
        "Breach {breach} (kind {cause}) is not cured: its cause is still there, or it is cured in another way.",
        "事由 {breach}（类别 {cause}）尚未补救：原因仍在，或须以其他方式补救。",
    ),
    "Interested": (
        "{who} holds {units} units of bond {bond}: who has a stake in it judges no alert about it.",
        "{who} 持有债券 {bond} 的 {units} 单位：有利害关系者不得判定其预警。",
    ),
    "TooManyCategories": ("{had} categories are more than {limit}.", "项目类别 {had} 超过上限 {limit}。"),
    # --- bonds ---------------------------------------------------------------------------------------------
    "FloorMissed": (
        "Bond {bond} has {had} units; its floor is {needed}.",
        "债券 {bond} 仅 {had} 单位，最低为 {needed}。",
    ),
    "OverMaximum": (
        "Bond {bond}: {had} units are more than {needed}.",
        "债券 {bond}：{had} 单位超过上限 {needed}。",
    ),
    "OverBooking": (
        "{investor} booked {had} units, not {needed}.",
        "{investor} 认购 {had} 单位，而非 {needed}。",
    ),
    "AllotmentDone": (
        "Every booking of bond {bond} is allotted already.",
        "债券 {bond} 的全部认购均已配售。",
    ),
    "AllotmentOpen": (
        "{had} of {needed} bookings of bond {bond} are allotted.",
        "债券 {bond} 的 {needed} 笔认购中仅 {had} 笔完成配售。",
    ),
    "CostAboveCap": (
        "Bond {bond} may withhold {needed} as issue costs, not {had} (minor units).",
        "债券 {bond} 可扣除的发行费用为 {needed}，而非 {had}（最小货币单位）。",
    ),
    "NothingBooked": (
        "{investor} has no open booking of bond {bond}.",
        "{investor} 没有债券 {bond} 的未决认购。",
    ),
    "BondPaused": (
        "Moves of bond {bond} are paused (by {pausedBy}: 1 an authority, 2 the depository, 3 both).",
        "债券 {bond} 的流转已暂停（由 {pausedBy}：1 监管或司法机关，2 托管机构，3 二者）。",
    ),
    "BondRetired": (
        "Bond {bond} is redeemed; its units do not move any more.",
        "债券 {bond} 已兑付完毕，份额不再流转。",
    ),
    "AccountFrozen": (
        "The account of {holder} is frozen (by {frozenBy}: 1 an authority, 2 the depository, 3 both).",
        "{holder} 的账户已冻结（由 {frozenBy}：1 监管或司法机关，2 托管机构，3 二者）。",
    ),
    "UnitsNotFree": (
        "{holder} has {had} units that are not frozen; this needs {needed}.",
        "{holder} 未冻结的份额为 {had}，需要 {needed}。",
    ),
    "UnitsNotFrozen": (
        "{holder} has {had} frozen units that may be released here, not {needed}.",
        "{holder} 可在此解冻的份额为 {had}，而非 {needed}。",
    ),
    "NotStopped": (
        "Nothing is stopped here that you may lift (stopped by {had}, you are {needed}: 1 an authority, 2 the depository).",
        "没有可由您解除的限制（限制来自 {had}，您为 {needed}：1 监管或司法机关，2 托管机构）。",
    ),
    "ReasonMissing": ("A reason is needed.", "必须注明理由。"),
    "RecordDayUnknown": ("Day {day} is no record day of this bond.", "第 {day} 日不是该债券的登记日。"),
    "RecordDayOpen": (
        "Record day {day} is not over yet; today is day {today}.",
        "登记日第 {day} 日尚未结束，今天是第 {today} 日。",
    ),
    "TooManyRecordDays": (
        "A bond has at most {limit} record days.",
        "每只债券的登记日最多 {limit} 个。",
    ),
    "OverBudget": (
        "Budget line {line} has {had}; this needs {needed} (minor units).",
        "预算线 {line} 余额 {had}，需要 {needed}（最小货币单位）。",
    ),
    "OverAllocated": (
        "Project {project} can take {had} more; this is {needed} (minor units).",
        "项目 {project} 还可分配 {had}，而本次为 {needed}（最小货币单位）。",
    ),
    "OverProceeds": (
        "Bond {bond} has {had} unallocated; this needs {needed} (minor units).",
        "债券 {bond} 未分配余额 {had}，需要 {needed}（最小货币单位）。",
    ),
    "ReasonUnknown": (
        "There is no reason {reason} for a pocket line (1 no criteria in force, 2 international support).",
        "弹性额度预算线不存在理由代码 {reason}（1 尚无适用标准，2 国际支持）。",
    ),
    "OverPocket": (
        "The pocket of bond {bond} has {had} left; this needs {needed} (minor units).",
        "债券 {bond} 的弹性额度剩余 {had}，需要 {needed}（最小货币单位）。",
    ),
    "ExpenseTooOld": (
        "Bond {bond} refinances expenses from day {needed} on; this one is of day {had}.",
        "债券 {bond} 仅可再融资第 {needed} 日及以后的支出；本笔支出发生于第 {had} 日。",
    ),
    "OverRefinanced": (
        "Bond {bond} may refinance {had} more within its disclosed share; this is {needed} (minor units).",
        "债券 {bond} 在披露的再融资比例内还可再融资 {had}，而本次为 {needed}（最小货币单位）。",
    ),
    "BookingBegun": (
        "Bond {bond} has {had} bookings already; its limits are declared before the first.",
        "债券 {bond} 已有 {had} 笔认购；各项限额须在首笔认购前申报。",
    ),
    "AboveRule": (
        "Under the rules of {jurisdiction} a pocket is at most {had} ppm; {needed} was declared.",
        "依 {jurisdiction} 规则，弹性额度最高为 {had} ppm；申报为 {needed}。",
    ),
    "BondMismatch": (
        "That budget line is of bond {had}, this one of bond {needed}.",
        "该预算线属于债券 {had}，本预算线属于债券 {needed}。",
    ),
    "FrameworkMismatch": (
        "The project is of framework {had}, the bond of {needed}.",
        "项目属于框架 {had}，债券属于 {needed}。",
    ),
    "RefundTooLarge": (
        "Only {had} of that payment can still come back, not {needed} (minor units).",
        "该笔支出仅可退回 {had}，而非 {needed}（最小货币单位）。",
    ),
    "NoSuchPayment": ("There is no such payment ({payment}).", "不存在该笔支出（{payment}）。"),
    "TooManyLines": (
        "Bond {bond} has its {limit} budget lines already.",
        "债券 {bond} 的预算线已达上限 {limit}。",
    ),
    "OutOfOrder": (
        "Receivable {receivable} pays in order: next is {needed}, not {had}.",
        "应收凭证 {receivable} 按序兑付：下一个是 {needed}，而非 {had}。",
    ),
    "NotReleased": (
        "Milestones and retention leave {had} of budget line {line} to be spent or taken off now, "
        "not {needed} (minor units).",
        "里程碑与质保金条件下，预算线 {line} 目前仅可支用或收回 {had}，而非 {needed}（最小货币单位）。",
    ),
    "LineBegun": (
        "Budget line {line} received {had} already (minor units): its conditions are fixed before its first money.",
        "预算线 {line} 已收到 {had}（最小货币单位）：其条件须在首笔资金之前确定。",
    ),
    "TooManyMilestones": (
        "Budget line {line} has {needed} milestones at most, not {had}.",
        "预算线 {line} 最多可设 {needed} 个里程碑，而非 {had} 个。",
    ),
    "OverPlaced": (
        "Placement {placement} has {had} of that left, not {needed} (minor units).",
        "配置 {placement} 仅余 {had}，而非 {needed}（最小货币单位）。",
    ),
    "NothingToClaim": ("Nothing waits for {who}.", "没有待 {who} 领取的款项。"),
    # --- impact --------------------------------------------------------------------------------------------
    "PeriodTaken": (
        "Report {report} covers days {from} to {until} of this project and indicator already.",
        "该项目该指标的第 {from} 至 {until} 日已由报告 {report} 覆盖。",
    ),
    "ProjectsOutOfOrder": (
        "Projects are named in rising order: {had} comes after {previous}.",
        "项目须按编号升序列出：{had} 列在 {previous} 之后。",
    ),
    "TooManyProjects": (
        "A report covers {limit} projects at most, not {had}.",
        "一份报告最多涵盖 {limit} 个项目，而非 {had} 个。",
    ),
    "TooManyReports": (
        "Project {project} has its {limit} reports of this indicator already.",
        "项目 {project} 该指标的报告已达上限 {limit}。",
    ),
    "ReportSuperseded": (
        "Report {report} was restated: report {by} took its place.",
        "报告 {report} 已被重述，由报告 {by} 取代。",
    ),
    "ReportMismatch": (
        "The statement is about content {had}; report {report} has {needed}.",
        "该声明针对的内容为 {had}，报告 {report} 的内容为 {needed}。",
    ),
    "StaleValidation": (
        "Statement {had} on report {report} is not newer than this verifier's last, {last}.",
        "关于报告 {report} 的声明序号 {had} 不晚于该验证人的最近序号 {last}。",
    ),
    # --- receivables ---------------------------------------------------------------------------------------
    "NoPiece": (
        "No piece of receivable {receivable} starts at {start}.",
        "应收凭证 {receivable} 没有始于 {start} 的片段。",
    ),
    "NotHolder": (
        "{who} does not hold this piece; {holder} does.",
        "{who} 不持有该片段，持有人为 {holder}。",
    ),
    "CutOutside": (
        "{middle} lies outside the piece from {start} to {end} (minor units).",
        "{middle} 在片段 {start} 至 {end} 之外（最小货币单位）。",
    ),
    "PieceLocked": (
        "The piece at {start} of receivable {receivable} is locked by module {module}.",
        "应收凭证 {receivable} 始于 {start} 的片段已被模块 {module} 锁定。",
    ),
    "PieceNotLocked": (
        "The piece at {start} of receivable {receivable} is not locked by module {module}.",
        "应收凭证 {receivable} 始于 {start} 的片段未被模块 {module} 锁定。",
    ),
    "AlreadyDischarged": (
        "The piece at {start} of receivable {receivable} cannot be discharged so (state {how}).",
        "应收凭证 {receivable} 始于 {start} 的片段不能如此清偿（状态 {how}）。",
    ),
    "StaleSequence": (
        "The piece at {start} of receivable {receivable} changed: its number is {needed}, not {had}.",
        "应收凭证 {receivable} 始于 {start} 的片段已变更：序号为 {needed}，而非 {had}。",
    ),
    "SequenceReserved": (
        "The piece at {start} of receivable {receivable} has used up its numbers for this ({sequence}); what is left is for locks and settlement.",
        "应收凭证 {receivable} 始于 {start} 的片段用于此类操作的序号已用尽（{sequence}），余下仅供锁定与兑付。",
    ),
    "AcceptanceNeeded": (
        "Pieces of receivable {receivable} are offered and accepted; its programme knows no transfer on notice.",
        "应收凭证 {receivable} 的流转须经对方签收，其方案不允许通知即转。",
    ),
    "NoOffer": (
        "The piece at {start} of receivable {receivable} is not offered to anybody.",
        "应收凭证 {receivable} 始于 {start} 的片段没有待签收的流转。",
    ),
    "OfferOpen": (
        "The offer of the piece at {start} of receivable {receivable} is open until day {lastDay}; today is day {today}.",
        "应收凭证 {receivable} 始于 {start} 的片段待签收至第 {lastDay} 日，今天是第 {today} 日。",
    ),
    "NoPledge": (
        "The piece at {start} of receivable {receivable} is not pledged.",
        "应收凭证 {receivable} 始于 {start} 的片段未出质。",
    ),
    "PieceFrozen": (
        "The piece at {start} of receivable {receivable} is frozen by {authority}.",
        "应收凭证 {receivable} 始于 {start} 的片段已被 {authority} 冻结。",
    ),
    "PieceNotFrozen": (
        "The piece at {start} of receivable {receivable} is not frozen.",
        "应收凭证 {receivable} 始于 {start} 的片段未被冻结。",
    ),
    "BundleSize": (
        "A bundle has between 1 and {limit} parts, not {had}.",
        "一批须含 1 至 {limit} 个区间，而非 {had} 个。",
    ),
    "PieceTooSmall": (
        "A piece of {had} is smaller than the least, {needed} (minor units).",
        "片段 {had} 小于最小金额 {needed}（最小货币单位）。",
    ),
    "TooManyPieces": ("A receivable may have {limit} pieces.", "每张应收凭证最多 {limit} 个片段。"),
    "TooManyLayers": ("A piece may be passed on {limit} times.", "片段最多流转 {limit} 次。"),
    "ReceivableExists": ("Receivable {receivable} is open already.", "应收凭证 {receivable} 已开立。"),
    "ReadOnlyToken": (
        "Pieces are read as tokens and passed on against a trade document only.",
        "凭证片段仅可按代币标准读取，流转须附贸易单据。",
    ),
    "TenorTooLong": ("A tenor of {had} days is longer than {needed}.", "期限 {had} 天超过上限 {needed} 天。"),
    "ObligorInDefault": (
        "{obligor} has {overdue} overdue receivables and confirms nothing new until they are paid.",
        "{obligor} 有 {overdue} 张应收凭证逾期，付清前不得确认新的凭证。",
    ),
    "TwoPersonsNeeded": (
        "This programme wants two persons to confirm; {who} lets one confirm up to {alone} (minor units).",
        "该方案要求经办与复核双人确认；{who} 允许一人确认至多 {alone}（最小货币单位）。",
    ),
    "OrdersNotFinanced": (
        "Programme {programme} confirms no orders, only what was delivered.",
        "方案 {programme} 不接受订单确认，仅可确认已交付的款项。",
    ),
    "GreenTooLarge": (
        "{had} green minor units are more than the {needed} that can be counted here.",
        "绿色金额 {had} 超过此处可计入的 {needed}（最小货币单位）。",
    ),
    "ConsentMissing": (
        "Receivable {receivable} is accepted with the supplier's consent: by document (1) or declared (2); this was {had}.",
        "签收应收凭证 {receivable} 须有供应商同意：书面（1）或声明（2）；提交的是 {had}。",
    ),
    "PieceNotWhole": (
        "Receivable {receivable} was cut: its first piece ends at {had}, not at {needed}.",
        "应收凭证 {receivable} 已被拆分：首个片段止于 {had}，而非 {needed}。",
    ),
    "MoneyCameIn": (
        "{had} (minor units) came in for receivable {receivable} already.",
        "应收凭证 {receivable} 已有款项 {had} 到账（最小货币单位）。",
    ),
    "NotYetReturnable": (
        "Receivable {receivable} can be returned from day {needed}; today is day {today}.",
        "应收凭证 {receivable} 自第 {needed} 日起可退回，今天是第 {today} 日。",
    ),
    "LineExceeded": (
        "Credit line {line} has {had} free; this needs {needed} (minor units).",
        "授信额度 {line} 可用 {had}，需要 {needed}（最小货币单位）。",
    ),
    "LineSuspended": ("Credit line {line} is suspended.", "授信额度 {line} 已暂停。"),
    "LineExpired": (
        "Credit line {line} expired on day {expiresOn}; today is day {today}.",
        "授信额度 {line} 已于第 {expiresOn} 日到期，今天是第 {today} 日。",
    ),
    "LimitBelowUse": (
        "{had} of credit line {line} are in use; its limit cannot be {needed} (minor units).",
        "授信额度 {line} 已使用 {had}，不能降至 {needed}（最小货币单位）。",
    ),
    "LevelTooDeep": (
        "Credit line {line} is a subsidiary's and cannot be passed on.",
        "授信额度 {line} 属于子公司，不能再分配。",
    ),
    "DiscountMismatch": (
        "The discount is {had}; the convention gives {needed} (minor units).",
        "贴现息为 {had}，按约定应为 {needed}（最小货币单位）。",
    ),
    "ConventionUnknown": ("There is no discount convention {convention}.", "不存在贴现惯例 {convention}。"),
    "EndDayUnfit": (
        "The discount ends on day {had}; the convention allows day {first} to day {last}.",
        "贴现计息止于第 {had} 日，按约定应在第 {first} 日至第 {last} 日之间。",
    ),
    "SearchedTooLate": (
        "The search {search} was filed at {filed}, after the registration at {registered}.",
        "查询结果 {search} 于 {filed} 存档，晚于 {registered} 的登记。",
    ),
    "NetMismatch": (
        "The net is {had}; face less discount and fee is {needed} (minor units).",
        "净额为 {had}，面额减贴现息与费用为 {needed}（最小货币单位）。",
    ),
    "QuoteNotLapsed": (
        "The quote holds until {deadline} or the end of its funding day; it is {timestamp}.",
        "报价有效至 {deadline} 或放款日结束，现在是 {timestamp}。",
    ),
    "NotDue": (
        "Receivable {receivable} is due on day {due}; today is day {today}.",
        "应收凭证 {receivable} 于第 {due} 日到期，今天是第 {today} 日。",
    ),
    "NothingOverdue": (
        "Receivable {receivable} is not overdue: {unpaid} minor units are missing; today is day {today}, overdue begins on day {needed}.",
        "应收凭证 {receivable} 未逾期：尚缺 {unpaid}（最小货币单位）；今天是第 {today} 日，逾期自第 {needed} 日起算。",
    ),
    "NotYetOverdue": (
        "Receivable {receivable} is not marked overdue.",
        "应收凭证 {receivable} 未被标记为逾期。",
    ),
    "NoRecourse": (
        "The holder of the piece at {start} of receivable {receivable} did not buy it with recourse.",
        "应收凭证 {receivable} 起始于 {start} 的片段并非其持有人以有追索权方式受让。",
    ),
    "StillHeld": (
        "The money of the piece at {start} of receivable {receivable} is held while module {module} locks it.",
        "应收凭证 {receivable} 起始于 {start} 的片段被模块 {module} 锁定，资金仍在代管。",
    ),
    "NotPaidIn": (
        "{had} of {needed} are paid in for receivable {receivable} (minor units).",
        "应收凭证 {receivable} 已缴入 {had}，需要 {needed}（最小货币单位）。",
    ),
    # --- factoring files and suppliers' loans ----------------------------------------------------------------
    "PaperMissing": (
        "File {file} holds {had} of its papers; {needed} must be there first (1 order, 2 delivery, 3 invoice).",
        "档案 {file} 已有 {had} 份资料，须先有 {needed} 份（1 订单，2 交付凭据，3 发票）。",
    ),
    "NotSuperseding": (
        "{document} was registered as superseding {had}; a correction names the paper on file, {needed}.",
        "{document} 登记时所替代的是 {had}；更正须指明在档资料 {needed}。",
    ),
    "InvoiceMismatch": (
        "{had} is not the invoice that the payable was confirmed against, {needed}.",
        "{had} 不是开立该凭证所依据的发票 {needed}。",
    ),
    "StaleFile": (
        "File {file} changed: it is at version {needed}, not {had}.",
        "档案 {file} 已变更：现为第 {needed} 版，而非第 {had} 版。",
    ),
    "NotLender": (
        "{who} is not a lender that the borrower of facility {facility} agreed to.",
        "{who} 不是贷款安排 {facility} 的借款人同意的贷款人。",
    ),
    "AboveShare": (
        "Drawdown {loan} calls on {lender} for {had} units; {needed} would be booked.",
        "提款 {loan} 要求 {lender} 出资 {had} 份，预订将达 {needed} 份。",
    ),
    "CommitmentExceeded": (
        "Facility {facility} has room for {had} units; this needs {needed}.",
        "贷款安排 {facility} 剩余 {had} 份，需要 {needed} 份。",
    ),
    "TooManyLenders": (
        "Facility {facility} has {limit} lenders, as many as a drawdown can call on at once.",
        "贷款安排 {facility} 已有 {limit} 家贷款人，达到一次提款可通知的上限。",
    ),
    "TooManyInstalments": (
        "{had} instalments are more than the {limit} interest periods that a loan can have.",
        "还款期数 {had} 超过贷款最多的计息期数 {limit}。",
    ),
    "NothingToRelease": (
        "All that drawdown {loan} called was lent.",
        "提款 {loan} 所通知的金额已全部放款。",
    ),
    "LoanLimitExceeded": (
        "Loan line {line} has {had} free; this needs {needed} (minor units).",
        "贷款额度 {line} 可用 {had}，需要 {needed}（最小货币单位）。",
    ),
    "LoanOverdue": (
        "{overdue} drawdowns of loan line {line} are overdue: nothing more is drawn on it.",
        "贷款额度 {line} 有 {overdue} 笔提款逾期，不得再提款。",
    ),
    "DrawdownNotOverdue": (
        "Drawdown {drawdown} is due on day {dueOn}; today is day {today}.",
        "提款 {drawdown} 于第 {dueOn} 日到期，今天是第 {today} 日。",
    ),
    # --- asset pools ---------------------------------------------------------------------------------------
    "TrancheCount": (
        "An asset pool has 1 to {needed} tranches, not {had}.",
        "资产池应有 1 至 {needed} 档，而非 {had} 档。",
    ),
    "TrancheFull": (
        "Tranche {tranche} of asset pool {pool} has {had} left; {needed} were asked for.",
        "资产池 {pool} 第 {tranche} 档仅余 {had}，申请 {needed}。",
    ),
    "TrancheShort": (
        "Tranche {tranche} of asset pool {pool} is subscribed to {had}; it needs {needed}.",
        "资产池 {pool} 第 {tranche} 档已认购 {had}，需要 {needed}。",
    ),
    "PoolFull": (
        "Asset pool {pool} has money for {had} more; this piece costs {needed}.",
        "资产池 {pool} 还可支付 {had}，该片段作价 {needed}。",
    ),
    "PoolTooSmall": (
        "The pieces of asset pool {pool} add up to {had}; it needs {needed}.",
        "资产池 {pool} 的片段合计 {had}，需要 {needed}。",
    ),
    # --- account contracts -----------------------------------------------------------------------------------
    "NotKey": (
        "{who} holds no such key of this account: has {had}, needs {needed} (1 clerk, 2 approver).",
        "{who} 不持有该账户所需的密钥：现有 {had}，需要 {needed}（1 经办，2 复核）。",
    ),
    "NoLimit": (
        "A clerk may not do this alone: the account has no limit for {selector} at {target}; propose it to an approver.",
        "经办不能单独办理：账户未对 {target} 的 {selector} 设定限额，请提交复核。",
    ),
    "AboveLimit": (
        "{had} is above the {needed} that a clerk may do alone in one call ({selector} at {target}).",
        "{had} 超过经办单笔限额 {needed}（{target} 的 {selector}）。",
    ),
    "AboveDailyLimit": (
        "{had} in one day is above the {needed} that clerks may do alone ({selector} at {target}).",
        "当日累计 {had} 超过经办单日限额 {needed}（{target} 的 {selector}）。",
    ),
    "NoContract": ("There is no contract at {target}.", "{target} 处没有合约。"),
    "OtherCalls": (
        "What is approved is not what was proposed as number {proposal}.",
        "所复核的内容与第 {proposal} 号提议不一致。",
    ),
    "TooMany": ("{had} {what} are more than the {needed} allowed.", "{what} 数量 {had} 超过上限 {needed}。"),
    "KeysMissing": (
        "The account would be left without a key: it needs a clerk and an approver (missing {role}: 1 clerk, 2 approver, 3 both).",
        "账户至少须保留一名经办与一名复核（缺少 {role}：1 经办，2 复核，3 两者）。",
    ),
    "AgentHoldsKey": (
        "The recovery agent {agent} must hold no key of the account.",
        "恢复代理人 {agent} 不得持有该账户的密钥。",
    ),
    "DelayTooLong": ("A delay of {had} seconds is longer than {needed}.", "延迟 {had} 秒长于 {needed} 秒。"),
    "RemovedByChange": (
        "Change {change} has two backers and takes a role from {who}, who therefore cannot veto it.",
        "变更 {change} 已有两方支持且将撤销 {who} 的角色，故 {who} 不能否决。",
    ),
    # --- powers --------------------------------------------------------------------------------------------
    "AlreadyConstituted": (
        "The constitution is done and cannot be done again.",
        "权限设定已完成，不可重复。",
    ),
    "ChangeNotReady": (
        "Change {change} can act from {readyAt}; it is {timestamp}.",
        "变更 {change} 自 {readyAt} 起方可执行，现在是 {timestamp}。",
    ),
    "ChangeExpired": (
        "Change {change} expired at {expiredAt}; it is {timestamp}.",
        "变更 {change} 已于 {expiredAt} 失效，现在是 {timestamp}。",
    ),
    "ChangeFailed": (
        "Change {change} was refused by its target ({reason}).",
        "变更 {change} 被目标合约拒绝（{reason}）。",
    ),
    "DelayTooShort": (
        "A delay of {had} seconds is shorter than {needed}.",
        "延迟 {had} 秒短于 {needed} 秒。",
    ),
    # --- coupons, redemption, default ----------------------------------------------------------------------
    "ScheduleMismatch": (
        "These coupon terms hash to {had}; the bond's published terms name {needed}.",
        "该付息条款的哈希为 {had}；债券已公布的条款为 {needed}。",
    ),
    "NotFiled": (
        "The coupon terms of bond {bond} are not filed yet.",
        "债券 {bond} 的付息条款尚未备案。",
    ),
    "TermsInvalid": ("Coupon terms cannot have {what} {had}.", "付息条款的 {what} 不能为 {had}。"),
    "PeriodInvalid": (
        "Coupon period {period} does not follow the one before it, or its days are out of order.",
        "第 {period} 个计息期未与前一期衔接，或其日期顺序有误。",
    ),
    "TooManyPeriods": (
        "{had} coupon periods; a bond has between 1 and {limit}.",
        "计息期为 {had} 个；一只债券须有 1 至 {limit} 个。",
    ),
    "DayCountUnknown": ("There is no day count {dayCount}.", "不存在计息基准 {dayCount}。"),
    "ReferenceUnfit": (
        "ACT/ACT ICMA cannot measure by the reference period from day {refStart} to day {refEnd}, {frequency} a year.",
        "ACT/ACT ICMA 无法以第 {refStart} 日至第 {refEnd} 日、每年 {frequency} 期的参考期计息。",
    ),
    "PeriodOutOfOrder": (
        "Coupons of bond {bond} are opened in order: {had} was asked, {needed} is next.",
        "债券 {bond} 的付息须依次进行：请求第 {had} 期，应为第 {needed} 期。",
    ),
    "FixingMissing": (
        "The rate of period {period} of bond {bond} was not posted yet.",
        "债券 {bond} 第 {period} 期的利率尚未公布。",
    ),
    "NotCallable": (
        "Bond {bond} cannot be redeemed early on day {payDay}; callable from day {callableFrom} (0: never).",
        "债券 {bond} 不得于第 {payDay} 日提前兑付；可赎回起始日为第 {callableFrom} 日（0：不可赎回）。",
    ),
    "NotWhole": (
        "At maturity bond {bond} is redeemed whole: {had} a unit was announced, {needed} is outstanding.",
        "债券 {bond} 到期须全额兑付：公告每单位 {had}，未偿每单位 {needed}。",
    ),
    "NotShort": (
        "Payment {service} is not short: {had} of {needed} was paid in.",
        "付款 {service} 并不短缺：应缴 {needed}，已缴 {had}。",
    ),
}

CLAUSES: Final[dict[str, str]] = {
    "OperatorCannotParticipate": "银发〔2025〕77号 art. 4",
    "NoPledge": "民法典 art. 445",
    "PieceFrozen": "民事诉讼法, 财产保全",
    "TenorTooLong": "银发〔2025〕77号 art. 11",
    "SearchedTooLate": "银发〔2025〕77号 art. 13",
    "ObligorInDefault": "银发〔2025〕77号 art. 15",
    "ConsentMissing": "保障中小企业款项支付条例 art. 11",
    "ReviewMissing": "中国绿色债券原则 2022; ICMA GBP, external review",
    "ReviewLapsed": "中国绿色债券原则 2022; ICMA GBP, external review",
    "CatalogueNotInForce": "绿色债券支持项目目录（2021年版）；绿色金融支持项目目录（2025年版）",
    "CategoryNotAdmitted": "中国绿色债券原则 2022, use of proceeds",
    "CategoryUnknown": "中国绿色债券原则 2022, use of proceeds",
    "OverPocket": "Reg. (EU) 2023/2631 art. 5",
    "ReasonUnknown": "Reg. (EU) 2023/2631 art. 5",
    "AboveRule": "Reg. (EU) 2023/2631 art. 5",
    "ExpenseTooOld": "Reg. (EU) 2023/2631 art. 4; ICMA GBP, look-back period",
    "OverRefinanced": "ICMA GBP, use of proceeds: share of financing and refinancing",
}

register_sentences({name: {"en": en, "zh": zh} for name, (en, zh) in SENTENCES.items()})
register_clauses(CLAUSES)
