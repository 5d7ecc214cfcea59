"""Due dates, settlement, being overdue, recourse: commands, tables, and what is refused before anything is
sent."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # --- help ------------------------------------------------------------------------------------------------
    "Due dates, settlement, early settlement": "到期日、兑付与提前兑付",
    "What is past its due date": "已过到期日的应收凭证",
    "Overdue pieces: back to their seller, or written off": "逾期凭证片段：向出让方追索，或核销",
    "first fen of the piece": "片段的起始分号",
    "of this party alone: account name, identifier or address": "仅限该参与方：账户名、识别码或地址",
    "file of the signed early quote": "已签署的提前兑付报价文件",
    "seen from this day, YYYY-MM-DD; by default today": "以该日为基准，YYYY-MM-DD；默认今日",
    "Accepted receivables by due date, and the sums by bucket.": "按到期日列出已签收的应收凭证及各期限区间合计。",
    "The obligor pays in any part of the face of a receivable that no bond funds.": "核心企业为非债券资金支付的应收凭证缴存部分或全部票面。",
    "everything that is due and has money": "所有已到期且有资金的",
    "pieces in one transaction": "每笔交易处理的片段数",
    "Pays the holders what is there, from the due date on. Anyone may.": "自到期日起按已有资金向持有人兑付，任何人均可发起。",
    "Pays what is held for a locked piece to whom the lock's module names now. Anyone may.": "将为被锁定片段代管的资金付给锁定模块现指定的收款方，任何人均可发起。",
    "what you take for the piece, in major units": "您接受的片段对价，以主单位计",
    "file to write the signed quote to": "写入已签署报价的文件",
    "The holder signs what it takes for its piece before the due date, and writes it to a file.": "持有人签署其接受的提前兑付对价并写入文件。",
    "The obligor pays what the holder asks; the piece is discharged.": "核心企业按持有人要价付款，片段随即清偿。",
    "The holder takes back what it signed.": "持有人撤回其签署的报价。",
    "What is past its due date today, with its stage and what is missing.": "今日已过到期日的应收凭证，含逾期阶段与所欠金额。",
    "everything that may be marked today": "今日可标记的全部",
    "Marks what is not paid in after due date and grace: its obligor confirms nothing new. Anyone may.": "到期日及宽限期后仍未缴足的标记为逾期：其核心企业不得新开立，任何人均可发起。",
    "first fen of the financed interval; by default the piece's": "融资区间的起始分号；默认与片段相同",
    "The holder of an overdue piece asks who sold it with recourse to take it back.": "逾期片段的持有人要求有追索权的出让方回购。",
    "The seller takes the piece back against its face less what it has received.": "出让方以票面减去已收金额回购片段。",
    "The holder marks its overdue piece as written off. Later money still reaches it.": "持有人将其逾期片段标记为核销；此后到款仍归其所有。",
    # --- answers ---------------------------------------------------------------------------------------------
    "{currency} {amount} paid in for receivable {receivable}.": "已为应收凭证 {receivable} 缴存 {currency} {amount}。",
    "settling": "兑付中",
    "Receivable {receivable} is settled.": "应收凭证 {receivable} 已兑付完毕。",
    "Receivable {receivable}: what was paid in is shared out.": "应收凭证 {receivable}：已缴款项已按份额分配。",
    "{count} receivables settled or paid in part.": "{count} 张应收凭证已兑付或部分兑付。",
    "What was held is paid.": "代管资金已付出。",
    "Settled early for {currency} {amount}, a discount of {discount}.": "已提前兑付 {currency} {amount}，折让 {discount}。",
    "This quote can not be used any more.": "该报价不能再使用。",
    "{count} receivables marked overdue.": "{count} 张应收凭证已标记逾期。",
    "{seller} is asked to take the piece back.": "已要求 {seller} 回购该片段。",
    "Taken back for {currency} {amount}.": "已回购，支付 {currency} {amount}。",
    "Written off. Later money still reaches the piece.": "已核销；此后到款仍归该片段。",
    # --- tables ----------------------------------------------------------------------------------------------
    "Receivables by due date, seen from {day}": "应收凭证到期表，基准日 {day}",
    "Days until due": "距到期天数",
    "Past the due date": "已过到期日",
    "by a bond": "由债券资金",
    "{count} holders": "{count} 位持有人",
    "unpaid": "未兑付",
    "currency": "币种",
    "due date": "到期日",
    "days": "天数",
    "obligor": "核心企业",
    "holders": "持有人",
    "bucket": "期限区间",
    "stage": "逾期阶段",
    "marked": "标记日",
    # --- refused before anything is sent ---------------------------------------------------------------------
    "settle one receivable or all that are due": "兑付单张，或全部已到期的",
    "a number or --due": "编号或 --due",
    "mark one receivable or all that are overdue": "标记单张，或全部逾期的",
    "a number or --all": "编号或 --all",
    "this file holds no signed early quote": "该文件中没有已签署的提前兑付报价",
    "a piece is settled early for its face at most": "片段提前兑付的对价不得超过其票面",
}
