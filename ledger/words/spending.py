"""Spending what a bond raised: projects, budget lines, invoices, payments, and the business date."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "number of the budget line": "预算科目编号",
    "currency of the amount: CNY": "金额币种：CNY",
    "YYYY-MM-DD; it never goes back": "YYYY-MM-DD；只进不退",
    "Posts the day by which deadlines are judged, on a ledger that was deployed with --replay.": "公布据以判断期限的业务日期，仅限以 --replay 部署的账本。",
    "Today is {day}.": "今日为 {day}。",
    "the project's name": "项目名称",
    "number of the framework that it falls under": "所属框架编号",
    "participant that carries it out": "实施项目的参与方",
    "code of one of the framework's categories": "框架内的类别代码",
    "Registers a project under one category of a framework.": "在框架的某一类别下登记项目。",
    "Project {project} is registered.": "项目 {project} 已登记。",
    "number of the project": "项目编号",
    "what it is for": "用途",
    "Opens a budget line: what this bond may spend on a project.": "开立预算科目：本债券可用于某项目的额度。",
    "Budget line {line} is open.": "预算科目 {line} 已开立。",
    "Moves money from the bond's pool to a budget line; category and review are checked.": "将资金由募集资金池划入预算科目，并核对类别与外部评估认证。",
    "{amount} {currency} are allocated.": "已分配 {currency} {amount}。",
    "Moves unspent money of a budget line back to the bond's pool; what its works hold back stays.": "将预算科目的未支出资金退回募集资金池；工程条件所留存的部分不退。",
    "{amount} {currency} are back in the pool.": "{currency} {amount} 已退回募集资金池。",
    "number of the line that gets it": "接收资金的预算科目编号",
    "Proposes to give available money of a line to another of the bond; its verifier consents.": "提议将预算科目的可用资金调剂至本债券的另一科目，须经验证人同意。",
    "Proposal {number} waits for the verifier.": "提议 {number} 待验证人同意。",
    "number of the proposal": "提议编号",
    "Lets money go from one budget line to another, by the verifier whose review is in force.": "由现行评估认证的验证人同意资金在预算科目之间调剂。",
    "The money of proposal {number} has moved.": "提议 {number} 的资金已调剂。",
    "Withdraws a proposal to move money that nobody consented to.": "撤回尚未获同意的调剂提议。",
    "Proposal {number} is withdrawn.": "提议 {number} 已撤回。",
    "number of the invoice": "发票号码",
    "who is owed; its key is here": "收款方，其密钥在本机",
    "who owes; its key is here": "付款方，其密钥在本机",
    "day of the invoice, YYYY-MM-DD": "发票日期，YYYY-MM-DD",
    "Registers an invoice that seller and buyer sign; no more than its total can ever be paid.": "登记买卖双方签署的发票；累计付款不得超过其总额。",
    "The invoice is registered: {fingerprint}": "发票已登记：{fingerprint}",
    "fingerprint of the invoice, 0x…": "发票指纹，0x…",
    "Pays the seller of an invoice from a budget line, through the gate.": "经付款闸门由预算科目向发票卖方付款。",
    "{amount} {currency} are paid.": "已支付 {currency} {amount}。",
}
