"""Units, trades of units and orders on units: commands, and what is refused before anything is sent."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # --- help ------------------------------------------------------------------------------------------------
    "Trades of units against money, agreed by both sides": "双方约定的份额交易，券款对付",
    "Orders on units: an authority's, or the issuer's depository's": "对份额的限制令：由监管/司法机关或发行人的托管机构发出",
    "whose units: account name, identifier or address": "谁的份额：账户名、识别码或地址",
    "who gets them: account name, identifier or address": "转入方：账户名、识别码或地址",
    "number of units": "份额数量",
    "file of the document; it is sealed": "单据文件；将加密封存",
    "why: court_order, regulatory_order, pledge, ...": "理由：court_order（司法裁定）、regulatory_order（监管决定）、pledge（质押）等",
    "file of the signed trade": "已签署交易的文件",
    "Passes units on to another admitted investor.": "将份额转让给另一已准入的投资人。",
    "May these units move, and if not why: a code and a sentence.": "这些份额能否流转，若不能为何：代码与说明。",
    "A holder's units, and what of them is frozen.": "持有人的份额及其中被冻结的部分。",
    "Who held a bond's units, now or at the end of a day.": "当前或某日终债券的持有人。",
    "at the end of this day, YYYY-MM-DD": "该日终，YYYY-MM-DD",
    "as of this block": "截至该区块",
    "The holder's own depository passes units on, under its mandate.": "持有人的托管机构依授权转让份额。",
    "Signs a trade for the other side to execute, and writes it to a file.": "签署一笔交易供对方执行，并写入文件。",
    "for all of the units, in major units: 9900.00": "全部份额的总价，以元等主单位计：9900.00",
    "with its time zone: 2026-12-01T12:00:00+08:00": "含时区：2026-12-01T12:00:00+08:00",
    "file to write the signed trade to": "写入已签署交易的文件",
    "the buyer, when you sell": "您卖出时的买方",
    "the seller, when you buy": "您买入时的卖方",
    "Could you execute this trade now? If not, the refusal says why.": "您现在能否执行该交易？若不能，将说明原因。",
    "Executes what the other side signed: units and money move, or neither.": "执行对方签署的交易：券款同时交付，否则均不变动。",
    "Takes back what you signed.": "撤回您签署的交易。",
    "The holder's account neither gives nor receives units.": "持有人账户既不能转出也不能转入份额。",
    "Lifts what you may lift of the freezes of an account.": "解除您有权解除的账户冻结。",
    "So many of the holder's free units stay where they are.": "冻结持有人若干未冻结的份额。",
    "Releases frozen units, as far as you may.": "在您的权限内解冻份额。",
    "Moves units without their holder's will. An authority alone may.": "强制划转份额，仅监管/司法机关可为。",
    "No unit of the bond moves, but by force.": "除强制划转外，该债券份额停止流转。",
    "Units move again, as far as you may lift the pause.": "在您的权限内恢复份额流转。",
    # --- answers ---------------------------------------------------------------------------------------------
    "{units} units of bond {bond} are {to}'s.": "债券 {bond} 的 {units} 份已归 {to}。",
    "{units} units, {free} of them free to move": "共 {units} 份，其中 {free} 份可流转",
    "Holders at the end of {day}": "{day} 日终持有人",
    "Signed. Send {file} to the other side.": "已签署。请将 {file} 交给对方。",
    "This trade could be executed now.": "该交易现在可以执行。",
    "Traded: {units} units of bond {bond}.": "已成交：债券 {bond} 的 {units} 份。",
    "This trade can not be executed any more.": "该交易不能再执行。",
    "Done, for this reason: {reason}.": "已执行，理由：{reason}。",
    # --- refused before anything is sent ---------------------------------------------------------------------
    "a trade names one other side": "一笔交易须写明一个对方",
    "--sell-to or --buy-from": "--sell-to 或 --buy-from",
    "an order has a reason": "限制令须有理由",
    "this file holds no signed trade": "该文件中没有已签署的交易",
    "a moment is written YYYY-MM-DDThh:mm:ss with its time zone": "时刻写作 YYYY-MM-DDThh:mm:ss 并含时区",
    "only the seller or the buyer signs a trade": "只有卖方或买方可以签署交易",
    "there is no such trade": "没有这笔交易",
    "this day is not over yet": "该日尚未结束",
}
