"""Green loans: facilities, their lenders and drawdowns. Words as the Green Loan Principles (APLMA, LMA, LSTA)
have them; a facility agent is not there: the contracts do what one would."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # --- help ------------------------------------------------------------------------------------------------
    "Green loans: facilities, their lenders and drawdowns": "绿色贷款：贷款安排、贷款人与提款",
    "Opens a facility under a framework of the borrower's.": "借款人在其融资框架下设立贷款安排。",
    "The borrower agrees to a lender: it may hold units, and commit what it is asked for.": "借款人同意一家贷款人：其可持有份额，并按邀请作出承诺。",
    "Asks for a drawdown: calls on each lender for its part, and files its interest.": "申请提款：按比例通知各贷款人出资，并提交计息条款。",
    "The borrower takes what was lent: units against money, lender by lender.": "借款人提取已出资款项：逐家贷款人份额与资金同时交割。",
    "Gives up what was not called: nothing more is committed or drawn.": "放弃未通知的承诺：不再承诺，不再提款。",
    "A lender commits what the borrower asked it for.": "贷款人按借款人的邀请作出承诺。",
    "A lender lends its part of a drawdown; the money waits in escrow until the borrower takes it.": "贷款人就提款出资；款项托管待借款人提取。",
    "What was called and not lent goes back to the commitments, after the drawdown ended.": "提款结束后，已通知未出资的部分恢复为承诺额。",
    "A facility, its lenders, and its drawdowns added up.": "贷款安排、其贷款人及各笔提款合计。",
    "Every facility, and what of it is committed, called, drawn and repaid.": "全部贷款安排及其承诺、通知、提款与还款金额。",
    "Where every fen of a facility is, drawdown by drawdown, at one block.": "在同一区块上，逐笔提款追踪贷款安排的每一分去向。",
    "What funded a payment, back to the drawdowns and the lenders that lent them.": "一笔付款的资金来源，直至各笔提款及其贷款人。",
    "number of the facility": "贷款安排编号",
    "number of the drawdown among the bonds": "提款编号（与债券统一编号）",
    "by default all of it": "默认全部",
    "number of the framework": "框架编号",
    "units that may be committed in all": "可承诺的总份数",
    "principal of one unit, in major units": "每份本金（主币单位）",
    "last day on which a drawdown is funded, YYYY-MM-DD": "提款出资的最后一日，YYYY-MM-DD",
    "when every drawdown is repaid at the latest, YYYY-MM-DD": "各笔提款最迟还清之日，YYYY-MM-DD",
    "most that arrangement costs may take": "安排费用的最高比例（ppm）",
    "a lender: account name, identifier or address": "贷款人：账户名、识别码或地址",
    "units it is asked to commit; none is consent alone": "邀请其承诺的份数；不填仅表示同意",
    "units to draw": "提款份数",
    "last day for the lenders to lend, YYYY-MM-DD": "贷款人出资的最后一日，YYYY-MM-DD",
    "when it is repaid at the latest, YYYY-MM-DD": "最迟还清之日，YYYY-MM-DD",
    "units below which the drawdown fails": "低于此份数则提款不成立",
    "sheet of its interest: one JSON object, as `service terms` reads it": "计息条款表：一个 JSON 对象，格式同 `service terms`",
    "principal of one unit due with each interest period, from the first; repeat it": "自首期起，每个计息期到期的单份本金；可重复填写",
    "arrangement costs withheld, in major units": "扣除的安排费用（主币单位）",
    # --- said ------------------------------------------------------------------------------------------------
    "Facility {facility} is open.": "贷款安排 {facility} 已设立。",
    "{lender} is a lender of facility {facility}.": "{lender} 是贷款安排 {facility} 的贷款人。",
    "Drawdown {loan} waits for its lenders.": "提款 {loan} 等待贷款人出资。",
    "Drawdown {loan} is taken: {amount}.": "提款 {loan} 已提取：{amount}。",
    "Facility {facility} is cancelled.": "贷款安排 {facility} 已取消。",
    "{units} units of facility {facility} are committed.": "贷款安排 {facility} 已承诺 {units} 份。",
    "{amount} wait for drawdown {loan}.": "提款 {loan} 已托管 {amount}。",
    "{units} units may be called again.": "{units} 份可再次通知。",
    "All drawdowns: {amount} {currency}.": "各笔提款合计：{currency} {amount}。",
    "Drawdown {loan} of facility {facility}: {lender} lent {amount}.": "贷款安排 {facility} 的提款 {loan}：{lender} 出资 {amount}。",
    "Committed {committed} of {units} units of {face} {currency}; called {called}.": "承诺 {committed} 份，共 {units} 份，每份 {currency} {face}；已通知 {called} 份。",
    "Drawn {drawn}, repaid {repaid}; drawn until {until}, repaid by {maturity}.": "已提款 {drawn}，已还本 {repaid}；提款期至 {until}，最迟还清日 {maturity}。",
    "Green loans": "绿色贷款",
    "a drawdown of facility {facility}": "贷款安排 {facility} 的提款",
    "Lenders, in units": "贷款人（份数）",
    # --- column heads ----------------------------------------------------------------------------------------
    "facility": "贷款安排",
    "borrower": "借款人",
    "lender": "贷款人",
    "asked for": "邀请承诺",
    "committed": "已承诺",
    "called": "已通知",
    "held": "持有",
    "lent": "已出资",
    "repaid": "已还本",
    "drawdown": "提款",
    # --- errors ----------------------------------------------------------------------------------------------
    "there is no facility {facility}": "没有贷款安排 {facility}",
    "there is no drawdown {loan}": "没有提款 {loan}",
}
