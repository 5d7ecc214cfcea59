"""What `greenledger demo` says between its tables."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # --- while it runs ---------------------------------------------------------------------------------------
    "Admitting the parties": "参与方准入",
    "{bond}: framework, review, bond, subscription": "{bond}：框架、评估、债券、认购",
    "{bond}: allocation and payment as published": "{bond}：按公布数据分配与支出",
    "The receivable leg on {bond}: {project}": "{bond} 的应收凭证：{project}",
    "Trying to cheat": "尝试违规",
    # --- a bond ----------------------------------------------------------------------------------------------
    "State folder: {folder}": "状态目录：{folder}",
    "Left out": "未纳入",
    "net proceeds": "净募集额",
    "not published (costs taken as nil)": "未公布（费用按零计）",
    "issued": "起息",
    "not published; ages are therefore unknown": "未公布，因此账龄未知",
    "coupon": "票面利率",
    "verifier": "验证人",
    "not published; an illustrative one signs a review marked so": "未公布；由示意验证人签署并注明",
    "catalogue": "目录",
    "{catalogue} (chosen here by date and country)": "{catalogue}（此处按日期与国别选定）",
    "source": "出处",
    "As of {day}, {currency} million: published against traced": "截至 {day}，百万 {currency}：公布与穿透对照",
    "published": "公布",
    "traced": "穿透",
    "of it spent": "其中已支出",
    "total": "合计",
    "The items are cut by the publisher: {amount} stay allocated, project not published.": "公布方的明细有截断：{amount} 已分配但未公布项目。",
    "{amount} reimburse the issuer's dated past expense against one statement; how they fall on the projects is not published: paid pro rata here, by our convention.": "{amount} 依一份说明偿付发行人过往支出；各项目如何分摊未公布：此处按比例支付，为本系统约定。",
    "age unknown: no value date is published": "账龄未知：未公布起息日",
    "{days} days old": "账龄 {days} 天",
    "Idle": "闲置",
    "this bond's": "本债券份额",
    "The table lists {listed} for {allocated} of proceeds: each project's total is its row, this bond's share of it is pro rata ({allocated} ÷ {listed}, our rule), and {other} are other funding.": "表中列示 {listed}，募集额为 {allocated}：每行为项目总额，本债券份额按比例计（{allocated} ÷ {listed}，为本系统规则），其余 {other} 为其他资金。",
    # --- impact ----------------------------------------------------------------------------------------------
    "No total investment of these projects is published: the bond's amount stands for it, so that the shares below are the most they can be.": "这些项目的总投资未公布：以本债券金额代之，故下列份额为上限。",
    "A portfolio": "投资组合",
    "A verifier's word is illustrative here: counts are accepted, figures computed with a factor that nobody published are qualified, and one that is published as 'about' is left without a word.": "此处验证人的结论仅为示意：计数类予以认可；按未公布因子计算的为有保留；公布时注明“约”的不予置评。",
    # --- the receivable leg ----------------------------------------------------------------------------------
    "No receivable leg: no CNY bond here has one project with unspent money.": "没有应收凭证部分：此处没有人民币债券仅有一个项目且资金未用完。",
    "A receivable on that bond's money": "以该债券资金支付的应收凭证",
    "Dated 2025, so that the 2025 rules apply as they read; the published tenor of the bond is over by then, and all parties but the issuer are illustrative.": "日期取 2025 年，以便按 2025 年规则原文适用；届时该债券公布的期限已满，除发行人外各方均为示意。",
    "Backward from the cash of the sub-supplier": "由次级供应商收款向后追踪",
    "A part of the work was not done: {refunded} came back and stand above as available *after a refund*, with the numbers of the fen they reverse (from {start} of the line).": "部分工程未完成：{refunded} 已退回，上表中列为退款后可用，并沿用其所冲回资金的编号（自该预算项的 {start} 起）。",
    "Factored the same day: face {face} − discount {discount} − fee {fee} = net {net} (3% a year, 90 days, ACT/360; the published worked example of 1,000,000 gives 992,500)": "当日保理：面额 {face} − 贴现息 {discount} − 费用 {fee} = 净额 {net}（年利率 3%，90 天，ACT/360；公布算例 1,000,000 得 992,500）",
    "A receivable goes down three tiers": "一张应收凭证流转三级",
    "A receivable that goes down three tiers": "流转三级的应收凭证",
    "Each receiver accepted. Two banks quoted for the third tier's part without seeing each other: net {best} and {other}; the first paid the same day, after its registration.": "每一级受让方均已签收。两家银行就第三级持有的部分互不可见地报价：净额 {best} 与 {other}；前者在登记后当日放款。",
    # --- refusals --------------------------------------------------------------------------------------------
    "What is watched": "被关注的事项",
    "Indicators ask, they accuse nobody and block nothing. Who answers for one is named on the chain, and it ends with a reason by somebody unrelated.": "指标只是提问，不指控任何人，也不拦截任何操作。由谁答复在链上具名，并由无关联方给出理由后结束。",
    "What the indicators ask of this story": "指标对本故事提出的问题",
    "The contractor took money out of the ledger; the bank that paid it out attests where it went, under the same booking. That is shown as attested, beside what is proved, and never added to it.": "承包商将部分资金转出账本；付款银行以同一笔流水声明其去向。该部分列为声明，与可证部分并列，从不相加。",
    "Each attempt and why it was refused": "每次尝试及拒绝理由",
    "attempt": "尝试",
    "refused by": "拒绝",
    "reason": "理由",
    "Try next": "接下来可以",
}
