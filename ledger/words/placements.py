"""Idle proceeds: placed with a bank, brought back, lost and made good."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "number of the placement": "配置编号",
    "bank that takes it": "存放银行",
    "what it is placed in: 7-day notice deposit": "配置品种：七天通知存款",
    "day it ends, YYYY-MM-DD; left out: at call": "到期日 YYYY-MM-DD；不填为活期",
    "Places unallocated money with a bank for a while.": "将未分配资金暂时存放于银行。",
    "Placement {placement}: {amount} {currency}.": "配置 {placement}：{currency} {amount}。",
    "What is still placed, what came back and what is lost.": "仍在配置、已收回与损失的金额。",
    "Of placement {placement}: placed {placed}, returned {returned}, lost {lost}.": "配置 {placement}：仍在配置 {placed}，已收回 {returned}，损失 {lost}。",
    "what it earned, in major units": "收益，以主币单位计",
    "Brings placed money back into the pool, and what it earned beside it; by the bank that has it.": "由存放银行将配置资金退回募集资金池，收益另计。",
    "{amount} {currency} are back.": "已收回 {currency} {amount}。",
    "Says openly that placed money will not come back; it stays lost until it is made good.": "公开确认配置资金无法收回；补足之前列为损失。",
    "{amount} {currency} are lost.": "损失 {currency} {amount}。",
    "Pays in what was lost, by the issuer or by the bank that had it.": "由发行人或原存放银行补足损失。",
    "{amount} {currency} are made good.": "已补足 {currency} {amount}。",
    "who is paid": "收款方",
    "Spends what placements earned; it is no part of what the bond raised.": "支用配置收益；收益不属于募集资金。",
}
