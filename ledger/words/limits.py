"""A bond's pocket, and what it refinances."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "whose rules the bond follows: EU, CN, ICMA": "债券所遵循的规则：EU、CN、ICMA",
    "most outside the screening criteria, ppm of the proceeds": "技术筛选标准之外的最高比例（募集资金的 ppm）",
    "months before the issue date that an expense may lie": "支出可早于发行日的月数（回溯期）",
    "disclosed share of refinancing, ppm of the proceeds": "披露的再融资比例（募集资金的 ppm）",
    "older expenses are refused, not only flagged": "更早的支出予以拒付，而不仅是预警",
    "more than the share is refused, not only flagged": "超出比例予以拒付，而不仅是预警",
    "Declares a bond's limits, once, before anybody books.": "在首笔认购之前一次性申报债券的各项限额。",
    "The limits of bond {bond} are declared.": "债券 {bond} 的限额已申报。",
    "why it is outside the criteria: no-criteria, international-support": "不在标准内的理由：no-criteria（尚无适用标准）、international-support（国际支持）",
    "Opens a budget line for one activity outside the screening criteria, within the bond's pocket.": "在债券弹性额度内，为一项技术筛选标准之外的活动开设预算科目。",
    "What a bond declared, what is in its pocket by activity, and refinanced against new money.": "债券的申报限额、弹性额度内的各项活动，以及再融资与新增资金。",
    "Pocket: {pocket} of at most {most} {currency}.": "弹性额度：{currency} {pocket}，上限 {most}。",
    "Refinanced: {refinanced} of {most} {currency} disclosed; new money: {new}.": "再融资：{currency} {refinanced}，披露 {most}；新增资金：{new}。",
    "Activities outside the criteria": "技术筛选标准之外的活动",
    "line": "预算科目",
    "share (ppm)": "占比（ppm）",
    "there is no such reason for a pocket line": "弹性额度没有这一理由",
}
