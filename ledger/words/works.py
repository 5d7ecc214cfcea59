"""Works: milestones, retention, certificates."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "Milestones and retention of a budget line.": "预算线的里程碑与质保金。",
    "verifier, or engineer with consent, who certifies": "出具证明的验证人，或经同意的监理工程师",
    "CODE=AMOUNT@YYYY-MM-DD in major units; once for each": "代码=金额@YYYY-MM-DD，以主币单位计；每个里程碑一次",
    "millionths kept until the final certificate": "最终证明前保留的质保金，以百万分之一计",
    "day of the final certificate, YYYY-MM-DD": "最终证明日 YYYY-MM-DD",
    "the verifier's consent to an engineer, 0x…": "验证人对监理工程师的同意书，0x…",
    "Fixes what holds a line's budget back, before its first money; it is never changed.": "在首笔资金之前确定预算线的支用条件；此后不再变更。",
    "The conditions of budget line {line} are fixed.": "预算线 {line} 的条件已确定。",
    "Files a verifier's consent to an engineer who certifies works; the issuer cites its hash.": "提交验证人对监理工程师的同意书；发行人引用其哈希。",
    "The consent is filed: {document}": "同意书已提交：{document}",
    "number of the milestone, from 0": "里程碑编号，从 0 起",
    "Files a milestone's certificate; its amount may be spent from then on.": "提交里程碑证明；其金额自此可支用。",
    "Milestone {milestone} of budget line {line} is certified.": "预算线 {line} 的里程碑 {milestone} 已获证明。",
    "Files the final certificate; the retention is kept no longer.": "提交最终证明；质保金不再保留。",
    "The works of budget line {line} are accepted.": "预算线 {line} 的工程已验收。",
    "What is released of a line's budget, what is gone, and each milestone.": "预算线已释放与已支用的金额，以及各里程碑。",
    "Budget line {line}: {released} of {budget} {currency} released, {gone} spent or encumbered.": "预算线 {line}：{currency} {budget} 中已释放 {released}，已支用或锁定 {gone}。",
    "Milestones": "里程碑",
    "Works": "工程条件",
    "budget": "预算",
    "released": "已释放",
    "gone": "已支用或锁定",
    "open milestones": "未证明的里程碑",
    "milestone": "里程碑",
    "certified": "证明日",
    "late": "逾期",
    # what is wrong with what was given
    "no milestone": "不是里程碑",
    "CODE=AMOUNT@YYYY-MM-DD": "代码=金额@YYYY-MM-DD",
    "a retention ends with a final certificate": "质保金以最终证明为终点",
    "its day": "其日期",
}
