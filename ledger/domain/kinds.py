"""Kinds of documents: the library `Kinds`, with the words of the glossary.

An obligation document has a capacity and two unlike signers; the others are evidence.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class DocumentKind(IntEnum):
    """What a registered document is."""

    INVOICE = 1
    LOAN_DRAWDOWN = 2
    REFINANCING = 3
    TRADE = 32
    CONTRACT = 33
    DELIVERY = 34
    REGISTRATION = 35
    REGISTRY_SEARCH = 36
    ORDER = 37
    APPLICATION = 38
    REVIEW_RESULT = 39
    ATTESTATION = 40
    CREDIT_NOTE = 41
    COURT_ORDER = 42
    PLEDGE = 43
    CONSENT = 44
    CONVERSION = 45
    OTHER = 63


OBLIGATION_KINDS: Final = frozenset(
    {DocumentKind.INVOICE, DocumentKind.LOAN_DRAWDOWN, DocumentKind.REFINANCING}
)

LABELS: Final[dict[DocumentKind, dict[str, str]]] = {
    DocumentKind.INVOICE: {"en": "invoice", "zh": "发票"},
    DocumentKind.LOAN_DRAWDOWN: {"en": "loan drawdown", "zh": "贷款提款"},
    DocumentKind.REFINANCING: {"en": "refinancing statement", "zh": "再融资说明"},
    DocumentKind.TRADE: {"en": "trade document", "zh": "贸易单据"},
    DocumentKind.CONTRACT: {"en": "contract", "zh": "合同"},
    DocumentKind.DELIVERY: {"en": "delivery evidence", "zh": "交付凭据"},
    DocumentKind.REGISTRATION: {"en": "registration certificate", "zh": "登记证明"},
    DocumentKind.REGISTRY_SEARCH: {"en": "registry search", "zh": "查询结果"},
    DocumentKind.ORDER: {"en": "order", "zh": "订单"},
    DocumentKind.APPLICATION: {"en": "application", "zh": "融资申请"},
    DocumentKind.REVIEW_RESULT: {"en": "review result", "zh": "审核结果"},
    DocumentKind.ATTESTATION: {"en": "attestation", "zh": "声明文件"},
    DocumentKind.CREDIT_NOTE: {"en": "red invoice", "zh": "红字发票"},
    DocumentKind.COURT_ORDER: {"en": "court order", "zh": "法院文书"},
    DocumentKind.PLEDGE: {"en": "pledge agreement", "zh": "质押合同"},
    DocumentKind.CONSENT: {"en": "consent", "zh": "同意书"},
    DocumentKind.CONVERSION: {"en": "currency conversion", "zh": "货币兑换单据"},
    DocumentKind.OTHER: {"en": "other", "zh": "其他"},
}
