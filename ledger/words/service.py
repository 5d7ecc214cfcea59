"""Coupons, redemption and default: commands, and what is refused before anything is sent."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # --- help ------------------------------------------------------------------------------------------------
    "Coupons, redemption and default": "付息、兑付与违约",
    "term sheet: one JSON object": "条款表：一个 JSON 对象",
    "number of the coupon, from 0": "付息期编号，从 0 起",
    "number of the payment": "付款编号",
    "The coupon days of a term sheet, and the hash that a bond is registered with.": "条款表的各付息日，以及登记债券所用的哈希。",
    "Files the terms a bond was registered with. Anyone may, before the first record day passes.": "备案债券登记时所载的付息条款。任何人均可，须在首个登记日前。",
    "in parts per million: 25000 is 2.5%": "以百万分之一计：25000 即 2.5%",
    "The fixer posts the rate of a floating coupon; the margin comes on top.": "定价方公布浮动利率；利差另加。",
    "in the unit of the KPI's target": "以指标目标的单位计",
    "The verifier posts what it observed of a KPI.": "验证人公布对指标的观测值。",
    "number of the coupon; by default the next": "付息期编号；默认下一期",
    "Opens a coupon once its record day is over. Anyone may.": "登记日过后开启一期付息。任何人均可。",
    "file of the notice; it is sealed": "公告文件；将加密封存",
    "with which coupon; by default the last": "随哪一期付息；默认最后一期",
    "in major units; by default all": "以元等主单位计；默认全部",
    "of it, per unit, out of unused proceeds": "其中每单位来自未使用募集资金的金额",
    "of a bond without coupons": "用于无付息的债券",
    "Announces a redemption. Once maturity has passed, anyone may announce the whole rest.": "公告兑付本金。到期之后，任何人均可公告兑付全部余额。",
    "in major units; by default all that is missing": "以元等主单位计；默认全部所缺金额",
    "The issuer, or its paying agent by mandate, pays in for the holders.": "发行人或其受托付息兑付代理人为持有人缴款。",
    "holders in one transaction": "每笔交易的持有人数",
    "Pays out to all holders of the record day, in batches. Anyone may, and again is harmless.": "分批付给登记日的全部持有人。任何人均可，重复执行无妨。",
    "Declares that a payment was missed. Anyone may, after its days of grace.": "宣告付款违约。宽限期过后，任何人均可。",
    "The coupons of a bond, what was paid in, and what is outstanding.": "债券的各期付息、已缴款项与未偿本金。",
    # --- answers ---------------------------------------------------------------------------------------------
    "Coupons {hash}": "付息条款 {hash}",
    "record day": "登记日",
    "pay day": "付款日",
    "The coupon terms of bond {bond} are filed.": "债券 {bond} 的付息条款已备案。",
    "Posted for coupon {period} of bond {bond}.": "已为债券 {bond} 第 {period} 期公布。",
    "Payment {payment} of bond {bond} is open.": "债券 {bond} 的付款 {payment} 已开启。",
    "Paid in for payment {payment}.": "付款 {payment} 已缴款。",
    "{holders} holders were paid {amount} {currency}.": "已向 {holders} 位持有人付款 {amount} {currency}。",
    "{done} of {all} holders asked": "已处理 {done}/{all} 位持有人",
    "Payment {payment} is in default.": "付款 {payment} 已违约。",
    "Payments of bond {bond}": "债券 {bond} 的付款",
    "payment": "付款",
    "paid in": "已缴款",
    "{opened} of {all} coupons opened; {outstanding} {currency} a unit outstanding.": "已开启 {opened}/{all} 期付息；每单位未偿 {outstanding} {currency}。",
    # --- refused before anything is sent ---------------------------------------------------------------------
    "{what}: one for each period": "{what}：每个计息期一个",
    "a term sheet names its {name}": "条款表须写明 {name}",
    "{name} is a whole number": "{name} 须为整数",
}
