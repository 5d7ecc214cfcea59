"""Alerts on the ledger: what `greenledger alerts` says beside its tables, and the names of the indicators."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "a file of tags has other columns": "标签文件的列不符",
    "a line of tags names an account, a kind and a tag": "标签行须有账户、类型和标签",
    "unknown jurisdiction": "未知法域",
    "each row of an indicator has a day of its own": "同一指标在同一日只有一行",
    "parameters are an object by indicator": "参数须为按指标列出的对象",
    "unknown indicator": "未知指标",
    "no such grade of an indicator": "指标没有这一可信等级",
    "a parameter is one whole number": "该参数须为一个整数",
    "the indicators cannot be read": "无法读取指标数据",
    "an indicator has a row of default with the same parameters": "每个指标须有参数相同的默认行",
    "parameters": "参数",
    "{number} findings as of block {block}, {day}; figures of {jurisdiction}": (
        "截至区块 {block}（{day}）共 {number} 项预警；适用参数：{jurisdiction}"
    ),
    "labels belong to a set of moves": "标签须与一组划转一起提供",
    "a file of moves": "划转文件",
    "Indicators in force": "有效指标",
    "Raises what shows on the ledger, or in any set of payments: questions with paths, and no verdicts.": (
        "提示账本或任意一组付款中可见的情形：附路径，供核查，并非结论。"
    ),
    "CSV file of time,from,to,amount in minor units; else the ledger": (
        "CSV 文件：time,from,to,amount，最小货币单位；不给则查账本"
    ),
    "only this bond, by number or label": "仅此债券（编号或标签）",
    "whose figures bind: CN, EU; by default what each bond declared": (
        "适用哪一法域的参数：CN、EU；默认按各债券所申报"
    ),
    "CSV file of account,kind,tag: keyed tags": "CSV 文件：account,kind,tag（带密钥标签）",
    "What each indicator asks, the clause behind it, how sure it is, and the figures in force.": (
        "各指标查什么、依据条款、可信等级以及有效参数。"
    ),
    "in force on this day, YYYY-MM-DD; by default today": "该日有效（YYYY-MM-DD）；默认今日",
}

VALUES: Final[dict[str, str]] = {
    "round-trip": "资金回流",
    "returned-in-parts": "分笔回流",
    "off-ledger-return": "账外回流",
    "split-payments": "拆分付款",
    "rotation": "资金倒账",
    "books-turned": "反复分配收回",
    "rule-dependent": "结果取决于规则",
    "refund-at-report": "报告日前退款",
    "placed-around-report": "报告日前后配置",
    "late-shift": "报告日前调入",
    "circular-receivable": "循环应收凭证",
    "verifier-paid": "验证人收款",
    "idle": "超期闲置",
    "look-back": "超过回溯期",
    "refinancing-as-new": "旧支出充新",
    "refinanced-share": "再融资超比例",
    "recycled-invoice": "发票重复使用",
    "red-invoice": "用后红冲",
    "evidence-missing": "缺少凭据",
    "no-bank-line": "无银行对应",
    "fresh-payee": "新准入收款方",
    "related-suspected": "疑似关联",
    "related-place": "关联机构配置",
    "placement-without-income": "配置无收益",
    "verifier-related": "验证人关联",
    "verifier-lapsed": "验证人失效",
    "project-twice": "项目重复申报",
    "category-swap": "类别调换",
    "piece-home": "凭证回到债务人",
    "report-late": "报告迟交",
    "impact-against-meter": "减排与计量不符",
    "impact-again": "环境效益重复报告",
    "intensity": "强度超阈值",
}
"""The indicators, by `ledger.tracing.alerts.onledger.INDICATORS`."""
