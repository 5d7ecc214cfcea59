"""`greenledger changes`."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "Changes of code, duties and parameters by delayed powers": "延迟生效的更改：代码、职责与参数",
    "number of the change": "更改编号",
    "account that acts": "操作账户",
    "also what was executed or cancelled": "也列出已执行或已撤销的",
    "What was proposed, what it would call, and from when until when it may act.": "已提议的更改、其所调用的内容，以及可执行的起止时间。",
    "One change, with the arguments of its call.": "一项更改及其调用参数。",
    "record of a contract here, such as BondOffice": "本部署中合约的记录名，如 BondOffice",
    "name, or name(types) where several have it": "函数名；重名时用 名称(类型)",
    "@NAME an address of a contract or account, #NAME a module or duty, 0x…, or JSON": "@名称 为合约或账户地址，#名称 为模块或职责，0x… 或 JSON",
    "Proposes a call. It acts after the guardian's approval and the published delay, never before.": "提议一次调用。须经守护方批准并过公示期方可执行。",
    "Approves a change as the guardian: from now on its delay runs.": "由守护方批准更改：公示期自此起算。",
    "Takes a change back before it acts, as the operator or the guardian.": "由平台运营方或守护方在执行前撤销更改。",
    "Carries out an approved change whose delay is over; anybody may.": "执行已批准且公示期已满的更改；任何人均可。",
    "Change {change} is proposed": "已提议更改 {change}",
    "Change {change} may act from {moment}": "更改 {change} 自 {moment} 起可执行",
    "Change {change} is cancelled": "已撤销更改 {change}",
    "Change {change} is executed": "已执行更改 {change}",
    "Changes": "更改",
    "number": "编号",
    "call": "调用",
    "acts from": "可执行自",
    "lapses": "失效于",
    "target": "目标",
    "data": "调用数据",
    "there is no change {change}": "没有更改 {change}",
}
