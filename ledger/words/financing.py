"""Financing: requests for quotes, quotes, funding and its report."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # --- asking ----------------------------------------------------------------------------------------------
    "Financing: requests, quotes, money against piece": "融资（保理）：询价、报价、款券对付",
    "number of the request": "询价编号",
    "the quote: 0x and 64 hexadecimal digits": "报价：0x 加 64 位十六进制数",
    "who is asked; once for each; by default every active financier": "向谁询价；每个写一次；默认为全部有效资金方",
    "how long quotes are taken": "接受报价的小时数",
    "The holder asks financiers to quote for an interval of its own. Each sees the request, and no rival.": "持有人就自己的区间向资金方询价。各资金方只见询价，不见对手。",
    "Request {request} went to {count} financiers.": "询价 {request} 已发给 {count} 家资金方。",
    "What a participant asked and what it was asked, the newest first.": "参与方发出与收到的询价，最新者在前。",
    "Requests": "询价",
    "quotes taken until": "报价截止",
    # --- quoting ---------------------------------------------------------------------------------------------
    "discount a year, in parts per million: 30000 is 3%": "年贴现率，以百万分之一计：30000 即 3%",
    "how long the quote stands": "报价有效的小时数",
    "a third participant who has the fee; else you keep it": "收取费用的第三方参与方；否则由您自留",
    "how days are counted": "天数计算惯例",
    "day of the money, YYYY-MM-DD; by default today": "放款日，YYYY-MM-DD；默认为今天",
    "banking day that the due day rolls to; by default the next weekday": "到期日顺延至的银行工作日；默认为下一个工作日",
    "the holder answers if the obligor does not pay": "付款义务人不付时由持有人负责（有追索权）",
    "The financier signs a quote for a request, sealed for the holder and itself. Nothing is published.": "资金方就询价签署报价，仅对持有人与自己加密封存，不予公开。",
    "Quote {quote}: {net} {currency} net.": "报价 {quote}：净额 {net} {currency}。",
    "The quotes for a request, the one that leaves most first: all for its holder, their own for others.": "某询价的报价，净额最高者在前：持有人见全部，他人只见自己的。",
    "Quotes for request {request}": "询价 {request} 的报价",
    "discount": "贴现息",
    "net": "净额",
    "fee": "费用",
    "quote": "报价",
    "rate a year": "年利率",
    "cost a year": "综合年成本",
    "recourse": "追索权",
    "The holder accepts one quote: it alone is published, and its interval is cut out and locked.": "持有人接受一份报价：只公开这一份，其区间被拆出并锁定。",
    "Quote {quote} is accepted.": "报价 {quote} 已接受。",
    # --- money -----------------------------------------------------------------------------------------------
    "number that the registry gave the financing": "登记机构给出的登记证明编号",
    "file of the registration certificate; it is sealed": "登记证明文件；将加密封存",
    "file of the search before it; it is sealed": "登记前查询结果文件；将加密封存",
    "Money against piece in one transaction, after the registration (银发〔2025〕77号 art. 13).": "登记之后，款项与凭证片段在同一笔交易中对付（银发〔2025〕77号第十三条）。",
    "{net} {currency} are paid for the piece.": "已为该凭证片段付款 {net} {currency}。",
    "The financier takes back a quote that nobody has accepted yet.": "资金方撤回尚未被接受的报价。",
    "Quote {quote} is revoked.": "报价 {quote} 已撤回。",
    "After the deadline or the funding day: unlocks what an accepted quote locked and nobody funded.": "报价到期或放款日已过：解锁已接受而未放款的报价所锁定的片段。",
    "Quote {quote} has lapsed.": "报价 {quote} 已失效。",
    # --- the report ------------------------------------------------------------------------------------------
    "A financing: its terms, its registration, each step, and how long it took from request to money.": "一笔融资：条款、登记、各步骤，以及从询价到放款的用时。",
    "Receivable {receivable}, {start} to {end}: {state}": "应收凭证 {receivable}，{start} 至 {end}：{state}",
    "discount {discount}, fee {fee}, net {net}": "贴现息 {discount}，费用 {fee}，净额 {net}",
    "{convention}, {rate} a year; all in {cost} a year; recourse: {recourse}": "{convention}，年利率 {rate}；综合年成本 {cost}；有追索权：{recourse}",
    "registration {number} (attested by the financier)": "登记证明 {number}（资金方声明）",
    "Steps": "步骤",
    "when": "时间",
    "people": "人数",
    "step": "步骤",
    "{seconds} s from request to money, {people} signatures; same day: {same_day}": "从询价到放款 {seconds} 秒，{people} 次签署；当日到账：{same_day}",
    # --- what is refused -------------------------------------------------------------------------------------
    "this ledger was opened without its requests for quotes": "该账本打开时没有询价库",
    "only its holder asks for quotes for a piece": "只有持有人可就凭证片段询价",
    "quotes are asked for until a later moment": "询价的截止须晚于现在",
    "only an active financier can be asked": "只能向有效的资金方询价",
    "nobody was asked": "没有询价对象",
    "an active financier other than the holder": "持有人以外的有效资金方",
    "there is no request {request}": "没有询价 {request}",
    "the request is over": "询价已截止",
    "the piece has another holder since it was asked for": "询价之后该凭证片段已易手",
    "there is no such financing": "没有这笔融资",
    "no such convention": "没有该计息惯例",
    "banks stay closed for too long": "银行休市过长",
    "a cost needs money and days": "计算成本需要金额与天数",
    "more than none": "大于零",
}
