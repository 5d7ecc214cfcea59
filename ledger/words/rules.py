"""Rules as dated data: which bind on a day, and what they say to an act. Their own sentences stand with them."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "Rules as dated data: which bind on a day, and what they say to an act": "按日期生效的规则：某日适用哪些规则，以及对某行为的判断",
    "YYYY-MM-DD; by default the business date": "YYYY-MM-DD；默认为业务日",
    "number of the programme whose levels count": "适用其规则级别的项目编号",
    "Every rule with its clause, its grade and the level at which it binds.": "全部规则及其条款、可靠程度与适用级别。",
    "Rules": "规则",
    "rule": "规则",
    "grade": "可靠程度",
    "what it says": "内容",
    "Grade C is not verified: a figure of grade C is a parameter with a default.": "C 级未经核实：C 级的数值是带默认值的参数。",
    "confirm, accept, transfer, finance, mint, allocate, ...": "confirm、accept、transfer、finance、mint、allocate 等",
    "NAME=VALUE, as often as needed: tenor_days=200, reasons=yes": "NAME=VALUE，可重复：tenor_days=200、reasons=yes",
    "day of what it belongs to, for transitions": "所属安排的日期，用于过渡期",
    "What the rules would say to an act, by the facts given; a fact that is left out is unknown.": "按所给事实，规则对某行为的判断；未给出的事实视为不明。",
    "a fact is written NAME=VALUE": "事实须写作 NAME=VALUE",
    "no rule is about such an act": "没有规则涉及该行为",
    "business day, YYYY-MM-DD": "业务日，YYYY-MM-DD",
    "file to write as CSV": "写入的 CSV 文件",
    "A day's receivables for the report to 上海票据交易所 (art. 19), in a schema of our own.": "某日应收凭证情况，供报送上海票据交易所（第十九条），采用自定格式。",
    "{rows} events on {day}": "{day} 共 {rows} 项",
    "A schema of our own: the official format of 上海票据交易所 was not at hand.": "采用自定格式：未取得上海票据交易所的正式格式。",
    # --- a bank's statement ----------------------------------------------------------------------------------
    "ISO 20022 camt.053, or CSV: date,reference,way,amount,party": "ISO 20022 camt.053 文件，或 CSV：date,reference,way,amount,party",
    "first day, YYYY-MM-DD; by default the statement's own": "首日，YYYY-MM-DD；默认取对账单所载",
    "last day, YYYY-MM-DD; by default the statement's own": "末日，YYYY-MM-DD；默认取对账单所载",
    "Compares a bank's statement with the ledger's mints and burns; each difference is named.": "将银行对账单与账本的入账和出账比对；逐项指明差异。",
    "{matched} bookings match, {unlike} differ": "{matched} 笔相符，{unlike} 笔有差异",
    "a statement has other columns": "对账单的列不同",
    "a line of the statement cannot be read": "对账单的某行无法读取",
    "a booking has a reference, a way and an amount": "一笔记账须有参考号、收付方向和金额",
    # --- instructions to the bank ----------------------------------------------------------------------------
    "deposit or withdrawal": "deposit（入金）或 withdrawal（出金）",
    "number of the instruction": "指示编号",
    "what a deposit is for, at its maturity; by its obligor": "入金所对应的到期应收凭证编号；由付款人提供",
    "A participant announces money to its bank, or has it pay out.": "参与方通知银行入金，或请银行出金。",
    "The bank mints or burns under its booking and confirms the instruction by it.": "银行按其记账流水入账或出账，并据此确认指示。",
    "why it cannot be done; the chain sees its hash": "无法办理的原因；链上只见其哈希",
    "The bank says that it cannot be done; what waits for a withdrawal comes back.": "银行告知无法办理；待出金的款项退回。",
    "those of this participant or bank alone": "仅限该参与方或银行的",
    "Instructions to the bank, by number.": "给银行的指示，按编号。",
    "Instruction {number} is with the bank.": "指示 {number} 已送达银行。",
    "Instruction {number} is confirmed.": "指示 {number} 已确认。",
    "Instruction {number} failed.": "指示 {number} 未成功。",
    "Instructions to the bank": "给银行的指示",
    "the booking is of another instruction": "该笔记账属于另一指示",
    "there is no instruction {instruction}": "不存在指示 {instruction}",
    # --- the data itself -------------------------------------------------------------------------------------
    "no such test or grade of a rule": "规则没有这种判断方式或可靠程度",
    "a rule that compares has one fact and a bound": "作比较的规则须有一项事实和一个界限",
    "a rule to attest says by what": "须声明的规则应说明以何声明",
    "a rule has a level and an order of days": "规则须有级别，且日期先后有序",
    "the rules cannot be read": "无法读取规则",
    "a rule has no such parameter": "规则没有该参数",
    "two versions of one rule are in force at once": "同一规则的两个版本同时生效",
}
