"""Why an authority stops units or moves them by force: the codes that its act carries, with their words."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Reason(IntEnum):
    """The contract keeps any code but zero; these are the ones that have a name."""

    COURT_ORDER = 1
    REGULATORY_ORDER = 2
    SANCTIONS = 3
    PLEDGE = 4
    INHERITANCE = 5
    LOST_ACCESS = 6
    MISTAKE = 7
    CORPORATE_ACTION = 8
    INCIDENT = 9
    LIFTED = 10


LABELS: Final[dict[Reason, dict[str, str]]] = {
    Reason.COURT_ORDER: {"en": "court order", "zh": "司法裁定"},
    Reason.REGULATORY_ORDER: {"en": "regulatory order", "zh": "监管决定"},
    Reason.SANCTIONS: {"en": "sanctions or money laundering", "zh": "制裁或反洗钱"},
    Reason.PLEDGE: {"en": "pledge", "zh": "质押"},
    Reason.INHERITANCE: {"en": "inheritance or succession", "zh": "继承或承继"},
    Reason.LOST_ACCESS: {"en": "lost access to the account", "zh": "账户无法使用"},
    Reason.MISTAKE: {"en": "correction of a mistake", "zh": "更正差错"},
    Reason.CORPORATE_ACTION: {"en": "corporate action", "zh": "公司行动"},
    Reason.INCIDENT: {"en": "technical incident", "zh": "技术事件"},
    Reason.LIFTED: {"en": "the order ended", "zh": "限制解除"},
}
