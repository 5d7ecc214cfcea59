"""Alerts: commands, tables, and what is refused before anything is sent."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # --- help ------------------------------------------------------------------------------------------------
    "Alerts: raised, assigned, explained, confirmed or dismissed": "预警：提出、指派、说明、确认或排除",
    "Alerts with their findings, then the findings that nobody raised.": "各预警及其发现，其后为尚无人提出的发现。",
    "those about this bond alone": "仅限此债券的",
    "those that nobody closed alone": "仅限未了结的",
    "whose figures bind: CN or EU": "以何地的参数为准：CN 或 EU",
    "number of the alert": "预警编号",
    "One alert: where it stands, who judges it, its documents and the path of its finding.": "单个预警：所处阶段、判定人、文件及其发现的路径。",
    "Raises a finding, or evidence of one's own, by name.": "署名提出一项发现，或以自有证据提出预警。",
    "key of a finding, 0x…, from `alert list`": "发现的键值 0x…，见 `alert list`",
    "evidence of one's own instead of a finding": "以自有证据代替发现",
    "short name of what one's own evidence shows": "自有证据所示情形的简称",
    "the bond that one's own evidence is about": "自有证据所涉债券",
    "party concerned; by default the bond's issuer": "当事方；默认为债券发行人",
    "Names an unrelated verifier, auditor or authority as the judge of an alert.": "指派无关联的验证人、审计或监管机构为预警判定人。",
    "the judge; by default who acts": "判定人；默认为操作者本人",
    "The party concerned or the issuer answers an alert.": "当事方或发行人就预警作出说明。",
    "The judge of an alert or an authority confirms it; the bond's label falls.": "预警判定人或监管机构予以确认；债券标识下调。",
    "rule_broken, not_disclosed or not_explained": "rule_broken（违反规则）、not_disclosed（未披露）或 not_explained（未作说明）",
    "The judge of an alert or an authority dismisses it; it stays readable.": "预警判定人或监管机构予以排除；预警仍可查阅。",
    "allowed, disclosed, wrong_data, put_right or seen_before": "allowed（规则允许）、disclosed（此前已披露）、wrong_data（数据有误）、put_right（已纠正）或 seen_before（与另一预警相同）",
    "New evidence opens a dismissed alert again, for an auditor or authority to judge.": "以新证据重新提出已排除的预警，由审计或监管机构判定。",
    # --- what was done ---------------------------------------------------------------------------------------
    "Alert {alert} is raised.": "预警 {alert} 已提出。",
    "Alert {alert} has its judge.": "预警 {alert} 已有判定人。",
    "The explanation of alert {alert} is on file.": "预警 {alert} 的说明已提交。",
    "Alert {alert} is confirmed.": "预警 {alert} 已确认。",
    "Alert {alert} is dismissed.": "预警 {alert} 已排除。",
    "Alert {alert} is open again.": "预警 {alert} 已重新提出。",
    # --- tables ----------------------------------------------------------------------------------------------
    "Alerts: questions, not verdicts; they block nothing": "预警：提问而非定论，不限制任何操作",
    "alert": "预警",
    "judge": "判定人",
    "finding": "发现",
    "nobody raised it": "无人提出",
    "Alert {alert}: {way}": "预警 {alert}：{way}",
    "The index speaks of its judge: {doubts}": "索引提及其判定人：{doubts}",
    "No indicator finds it now: it rests on its documents.": "现无指标发现此项：以其文件为据。",
    "party concerned": "当事方",
    "raised on": "提出",
    "closed": "了结",
    "breach of the label": "标识事由",
    "times opened": "提出次数",
    "evidence": "证据",
    "explanation": "说明",
    "conclusion": "结论",
    "Path of the finding": "发现的路径",
    # --- errors ----------------------------------------------------------------------------------------------
    "there is no alert {alert}": "不存在预警 {alert}",
    "several findings begin so": "有多个发现以此开头",
    "more of the key's digits": "请多给几位键值",
    "no indicator finds {key}": "无指标发现 {key}",
    "this finding was raised before": "此发现此前已提出",
    "an indicator has a short ASCII name": "指标须为简短的 ASCII 名称",
    "an alert is raised on a finding or on a document": "预警须基于一项发现或一份文件",
    "--finding or --document": "--finding 或 --document",
}
